"""From a file to the store: planned first, then applied as it was planned, as one transaction.

A row of a known id replaces only the columns its file has: an office list with names and cities does not
empty the expertise entered elsewhere. Importing the same file twice therefore changes nothing.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from matcher.domain.events import PutReport
from matcher.domain.imports import ImportFile
from matcher.domain.items import AnyItem, ItemType
from matcher.domain.store import Store
from matcher.errors import StalePlan
from matcher.importing.calendars import is_calendar, read_factory_dates
from matcher.importing.columns.mapping import Choices
from matcher.importing.planning import Towns, date_notices, decide, find_doubts, find_twins, report_of
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
    towns: Towns | None = None,
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
    towns
        Knows where towns lie; without it no town is looked up.

    Raises
    ------
    InvalidRequest
        The file cannot be imported as a whole; the message says why, in French and English.
    """
    if is_calendar(path):
        table = read_factory_dates(path, store)
    else:
        table = read(path, item_type, choices=choices, today=today)
    table = replace(table, notices=(*table.notices, *date_notices(table)))
    decided = decide(table, store)
    doubts = find_doubts(table, decided, towns)
    report = report_of(table, decided, twins=find_twins(decided, store), doubts=doubts)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ImportPlan(path.name, digest, table, replace(report, dry_run=True))


def apply_plan(
    plan: ImportPlan,
    store: Store,
    *,
    who: str = "",
    by: str = "",
    on_rejects: Callable[[Sequence[Row]], None] | None = None,
) -> ImportReport:
    """Do what a plan says, as one transaction, and keep it as a batch that can be undone.

    Parameters
    ----------
    plan
        What :func:`plan_import` returned for this store.
    store
        All good rows go in, or, if anything fails or the process is killed, none.
    who
        Who imports, as lists of imports say; kept with the batch.
    by
        The id of the person who imports, for the audit; "" for a program or the command line.
    on_rejects
        Called with the rows set aside, in file order, before anything is stored: if they cannot be kept,
        nothing is imported.

    Raises
    ------
    StalePlan
        The store changed meanwhile, and rows would be treated otherwise. Nothing was written.
    """
    reports: list[ImportReport] = []

    def good() -> list[AnyItem]:
        decided = decide(plan.table, store)
        report = report_of(plan.table, decided, twins=plan.report.twins, doubts=plan.report.doubts)
        if report.actions != plan.report.actions:
            raise StalePlan(
                "La base a changé depuis l'aperçu : refaire l'aperçu. / "
                "The catalogue changed since the preview: preview the file again."
            )
        if on_rejects:
            on_rejects(decided.set_aside)
        reports.append(report)
        return decided.items

    file = ImportFile(plan.source, plan.digest, who)
    put = store.items.put(good, source=plan.source, file=file, by=by)
    counts = PutReport(put.inserted, put.updated, put.unchanged)
    return replace(reports[-1], put=counts, batch=put.batch if put.changed else "")


def import_file(
    path: Path,
    store: Store,
    *,
    choices: Choices = _NO_CHOICES,
    who: str = "",
    dry_run: bool = False,
    towns: Towns | None = None,
) -> ImportReport:
    """Plan the import of a file and apply the plan.

    The rows set aside are written to :func:`~matcher.importing.rejects_path` first; a former file is removed
    when there are none. A dry run writes nothing at all. When another process writes between plan and
    application, both are done again. ``choices`` and ``towns`` are as for :func:`plan_import`.
    """

    def keep_rejects(rows: Sequence[Row]) -> None:
        write_rejects(rejects_path(path), plan.table, rows)

    for _ in range(_TRIES - 1):
        plan = plan_import(path, store, choices=choices, towns=towns)
        if dry_run:
            return plan.report
        try:
            return apply_plan(plan, store, who=who, on_rejects=keep_rejects)
        except StalePlan:
            continue
    plan = plan_import(path, store, choices=choices, towns=towns)
    return apply_plan(plan, store, who=who, on_rejects=keep_rejects)


def import_table(table: ItemTable, store: Store, *, source: str) -> ImportReport:
    """Put the good rows of a table into ``store``, as the shipped catalogue is; no batch is kept.

    Parameters
    ----------
    table
        Rows already validated one by one.
    store
        All of them go in, or none. What they complete is read while no other process can write: of two
        imports at once, the second completes the first.
    source
        Kept beside each changed item: the file's name.
    """
    reports: list[ImportReport] = []

    def good() -> list[AnyItem]:
        decided = decide(table, store)
        reports.append(report_of(table, decided))
        return decided.items

    put = store.items.put(good, source=source)
    return replace(reports[-1], put=put)
