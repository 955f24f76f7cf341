"""Events the store reports and logs: puts, changes, impressions, feedback.

Plain frozen records, shared by the store, the indexer and the laboratory. Impressions and feedback name
organisations and items by id only: no person appears in them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from matcher.domain.items import AnyItem, ItemType, Kind

Puttable = Iterable[AnyItem] | Callable[[], Iterable[AnyItem]]
"""Items to store, or a function that makes them while the store holds its write lock."""
Deletable = Iterable[str] | Callable[[], Iterable[str]]
"""Ids to erase, or a function that names them while the store holds its write lock."""


@dataclass(frozen=True, slots=True)
class PutReport:
    """Counts of a put: items inserted, items updated, items that were equal already.

    ``batch`` is the id under which the put can be undone; "" for a put that is no import.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    batch: str = ""

    @property
    def changed(self) -> int:
        """Number of items that were inserted or updated.

        >>> PutReport(inserted=2, updated=1, unchanged=5).changed
        3
        """
        return self.inserted + self.updated


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the outbox. ``seq`` grows with every commit; ``version`` is empty for a delete."""

    seq: int
    item_id: str
    item_type: ItemType
    op: Literal["upsert", "delete"]
    version: str


class Action(StrEnum):
    """Outcome of a recommendation."""

    JOINED = "joined"
    INTERESTED = "interested"
    NOT_FOR_ME = "not_for_me"
    INTRODUCED = "introduced"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Impression:
    """One item shown at ``rank`` (1 = first) to the organisation ``query_id``, with its ``score``."""

    at: datetime
    kind: Kind
    query_id: str
    item_id: str
    rank: int
    score: float
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reaction. ``rank`` is the item's last rank when it was shown, None if it never was shown."""

    at: datetime
    kind: Kind
    query_id: str
    item_id: str
    action: Action
    rank: int | None = None
