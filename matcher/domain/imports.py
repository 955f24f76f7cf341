"""Records of imports: which file changed which items, and what undoing an import did."""

from dataclasses import dataclass
from datetime import datetime

from matcher.domain.items import AnyItem, ItemType

BY_PAGE = "fiche"
"""Name of the file of a change made by a page: there is none."""
MEMBER = "member"
"""Who made such a change: somebody who speaks for the organisation."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file that is imported: its name, the SHA-256 of its bytes in hexadecimal, and who imports it."""

    name: str
    sha256: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """One import as the store keeps it. ``undone_at`` is None unless it was undone."""

    id: str
    file: ImportFile
    at: datetime
    inserted: int
    updated: int
    unchanged: int
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportChange:
    """One item that an import changed. ``former`` is what was there before, None for a new item.

    ``version`` is the item's version after the import.
    """

    item_id: str
    item_type: ItemType
    former: AnyItem | None
    version: str


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undoing an import did, as ids in ascending order.

    ``restored`` are as before the import, ``removed`` were new and are gone, ``kept`` were changed or erased
    since the import and stay as they are. ``adrift`` are people who spoke for a removed organisation and now
    speak for none.
    """

    restored: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    adrift: tuple[str, ...] = ()
