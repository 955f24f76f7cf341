"""What reading and importing a file tell its owner: notices, rejects and the counts of an import."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from matcher.domain.events import PutReport
from matcher.domain.items import AnyItem


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
    """Why a row stays out: the ``field`` as the file calls it, and its value, shortened."""

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
    """One row: an item, or the reasons why there is none. ``cells`` are the file's own, column by column."""

    line: int
    cells: Sequence[Any]
    item: AnyItem | None = None
    id_derived: bool = False
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemTable:
    """A file read into items: its columns, its rows in order, and what to tell its owner."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notices: tuple[Notice, ...] = ()
    delimiter: str = ";"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do if ``dry_run``. ``rejects`` by line."""

    read: int
    put: PutReport
    rejects: tuple[Reject, ...]
    notices: tuple[Notice, ...]
    dry_run: bool = False

    @property
    def rejected(self) -> int:
        """Number of rows that stayed out."""
        return len({reject.line for reject in self.rejects})
