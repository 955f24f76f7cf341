"""What an import would do, as staff read it: columns, rows, what stays out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matcher.build import Matcher
from matcher.domain.items import AnyItem, ItemType
from matcher.errors import InvalidRequest
from matcher.importing import (
    Action,
    ColumnUse,
    Fault,
    FieldKept,
    FileRefused,
    ImportPlan,
    ImportReport,
    Notice,
    Reject,
    RowAction,
    Twins,
    import_participations,
    lists_participations,
    plan_import,
    read_table,
)
from service.pages.staff.imports.columns import chosen_for
from service.pages.staff.imports.waiting import Waiting
from service.pages.text import mark

SHOWN = 20
SAMPLED = 200
LINE = 120
DONE: dict[Action, str] = {
    Action.NEW: mark("nouvelle"),
    Action.CHANGED: mark("modifiée"),
    Action.UNCHANGED: mark("inchangée"),
    Action.REJECTED: mark("rejetée"),
}


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column: what was chosen for it, what it gives then ("" for nothing), and why.

    ``unclear``: the file cannot be imported before a person has decided on it.
    """

    position: int
    title: str
    samples: tuple[str, ...]
    chosen: str
    gives: str
    why: Fault | None
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import of a file would do; ``error`` says why it cannot be done as it is.

    ``fingerprint`` names exactly what would be done, so that nothing else is.
    """

    kind: ItemType
    columns: Sequence[ColumnRow]
    report: ImportReport | None = None
    error: Notice | None = None
    participations: bool = False
    fingerprint: str = ""
    plan: ImportPlan | None = field(default=None, repr=False)

    @property
    def changes(self) -> list[RowAction]:
        """The first rows that would be new or changed."""
        actions = self.report.actions if self.report else ()
        return [one for one in actions if one.action in (Action.NEW, Action.CHANGED)][:SHOWN]

    @property
    def unclear(self) -> list[ColumnRow]:
        """The columns to decide on before the file can be imported."""
        return [column for column in self.columns if column.unclear]

    @property
    def arrivals(self) -> dict[int, str]:
        """What the first new rows say of themselves, in one line, by line of the file."""
        if self.plan is None:
            return {}
        new = {one.line for one in self.changes if one.action is Action.NEW}
        return {row.line: _in_short(row.item) for row in self.plan.table.rows if row.line in new and row.item}

    @property
    def faults(self) -> list[Reject]:
        """The first rows and cells that stay out."""
        return [*self.report.rejects, *self.report.unread][:SHOWN] if self.report else []

    @property
    def doubts(self) -> Sequence[Reject]:
        """The first cells that are taken as they are and may be wrong."""
        return self.report.doubts[:SHOWN] if self.report else ()

    @property
    def theirs(self) -> list[tuple[RowAction, FieldKept]]:
        """The fields that stay because members wrote them themselves, all of them: staff decide on each."""
        found: list[tuple[RowAction, FieldKept]] = []
        for one in self.report.actions if self.report else ():
            found += ((one, kept) for kept in one.theirs)
        return found

    @property
    def twins(self) -> Sequence[Twins]:
        """The first groups of organisations that may be one."""
        return self.report.twins[:SHOWN] if self.report else ()

    @property
    def writes(self) -> int:
        """Number of rows that would change something."""
        return self.report.put.changed if self.report else 0


def preview_of(path: Path, waiting: Waiting, matcher: Matcher) -> Preview:
    """Return what an import would do, with the choices made; nothing is written."""
    store = matcher.store
    chosen_kind = ItemType(waiting.kind) if waiting.kind else ItemType.ORGANISATION
    try:
        if not waiting.columns and not waiting.ignored and lists_participations(path):
            report = import_participations(path, store, dry_run=True)
            columns = _used(report.mapping, waiting)
            return Preview(
                chosen_kind, columns, report, participations=True, fingerprint=_fingerprint(report)
            )
        plan = plan_import(path, store, choices=waiting.choices, towns=matcher.knowledge.territory)
    except InvalidRequest as fault:
        return _refused(path, waiting, chosen_kind, fault)
    kind = _kind(plan, chosen_kind)
    columns = _used(plan.report.mapping, waiting)
    return Preview(kind, columns, plan.report, fingerprint=_fingerprint(plan.report), plan=plan)


def _refused(path: Path, waiting: Waiting, kind: ItemType, fault: InvalidRequest) -> Preview:
    """Return a preview that says why the file is refused, with what was understood of its columns."""
    reading = fault.reading if isinstance(fault, FileRefused) else None
    if reading is None:
        return Preview(kind, _unused(path, waiting), error=_said(fault))
    columns = _used(reading.mapping, waiting, reading.unclear)
    return Preview(reading.item_type, columns, error=_said(fault))


def _in_short(item: AnyItem) -> str:
    """Return town and description of an item, cut to a line."""
    town, words = getattr(item, "city", None), getattr(item, "description", "") or ""
    line = " – ".join(text for text in (town, words) if text)
    return line if len(line) <= LINE else line[: LINE - 1] + "…"


def _said(fault: InvalidRequest) -> Notice:
    if isinstance(fault, FileRefused):
        return Notice(fault.fr, fault.en)
    return Notice(str(fault), str(fault))


def _kind(plan: ImportPlan, chosen: ItemType) -> ItemType:
    """Return the type of the rows, read from the first that is good."""
    first: AnyItem | None = next((row.item for row in plan.table.rows if row.item), None)
    return first.item_type if first else chosen


def _used(mapping: Sequence[ColumnUse], waiting: Waiting, unclear: Sequence[str] = ()) -> list[ColumnRow]:
    return [
        ColumnRow(
            use.position,
            use.title,
            use.samples,
            chosen_for(waiting, use.title),
            use.field.removeprefix("_"),
            use.why,
            use.title in unclear,
        )
        for use in mapping
    ]


def _unused(path: Path, waiting: Waiting) -> list[ColumnRow]:
    """Return the columns of a file whose use is not clear; none where it cannot be read at all."""
    try:
        table = read_table(path)
    except InvalidRequest:
        return []
    columns = []
    for position, title in enumerate(table.columns):
        samples = _samples([row.cells[position] for row in table.rows[:SAMPLED] if position < len(row.cells)])
        columns.append(ColumnRow(position, title, samples, chosen_for(waiting, title), "", None))
    return columns


def _samples(cells: Sequence[object]) -> tuple[str, ...]:
    different = dict.fromkeys(str(cell).strip()[:60] for cell in cells if str(cell or "").strip())
    return tuple(different)[:3]


def _fingerprint(report: ImportReport) -> str:
    """Return a name of what would be done to each row."""
    return hashlib.sha256(repr(report.actions).encode()).hexdigest()[:32]
