"""The commands that change the catalogue from files: import, imports, undo, merge."""

import getpass
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table
from rich.text import Text

from matcher.adapters.sql import Store, store_file
from matcher.domain.imports import ImportBatch
from matcher.domain.items import ItemType
from matcher.importing import (
    Action,
    Choices,
    FieldKept,
    ImportReport,
    Reject,
    RowAction,
    Towns,
    Twins,
    combined,
    import_file,
    import_participations,
    lists_participations,
    load_profile,
    refusal,
    rejects_path,
    save_profile,
)
from matcher.knowledge import read_territory
from matcher.language import find_one
from matcher.settings import Settings
from service.cli.catalogue import opened_store
from service.cli.render.console import remarks, results

MAX_LISTED = 20
_SURE = {
    "asked": "demandé / asked",
    "exact": "nom du champ / field name",
    "known": "titre connu / known title",
    "none": "non lue / not read",
}
_DONE = {
    Action.NEW: "nouvelle / new",
    Action.CHANGED: "modifiée / changed",
    Action.UNCHANGED: "inchangée / unchanged",
    Action.REJECTED: "rejetée / rejected",
}


@contextmanager
def _compared_store(settings: Settings) -> Iterator[Store]:
    """Open what a dry run compares with: the store as it is, or an empty one where there is none."""
    file = store_file(settings.database_url)
    if file is None or file.exists():
        with opened_store(settings, make=False) as store:
            yield store
        return
    with TemporaryDirectory() as folder:
        empty = settings.model_copy(update={"database_url": f"sqlite:///{folder}/matcher.db"})
        with opened_store(empty) as store:
            yield store


def run_import(
    settings: Settings,
    file: Path,
    asked: Choices,
    *,
    profile: str | None = None,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Import a file, say what became of its rows, and return the exit code: 0, or 2 if rows were rejected.

    A dry run shows the plan: what each column gives, and what becomes of each row. With a ``profile``, its
    choices are used and, unless it is a dry run, those of this call are kept in it.
    """
    folder = settings.home / "import-profiles"
    choices = combined(load_profile(folder, profile), asked) if profile else asked
    opened = _compared_store if dry_run else opened_store
    with opened(settings) as store, remarks().status(f"Reading {file.name}"):
        if choices == Choices() and lists_participations(file):
            report = import_participations(file, store, who=_who(), dry_run=dry_run)
        else:
            report = import_file(
                file, store, choices=choices, who=_who(), dry_run=dry_run, towns=_towns(settings)
            )
        if profile and not dry_run:
            save_profile(folder, profile, choices)
    if as_json:
        results().out(json.dumps(as_record(report), ensure_ascii=False, indent=2), highlight=False)
    else:
        _print_report(file, report)
        if not dry_run:
            results().out(f"  Base / store: {store.place}", highlight=False)
    return 2 if report.rejects else 0


def _towns(settings: Settings) -> Towns | None:
    """Return what is known of towns, None where no list of them is installed: an import does without."""
    folder = settings.data_dir / "reference"
    return read_territory(folder) if (folder / "communes.csv").is_file() else None


def _who() -> str:
    """Return the account that runs the command; empty where the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def list_imports(settings: Settings, *, as_json: bool) -> None:
    """Print the imports, the latest first."""
    with opened_store(settings, make=False) as store:
        batches = store.imports.all()
    if as_json:
        records = [_batch_record(batch) for batch in batches]
        results().out(json.dumps(records, ensure_ascii=False, indent=2), highlight=False)
        return
    table = _table("import", "fichier / file", "par / by", "nouvelles / new", "modifiées / changed", "")
    for batch in batches:
        undone = "annulé / undone" if batch.undone_at else ""
        table.add_row(
            batch.id, batch.file.name, batch.file.who, str(batch.inserted), str(batch.updated), undone
        )
    results().print(table)


def _batch_record(batch: ImportBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "file": batch.file.name,
        "sha256": batch.file.sha256,
        "who": batch.file.who,
        "at": batch.at.isoformat(),
        "inserted": batch.inserted,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "undone_at": batch.undone_at.isoformat() if batch.undone_at else None,
    }


def undo(settings: Settings, batch: str, *, as_json: bool) -> None:
    """Bring back what an import changed, and say which items stay because they were changed since."""
    with opened_store(settings) as store:
        report = store.imports.undo(batch)
        adrift = [store.people.get(person_id).name for person_id in report.adrift]
    if as_json:
        results().out(json.dumps(asdict(report), indent=2), highlight=False)
        return
    console = results()
    console.print(
        f"{batch}: {len(report.restored)} fiches rétablies / restored, "
        f"{len(report.removed)} nouvelles retirées / new ones removed"
    )
    if report.kept:
        listed = ", ".join(report.kept[:MAX_LISTED])
        console.print(f"  Modifiées depuis, laissées / changed since, left as they are: {listed}")
    if adrift:
        console.print(f"  Ne parlent plus pour aucune organisation / speak for none now: {', '.join(adrift)}")
    console.print("  Puis / then: matcher index", style="dim")


def merge(settings: Settings, kept: str, dropped: str) -> None:
    """Make one item of two; everything that named the second names the first."""
    with opened_store(settings) as store:
        names = store.items.names()
        kept_id, dropped_id = find_one(kept, names), find_one(dropped, names)
        merged = store.items.merge(kept_id, dropped_id)
    results().print(
        f"{dropped_id} fusionnée avec / merged into {merged.id} ({merged.name}). Puis / then: matcher index"
    )


def as_record(report: ImportReport) -> dict[str, Any]:
    """Lay a report out as JSON, each text in both languages."""
    put = report.put
    return {
        "dry_run": report.dry_run,
        "read": report.read,
        "inserted": put.inserted,
        "updated": put.updated,
        "unchanged": put.unchanged,
        "rejected": report.rejected,
        "kept": report.kept,
        "emptied": report.emptied,
        "batch": report.batch,
        "rejects": [_reject(reject) for reject in report.rejects],
        "unread": [_reject(reject) for reject in report.unread],
        "doubts": [_reject(doubt) for doubt in report.doubts],
        "notices": [{"fr": notice.fr, "en": notice.en} for notice in report.notices],
        "columns": _columns(report),
        "rows": [_row(one) for one in report.actions],
        "twins": [_twins_record(twins) for twins in report.twins],
    }


def _reject(reject: Reject) -> dict[str, Any]:
    return {
        "line": reject.line,
        "field": reject.field,
        "value": reject.value,
        "fr": reject.fr,
        "en": reject.en,
    }


def _twins_record(twins: Twins) -> dict[str, Any]:
    return {"reason": twins.reason, "ids": [item_id for item_id, _ in twins.items]}


def _columns(report: ImportReport) -> list[dict[str, Any]]:
    return [
        {
            "title": use.title,
            "field": use.field,
            "certainty": use.certainty.value,
            "samples": list(use.samples),
            "fr": use.why.fr if use.why else "",
            "en": use.why.en if use.why else "",
        }
        for use in report.mapping
    ]


def _kept_record(kept: FieldKept) -> dict[str, Any]:
    return asdict(kept) | {"written_at": kept.written_at.isoformat() if kept.written_at else None}


def _row(one: RowAction) -> dict[str, Any]:
    return {
        "line": one.line,
        "action": one.action.value,
        "id": one.item_id,
        "name": one.name,
        "changes": [asdict(change) for change in one.changes],
        "kept": [_kept_record(kept) for kept in one.kept],
    }


def _print_report(file: Path, report: ImportReport) -> None:
    console, put = results(), report.put
    would = "à blanc, rien n'est changé / dry run, nothing changed: " if report.dry_run else ""
    console.print(
        f"{file.name}: {would}{report.read} lignes lues / rows read, {put.inserted} nouvelles / new, "
        f"{put.updated} modifiées / changed, {put.unchanged} inchangées / unchanged, "
        f"{report.rejected} rejetées / rejected"
    )
    for line in _counts(report):
        console.print(f"  {line}")
    for notice in report.notices:
        console.print(Text(f"  {notice.fr} / {notice.en}", "yellow"))
    for twins in report.twins[:MAX_LISTED]:
        console.print(Text(f"  {_twins(twins)}", "yellow"))
    if report.dry_run:
        console.print(_mapping(report))
        console.print(_changes(report))
    for table in _looked_at(report):
        console.print(table)
    if not report.dry_run:
        _print_next(file, report)


def _looked_at(report: ImportReport) -> Iterator[Table]:
    """Yield what a person should look at: what stays, what may be wrong, what is left out."""
    if any(one.theirs for one in report.actions):
        yield _theirs(report)
    if report.doubts:
        yield _faults("à vérifier / to check", report.doubts)
    if report.rejects or report.unread:
        yield _faults("raison / reason", [*report.rejects, *report.unread])


def _print_next(file: Path, report: ImportReport) -> None:
    """Say what may be done after an import."""
    console = results()
    if report.rejects or report.unread:
        console.print(f"  À corriger et réimporter / to correct and import again: {rejects_path(file)}")
    if report.batch:
        console.print(f"  Pour annuler / to undo: matcher undo {report.batch}", style="dim")
        console.print("  Puis / then: matcher index", style="dim")


def _counts(report: ImportReport) -> Iterator[str]:
    if report.kept:
        yield (
            f"{report.kept} cellules vides ont laissé la valeur en base (--empty-clears : les vider) / "
            f"empty cells kept what is stored (--empty-clears empties it)"
        )
    if report.alike:
        yield (
            f"{report.alike} cellules ne diffèrent que par les majuscules ou les accents : la base reste / "
            "cells differ by capitals or accents alone: what is stored stays"
        )
    if report.emptied:
        yield f"{report.emptied} champs vidés / fields emptied"
    if report.unread:
        yield (
            f"{len(report.unread)} cellules non lues, le reste de leur ligne est importé / "
            "cells not read, the rest of their row is imported"
        )


def _twins(twins: Twins) -> str:
    listed = ", ".join(f"{name} ({item_id})" for item_id, name in twins.items)
    first, second = twins.items[0][0], twins.items[1][0]
    why = "même SIRET / same SIRET" if twins.reason == "siret" else "même nom / same name"
    return f"Doublon possible / possible twins, {why}: {listed}. matcher merge {first} {second}"


def _table(*titles: str) -> Table:
    return Table(*titles, header_style="dim", box=None, padding=(0, 1))


def _mapping(report: ImportReport) -> Table:
    table = _table("colonne / column", "champ / field", "", "exemples / samples")
    for use in report.mapping:
        why = f"{use.why.fr} / {use.why.en}" if use.why else _SURE[use.certainty.value]
        table.add_row(use.title, use.field.removeprefix("_") or "-", why, " · ".join(use.samples))
    return table


def _changes(report: ImportReport) -> Table:
    table = _table("ligne", "", "fiche / item", "changements / changes")
    changed = [one for one in report.actions if one.action in (Action.NEW, Action.CHANGED)]
    for one in changed[:MAX_LISTED]:
        changes = [
            f"{change.field}: {change.before or '-'} → {change.after or '-'}" for change in one.changes
        ]
        table.add_row(str(one.line), _DONE[one.action], f"{one.name} ({one.item_id})", "\n".join(changes))
    _more(table, changed)
    return table


def _theirs(report: ImportReport) -> Table:
    """List what stays because members wrote it themselves."""
    table = _table("ligne", "fiche / item", "reste / stays", "dans le fichier / in the file")
    for one in report.actions:
        for kept in one.theirs:
            day = f"{kept.written_at:%Y-%m-%d}"
            stays = f"{kept.field}: {kept.stored or '-'} (écrit par le membre / written by the member, {day})"
            table.add_row(str(one.line), f"{one.name} ({one.item_id})", stays, kept.given or "-")
    table.add_row("", "", "--file-wins : prendre le fichier / take the file's", "")
    return table


def _faults(title: str, faults: Sequence[Reject]) -> Table:
    table = _table("ligne", "champ", "valeur", title)
    for reject in faults[:MAX_LISTED]:
        table.add_row(str(reject.line), reject.field, reject.value, reject.reason)
    _more(table, faults)
    return table


def _more(table: Table, rows: Sequence[object]) -> None:
    if len(rows) > MAX_LISTED:
        table.add_row("…", "", "", f"{len(rows) - MAX_LISTED} de plus / more")


def choices_of(
    kind: ItemType | None,
    mapped: Iterable[str],
    ignored: Iterable[str],
    *,
    empty_clears: bool,
    file_wins: bool = False,
) -> Choices:
    """Return the choices of a command line; InvalidRequest when a ``--map`` is not ``"Column=field"``."""
    columns = {}
    for pair in mapped:
        title, sign, field = pair.rpartition("=")
        if not sign or not title.strip() or not field.strip():
            raise refusal(
                f'--map "{pair}" : écrire --map "Colonne=champ".',
                f'--map "{pair}": write --map "Column=field".',
            )
        columns[title.strip()] = field.strip()
    return Choices(kind, columns, tuple(ignored), empty_clears, file_wins)
