"""Mail: messages on their way to people, how they are written and delivered.

- ``addresses``: where links of mails lead
- ``messages``: a message, its states and events
- ``delivery``: from the outbox to the mail server, and what becomes of each trial
- ``digests``: what the weekly mail says of calls
- ``rendering``: subject, text and HTML of a mail, in French and English
- ``templates``: the sentences of each mail, a folder an event, in French and English
- ``writer``: the mail of a message, from what is true when it is written
- ``validity``: whether a mail still says what is true
- ``feed``: a person's calendar at a secret address
- ``invitations``: the calendar part of mails about a meeting
- ``phrases``: sentences that depend on what is known of an organisation
- ``worker``: one round of what is due, then of mails
- ``sending``: what delivery asks of a mail server
- ``turn``: one process at a time delivers
"""

from matcher.mail.addresses import Addresses
from matcher.mail.delivery import RETRY_AFTER, SERVER_PAUSE, Delivered, Delivery, Unwanted, Written
from matcher.mail.feed import CalendarFeeds, FeedSources, date_entry, day_or_instant
from matcher.mail.invitations import written_moment
from matcher.mail.messages import REPEATABLE, TO_CANDIDATES, Event, Message, Remark, State
from matcher.mail.phrases import common_lines
from matcher.mail.rendering import written_day
from matcher.mail.sending import Outcome, Transport, Trial
from matcher.mail.turn import HOLD, Turn, Turns
from matcher.mail.worker import Worker
from matcher.mail.writer import LetterWriter, Sender, Sources

__all__ = [
    "HOLD",
    "REPEATABLE",
    "RETRY_AFTER",
    "SERVER_PAUSE",
    "TO_CANDIDATES",
    "Addresses",
    "CalendarFeeds",
    "Delivered",
    "Delivery",
    "Event",
    "FeedSources",
    "LetterWriter",
    "Message",
    "Outcome",
    "Remark",
    "Sender",
    "Sources",
    "State",
    "Transport",
    "Trial",
    "Turn",
    "Turns",
    "Unwanted",
    "Worker",
    "Written",
    "common_lines",
    "date_entry",
    "day_or_instant",
    "written_day",
    "written_moment",
]
