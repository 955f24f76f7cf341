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
    """What an organisation did with an item, or what became of an introduction.

    ``UNDONE`` takes another reaction back; it is a row of its own, so that nothing is rewritten.
    """

    JOINED = "joined"
    INTERESTED = "interested"
    NOT_FOR_ME = "not_for_me"
    ALREADY_MET = "already_met"
    DISMISSED = "dismissed"
    INTRODUCED = "introduced"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNDONE = "undone"


class Refusal(StrEnum):
    """Why an item is not for an organisation."""

    OTHER_FIELD = "other_field"
    NO_TIME = "no_time"
    ALREADY_DONE = "already_done"
    PLACE_OR_SIZE = "place_or_size"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Impression:
    """One item shown at ``rank`` (1 = first) to the organisation ``query_id``, with its ``score``.

    ``answer_id`` is the answer's, ``model`` names encoder and calibration, ``plan`` the plan it followed.
    """

    at: datetime
    kind: Kind
    query_id: str
    item_id: str
    rank: int
    score: float
    generation: str = ""
    answer_id: str = ""
    model: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One reaction of the organisation ``query_id`` to an item.

    ``rank``, ``score``, ``model`` and ``plan`` are those with which the item was shown; None and "" if it
    never was. ``by`` is the id of the person who gave it; None for the command line and the key, and for a
    person erased since. ``id`` is the store's number, 0 before it is stored. ``undoes`` is the number of the
    reaction that an ``UNDONE`` row takes back.
    """

    at: datetime
    kind: Kind
    query_id: str
    item_id: str
    action: Action
    rank: int | None = None
    score: float | None = None
    reason: Refusal | None = None
    by: str | None = None
    answer_id: str = ""
    model: str = ""
    plan: str = ""
    undoes: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class ShownCount:
    """How often an item was shown for a kind in a month (``2026-11``), once single impressions are gone."""

    item_id: str
    kind: Kind
    month: str
    shown: int
