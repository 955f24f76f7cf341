"""One item as a person reads it: a field a row, in French or English."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from matcher.domain.items import AnyItem, Eligibility
from service.cli.render.answer import day, local
from service.cli.render.phrases import word
from service.words import FIELD_LABELS, VALUES, Language, choose, field_label

_IN_TITLE = frozenset({"id", "name", "illustrative"})
"""Fields that the title shows."""
_CODED = frozenset({"evidence_level", "availability", "lang"})
_CODED_LISTS = frozenset({"public", "levels"})


LONG_ENTRY = 40
"""Characters above which the entries of a list stand on a line each."""


def card(item: AnyItem, lang: Language, zone: ZoneInfo) -> RenderableType:
    """Lay out every field of one item that is not empty, then the meaning of its marks.

    Offers and needs that were written as examples are marked where they stand.
    """
    illustrative = getattr(item, "illustrative", False)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right")
    table.add_column(ratio=1, overflow="fold")
    for name, value in _facts(item):
        marked = " ◆" if illustrative and name in ("offers", "needs") else ""
        unsure = "◇ " if name == "evidence_level" and item.needs_confirmation else ""
        table.add_row(field_label(name, lang) + marked, Text(unsure + _value(name, value, lang, zone)))
    title = Text(f"\n{item.name}", "bold")
    title.append(f"  {_coded(item.item_type.value, lang)} {item.id}", "not bold dim")
    if illustrative:
        title.append(f"  ◆ {word('illustrative', lang)}", "not bold magenta")
    marks = {"legend_confirm": item.needs_confirmation, "legend_illustrative": illustrative}
    legend = [Text(word(key, lang), "dim") for key, applies in marks.items() if applies]
    return Group(title, Text(), table, *([Text(), *legend] if legend else []))


def _facts(item: AnyItem) -> list[tuple[str, Any]]:
    facts = {name: getattr(item, name) for name in type(item).model_fields if name not in _IN_TITLE}
    if facts.get("department"):  # the name says more than the number
        facts.pop("department_code")
    conditions = facts.pop("eligibility", None) or Eligibility()
    facts |= conditions.model_dump(exclude_defaults=True)
    facts = {name: value for name, value in facts.items() if value not in ("", None, (), False)}
    return [(name, facts[name]) for name in FIELD_LABELS if name in facts]


def _value(name: str, value: Any, lang: Language, zone: ZoneInfo) -> str:
    if isinstance(value, tuple):
        return _list(name, value, lang)
    if isinstance(value, datetime):
        return f"{day(value, lang, zone)}, {local(value, zone):%H:%M}"
    if isinstance(value, float):
        return _amount(name, value, lang)
    return _coded(value, lang) if value is True or name in _CODED else str(value)


def _list(name: str, entries: tuple[str, ...], lang: Language) -> str:
    """Write a list on one line, or long entries on a line each."""
    if name == "inferred_fields":
        entries = tuple(field_label(entry, lang) for entry in entries)
    if name in _CODED_LISTS:
        entries = tuple(_coded(entry, lang) for entry in entries)
    separator = "\n" if any(len(entry) > LONG_ENTRY for entry in entries) else ", "
    return separator.join(entries)


def _amount(name: str, value: float, lang: Language) -> str:
    if name == "funding_rate":
        return f"{value * 100:.4g} %"
    thousands = "," if lang == "en" else "\u202f"
    return f"{value:,.0f} €".replace(",", thousands)


def _coded(value: object, lang: Language) -> str:
    return choose(VALUES[value], lang)
