"""What reading and importing a file tell its owner: notices, rejects, actions and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from matcher.domain.events import PutReport
from matcher.domain.items import AnyItem, ItemType
from matcher.errors import InvalidRequest

SHOWN = 60
"""Characters of a value that a report repeats."""


class FileRefused(InvalidRequest):
    """A file that cannot be imported as a whole: why, in both languages, and options apart.

    ``reading`` is what was made of its columns where only some of them are not clear.
    """

    def __init__(
        self, message: str = "", *, fr: str = "", en: str = "", reading: "Reading | None" = None
    ) -> None:
        super().__init__(message)
        self.fr, self.en = fr or message, en or message
        self.reading = reading


def refusal(
    fr: str, en: str, options: tuple[str, str] = ("", ""), reading: "Reading | None" = None
) -> FileRefused:
    """Return the error of a file that cannot be imported as a whole, in both languages.

    ``options`` say what to type on a terminal; only the whole message holds them.

    >>> error = refusal("Trop grand.", "Too large.", (" Écrire --x.", " Write --x."))
    >>> error.fr, str(error)
    ('Trop grand.', 'Trop grand. Écrire --x. / Too large. Write --x.')
    """
    in_french, in_english = options
    return FileRefused(f"{fr}{in_french} / {en}{in_english}", fr=fr, en=en, reading=reading)


def shortened(value: Any) -> str:
    r"""Return a value as one short line.

    >>> shortened("a  b\nc"), len(shortened("x" * 1000))
    ('a b c', 60)
    """
    text = " ".join(str(value)[: 4 * SHOWN].encode(errors="replace").decode().split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a whole file that its owner should know."""

    fr: str
    en: str


class Fault(NamedTuple):
    """Why a row or a cell cannot be read, in French and English."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a row or a cell is not imported: the ``field`` as the file calls it, and its value, shortened."""

    line: int
    field: str
    fr: str
    en: str
    value: str = ""

    @property
    def reason(self) -> str:
        """The reason in both languages."""
        return f"{self.fr} / {self.en}"


class Row(NamedTuple):
    """One row: an item, or the reasons why there is none. ``cells`` are the file's own, column by column.

    ``unread`` are the cells of a good row that could not be read; their fields are as if the file had no such
    column. ``empty`` are the fields whose cells are empty, ``kept`` those that stay as they are stored
    although the file says otherwise.
    """

    line: int
    cells: Sequence[Any]
    item: AnyItem | None = None
    id_derived: bool = False
    rejects: tuple[Reject, ...] = ()
    unread: tuple[Reject, ...] = ()
    empty: frozenset[str] = frozenset()
    kept: "tuple[FieldKept, ...]" = ()


class Certainty(StrEnum):
    """How a column came to its field."""

    ASKED = "asked"
    """Said with ``--map`` or ``--ignore``, or kept in a profile."""
    EXACT = "exact"
    """The title is the field's own name."""
    KNOWN = "known"
    """The title is a usual wording of the field."""
    NONE = "none"
    """No field: the column is not read."""


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What is made of one column of a file."""

    title: str
    position: int
    field: str
    """Empty: the column is not read."""
    certainty: Certainty
    samples: tuple[str, ...] = ()
    """Its first three different values, shortened."""
    why: Fault | None = None
    """Why it is not read, or what its values decide."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of the columns of a refused file: ``unclear`` are titles of those to decide on."""

    item_type: ItemType
    mapping: tuple[ColumnUse, ...]
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemTable:
    """A file read into items: its columns, its rows in order, and what to tell its owner."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notices: tuple[Notice, ...] = ()
    delimiter: str = ";"
    mapping: tuple[ColumnUse, ...] = ()
    empty_clears: bool = False
    """Whether an empty cell empties the field of a stored item, instead of leaving it."""
    file_wins: bool = False
    """Whether the file replaces also what a member wrote itself, and what it only spells otherwise."""


class Action(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a stored item before and after, as short texts; an empty text for an empty field."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FieldKept:
    """A field that stays as it is stored, although the file says otherwise.

    ``written_at``: when the organisation wrote it itself; None where the file only spells it with other
    capitals or accents.
    """

    field: str
    stored: str
    given: str
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RowAction:
    """What an import does with one row."""

    line: int
    action: Action
    item_id: str = ""
    name: str = ""
    changes: tuple[FieldChange, ...] = ()
    kept: tuple[FieldKept, ...] = ()

    @property
    def theirs(self) -> list[FieldKept]:
        """The fields that stay because the organisation wrote them itself."""
        return [one for one in self.kept if one.written_at]


@dataclass(frozen=True, slots=True)
class Twins:
    """Organisations that may be one and the same: by SIRET, or by their name without its legal form."""

    reason: str
    """``siret`` or ``name``."""
    items: tuple[tuple[str, str], ...]
    """``(id, name)`` of each, those of the file first."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do if ``dry_run``. ``rejects`` and ``unread`` by line."""

    read: int
    put: PutReport
    rejects: tuple[Reject, ...]
    notices: tuple[Notice, ...]
    dry_run: bool = False
    mapping: tuple[ColumnUse, ...] = ()
    actions: tuple[RowAction, ...] = ()
    unread: tuple[Reject, ...] = ()
    """Cells of good rows that could not be read; the rest of those rows is imported."""
    twins: tuple[Twins, ...] = ()
    kept: int = 0
    """Empty cells that leave what is stored."""
    emptied: int = 0
    """Fields of stored items that the import empties."""
    doubts: tuple[Reject, ...] = ()
    """Cells that are imported as they are and may be wrong."""
    batch: str = ""
    """Name of the import in the history, for ``matcher undo``; empty when nothing was changed."""

    @property
    def rejected(self) -> int:
        """Number of rows that stayed out."""
        return len({reject.line for reject in self.rejects})

    @property
    def alike(self) -> int:
        """Number of cells that differ from what is stored by capitals or accents alone: it stays."""
        return sum(len(one.kept) - len(one.theirs) for one in self.actions)
