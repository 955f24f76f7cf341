"""The commands on the catalogue: import, export, show."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table
from rich.text import Text

from matcher.adapters.sql import Store, open_store, store_file
from matcher.build import open_matcher
from matcher.domain.items import ItemType
from matcher.importing import ImportReport, jsonl_text, record, rejects_path, write_items
from matcher.importing import import_file as import_rows
from matcher.settings import Settings
from service.cli.render.console import remarks, results
from service.cli.render.item import card
from service.cli.render.phrases import Language

MAX_LISTED = 20


@contextmanager
def opened_store(settings: Settings, *, make: bool = True) -> Iterator[Store]:
    """Open the store alone: the index may be in use elsewhere.

    ``make`` makes it where there is none, or brings it to the schema of this release; else NotReady names the
    command that does.
    """
    store = open_store(settings.database_url)
    try:
        if make:
            store.migrate()
        else:
            store.check()
        yield store
    finally:
        store.close()


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


def show(settings: Settings, name_or_id: str, lang: Language, *, as_json: bool) -> None:
    """Print one item."""
    with open_matcher(settings) as matcher:
        item = matcher.resolve(name_or_id)
    if as_json:
        results().out(item.model_dump_json(indent=2), highlight=False)
    else:
        results().print(card(item, lang, settings.zone))


def import_file(
    settings: Settings, file: Path, item_type: ItemType | None, *, dry_run: bool, as_json: bool
) -> int:
    """Import a file, say what became of its rows, and return the exit code: 0, or 2 if rows were rejected."""
    opened = _compared_store if dry_run else opened_store
    with opened(settings) as store, remarks().status(f"Reading {file.name}"):
        report = import_rows(file, store, item_type=item_type, dry_run=dry_run)
    if as_json:
        results().out(json.dumps(_told(report), ensure_ascii=False, indent=2), highlight=False)
    else:
        _print_report(file, report)
        if not dry_run:
            results().out(f"  Base / store: {store.place}", highlight=False)
    return 2 if report.rejects else 0


def export(settings: Settings, file: Path | None, item_type: ItemType | None) -> None:
    """Write the items of one type, or of all, as CSV or JSON Lines.

    What was written is read back and compared, so that an export that `matcher import` would read otherwise
    is never taken for a good one: only then does it replace a file of that name.

    Raises
    ------
    InvalidRequest
        The file's ending is unknown, or a CSV is asked for without ``--kind``.
    BackendUnavailable
        The file cannot be written.
    """
    with opened_store(settings, make=False) as store:
        items = list(store.items.all(item_type))
    if file is None:
        results().out(jsonl_text(map(record, items)), end="", highlight=False)
        return
    write_items(file, items, item_type)
    remarks().print(f"{len(items)} items written to {file}.")


def _told(report: ImportReport) -> dict[str, Any]:
    put = report.put
    rejects = [
        {"line": r.line, "field": r.field, "value": r.value, "fr": r.fr, "en": r.en} for r in report.rejects
    ]
    return {
        "dry_run": report.dry_run,
        "read": report.read,
        "inserted": put.inserted,
        "updated": put.updated,
        "unchanged": put.unchanged,
        "rejected": report.rejected,
        "rejects": rejects,
        "notices": [{"fr": notice.fr, "en": notice.en} for notice in report.notices],
    }


def _print_report(file: Path, report: ImportReport) -> None:
    console, put = results(), report.put
    would = "à blanc, rien n'est changé / dry run, nothing changed: " if report.dry_run else ""
    console.print(
        f"{file.name}: {would}{report.read} lignes lues / rows read, {put.inserted} nouvelles / new, "
        f"{put.updated} modifiées / changed, {put.unchanged} inchangées / unchanged, "
        f"{report.rejected} rejetées / rejected"
    )
    for notice in report.notices:
        console.print(Text(f"  {notice.fr} / {notice.en}", "yellow"))
    if report.rejects:
        console.print(_rejects(report))
        if not report.dry_run:
            console.print(f"  Lignes rejetées / rejected rows: {rejects_path(file)}")
    if put.changed and not report.dry_run:
        console.print("  Puis / then: matcher index", style="dim")


def _rejects(report: ImportReport) -> Table:
    table = Table("ligne", "champ", "valeur", "raison / reason", header_style="dim", box=None, padding=(0, 1))
    for reject in report.rejects[:MAX_LISTED]:
        table.add_row(str(reject.line), reject.field, reject.value, reject.reason)
    if len(report.rejects) > MAX_LISTED:
        table.add_row("…", "", "", f"{len(report.rejects) - MAX_LISTED} de plus / more")
    return table
