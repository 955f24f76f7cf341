"""From a table to the store: bad rows are reported and set aside, good rows go in as one transaction.

A row of a known id replaces only the columns its file has: an office list with names and cities does not
empty the expertise entered elsewhere. Importing the same table twice therefore changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from pydantic import ValidationError

from matcher.domain.events import PutReport
from matcher.domain.items import AnyItem, ItemType
from matcher.domain.store import Store
from matcher.importing.report import ImportReport, ItemTable, Reject, Row
from matcher.language import fold_words


def derived_id(item_type: ItemType, name: str) -> str:
    """Return the id of an item that came without one: the same for the same type and folded name.

    >>> derived_id(ItemType.LEAD, "École 42") == derived_id(ItemType.LEAD, "ecole  42")
    True
    """
    digest = hashlib.sha256(f"{item_type.value}:{fold_words(name)}".encode()).hexdigest()
    return f"{item_type.value}-{digest[:16]}"


def import_table(
    table: ItemTable,
    store: Store,
    *,
    source: str,
    dry_run: bool = False,
    on_rejects: Callable[[Sequence[Row]], None] | None = None,
) -> ImportReport:
    """Put the good rows of ``table`` into ``store``.

    Parameters
    ----------
    table
        Rows already validated one by one.
    store
        Where they go. All of them go in, or, if anything fails or the process is killed, none. What they
        complete is read while nobody else can write: of two imports at once, the second completes the first.
    source
        Kept beside each changed item: the file's name.
    dry_run
        Report what would happen and change nothing.
    on_rejects
        Called with the rejected rows, in file order, before anything is stored: if they cannot be kept,
        nothing is imported. Not called on a dry run.

    Returns
    -------
    ImportReport
        Counts, and every reason by line. A row without id takes that of the stored item of its type and
        name, else one derived from both; the second row of one id is rejected.
    """
    if dry_run:
        rows, known = _decided(table.rows, store)
        put = _foresee([row.item for row in rows if row.item], known)
        return ImportReport(len(rows), put, _reasons(rows), table.notices, dry_run=True)
    rows = []

    def good() -> list[AnyItem]:
        rows[:], _ = _decided(table.rows, store)
        if on_rejects:
            on_rejects([row for row in rows if not row.item])
        return [row.item for row in rows if row.item]

    put = store.items.put(good, source=source)
    return ImportReport(len(rows), put, _reasons(rows), table.notices)


def _decided(rows: Sequence[Row], store: Store) -> tuple[list[Row], dict[str, AnyItem]]:
    """Return each row with the whole item to store or the reasons why not, and what the store has of them."""
    rows = _unique(_adopt(rows, store))
    known = store.items.get_many([row.item.id for row in rows if row.item])
    return [_merged(row, known.get(row.item.id)) if row.item else row for row in rows], known


def _reasons(rows: Sequence[Row]) -> tuple[Reject, ...]:
    return tuple(reject for row in rows if not row.item for reject in row.rejects)


def rejected(row: Row, column: str, fr: str, en: str, value: str = "") -> Row:
    """Return ``row`` without its item, with one more reason."""
    reason = Reject(row.line, column, fr, en, value)
    return row._replace(item=None, rejects=(*row.rejects, reason))


def _adopt(rows: Sequence[Row], store: Store) -> list[Row]:
    """Give rows without id the id of the stored item of their name."""
    stored: dict[ItemType, dict[str, list[str]]] = {}
    adopted = []
    for row in rows:
        if row.item is None or not row.id_derived:
            adopted.append(row)
            continue
        item_type = row.item.item_type
        if item_type not in stored:
            stored[item_type] = _ids_by_name(store.items.names(item_type))
        by_name = stored[item_type]
        ids = by_name.get(fold_words(row.item.name), []) if by_name else []
        if len(ids) > 1:
            several = ", ".join(ids[:5])
            fr = f"plusieurs fiches portent ce nom ({several}) : ajoutez une colonne id"
            en = f"several items have this name ({several}): add an id column"
            adopted.append(rejected(row, "id", fr, en, row.item.name))
        else:
            adopted.append(row._replace(item=row.item.model_copy(update={"id": ids[0]})) if ids else row)
    return adopted


def _ids_by_name(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for item_id, name in names:
        ids.setdefault(fold_words(name), []).append(item_id)
    return ids


def _unique(rows: Sequence[Row]) -> list[Row]:
    """Reject every row whose id an earlier row has."""
    lines: dict[str, int] = {}
    unique = []
    for row in rows:
        first = lines.setdefault(row.item.id, row.line) if row.item else row.line
        if row.item is None or first == row.line:
            unique.append(row)
        elif row.id_derived:
            fr = f"même nom qu'à la ligne {first} : ajoutez une colonne id si ce sont deux fiches"
            en = f"same name as on line {first}: add an id column if they are two items"
            unique.append(rejected(row, "name", fr, en, row.item.name))
        else:
            fr, en = f"même id qu'à la ligne {first}", f"same id as on line {first}"
            unique.append(rejected(row, "id", fr, en, row.item.id))
    return unique


def _merged(row: Row, stored: AnyItem | None) -> Row:
    """Complete the row's item with what the store has in the columns the file lacks."""
    item = row.item
    if item is None or stored is None or stored == item:
        return row
    if type(stored) is not type(item):
        fr = f"cet id est déjà celui d'un élément de type {stored.item_type.value}"
        en = f"this id already belongs to an item of type {stored.item_type.value}"
        return rejected(row, "id", fr, en, item.id)
    if item.model_fields_set >= stored.model_fields_set:
        return row
    given = {name: getattr(item, name) for name in item.model_fields_set}
    try:
        return row._replace(item=type(item).model_validate({**dict(stored), **given}))
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        return rejected(
            row,
            "",
            f"ne s'accorde pas avec la fiche en base : {what}",
            f"does not fit the stored item: {what}",
        )


def _foresee(items: Sequence[AnyItem], known: dict[str, AnyItem]) -> PutReport:
    new = sum(item.id not in known for item in items)
    same = sum(known.get(item.id) == item for item in items)
    return PutReport(new, len(items) - new - same, same)
