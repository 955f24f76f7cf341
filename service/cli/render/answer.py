"""Answers and items as tables a person reads, in French or English, at 100 columns."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from matcher.domain.answers import Answer, Missing, Reason, Recommendation
from matcher.domain.items import AnyItem, Kind
from service.cli.render.phrases import MONTHS, word
from service.words import Language, likelihood

_QUOTED = re.compile(r"(?<=« )[^»]*(?= »)|(?<=“)[^”]*(?=”)")
MAX_REASONS = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """How answers are laid out.

    ``explain`` shows every reason and signal; ``weaker`` shows the less certain items too. ``illustrative``:
    the asker's own needs are examples; the mark is then on the title, and not on every item too.
    """

    lang: Language = "fr"
    explain: bool = False
    weaker: bool = False
    illustrative: bool = False


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


def answer(found: Answer, zone: ZoneInfo, layout: Layout) -> RenderableType:
    """Lay out one answer: a title, items a row each, notices, and the less certain items or their count."""
    title = _title(found, layout.lang, zone)
    if layout.illustrative:
        title.append(f"  ◆ {word('illustrative', layout.lang)}", "not bold magenta")
    parts: list[RenderableType] = [Text(), title]
    calibrated = found.calibration is not None
    for heading, items in _sections(found):
        if heading:
            parts.append(Text(f"  {word(heading, layout.lang)}", "bold cyan"))
        parts.append(_table(items, zone, layout, calibrated=calibrated))
    if not found.items and not found.notices:
        parts.append(Text(f"  {word('none', layout.lang)}", "dim"))
    parts.extend(Text(f"  {_sentence(notice, layout.lang)}", "yellow") for notice in found.notices)
    parts.extend(_less_certain(found, zone, layout, calibrated=calibrated))
    return Group(*parts)


def legend(answers: Iterable[Answer], layout: Layout) -> RenderableType:
    """Explain the marks that occur in the answers shown."""
    answers = list(answers)
    items = [item for found in answers for item in _shown(found, layout)]
    marks = {_mark(reason) for item in items for reason in item.reasons}
    calibrated = all(found.calibration is not None for found in answers)
    occurs = {
        "legend_score": bool(items) and calibrated,
        "legend_uncalibrated": bool(items) and not calibrated,
        "legend_near": "~" in marks,
        "legend_note": "·" in marks,
        "legend_confirm": any(item.needs_confirmation for item in items),
        "legend_illustrative": any(item.illustrative for item in items),
    }
    return _sentences(occurs, layout.lang)


def _sentences(occurs: dict[str, bool], lang: Language) -> RenderableType:
    """Return the dim sentences of the marks that occur, one a line."""
    keys = [key for key, present in occurs.items() if present]
    return Group(*[Text(word(key, lang), "dim") for key in keys])


def _sections(found: Answer) -> list[tuple[str, list[Recommendation]]]:
    """Return the items under their headings: instruments for all apart, where both groups occur."""
    groups: dict[str, list[Recommendation]] = {}
    for item in found.items:
        groups.setdefault(item.group, []).append(item)
    if len(groups) == 1:
        return [("", list(found.items))]
    return [(group, groups[group]) for group in ("topical", "for_all") if group in groups]


def _shown(found: Answer, layout: Layout) -> tuple[Recommendation, ...]:
    return found.items + found.weaker if layout.weaker else found.items


def _less_certain(
    found: Answer, zone: ZoneInfo, layout: Layout, *, calibrated: bool
) -> Iterator[RenderableType]:
    if not found.weaker:
        return
    if layout.weaker:
        yield Text(f"  {word('weaker', layout.lang)}", "bold cyan")
        yield _table(list(found.weaker), zone, layout, calibrated=calibrated)
    else:
        yield Text(f"  {word('folded', layout.lang).format(count=len(found.weaker))}", "dim")


def _mark(reason: Reason) -> str:
    """Return the mark of a reason: ``+`` clear, ``·`` a remark, ``~`` only the nearest found."""
    if reason.clear:
        return "+"
    return "·" if reason.note else "~"


def _title(found: Answer, lang: Language, zone: ZoneInfo) -> Text:
    title = Text(word(found.kind.value, lang), "bold")
    if found.query_name:
        joint = " · " if found.kind is Kind.ALERT else f" {word('for', lang)} "
        title.append(joint).append(found.query_name)
    if found.on:
        title.append(f", {word('on', lang)} {day(found.on, lang, zone)}", "not bold dim")
    return title


def _table(items: list[Recommendation], zone: ZoneInfo, layout: Layout, *, calibrated: bool) -> Table:
    lang = layout.lang
    table = Table(box=box.SIMPLE_HEAD, show_lines=False, expand=True, padding=(0, 1), header_style="dim")
    table.add_column("", width=2, justify="right", style="dim")
    table.add_column(word("what", lang), ratio=32, overflow="fold")
    table.add_column(word("chance" if calibrated else "score", lang), width=13, justify="right")
    table.add_column(word("why", lang), ratio=60)
    for place, item in enumerate(items):
        if place:
            table.add_row()
        score = Text(_number(item.score, lang), "bold")
        if calibrated:
            score.append(f"\n{likelihood(item.score, lang)}", "not bold dim")
        table.add_row(str(item.rank), _what(item, zone, layout), score, _why(item, layout))
    return table


def _what(item: Recommendation, zone: ZoneInfo, layout: Layout) -> Text:
    lang = layout.lang
    text = Text(item.name, "bold")
    text.append(f"\n{item.item_id}", "not bold dim")
    if item.participates:
        text.append(f"\n✓ {word('participates', lang)}", "not bold green")
    for key, moment in (("opens", item.opens_at), ("closes", item.closes_at), ("next", item.next_date)):
        if moment is not None and not (key == "opens" and item.closes_at):
            at = last_day(moment) if key == "closes" else moment
            text.append(f"\n{word(key, lang)} {day(at, lang, zone)}", "not bold cyan")
    if item.needs_confirmation:
        text.append(f"\n◇ {word('confirm', lang)}", "not bold yellow")
    if item.illustrative and not layout.illustrative:
        text.append(f"\n◆ {word('illustrative', lang)}", "not bold magenta")
    return text


def _why(item: Recommendation, layout: Layout) -> RenderableType:
    lang = layout.lang
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    for reason in item.reasons[: None if layout.explain else MAX_REASONS]:
        mark = Text(_mark(reason), "green" if reason.clear else "dim")
        grid.add_row(mark, _highlight_quotes(_sentence(reason, lang)))
    if item.planned is not None:
        grid.add_row(Text("=", "cyan"), Text(_sentence(item.planned, lang)))
    for gap in item.missing:
        if gap.code not in _SHOWN_BY_MARK:
            grid.add_row(Text("-", "yellow"), Text(_sentence(gap, lang), "dim"))
    if layout.explain:
        grid.add_row("", _signals(item, lang))
    return grid


def _signals(item: Recommendation, lang: Language) -> Text:
    parts = sorted(item.signals, key=lambda signal: (-signal.contribution, signal.name))
    contributions = ", ".join(
        f"{part.name} {_number(part.contribution, lang)}" for part in parts if part.contribution
    )
    strength = sum(part.contribution for part in parts)
    return Text(f"{word('strength', lang)} {_number(strength, lang)} = {contributions}", "dim")


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
