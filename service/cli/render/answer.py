"""Answers and items as tables a person reads, in French or English, at 100 columns."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from matcher.domain.answers import Answer, Missing, Reason, Recommendation
from matcher.domain.items import AnyItem, Kind

_WORDS: dict[str, tuple[str, str]] = {
    "factory": ("Factories à rejoindre", "Factories to join"),
    "partner": ("Partenaires à rencontrer", "Partners to meet"),
    "international": ("Appels et missions à l'international", "Calls and missions abroad"),
    "lead": ("Pistes de recrutement", "Hiring leads"),
    "alert": ("Membres à prévenir", "Members to tell"),
    "for": ("pour", "for"),
    "on": ("au", "on"),
    "what": ("Proposition", "Suggestion"),
    "why": ("Pourquoi, et ce qui manque", "Why, and what is missing"),
    "closes": ("jusqu'au", "until"),
    "opens": ("dès le", "from"),
    "next": ("prochaine date :", "next date:"),
    "confirm": ("à confirmer", "to be confirmed"),
    "illustrative": ("besoins illustratifs", "illustrative needs"),
    "none": ("Rien à proposer.", "Nothing to suggest."),
    "legend_score": (
        "Score, de 0 à 1 : part de ce que montrerait une correspondance parfaite ; il classe une même liste.",
        "Score, from 0 to 1: share of what a perfect match would show; it orders the items of one list.",
    ),
    "legend_near": (
        "~ rien de net : ce que les deux textes ont de plus proche, à vérifier.",
        "~ nothing clear: what the two texts have nearest to one another, to be checked.",
    ),
    "legend_confirm": (
        "◇ à confirmer : la fiche repose en partie sur des connaissances générales, à valider avant toute "
        "mise en relation.",
        "◇ to be confirmed: the record rests in part on background knowledge; check before introducing.",
    ),
    "legend_illustrative": (
        "◆ besoins illustratifs : offres et besoins écrits pour l'exemple, non déclarés par l'organisation.",
        "◆ illustrative needs: offers and needs written as examples, not declared by the organisation.",
    ),
}
_MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_QUOTED = re.compile(r"(?<=«\u00a0)[^»]*(?=\u00a0»)|(?<=“)[^”]*(?=”)")
_LOOSE = re.compile(r"(?<=«) | (?=[»;:!?])")
_HIDDEN = str.maketrans("\u00a0\u202f", "\ue000\ue001")
_SHOWN = str.maketrans("\ue000\ue001", "\u00a0\u202f")
MAX_REASONS = 3
_TOLD_BY_MARKER = frozenset({"confirm_evidence"})


class Prose(Text):
    """A text whose no-break spaces do not break; those of French typography are written so.

    Rich breaks lines at white space of any kind: while it lays out, letters for private use stand for them.
    """

    def __init__(self, text: str = "", style: str = "") -> None:
        super().__init__(_LOOSE.sub("\u00a0", text), style)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        laid_out = self.copy()
        laid_out.plain = self.plain.translate(_HIDDEN)
        for segment in laid_out.__rich_console__(console, options):
            yield Segment(segment.text.translate(_SHOWN), segment.style)


def word(key: str, lang: str) -> str:
    """Return a fixed text in the language asked for."""
    french, english = _WORDS[key]
    return english if lang == "en" else french


def day(at: datetime, lang: str, zone: ZoneInfo) -> str:
    """Write a day as people read it.

    >>> day(datetime.fromisoformat("2026-12-03T23:30:00+00:00"), "fr", ZoneInfo("Europe/Paris"))
    '4 déc. 2026'
    """
    there = local(at, zone)
    return f"{there.day} {_MONTHS[lang][there.month - 1]} {there.year}"


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant in a zone; as it is where that has no date, at either end of the calendar."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def answer(
    found: Answer, lang: str, zone: ZoneInfo, *, explain: bool = False, illustrative: bool = False
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
    parts.extend(Prose(f"  {_said(notice, lang)}", "yellow") for notice in found.notices)
    return Group(*parts)


def legend(answers: Iterable[Answer], lang: str) -> RenderableType:
    """Explain the marks that occur in the answers shown."""
    items = [item for found in answers for item in found.items]
    lines = [Prose(word("legend_score", lang), "dim")] if items else []
    if any(not reason.clear for item in items for reason in item.reasons):
        lines.append(Prose(word("legend_near", lang), "dim"))
    if any(item.needs_confirmation for item in items):
        lines.append(Prose(word("legend_confirm", lang), "dim"))
    if any(item.illustrative for item in items):
        lines.append(Prose(word("legend_illustrative", lang), "dim"))
    return Group(*lines)


def _title(found: Answer, lang: str, zone: ZoneInfo) -> Text:
    title = Prose(word(found.kind.value, lang), "bold")
    if found.query_name:
        joint = " · " if found.kind is Kind.ALERT else f" {word('for', lang)} "
        title.append(joint).append(found.query_name)
    if found.on:
        title.append(f", {word('on', lang)} {day(found.on, lang, zone)}", "not bold dim")
    return title


def _table(found: Answer, lang: str, zone: ZoneInfo, *, explain: bool, marked: bool) -> Table:
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


def _what(item: Recommendation, lang: str, zone: ZoneInfo, *, marked: bool) -> Text:
    text = Prose(item.name, "bold")
    text.append(f"\n{item.item_id}", "not bold dim")
    for key, moment in (("opens", item.opens_at), ("closes", item.closes_at), ("next", item.next_date)):
        if moment is not None and not (key == "opens" and item.closes_at):
            # a window ends before closes_at: midnight belongs to the day before
            at = moment - timedelta(seconds=1) if key == "closes" else moment
            text.append(f"\n{word(key, lang)} {day(at, lang, zone)}", "not bold cyan")
    if item.needs_confirmation:
        text.append(f"\n◇ {word('confirm', lang)}", "not bold yellow")
    if item.illustrative and marked:
        text.append(f"\n◆ {word('illustrative', lang)}", "not bold magenta")
    return text


def _why(item: Recommendation, lang: str, *, explain: bool) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    for reason in item.reasons[: None if explain else MAX_REASONS]:
        mark = Text("+", "green") if reason.clear else Text("~", "dim")
        grid.add_row(mark, _quotes_lit(_said(reason, lang)))
    for gap in item.missing:
        if gap.code not in _TOLD_BY_MARKER:
            grid.add_row(Text("-", "yellow"), Prose(_said(gap, lang), "dim"))
    if explain:
        grid.add_row("", _signals(item, lang))
    return grid


def _signals(item: Recommendation, lang: str) -> Text:
    parts = sorted(item.signals, key=lambda signal: (-signal.contribution, signal.name))
    told = ", ".join(f"{part.name} {_number(part.contribution, lang)}" for part in parts if part.contribution)
    return Text(f"{_number(item.score, lang)} = {told}", "dim")


def _said(text: Reason | Missing, lang: str) -> str:
    return text.en if lang == "en" else text.fr


def _quotes_lit(sentence: str) -> Text:
    """Colour what is quoted."""
    text = Prose(sentence)
    for found in _QUOTED.finditer(text.plain):
        text.stylize("bold cyan", found.start(), found.end())
    return text


def _number(value: float, lang: str) -> str:
    written = f"{value:.2f}"
    return written if lang == "en" else written.replace(".", ",")


def item_head(item: AnyItem) -> RenderableType:
    """Lay out the name and the first words of an item."""
    text = Text(f"\n{item.name}", "bold").append(f"  {item.id}", "not bold dim")
    description = getattr(item, "description", "")
    return Group(text, Prose(description, "italic")) if description else text
