"""A row completed with what the store has: the file's values, except where the stored one stays.

A field that the organisation itself wrote last stays, and so does one that the file only spells with other
capitals or accents; ``file_wins`` takes the file's values there too. What takes an organisation out of
recommendations is taken from the file in any case: no opposition may be lost.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from matcher.domain.items import AnyItem
from matcher.importing.report import FieldKept, ItemTable, Reject, Row, shortened
from matcher.language import fold

_CAUTIOUS = {"opted_out": True, "accepts_ranking": False}
"""Values that a file always sets: they show an organisation to fewer."""
_LITERAL = frozenset(["source_url"])
"""Fields in which capitals count."""


def rejected(row: Row, column: str, fr: str, en: str, value: str = "") -> Row:
    """Return ``row`` without its item, with one more reason."""
    reason = Reject(row.line, column, fr, en, value)
    return row._replace(item=None, rejects=(*row.rejects, reason))


def completed(row: Row, stored: AnyItem | None, theirs: Mapping[str, datetime], table: ItemTable) -> Row:
    """Complete the row's item with what the store has where the file says nothing, or may not say it.

    ``theirs`` are the fields that the organisation wrote itself, each with when.
    """
    item = row.item
    if item is None or stored is None or stored == item:
        return row
    if type(stored) is not type(item):
        fr = f"cet id est déjà celui d'un élément de type {stored.item_type.value}"
        en = f"this id already belongs to an item of type {stored.item_type.value}"
        return rejected(row, "id", fr, en, item.id)
    given = _given(row, item, clears=table.empty_clears)
    kept = () if table.file_wins else _kept(stored, given, theirs)
    staying = {one.field for one in kept}
    taken = {name: value for name, value in given.items() if name not in staying}
    try:
        whole = type(item).model_validate({**dict(stored), **taken})
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        fr, en = f"ne s'accorde pas avec la fiche en base : {what}", f"does not fit the stored item: {what}"
        return rejected(row, "", fr, en)
    return row._replace(item=whole, kept=kept)


def _given(row: Row, item: AnyItem, *, clears: bool) -> dict[str, Any]:
    """Return what the file says of an item, in the order of its fields; empty cells count if they clear."""
    said = item.model_fields_set - (frozenset() if clears else row.empty)
    return {name: getattr(item, name) for name in type(item).model_fields if name in said}


def _kept(stored: AnyItem, given: Mapping[str, Any], theirs: Mapping[str, datetime]) -> tuple[FieldKept, ...]:
    kept = []
    for name, value in given.items():
        present = getattr(stored, name)
        is_cautious = name in _CAUTIOUS and _CAUTIOUS[name] == value
        if value == present or is_cautious:
            continue
        alike = name not in _LITERAL and _spelled(value) == _spelled(present)
        if alike or name in theirs:
            at = None if alike else theirs[name]
            kept.append(FieldKept(name, shown(present), shown(value), at))
    return tuple(kept)


def _spelled(value: Any) -> Any:
    """Return a text, or the texts of a list, without what capitals and accents change."""
    if isinstance(value, tuple):
        return tuple(map(_spelled, value))
    return fold(value) if isinstance(value, str) else value


def shown(value: Any) -> str:
    """Return a field's value as one short text; empty for what says nothing."""
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    return shortened("; ".join(value) if isinstance(value, tuple) else value)
