"""Rows of cells into items: each cell read as its field wants it, then pydantic over the whole row.

A cell that cannot be read rejects its row if its field decides what the row is or whether it may be
recommended; else only the cell is left out, and reported.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from matcher.domain.items import ID_PATTERN, ITEM_CLASSES, AnyItem, ItemType
from matcher.importing.columns.deciding import Sense, read_sense
from matcher.importing.columns.headers import TYPE_COLUMN
from matcher.importing.fields import (
    LISTS,
    YES_OR_NO,
    Reader,
    literal_reader_of,
    needs_settling,
    reader_of,
    settle,
)
from matcher.importing.report import ColumnUse, Reject, Row, shortened
from matcher.importing.texts import (
    BadCell,
    check_control,
    check_text,
    is_not_said,
    is_tick,
    says_nothing,
    without_html,
)
from matcher.language import fold_words

_ERRORS = "N/A|REF!|DIV/0!|VALUE!|VALEUR!|NAME?|NOM?|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|PROPAGATION!|CALC!"
_ERRONEOUS = frozenset(f"#{error}" for error in _ERRORS.split("|"))
"""What a formula that failed shows, in an English or a French Excel."""

_DECIDING = frozenset(
    ["id", "_external", "_person", "name", "opted_out", "opens_at", "closes_at", "availability", "_status"]
)
"""Fields without which a row is not what it says; with the conditions of eligibility."""
_NAMING = frozenset(["id", "_external", "name"])
_NUMBERS = frozenset(["budget_eur", "funding_rate"])
_SENSES = frozenset(Sense)
_TICKED = YES_OR_NO | _SENSES - {Sense.UNTIL}
_NOTHING = object()
"""An empty cell."""


class _Column(NamedTuple):
    position: int
    field: str
    title: str
    read: Reader | None
    empty: Any
    twins: tuple[int, ...]
    """Positions of other columns with the same title."""

    @property
    def decides(self) -> bool:
        return self.field in _DECIDING or self.field.startswith("eligibility.") or self.field in _SENSES

    def leaves_open(self, text: str) -> bool:
        """Whether a text means an empty cell here: « x » does, except where it says yes."""
        if self.field in _NAMING or (self.field in _TICKED and is_tick(text)):
            return False
        return is_not_said(text) and text.isprintable()  # unreadable signs are a fault, and no answer

    @property
    def may_be_none(self) -> bool:
        """Whether « aucun » is an answer: in a list or a text, not in a name."""
        return self.field not in _NAMING | _SENSES and (self.read is None or self.field in LISTS)


class RowPlan(NamedTuple):
    """How the rows of one type are read."""

    item_type: ItemType
    item_class: type[AnyItem]
    columns: tuple[_Column, ...]
    titles: dict[str, str]
    settles: bool
    literal: bool
    """Whether texts are kept as they are: a file that the product wrote."""
    today: date


def plan_rows(mapping: Sequence[ColumnUse], item_type: ItemType, *, literal: bool, today: date) -> RowPlan:
    """Return how rows of this type are read under these columns."""
    item_class = ITEM_CLASSES[item_type]
    known = item_class.model_fields
    columns = []
    for use in mapping:
        if not use.field or use.field == TYPE_COLUMN:
            continue
        key = fold_words(use.title)
        twins = [other.position for other in mapping if not other.field and fold_words(other.title) == key]
        read = literal_reader_of(use.field) if literal else reader_of(use.field)
        empty = _empty(known.get(use.field))
        columns.append(_Column(use.position, use.field, use.title, read, empty, tuple(twins)))
    titles = {column.field: column.title for column in reversed(columns)}
    settles = any(needs_settling(column.field) for column in columns)
    return RowPlan(item_type, item_class, tuple(columns), titles, settles, literal, today)


def _empty(info: FieldInfo | None) -> Any:
    """Return what an empty cell means: the default, or nothing where there is none."""
    return "" if info is None or info.is_required() else info.get_default()


@dataclass(slots=True)
class _Reading:
    """What was read of one row so far."""

    line: int
    data: dict[str, Any] = field(default_factory=dict)
    bad: list[Reject] = field(default_factory=list)
    unread: list[Reject] = field(default_factory=list)
    empty: set[str] = field(default_factory=set)

    def refuse(self, title: str, fr: str, en: str, value: Any, *, row: bool) -> None:
        reject = Reject(self.line, title, fr, en, shortened(value))
        (self.bad if row else self.unread).append(reject)


def read_row(line: int, cells: Sequence[Any], plan: RowPlan) -> Row:
    """Return the item the cells make, with the cells left out, or every reason why they make none."""
    reading = _Reading(line)
    for column in plan.columns:
        _read_column(reading, column, cells, plan)
    if plan.settles:
        settle(reading.data, plan.item_class.model_fields)
    derived = _give_id(reading.data, plan.item_type)
    item = _validated(reading, cells, plan)
    if item is None:
        return Row(line, cells, rejects=(*reading.bad, *reading.unread))
    # A deciding column may have settled what the field's own cell leaves open.
    unsaid = {column.field for column in plan.columns if reading.data.get(column.field) == column.empty}
    empty = frozenset(reading.empty & item.model_fields_set & unsaid)
    return Row(line, cells, item, derived, unread=tuple(reading.unread), empty=empty)


def _read_column(reading: _Reading, column: _Column, cells: Sequence[Any], plan: RowPlan) -> None:
    value = cells[column.position]
    try:
        if column.twins:
            value = _one_of_twins(column, cells)
        if value is None:  # JSON without this key: the field stays unset
            return
        read = _read(column, value, plan)
    except BadCell as error:
        reading.refuse(column.title, error.fr, error.en, value, row=column.decides)
        return
    if read is not _NOTHING:
        _keep(reading.data, column.field, read)
    elif column.field[0] != "_":
        reading.data[column.field] = column.empty
        reading.empty.add(column.field)


def _keep(data: dict[str, Any], field_: str, value: Any) -> None:
    if field_ in _SENSES:
        data.setdefault("_excluded", []).append(value)
    else:
        data[field_] = value


def _one_of_twins(column: _Column, cells: Sequence[Any]) -> Any:
    """Return the one value of several columns with one title; BadCell when they differ."""
    values = [cells[n] for n in (column.position, *column.twins) if n < len(cells)]
    different = list(dict.fromkeys(value for value in values if str(value or "").strip()))
    if len(different) > 1:
        shown = " / ".join(shortened(value) for value in different)
        raise BadCell(
            f"deux colonnes « {column.title} » se contredisent : {shown}",
            f"two columns '{column.title}' contradict each other: {shown}",
        )
    return different[0] if different else values[0]


def _read(column: _Column, value: Any, plan: RowPlan) -> Any:
    """Return the value of a cell, ``_NOTHING`` if it is empty; BadCell if it cannot be read."""
    if isinstance(value, list) and column.field in LISTS:
        return value
    if not isinstance(value, str):
        raise BadCell("texte attendu", "text expected")
    text = value.strip()
    if not text:
        return _NOTHING
    _check_formula(text)
    if not plan.literal:
        return _read_text(column, text, plan.today)
    if column.field == "name" or column.field in LISTS:
        check_control(text)
    return column.read(text) if column.read else text


def _check_formula(text: str) -> None:
    if text[0] == "#" and "".join(text.split()).upper() in _ERRONEOUS:  # LibreOffice: #NOM ?
        raise BadCell(
            "la formule donne une erreur : la remplacer par une valeur",
            "the formula gives an error: replace it by a value",
        )


def _read_text(column: _Column, text: str, today: date) -> Any:
    if column.field != "source_url":
        text = without_html(text)
    if column.leaves_open(text):
        return _NOTHING
    if column.may_be_none and says_nothing(text):
        return column.empty  # « aucun » says that there is none: unlike an empty cell, it empties the field
    if column.field not in _NUMBERS:
        check_text(text)
    if column.field in _SENSES:
        return read_sense(Sense(column.field), column.title, text, today)
    return _checked(column.read(text)) if column.read else text


def _checked(read: Any) -> Any:
    """Return what was read, each entry of a list checked like a text."""
    if isinstance(read, tuple):
        for entry in read:
            check_text(entry)
    return read


def _give_id(data: dict[str, Any], item_type: ItemType) -> bool:
    """Fill in an absent id; say whether it came from the name."""
    if data.get("id"):
        return False
    code = data.get("code")
    fit = isinstance(code, str) and re.fullmatch(ID_PATTERN, code)
    data["id"] = code if fit else derived_id(item_type, str(code or data.get("name", "")))
    return not code


def derived_id(item_type: ItemType, name: str) -> str:
    """Return the id of an item that came without one: the same for the same type and folded name.

    >>> derived_id(ItemType.LEAD, "École 42") == derived_id(ItemType.LEAD, "ecole  42")
    True
    """
    digest = hashlib.sha256(f"{item_type.value}:{fold_words(name)}".encode()).hexdigest()
    return f"{item_type.value}-{digest[:16]}"


def _validated(reading: _Reading, cells: Sequence[Any], plan: RowPlan) -> AnyItem | None:
    """Return the item, None if the row is rejected; cells that decide nothing are left out."""
    while True:
        try:
            item = plan.item_class.model_validate(reading.data)
        except ValidationError as error:
            left_out = _report(error, reading, cells, plan)
            if reading.bad or not left_out:
                return None
        else:
            return None if reading.bad else item


def _report(error: ValidationError, reading: _Reading, cells: Sequence[Any], plan: RowPlan) -> bool:
    """Note what is wrong with a row, and drop the fields that decide nothing; say whether there were any."""
    decides = {column.field: column.decides for column in plan.columns}
    reported = {reject.field for reject in (*reading.bad, *reading.unread)}
    left_out = False
    for entry in error.errors():
        if not entry["loc"] and reading.bad:
            continue  # what a cell already unread would change is not worth telling
        name = _field_at(entry, reading.data)
        optional = not decides.get(name, True)
        reject = _reject(reading.line, cells, plan, entry)
        if reject.field not in reported:
            (reading.unread if optional else reading.bad).append(reject)
        if optional:
            left_out = reading.data.pop(name, None) is not None or left_out
    return left_out


def _field_at(entry: Any, data: dict[str, Any]) -> str:
    place = str(entry["loc"][0]) if entry["loc"] else ""
    return place if place in data else ""


def _reject(line: int, cells: Sequence[Any], plan: RowPlan, error: Any) -> Reject:
    """Name the column at fault and its cell as written; of a list, the entry."""
    place = [str(part) for part in error["loc"]]
    at = {column.field: column.position for column in reversed(plan.columns)}
    field_ = next((name for name in (".".join(place[:2]), *place[:1]) if name in at), "".join(place[:1]))
    value = error["input"] if place else ""
    if field_ in at and not isinstance(error["loc"][-1], int):
        value = cells[at[field_]] or ""
    return Reject(line, plan.titles.get(field_, field_), *_reason(error), shortened(value))


_SAID = {
    "missing": ("obligatoire", "required"),
    "string_too_short": ("vide", "empty"),
    "string_too_long": (
        "texte trop long : {max_length} caractères au plus",
        "too long: at most {max_length} characters",
    ),
    "string_pattern_mismatch": (
        "lettres sans accent, chiffres et . _ : - seulement, 128 signes au plus",
        "unaccented letters, digits and . _ : - only, 128 characters at most",
    ),
    "link": (
        "commencer l'adresse par https://, sans espace dedans",
        "begin the address with https://, and leave no space in it",
    ),
    "string_unicode": ("signes illisibles", "unreadable signs"),
    "string_type": ("texte attendu", "text expected"),
    "tuple_type": ("liste attendue", "list expected"),
    "literal_error": ("valeur inconnue ; attendu : {expected}", "unknown value; expected: {expected}"),
    "int_parsing": ("nombre entier attendu", "whole number expected"),
    "int_from_float": ("nombre entier attendu", "whole number expected"),
    "finite_number": ("nombre trop grand", "number too large"),
    "greater_than_equal": ("au moins {ge}", "at least {ge}"),
    "less_than_equal": ("au plus {le}", "at most {le}"),
}
_RULES = {
    "closes_at must be after opens_at": (
        "la clôture doit suivre l'ouverture",
        "the closing must come after the opening",
    ),
    "a dated opportunity needs opens_at or closes_at": (
        "une opportunité datée a besoin d'une ouverture ou d'une clôture",
        "a dated opportunity needs an opening or a closing",
    ),
}


def _reason(error: Any) -> tuple[str, str]:
    """Return why, in French and English, for one entry of ``ValidationError.errors()``."""
    rule = _RULES.get(error["msg"].removeprefix("Value error, "))
    if rule:
        return rule
    fr, en = _SAID.get(error["type"], (error["msg"], error["msg"]))
    context = error.get("ctx", {})
    return fr.format(**context).replace("' or '", "' ou '"), en.format(**context)
