"""Mail: messages on their way to people, how they are written and delivered.

- ``messages``: a message, its states and events
- ``delivery``: from the outbox to the mail server, and what becomes of each trial
- ``rendering``: subject, text and HTML of a mail, in French and English
- ``sending``: what delivery asks of a mail server
- ``turn``: one process at a time delivers
"""

from matcher.mail.delivery import RETRY_AFTER, SERVER_PAUSE, Delivered, Delivery, Unwanted, Written
from matcher.mail.messages import REPEATABLE, Event, Message, Remark, State
from matcher.mail.sending import Outcome, Transport, Trial
from matcher.mail.turn import HOLD, Turn

__all__ = [
    "HOLD",
    "REPEATABLE",
    "RETRY_AFTER",
    "SERVER_PAUSE",
    "Delivered",
    "Delivery",
    "Event",
    "Message",
    "Outcome",
    "Remark",
    "State",
    "Transport",
    "Trial",
    "Turn",
    "Unwanted",
    "Written",
]
