"""Tables of items: :func:`read` turns a file into rows that hold an item or the reasons why not.

Each cell is read as its field wants it (:mod:`matcher.importing.cells`), then pydantic validates the
row (:mod:`matcher.importing.rows`). An empty cell means the field's default; a column the file does
not have leaves the field unset.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matcher.domain.items import ItemType, Opportunity
from matcher.domain.store import Store
from matcher.errors import BackendUnavailable
from matcher.importing.export import write_csv
from matcher.importing.fields import has_code
from matcher.importing.headers import TYPE_COLUMN, infer_type
from matcher.importing.importer import import_table
from matcher.importing.layout import OURS, Table
from matcher.importing.reasons import shortened
from matcher.importing.report import ImportReport, ItemTable, Notice, Reject, Row
from matcher.importing.rows import Plan, plan_for, read_row
from matcher.importing.tables import read_table
from matcher.language import fold_words


def read(path: Path, item_type: ItemType | None = None) -> ItemTable:
    r"""Read a CSV, XLSX or JSON Lines file into rows.

    Parameters
    ----------
    path
        The file. How it is decoded: :mod:`matcher.importing.tables`.
    item_type
        What the rows are; None: a column ``item_type`` says it row by row, else the headers betray it.

    Returns
    -------
    ItemTable
        One row for each line with anything in it, in file order. A row without id gets one derived from its
        type and name, or its call's code.

    Raises
    ------
    InvalidRequest
        The file as a whole cannot be read: absent, empty, not a table, no column for the name, unknown type.

    Examples
    --------
    >>> file = getfixture("tmp_path") / "membres.csv"
    >>> _ = file.write_text("nom;site;texte;secteur;ville\nExemple;www.exemple.fr;Des cartes.;santé;Albi")
    >>> item = read(file).rows[0].item
    >>> item.name, item.sectors, item.source_url
    ('Exemple', ('santé',), 'https://www.exemple.fr')
    """
    table = read_table(path)
    kinds = [fold_words(column) for column in table.columns]
    typed = kinds.index(fold_words(TYPE_COLUMN)) if fold_words(TYPE_COLUMN) in kinds else None
    if item_type is None and typed is None:
        whole = [row.cells for row in table.rows[:100] if row.fault is None and "id" in kinds]
        item_type = infer_type(table.columns, [str(row[kinds.index("id")]) for row in whole])
    plans: dict[ItemType, Plan] = {}
    rows = []
    for line, cells, fault in table.rows:
        said = "" if typed is None or fault else str(cells[typed] or "").strip().lower()
        row_type = _row_type(said, item_type)
        if fault:
            rows.append(_refused(line, cells, "", *fault, str(next(iter(cells), ""))))
        elif row_type is None:
            what = (f"type attendu : {', '.join(ItemType)}", f"type expected: {', '.join(ItemType)}")
            if item_type is not None:
                what = (f"{item_type.value} demandé avec --kind", f"{item_type.value} asked for with --kind")
            rows.append(_refused(line, cells, TYPE_COLUMN, *what, said))
        else:
            if row_type not in plans:
                plans[row_type] = plan_for(path.name, table.columns, row_type)
            rows.append(read_row(line, cells, plans[row_type]))
    known = list(plans.values())
    notices = (
        *table.notices,
        *_column_notices(table, known),
        *_unplaced(rows, known),
        *_undated(rows, known),
    )
    return ItemTable(tuple(table.columns), tuple(rows), notices, table.delimiter)


def import_file(
    path: Path, store: Store, *, item_type: ItemType | None = None, dry_run: bool = False
) -> ImportReport:
    """Read a file and put its good rows into ``store`` as one transaction.

    The rejected rows are written to :func:`rejects_path` first; a former one is removed when there are none.
    A dry run writes nothing at all.
    """
    with _collector_paused():
        table = read(path, item_type)
        return import_table(
            table,
            store,
            source=path.name,
            dry_run=dry_run,
            on_rejects=lambda bad: write_rejects(rejects_path(path), table, bad),
        )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Spare the cyclic collector rows that hold no cycles: it would walk them all again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def rejects_path(path: Path) -> Path:
    """Return where the rejected rows of ``path`` go: ``members.csv.rejects.csv`` beside it."""
    return path.with_name(f"{path.name}.rejects.csv")


def write_rejects(out: Path, table: ItemTable, rows: Sequence[Row]) -> None:
    """Write rows with ``line`` and ``reason`` before all their cells; no rows: remove ``out``.

    UTF-8 with BOM and the delimiter of the file, which spreadsheets open as they are; mended, the file can be
    imported itself. Cells beyond the header stay beyond it: until mended, such a row is refused again.
    """
    try:
        if rows:
            cells = ([row.line, _reasons(row), *row.cells] for row in rows)
            write_csv(out, [*OURS, *table.columns], cells, delimiter=table.delimiter)
        elif out.exists():  # a read-only folder refuses to unlink even what is not there
            out.unlink()
    except (BackendUnavailable, OSError) as error:
        raise BackendUnavailable(
            f"The rejected rows cannot be kept, so nothing was imported. {error} "
            "Or copy the file to a folder you may write to, with space left.",
            place=out,
            cause=getattr(error, "cause", "") or getattr(error, "strerror", ""),
        ) from error


def _reasons(row: Row) -> str:
    return " | ".join(
        f"{reject.field}: {reject.reason}" if reject.field else reject.reason for reject in row.rejects
    )


def _row_type(said: str, asked: ItemType | None) -> ItemType | None:
    """Return the type of a row, None when it is unknown or not the one asked for."""
    if not said:
        return asked
    told = ItemType(said) if said in set(ItemType) else None
    return told if asked in (None, told) else None


def _refused(line: int, cells: list[Any], column: str, fr: str, en: str, value: str) -> Row:
    return Row(line, cells, rejects=(Reject(line, column, fr, en, shortened(value)),))


def _column_notices(table: Table, plans: list[Plan]) -> list[Notice]:
    """Say once what is not read: unknown columns, and sizes too vague to keep."""
    used = {column.position for plan in plans for column in plan.columns}
    filled = {n for row in table.rows for n, cell in enumerate(row.cells) if cell}
    unknown = [
        column
        for n, column in enumerate(table.columns)
        if n not in used and n in filled and fold_words(column) != fold_words(TYPE_COLUMN)
    ]
    notices = []
    if unknown and plans:
        names = ", ".join(unknown)
        notices.append(
            Notice(f"Colonnes inconnues, non lues : {names}.", f"Unknown columns, not read: {names}.")
        )
    places = {column.position for plan in plans for column in plan.columns if column.field == "size_band"}
    vague = sum(
        fold_words(str(row.cells[n] or "")) in ("pme", "sme")
        for row in table.rows
        for n in places
        if n < len(row.cells)
    )
    if vague:
        notices.append(
            Notice(
                f"Taille « PME » laissée vide ({vague} lignes) : préciser PE (10-49) ou ME (50-249).",
                f"Size 'PME' left empty ({vague} rows): say PE (10-49) or ME (50-249).",
            )
        )
    return notices


def _unplaced(rows: Sequence[Row], plans: list[Plan]) -> Iterator[Notice]:
    """Say once for each type that has no field for the name of a département that such names are not read."""
    for plan in plans:
        at = next((column.position for column in plan.columns if column.field == "_department"), None)
        if at is None or "department" in plan.item_class.model_fields:
            continue
        told = [str(row.cells[at] or "") for row in rows if isinstance(row.item, plan.item_class)]
        count = sum(bool(text.strip()) and not has_code(text) for text in told)
        if count:
            title, kind = plan.titles["_department"], plan.item_type.value
            yield Notice(
                f"{title} : seul le code (31, 2A, 974) est lu pour ce type, {kind} ({count} noms).",
                f"{title}: only the code (31, 2A, 974) is read for this type, {kind} ({count} names).",
            )


def _undated(rows: Sequence[Row], plans: list[Plan]) -> list[Notice]:
    """Say once that calls are shown to nobody whose dates and status, as written, leave it open when."""
    told = [row.item for row in rows if row.item and "availability" in row.item.model_fields_set]
    count = sum(isinstance(item, Opportunity) and item.availability == "unconfirmed" for item in told)
    if not count or any(column.field == "availability" for plan in plans for column in plan.columns):
        return []
    return [
        Notice(
            f"Dates à confirmer ({count} lignes) : proposées à personne sans date limite entière "
            "ou statut « permanent ».",
            f"Dates to be confirmed ({count} rows): shown to nobody without a whole deadline "
            "or the status 'permanent'.",
        )
    ]
