"""Rows of cells into items: each cell read as its field wants it, then pydantic over the whole row."""

import re
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from matcher.domain.items import ITEM_CLASSES, AnyItem, ItemType
from matcher.errors import InvalidRequest
from matcher.importing.cells import BadCell
from matcher.importing.deciding import decides, refuse_unread
from matcher.importing.fields import LISTS, Reader, needs_settling, reader_of, settle
from matcher.importing.headers import TYPE_COLUMN, columns_of
from matcher.importing.importer import derived_id
from matcher.importing.reasons import reason, shortened
from matcher.importing.report import Reject, Row

_ERRORS = "N/A|REF!|DIV/0!|VALUE!|VALEUR!|NAME?|NOM?|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|PROPAGATION!|CALC!"
_ERRONEOUS = frozenset(f"#{error}" for error in _ERRORS.split("|"))
"""What a formula that failed shows, in an English or a French Excel."""

_ID = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"


class _Column(NamedTuple):
    position: int
    field: str
    read: Reader | None
    empty: Any


class Plan(NamedTuple):
    """How the rows of one type are read."""

    item_type: ItemType
    item_class: type[AnyItem]
    columns: tuple[_Column, ...]
    titles: dict[str, str]
    settles: bool
    name: str
    unread: dict[str, int]
    """Columns without a field that may decide what is recommended, and where they stand."""


def plan_for(name: str, titles: list[str], item_type: ItemType) -> Plan:
    """Return how rows of this type are read from a file ``name`` with the column ``titles``.

    InvalidRequest when there is no column for the name.
    """
    item_class = ITEM_CLASSES[item_type]
    fields = {n: field for n, field in columns_of(item_type, titles).items() if field != TYPE_COLUMN}
    if "name" not in fields.values():
        raise InvalidRequest(
            f"{name} has no column for the name of each {item_type.value}: "
            f"call it 'name' or 'nom', in the first row. Columns found: {', '.join(titles[:20])}."
        )
    known = item_class.model_fields
    columns = tuple(
        _Column(n, field, reader_of(field), _empty(known.get(field))) for n, field in fields.items()
    )
    shown = {field: titles[n] for n, field in fields.items()}
    unread = {title: n for n, title in enumerate(titles) if n not in fields and decides(item_type, title)}
    return Plan(item_type, item_class, columns, shown, any(map(needs_settling, shown)), name, unread)


def _empty(field: FieldInfo | None) -> Any:
    """Return what an empty cell means: the default, or nothing where there is none."""
    return "" if field is None or field.is_required() else field.get_default()


def read_row(line: int, cells: list[Any], plan: Plan) -> Row:
    """Return the item the cells make, or every reason why they make none.

    InvalidRequest when a column that is not read, and may decide what is recommended, says something.
    """
    if plan.unread:
        refuse_unread(plan.name, plan.item_type, {title: cells[n] for title, n in plan.unread.items()})
    data: dict[str, Any] = {}
    bad: list[Reject] = []
    for column in plan.columns:
        value = cells[column.position]
        if value is not None:  # JSON without this key: the field stays unset
            try:
                data[column.field] = _read(column, value)
            except BadCell as error:
                bad.append(Reject(line, plan.titles[column.field], error.fr, error.en, shortened(value)))
    if plan.settles:
        settle(data, plan.item_class.model_fields)
    derived = _give_id(data, plan.item_type)
    try:
        item = plan.item_class.model_validate(data)
    except ValidationError as error:  # what a cell already unread would change is not worth telling
        more = [_reject(line, cells, plan, entry) for entry in error.errors() if entry["loc"] or not bad]
        told = {reject.field for reject in bad}
        bad += [reject for reject in more if reject.field not in told]
    return Row(line, cells, rejects=tuple(bad)) if bad else Row(line, cells, item, id_derived=derived)


def _read(column: _Column, value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return column.empty
        if text[0] == "#" and "".join(text.split()).upper() in _ERRONEOUS:  # LibreOffice: #NOM ?
            raise BadCell(
                "la formule donne une erreur : la remplacer par une valeur",
                "the formula gives an error: replace it by a value",
            )
        return column.read(text) if column.read else text
    if isinstance(value, list) and column.field in LISTS:
        return value
    raise BadCell("texte attendu", "text expected")


def _give_id(data: dict[str, Any], item_type: ItemType) -> bool:
    """Fill in an absent id; say whether it came from the name."""
    if data.get("id"):
        return False
    code = data.get("code")
    fit = isinstance(code, str) and re.fullmatch(_ID, code)
    data["id"] = code if fit else derived_id(item_type, str(code or data.get("name", "")))
    return not code


def _reject(line: int, cells: list[Any], plan: Plan, error: Any) -> Reject:
    """Name the column at fault and its cell as written; of a list, the entry."""
    place = [str(part) for part in error["loc"]]
    at = {column.field: column.position for column in plan.columns}
    field = next((name for name in (".".join(place[:2]), *place[:1]) if name in at), "".join(place[:1]))
    value = error["input"] if place else ""
    if field in at and not isinstance(error["loc"][-1], int):
        value = cells[at[field]] or ""
    return Reject(line, plan.titles.get(field, field), *reason(error), shortened(value))
