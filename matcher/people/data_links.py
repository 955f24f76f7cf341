"""Links to one's data: sent to an address that is known, whether or not its person may sign in."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from matcher.domain import MessageRequest
from matcher.people.links import Links, Purpose
from matcher.people.person import Person

OPEN_FOR = timedelta(days=2)
"""How long the links work."""


class Addresses(Protocol):
    """Who has an address."""

    def find(self, email: str) -> Person | None:
        """Return the person of an address; None if there is none."""
        ...


class Queue(Protocol):
    """Where mails wait."""

    def queue(self, requests: Iterable[MessageRequest], now: datetime) -> int:
        """Queue mails; return how many are new."""
        ...


class DataLinks:
    """Sends a person the links to a copy of what is held of them, and to its erasure."""

    def __init__(self, people: Addresses, links: Links, mail: Queue) -> None:
        self._people, self._links, self._mail = people, links, mail

    def ask(self, email: str, now: datetime) -> None:
        """Queue a mail with both links; nothing for an address that is not known."""
        person = self._people.find(email)
        if person is None:
            return
        subjects = {}
        for purpose in (Purpose.EXPORT, Purpose.ERASE):
            subjects[purpose.value] = self._links.make(purpose, person.id, "", now, now + OPEN_FOR).id
        key = f"rights:{subjects[Purpose.EXPORT.value]}"
        self._mail.queue([MessageRequest(key, person.id, "rights", now, subjects)], now)
