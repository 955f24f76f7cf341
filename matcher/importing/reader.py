"""A file as rows of items: :func:`read` finds what its rows and columns are, and reads them one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from matcher.domain.items import ItemType, Opportunity
from matcher.importing.columns.headers import TYPE_COLUMN, infer_type
from matcher.importing.columns.mapping import Choices, column_notices, is_ours, map_columns
from matcher.importing.fields import has_code
from matcher.importing.layout import Table, TableRow
from matcher.importing.report import ColumnUse, ItemTable, Notice, Reject, Row, shortened
from matcher.importing.rows import RowPlan, plan_rows, read_row
from matcher.importing.tables import read_table
from matcher.language import fold_words

_NO_CHOICES = Choices()


def read(
    path: Path,
    item_type: ItemType | None = None,
    *,
    choices: Choices = _NO_CHOICES,
    today: date | None = None,
) -> ItemTable:
    r"""Read an office file into rows of items.

    Parameters
    ----------
    path
        The file; its formats: :func:`matcher.importing.read_table`.
    item_type
        What the rows are. None: what ``choices`` say, else a column ``item_type`` row by row, else the
        headers betray it.
    choices
        What a person decided for this file: columns mapped or ignored, what empty cells mean.
    today
        The day on which a membership counts as ended; the present one by default.

    Returns
    -------
    ItemTable
        One row for each line with anything in it, in file order. A row without id gets one derived from its
        type and name, or its call's code.

    Raises
    ------
    InvalidRequest
        The file as a whole cannot be read: absent, empty, not a table, no column for the name, unknown type,
        or a column that may decide what is recommended and is not clear.

    Examples
    --------
    >>> file = getfixture("tmp_path") / "membres.csv"
    >>> _ = file.write_text("nom;site;texte;secteur;ville\nExemple;www.exemple.fr;Des cartes.;santé;Albi")
    >>> item = read(file).rows[0].item
    >>> item.name, item.sectors, item.source_url
    ('Exemple', ('santé',), 'https://www.exemple.fr')
    """
    table = read_table(path)
    wanted = item_type or choices.item_type
    typing = _Typing.of(table, wanted)
    day = today or datetime.now(UTC).date()
    plans: dict[ItemType, RowPlan] = {}
    mappings: list[tuple[ColumnUse, ...]] = []
    literal = is_ours(table.columns)
    for found in typing.types():
        same = [row for row in table.rows if row.fault is None and typing.of_row(row) is found]
        mapping = map_columns(path.name, table.columns, same, replace(choices, item_type=found), day)
        mappings.append(mapping)
        plans[found] = plan_rows(mapping, found, literal=literal, today=day)
    rows = tuple(_row(row, typing, plans) for row in table.rows)
    mapping = _merged(mappings)
    notices = [
        *table.notices,
        *column_notices(mapping),
        *_vague_sizes(rows, plans.values()),
        *_unplaced(rows, plans.values()),
        *_undated(rows, plans.values()),
    ]
    return ItemTable(
        tuple(table.columns),
        rows,
        tuple(notices),
        table.delimiter,
        mapping,
        choices.empty_clears,
        choices.file_wins,
    )


@dataclass(slots=True)
class _Typing:
    """What the rows of a table are: one type for all, or what a column says row by row."""

    asked: ItemType | None
    column: int | None
    inferred: ItemType | None = None
    _found: dict[ItemType, None] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table, asked: ItemType | None) -> "_Typing":
        keys = [fold_words(column) for column in table.columns]
        column = keys.index(fold_words(TYPE_COLUMN)) if fold_words(TYPE_COLUMN) in keys else None
        typing = cls(asked, column)
        if asked is None and column is None:
            typing.inferred = infer_type(table.columns, _first_ids(table, keys))
        for row in table.rows:
            found = typing.of_row(row) if row.fault is None else None
            if found is not None:
                typing._found[found] = None
        return typing

    def types(self) -> list[ItemType]:
        """Return the types that occur, in file order; the one asked for even if no row can be read."""
        one = self.asked or self.inferred
        return list(self._found) or ([one] if one else [])

    def said(self, row: TableRow) -> str:
        return "" if self.column is None else str(row.cells[self.column] or "").strip().lower()

    def of_row(self, row: TableRow) -> ItemType | None:
        """Return the type of a row, None when it is unknown or not the one asked for."""
        said = self.said(row)
        if not said:
            return self.asked or self.inferred
        named = ItemType(said) if said in set(ItemType) else None
        return named if self.asked in (None, named) else None


def _first_ids(table: Table, keys: Sequence[str]) -> list[str]:
    """Return the ids of the first rows, whose letters may tell what the rows are."""
    if "id" not in keys:
        return []
    at = keys.index("id")
    return [str(row.cells[at]) for row in table.rows[:100] if row.fault is None]


def _row(row: TableRow, typing: _Typing, plans: dict[ItemType, RowPlan]) -> Row:
    if row.fault:
        first = shortened(next(iter(row.cells), ""))
        return Row(row.line, row.cells, rejects=(Reject(row.line, "", row.fault.fr, row.fault.en, first),))
    found = typing.of_row(row)
    if found is not None:
        return read_row(row.line, row.cells, plans[found])
    fr, en = f"type attendu : {', '.join(ItemType)}", f"type expected: {', '.join(ItemType)}"
    if typing.asked is not None:
        kind = typing.asked.value
        fr, en = f"{kind} demandé avec --kind", f"{kind} asked for with --kind"
    reject = Reject(row.line, TYPE_COLUMN, fr, en, shortened(typing.said(row)))
    return Row(row.line, row.cells, rejects=(reject,))


def _merged(mappings: Sequence[tuple[ColumnUse, ...]]) -> tuple[ColumnUse, ...]:
    """Return one use for each column: of several types, the first that reads it."""
    if not mappings:
        return ()
    merged = list(mappings[0])
    for mapping in mappings[1:]:
        merged = [new if not old.field else old for old, new in zip(merged, mapping, strict=True)]
    return tuple(merged)


def _vague_sizes(rows: Sequence[Row], plans: Iterable[RowPlan]) -> list[Notice]:
    """Say once that sizes are left empty that may be one of two."""
    places = {column.position for plan in plans for column in plan.columns if column.field == "size_band"}
    vague = 0
    for row in rows:
        sizes = [fold_words(str(row.cells[n] or "")) for n in places if n < len(row.cells)]
        vague += sum(text in ("pme", "sme") for text in sizes)
    if not vague:
        return []
    return [
        Notice(
            f"Taille « PME » laissée vide ({vague} lignes) : préciser PE (10-49) ou ME (50-249).",
            f"Size 'PME' left empty ({vague} rows): say PE (10-49) or ME (50-249).",
        )
    ]


def _unplaced(rows: Sequence[Row], plans: Iterable[RowPlan]) -> list[Notice]:
    """Say once for each type that has no field for the name of a département that such names are not read."""
    notices = []
    for plan in plans:
        count = 0 if "department" in plan.item_class.model_fields else _named_departments(rows, plan)
        if count:
            title, kind = plan.titles["_department"], plan.item_type.value
            notices.append(
                Notice(
                    f"{title} : seul le code (31, 2A, 974) est lu pour ce type, {kind} ({count} noms).",
                    f"{title}: only the code (31, 2A, 974) is read for this type, {kind} ({count} names).",
                )
            )
    return notices


def _named_departments(rows: Sequence[Row], plan: RowPlan) -> int:
    """Count the rows of a plan that name their département without its code."""
    at = next((column.position for column in plan.columns if column.field == "_department"), None)
    if at is None:
        return 0
    texts = [str(row.cells[at] or "") for row in rows if isinstance(row.item, plan.item_class)]
    return sum(bool(text.strip()) and not has_code(text) for text in texts)


def _undated(rows: Sequence[Row], plans: Iterable[RowPlan]) -> list[Notice]:
    """Say once that calls whose dates and status leave their window open are not shown."""
    if any(column.field == "availability" for plan in plans for column in plan.columns):
        return []
    items = [row.item for row in rows if row.item and "availability" in row.item.model_fields_set]
    count = sum(isinstance(item, Opportunity) and item.availability == "unconfirmed" for item in items)
    if not count:
        return []
    return [
        Notice(
            f"Dates à confirmer ({count} lignes) : proposées à personne sans date limite entière "
            "ou statut « permanent ».",
            f"Dates to be confirmed ({count} rows): shown to nobody without a whole deadline "
            "or the status 'permanent'.",
        )
    ]
