"""A mail that a use case asks for: ids alone, so that its text is made when it is sent or shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """One mail to one person, asked for in the transaction of the act that it tells of.

    Parameters
    ----------
    key
        Names the mail for ever: one that was asked for under this key is never queued again.
    person_id
        Who receives it.
    event
        What it tells: the folder of its templates.
    not_before
        The instant from which it may be sent, with time zone.
    subjects
        Ids of what it is about, by their part in it. No name, address or text: an erased person or
        organisation leaves nothing behind in a queue.

    Examples
    --------
    >>> from datetime import UTC
    >>> now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    >>> subjects = {"introduction": "IN12"}
    >>> MessageRequest("intro:IN12:asked:P3:0", "P3", "introduction_asked", now, subjects).event
    'introduction_asked'
    """

    key: str
    person_id: str
    event: str
    not_before: datetime
    subjects: Mapping[str, str] = field(default_factory=dict)
