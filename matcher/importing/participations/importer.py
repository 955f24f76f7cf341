"""Imports of participations: planned row by row against the store, then written as one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from matcher.domain.events import PutReport
from matcher.domain.imports import ImportFile
from matcher.domain.items import ItemType
from matcher.domain.participation import Participation, ParticipationRole
from matcher.domain.store import Items
from matcher.importing.layout import Table
from matcher.importing.participations.columns import (
    FACTORY,
    ORGANISATION,
    ROLE,
    SINCE,
    fields_of,
    header_rank,
    lists_participations,
    read_role,
    read_since,
)
from matcher.importing.rejects import rejects_path, write_rejects
from matcher.importing.report import (
    Action,
    Certainty,
    ColumnUse,
    FieldChange,
    ImportReport,
    ItemTable,
    Reject,
    Row,
    RowAction,
    refusal,
    shortened,
)
from matcher.importing.tables import read_table
from matcher.importing.texts import BadCell
from matcher.language import find_by_name

_SAMPLES = 3


class Participations(Protocol):
    """Where participations are kept."""

    def all(self) -> list[Participation]:
        """Every participation."""
        ...

    def change(
        self,
        put: Sequence[Participation],
        remove: Sequence[Participation],
        report: PutReport,
        file: ImportFile,
        by: str,
    ) -> str:
        """Remove and put participations in one transaction; return the batch by which it can be undone.

        ``by`` is the person who does it, for the audit; "" for a program or the command line.
        """
        ...


class Store(Protocol):
    """What an import of participations compares with and writes to."""

    @property
    def items(self) -> Items:
        """The catalogue."""
        ...

    @property
    def participations(self) -> Participations:
        """Who takes part in which factory."""
        ...


@dataclass(slots=True)
class _Plan:
    """What becomes of the rows so far."""

    put: list[Participation] = field(default_factory=list)
    remove: list[Participation] = field(default_factory=list)
    actions: list[RowAction] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)


def import_participations(
    path: Path, store: Store, *, who: str = "", by: str = "", dry_run: bool = False
) -> ImportReport:
    """Import a list of participations; with ``dry_run`` only say what would become of each row.

    An organisation or factory is named by its id or its name. A row says one role of one organisation in one
    factory; ``retiré`` (``left``) takes out all its roles there. The rows set aside are written beside the
    file first, with suggestions; corrected, they can be imported again.

    Parameters
    ----------
    path
        A file for which :func:`lists_participations` is true.
    store
        What is compared with, and written to unless it is a dry run, in one transaction and as a batch that
        can be undone.
    who
        Who imports; kept with the batch.
    by
        The id of the person who imports, for the audit; "" for a program or the command line.
    dry_run
        Whether nothing is to be written.

    Returns
    -------
    ImportReport
        Counts of new, changed and unchanged participations; one that is taken out counts as changed.

    Raises
    ------
    InvalidRequest
        The file is no list of participations.
    """
    if not lists_participations(path):
        raise refusal(
            f"{path.name} : colonnes attendues : organisation, factory, rôle, depuis.",
            f"{path.name}: columns expected: organisation, factory, role, since.",
        )
    table = read_table(path, header_rank)
    plan = _Planner(store, path.name).plan(table)
    report = _report(table, plan)
    if dry_run:
        return replace(report, dry_run=True)
    sheet = ItemTable(tuple(table.columns), tuple(plan.rejected), delimiter=table.delimiter)
    write_rejects(rejects_path(path), sheet, plan.rejected)
    file = ImportFile(path.name, sha256(path.read_bytes()).hexdigest(), who)
    return replace(report, batch=store.participations.change(plan.put, plan.remove, report.put, file, by))


class _Planner:
    """Decides what becomes of each row of one file."""

    def __init__(self, store: Store, source: str) -> None:
        self._source = source
        self._names = {
            name: store.items.names(kind)
            for name, kind in ((ORGANISATION, ItemType.ORGANISATION), (FACTORY, ItemType.FACTORY))
        }
        self._name_of = dict([*self._names[ORGANISATION], *self._names[FACTORY]])
        self._held = {
            (one.organisation_id, one.factory_id, one.role): one for one in store.participations.all()
        }

    def plan(self, table: Table) -> _Plan:
        """Return what becomes of the rows, in file order."""
        plan, names = _Plan(), fields_of(table.columns)
        seen: dict[tuple[str, str, ParticipationRole | None], int] = {}
        for line, cells, fault in table.rows:
            if fault is not None:
                _reject(plan, Row(line, cells), Reject(line, "", fault.fr, fault.en))
                continue
            told = {name: str(cell or "") for name, cell in zip(names, cells, strict=True) if name}
            rejects, wanted, role = self._read(line, told)
            if rejects or wanted is None:
                _reject(plan, Row(line, cells), *rejects)
                continue
            key = (wanted.organisation_id, wanted.factory_id, role)
            first = seen.setdefault(key, line)
            if first != line:
                fr, en = f"déjà dit à la ligne {first}", f"said on line {first} already"
                _reject(
                    plan, Row(line, cells), Reject(line, ORGANISATION, fr, en, shortened(told[ORGANISATION]))
                )
            elif role is None:
                self._take_out(plan, line, wanted)
            else:
                self._put(plan, line, wanted)
        return plan

    def _read(
        self, line: int, told: dict[str, str]
    ) -> tuple[list[Reject], Participation | None, ParticipationRole | None]:
        """Return why a row cannot be read, or what it says and its role; None for who has left."""
        rejects: list[Reject] = []
        ids = {}
        for name in (ORGANISATION, FACTORY):
            found = self._id_of(name, told[name])
            if isinstance(found, BadCell):
                rejects.append(Reject(line, name, found.fr, found.en, shortened(told[name])))
            else:
                ids[name] = found
        role, since = None, None
        try:
            role = read_role(told.get(ROLE, ""))
        except BadCell as fault:
            rejects.append(Reject(line, ROLE, fault.fr, fault.en, shortened(told[ROLE])))
        try:
            since = read_since(told.get(SINCE, ""))
        except BadCell as fault:
            rejects.append(Reject(line, SINCE, fault.fr, fault.en, shortened(told[SINCE])))
        if rejects:
            return rejects, None, role
        said = role or ParticipationRole.MEMBER
        return [], Participation(ids[ORGANISATION], ids[FACTORY], said, since, self._source), role

    def _id_of(self, name: str, text: str) -> str | BadCell:
        """Return the id of the item a cell names, or why it names none, with what resembles it."""
        known = self._names[name]
        ids, names = [item_id for item_id, _ in known], [title for _, title in known]
        found = find_by_name(text, names, ids)
        if len(found.found) == 1:
            return ids[found.found[0]]
        if not text.strip():
            return BadCell("cellule vide", "empty cell")
        if found.found:
            listed = ", ".join(ids[n] for n in found.found[:5])
            return BadCell(
                f"plusieurs fiches ({listed}) : écrire l'id", f"several items ({listed}): write the id"
            )
        near = ", ".join(f"{names[n]} ({ids[n]})" for n in found.near[:3])
        if not near:
            return BadCell("inconnue dans la base", "not in the catalogue")
        return BadCell(f"inconnue ; peut-être : {near}", f"unknown; perhaps: {near}")

    def _put(self, plan: _Plan, line: int, wanted: Participation) -> None:
        before = self._held.get((wanted.organisation_id, wanted.factory_id, wanted.role))
        if before is None:
            plan.actions.append(self._action(line, Action.NEW, wanted))
            plan.put.append(wanted)
            return
        since = wanted.since or before.since  # an empty cell leaves what is stored
        wanted = replace(wanted, since=since)
        if replace(before, source=wanted.source) == wanted:
            plan.actions.append(self._action(line, Action.UNCHANGED, wanted))
            return
        shown = [str(day) if day else "" for day in (before.since, since)]
        changes = (FieldChange(SINCE, *shown),) if shown[0] != shown[1] else ()
        plan.actions.append(self._action(line, Action.CHANGED, wanted, changes))
        plan.put.append(wanted)

    def _take_out(self, plan: _Plan, line: int, wanted: Participation) -> None:
        held = [
            one
            for (organisation, factory, _), one in self._held.items()
            if (organisation, factory) == (wanted.organisation_id, wanted.factory_id)
        ]
        action = Action.CHANGED if held else Action.UNCHANGED
        changes = tuple(FieldChange(ROLE, one.role.value, "") for one in held)
        plan.actions.append(self._action(line, action, wanted, changes))
        plan.remove += held

    def _action(
        self, line: int, action: Action, one: Participation, changes: Sequence[FieldChange] = ()
    ) -> RowAction:
        organisation, factory = self._name_of[one.organisation_id], self._name_of[one.factory_id]
        return RowAction(
            line,
            action,
            one.organisation_id,
            f"{organisation} · {factory} · {one.role.value}",
            tuple(changes),
        )


def _reject(plan: _Plan, row: Row, *rejects: Reject) -> None:
    plan.rejected.append(row._replace(rejects=rejects))
    plan.actions.append(RowAction(row.line, Action.REJECTED))


def _report(table: Table, plan: _Plan) -> ImportReport:
    done = [one.action for one in plan.actions]
    put = PutReport(done.count(Action.NEW), done.count(Action.CHANGED), done.count(Action.UNCHANGED))
    rejects = tuple(reject for row in plan.rejected for reject in row.rejects)
    mapping = [
        ColumnUse(title, place, name, Certainty.KNOWN if name else Certainty.NONE, _samples(table, place))
        for place, (title, name) in enumerate(zip(table.columns, fields_of(table.columns), strict=True))
    ]
    return ImportReport(
        len(table.rows),
        put,
        rejects,
        tuple(table.notices),
        mapping=tuple(mapping),
        actions=tuple(plan.actions),
    )


def _samples(table: Table, place: int) -> tuple[str, ...]:
    """Return the first different values of a column, shortened."""
    cells = [str(row.cells[place] or "") for row in table.rows if row.fault is None]
    return tuple(shortened(cell) for cell in list(dict.fromkeys(filter(str.strip, cells)))[:_SAMPLES])
