"""What becomes of each row of a file, and the report of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from matcher.domain.events import PutReport
from matcher.domain.items import AnyItem, ItemType, Organisation
from matcher.domain.store import Store
from matcher.importing.planning.completing import completed, rejected, shown
from matcher.importing.report import (
    Action,
    FieldChange,
    ImportReport,
    ItemTable,
    Notice,
    Reject,
    Row,
    RowAction,
    Twins,
)
from matcher.language import fold_words, twin_key


class Decided(NamedTuple):
    """Rows with the whole items to store, or the reasons why not; and what the store has of them."""

    rows: list[Row]
    known: dict[str, AnyItem]

    @property
    def items(self) -> list[AnyItem]:
        """The items to store, in file order."""
        return [row.item for row in self.rows if row.item]

    @property
    def set_aside(self) -> list[Row]:
        """The rows that stay out, and those of which a cell does, in file order."""
        return [row for row in self.rows if row.rejects or row.unread]


def decide(table: ItemTable, store: Store) -> Decided:
    """Return what becomes of each row against what the store holds now.

    A row without id takes that of the stored item of its type and name, else one derived from both; the
    second row of one id is rejected; fields without column, those of empty cells unless they clear, and those
    that the organisation wrote itself (:mod:`~matcher.importing.planning.completing`) stay as they are in the
    store. An organisation erased at its own request is rejected.
    """
    rows = _welcome(_unique(_adopt(table.rows, store)), store)
    known = store.items.get_many([row.item.id for row in rows if row.item])
    theirs = store.imports.written_by_members(known)
    whole = []
    for row in rows:
        item_id = row.item.id if row.item else ""
        whole.append(completed(row, known.get(item_id), theirs.get(item_id, {}), table))
    return Decided(whole, known)


def report_of(
    table: ItemTable, decided: Decided, *, twins: Sequence[Twins] = (), doubts: Sequence[Reject] = ()
) -> ImportReport:
    """Return the report of an import that writes what was decided."""
    actions = [_action(row, decided.known) for row in decided.rows]
    counts = Counter(one.action for one in actions)
    emptied = 0
    for one in actions:
        emptied += sum(not change.after for change in one.changes)
    return ImportReport(
        read=len(decided.rows),
        put=PutReport(counts[Action.NEW], counts[Action.CHANGED], counts[Action.UNCHANGED]),
        rejects=_rejects(decided),
        notices=(*table.notices, *_excluded(decided), *_still_excluded(table, decided)),
        mapping=table.mapping,
        actions=tuple(actions),
        unread=_unread(decided),
        twins=tuple(twins),
        doubts=tuple(doubts),
        kept=0 if table.empty_clears else _kept(decided),
        emptied=emptied,
    )


def _rejects(decided: Decided) -> tuple[Reject, ...]:
    return tuple(reject for row in decided.rows if not row.item for reject in row.rejects)


def _unread(decided: Decided) -> tuple[Reject, ...]:
    return tuple(reject for row in decided.rows if row.item for reject in row.unread)


def find_twins(decided: Decided, store: Store) -> list[Twins]:
    """Return the organisations of the file that may be one with another, of the file or of the store.

    By SIRET first, then by name without case, accents, punctuation, spaces and legal form; each group once.
    """
    everyone, mine = _organisations(decided, store)
    sirets = [item.siret for item in everyone]
    names = [twin_key(item.name) for item in everyone]
    found: dict[frozenset[str], Twins] = {}
    for reason, keys in (("siret", sirets), ("name", names)):
        for group in _groups(keys):
            items = tuple((everyone[n].id, everyone[n].name) for n in group)
            ids = frozenset(item_id for item_id, _ in items)
            if ids & mine:
                found.setdefault(ids, Twins(reason, items))
    return list(found.values())


def _organisations(decided: Decided, store: Store) -> tuple[list[Organisation], set[str]]:
    """Return the organisations of the file, then those of the store alone; and the ids of the former."""
    everyone = [item for item in decided.items if isinstance(item, Organisation)]
    mine = {item.id for item in everyone}
    if everyone:
        stored = store.items.all(ItemType.ORGANISATION)
        everyone += [item for item in stored if isinstance(item, Organisation) and item.id not in mine]
    return everyone, mine


def _groups(keys: Sequence[str]) -> list[list[int]]:
    """Return the positions of each key that comes twice or more, without the empty one."""
    places: dict[str, list[int]] = {}
    for position, key in enumerate(keys):
        if key:
            places.setdefault(key, []).append(position)
    return [group for group in places.values() if len(group) > 1]


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
        ids = stored[item_type].get(fold_words(row.item.name), [])
        if len(ids) > 1:
            several = ", ".join(ids[:5])
            fr = f"plusieurs fiches portent ce nom ({several}) : ajoutez une colonne id"
            en = f"several items have this name ({several}): add an id column"
            adopted.append(rejected(row, "id", fr, en, row.item.name))
        elif ids:
            adopted.append(row._replace(item=row.item.model_copy(update={"id": ids[0]})))
        else:
            adopted.append(row)
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


def _welcome(rows: Sequence[Row], store: Store) -> list[Row]:
    """Reject the rows of organisations that were erased at their own request."""
    since = store.items.suppressed([row.item for row in rows if row.item])
    welcome = []
    for row in rows:
        if row.item is None or row.item.id not in since:
            welcome.append(row)
            continue
        at = since[row.item.id]
        fr = f"effacée à sa demande le {at:%d/%m/%Y} : elle n'est pas reprise"
        en = f"erased at its own request on {at:%Y-%m-%d}: it is not taken in again"
        # Its cells stay out of the list of rejects: they are what was erased.
        welcome.append(rejected(row._replace(cells=[""] * len(row.cells)), "name", fr, en))
    return welcome


def _action(row: Row, known: Mapping[str, AnyItem]) -> RowAction:
    item = row.item
    if item is None:
        return RowAction(row.line, Action.REJECTED)
    stored = known.get(item.id)
    if stored is None:
        return RowAction(row.line, Action.NEW, item.id, item.name)
    changes = []
    for name in type(item).model_fields:
        before, after = getattr(stored, name), getattr(item, name)
        if before != after:
            changes.append(FieldChange(name, shown(before), shown(after)))
    action = Action.CHANGED if changes else Action.UNCHANGED
    return RowAction(row.line, action, item.id, item.name, tuple(changes), row.kept)


def _kept(decided: Decided) -> int:
    """Count the empty cells of stored items that leave something as it is."""
    count = 0
    for row in decided.rows:
        stored = decided.known.get(row.item.id) if row.item else None
        if stored is not None:
            count += sum(bool(getattr(stored, name)) for name in row.empty)
    return count


def _excluded(decided: Decided) -> list[Notice]:
    """Say how many organisations the file takes out of all recommendations."""
    count = 0
    for item in decided.items:
        if isinstance(item, Organisation) and item.opted_out:
            stored = decided.known.get(item.id)
            count += not (isinstance(stored, Organisation) and stored.opted_out)
    if not count:
        return []
    return [
        Notice(
            f"{count} organisation(s) ne seront plus recommandées : opposition, refus ou fin d'adhésion.",
            f"{count} organisation(s) will no longer be recommended: opposition or end of membership.",
        )
    ]


def _still_excluded(table: ItemTable, decided: Decided) -> list[Notice]:
    """Say that valid memberships do not take an earlier opposition back."""
    members = any(use.field == "_membership" for use in table.mapping)
    ids = []
    for before, row in zip(table.rows, decided.rows, strict=True):
        said = before.item is not None and "opted_out" in before.item.model_fields_set
        if members and not said and isinstance(row.item, Organisation) and row.item.opted_out:
            ids.append(row.item.id)
    if not ids:
        return []
    listed = ", ".join(ids[:5])
    return [
        Notice(
            f"À jour dans ce fichier, mais toujours non recommandées par opposition antérieure : {listed}.",
            f"Valid members in this file, but still not recommended by an earlier opposition: {listed}.",
        )
    ]
