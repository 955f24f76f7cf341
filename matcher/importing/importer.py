"""From a file to the store: planned first, then applied as it was planned, as one transaction.

A row of a known id replaces only the columns its file has: an office list with names and cities does not
empty the expertise entered elsewhere. Importing the same file twice therefore changes nothing.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from matcher.domain.items import AnyItem, ItemType
from matcher.domain.store import Store
from matcher.errors import StalePlan
from matcher.importing.calendars import is_calendar, read_factory_dates
from matcher.importing.columns.mapping import Choices
from matcher.importing.planning import decide, find_twins, report_of
from matcher.importing.reader import read
from matcher.importing.rejects import rejects_path, write_rejects
from matcher.importing.report import ImportReport, ItemTable, Row

_NO_CHOICES = Choices()
_TRIES = 3


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import of one file does; :func:`apply_plan` does exactly this, or nothing."""

    source: str
    """Name of the file."""
    digest: str
    """SHA-256 of its content, in hexadecimal."""
    table: ItemTable
    report: ImportReport
    """The columns, the rows by action, what is rejected or left out, the twins; ``dry_run`` is True."""


def plan_import(
    path: Path,
    store: Store,
    *,
    item_type: ItemType | None = None,
    choices: Choices = _NO_CHOICES,
    today: date | None = None,
) -> ImportPlan:
    """Return what an import of a file would do, without writing anything.

    Parameters
    ----------
    path
        The file; ``.ics`` sets the next dates of factories, see :mod:`matcher.importing.calendars`.
    store
        What is compared with.
    item_type, choices, today
        As for :func:`matcher.importing.read`.

    Raises
    ------
    InvalidRequest
        The file cannot be imported as a whole; the message says why, in French and English.
    """
    if is_calendar(path):
        table = read_factory_dates(path, store)
    else:
        table = read(path, item_type, choices=choices, today=today)
    decided = decide(table, store)
    report = report_of(table, decided, twins=find_twins(decided, store))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ImportPlan(path.name, digest, table, replace(report, dry_run=True))


def apply_plan(
    plan: ImportPlan, store: Store, *, on_rejects: Callable[[Sequence[Row]], None] | None = None
) -> ImportReport:
    """Do what a plan says, as one transaction.

    Parameters
    ----------
    plan
        What :func:`plan_import` returned for this store.
    store
        All good rows go in, or, if anything fails or the process is killed, none.
    on_rejects
        Called with the rows set aside, in file order, before anything is stored: if they cannot be kept,
        nothing is imported.

    Raises
    ------
    StalePlan
        The store changed meanwhile, and rows would be treated otherwise. Nothing was written.
    """
    expected = plan.report.actions
    report = import_table(plan.table, store, source=plan.source, on_rejects=on_rejects, expected=expected)
    return replace(report, twins=plan.report.twins)


def import_file(
    path: Path,
    store: Store,
    *,
    item_type: ItemType | None = None,
    choices: Choices = _NO_CHOICES,
    dry_run: bool = False,
) -> ImportReport:
    """Plan the import of a file and apply the plan.

    The rows set aside are written to :func:`~matcher.importing.rejects_path` first; a former file is removed
    when there are none. A dry run writes nothing at all. When somebody else writes between plan and
    application, both are done again.
    """

    def keep_rejects(rows: Sequence[Row]) -> None:
        write_rejects(rejects_path(path), plan.table, rows)

    for _ in range(_TRIES - 1):
        plan = plan_import(path, store, item_type=item_type, choices=choices)
        if dry_run:
            return plan.report
        try:
            return apply_plan(plan, store, on_rejects=keep_rejects)
        except StalePlan:
            continue
    plan = plan_import(path, store, item_type=item_type, choices=choices)
    return apply_plan(plan, store, on_rejects=keep_rejects)


def import_table(
    table: ItemTable,
    store: Store,
    *,
    source: str,
    on_rejects: Callable[[Sequence[Row]], None] | None = None,
    expected: Sequence[object] | None = None,
) -> ImportReport:
    """Put the good rows of ``table`` into ``store``.

    Parameters
    ----------
    table
        Rows already validated one by one.
    store
        Where they go. All of them go in, or, if anything fails or the process is killed, none. What they
        complete is read while no other process can write: of two imports at once, the second completes the
        first.
    source
        Kept beside each changed item: the file's name.
    on_rejects
        As for :func:`apply_plan`.
    expected
        The actions of a plan; None takes what the store holds now, whatever it is.

    Raises
    ------
    StalePlan
        The actions are not the expected ones.
    """
    reports = []

    def good() -> list[AnyItem]:
        decided = decide(table, store)
        report = report_of(table, decided)
        if expected is not None and tuple(expected) != report.actions:
            raise StalePlan(
                "La base a changé depuis l'aperçu : refaire l'aperçu. / "
                "The catalogue changed since the preview: preview the file again."
            )
        if on_rejects:
            on_rejects(decided.set_aside)
        reports.append(report)
        return decided.items

    put = store.items.put(good, source=source)
    return replace(reports[-1], put=put)
