"""Answers and items as tables a person reads, in French or English, at 100 columns."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from matcher.domain.answers import Answer, Missing, Reason, Recommendation
from matcher.domain.items import AnyItem, Kind
from service.cli.render.phrases import MONTHS, Language, word

_QUOTED = re.compile(r"(?<=« )[^»]*(?= »)|(?<=“)[^”]*(?=”)")
MAX_REASONS = 3
_SHOWN_BY_MARK = frozenset({"confirm_evidence"})
"""Gaps that a mark beside the item shows already."""


def day(at: datetime, lang: Language, zone: ZoneInfo) -> str:
    """Write a day as people read it.

    >>> day(datetime.fromisoformat("2026-12-03T23:30:00+00:00"), "fr", ZoneInfo("Europe/Paris"))
    '4 déc. 2026'
    """
    there = local(at, zone)
    return f"{there.day} {MONTHS[lang][there.month - 1]} {there.year}"


def last_day(closes_at: datetime) -> datetime:
    """Return an instant of the last day of a window, which ends before ``closes_at``.

    >>> last_day(datetime.fromisoformat("2026-12-16T00:00:00+01:00")).date().isoformat()
    '2026-12-15'
    """
    return closes_at - timedelta(seconds=1)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant in a zone; as it is where that has no date, at either end of the calendar."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def answer(
    found: Answer, lang: Language, zone: ZoneInfo, *, explain: bool = False, illustrative: bool = False
) -> RenderableType:
    """Lay out one answer: a title, one row an item, the notices.

    ``illustrative``: the asker's own needs are; then the mark is on the title, and not on every item too.
    """
    title = _title(found, lang, zone)
    if illustrative:
        title.append(f"  ◆ {word('illustrative', lang)}", "not bold magenta")
    parts: list[RenderableType] = [Text(), title]
    if found.items:
        parts.append(_table(found, lang, zone, explain=explain, marked=not illustrative))
    elif not found.notices:
        parts.append(Text(f"  {word('none', lang)}", "dim"))
    parts.extend(Text(f"  {_sentence(notice, lang)}", "yellow") for notice in found.notices)
    return Group(*parts)


def legend(answers: Iterable[Answer], lang: Language) -> RenderableType:
    """Explain the marks that occur in the answers shown."""
    items = [item for found in answers for item in found.items]
    occurs = {
        "legend_score": bool(items),
        "legend_near": any(_has_unclear_reason(item) for item in items),
        "legend_confirm": any(item.needs_confirmation for item in items),
        "legend_illustrative": any(item.illustrative for item in items),
    }
    return Group(*(Text(word(key, lang), "dim") for key, present in occurs.items() if present))


def _has_unclear_reason(item: Recommendation) -> bool:
    return any(not reason.clear for reason in item.reasons)


def _title(found: Answer, lang: Language, zone: ZoneInfo) -> Text:
    title = Text(word(found.kind.value, lang), "bold")
    if found.query_name:
        joint = " · " if found.kind is Kind.ALERT else f" {word('for', lang)} "
        title.append(joint).append(found.query_name)
    if found.on:
        title.append(f", {word('on', lang)} {day(found.on, lang, zone)}", "not bold dim")
    return title


def _table(found: Answer, lang: Language, zone: ZoneInfo, *, explain: bool, marked: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_lines=False, expand=True, padding=(0, 1), header_style="dim")
    table.add_column("", width=2, justify="right", style="dim")
    table.add_column(word("what", lang), ratio=34, overflow="fold")
    table.add_column("Score", width=5, justify="right")
    table.add_column(word("why", lang), ratio=62)
    for place, item in enumerate(found.items):
        if place:
            table.add_row()
        score = Text(_number(item.score, lang), "bold")
        what = _what(item, lang, zone, marked=marked)
        table.add_row(str(item.rank), what, score, _why(item, lang, explain=explain))
    return table


def _what(item: Recommendation, lang: Language, zone: ZoneInfo, *, marked: bool) -> Text:
    text = Text(item.name, "bold")
    text.append(f"\n{item.item_id}", "not bold dim")
    for key, moment in (("opens", item.opens_at), ("closes", item.closes_at), ("next", item.next_date)):
        if moment is not None and not (key == "opens" and item.closes_at):
            at = last_day(moment) if key == "closes" else moment
            text.append(f"\n{word(key, lang)} {day(at, lang, zone)}", "not bold cyan")
    if item.needs_confirmation:
        text.append(f"\n◇ {word('confirm', lang)}", "not bold yellow")
    if item.illustrative and marked:
        text.append(f"\n◆ {word('illustrative', lang)}", "not bold magenta")
    return text


def _why(item: Recommendation, lang: Language, *, explain: bool) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    for reason in item.reasons[: None if explain else MAX_REASONS]:
        mark = Text("+", "green") if reason.clear else Text("~", "dim")
        grid.add_row(mark, _highlight_quotes(_sentence(reason, lang)))
    if item.planned is not None:
        grid.add_row(Text("=", "cyan"), Text(_sentence(item.planned, lang)))
    for gap in item.missing:
        if gap.code not in _SHOWN_BY_MARK:
            grid.add_row(Text("-", "yellow"), Text(_sentence(gap, lang), "dim"))
    if explain:
        grid.add_row("", _signals(item, lang))
    return grid


def _signals(item: Recommendation, lang: Language) -> Text:
    parts = sorted(item.signals, key=lambda signal: (-signal.contribution, signal.name))
    told = ", ".join(f"{part.name} {_number(part.contribution, lang)}" for part in parts if part.contribution)
    return Text(f"{_number(item.score, lang)} = {told}", "dim")


def _sentence(text: Reason | Missing, lang: Language) -> str:
    return text.en if lang == "en" else text.fr


def _highlight_quotes(sentence: str) -> Text:
    """Colour the quoted spans."""
    text = Text(sentence)
    for found in _QUOTED.finditer(text.plain):
        text.stylize("bold cyan", found.start(), found.end())
    return text


def _number(value: float, lang: Language) -> str:
    written = f"{value:.2f}"
    return written if lang == "en" else written.replace(".", ",")


def item_head(item: AnyItem) -> RenderableType:
    """Lay out the name and the first words of an item."""
    text = Text(f"\n{item.name}", "bold").append(f"  {item.id}", "not bold dim")
    description = getattr(item, "description", "")
    return Group(text, Text(description, "italic")) if description else text
