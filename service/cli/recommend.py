"""The commands that ask: recommend, search, members-for (an alert), open (calls), skills."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table
from rich.text import Text

from matcher.build import open_matcher
from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, Item, ItemType, Kind, Opportunity, Organisation, Profile
from matcher.errors import InvalidRequest
from matcher.knowledge.read import esco_finder
from matcher.settings import Settings
from service import dates
from service.cli.catalogue import opened_index
from service.cli.render import answer as render
from service.cli.render.answer import day, last_day
from service.cli.render.console import remarks, results
from service.cli.render.phrases import word
from service.formats import answer_json, items_json, read_answer
from service.listing import open_opportunities
from service.running import RunningService, find_running
from service.words import Language


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How an answer is wanted."""

    count: int = 5
    on: str | None = None
    lang: Language = "fr"
    json: bool = False
    explain: bool = False
    weaker: bool = False


def recommend(settings: Settings, organisation: str, kind: Kind, options: AnswerOptions) -> None:
    """Print the recommendations for a stored organisation."""
    _ask(settings, kind, options, _Named(organisation, ItemType.ORGANISATION))


def search(settings: Settings, text: str, kind: Kind, options: AnswerOptions) -> None:
    """Print the recommendations for a free text.

    Raises
    ------
    InvalidRequest
        The text is longer than ``MATCHER_MAX_TEXT_CHARS``, or more items than ``MATCHER_MAX_K`` are wanted.
    """
    length, most = len(text.strip()), settings.max_text_chars
    if length > most:
        raise InvalidRequest(f"The text has {length} characters, at most {most} are read: shorten it.")
    _ask(settings, kind, options, Profile(description=text))


def alert(settings: Settings, opportunity: str, options: AnswerOptions) -> None:
    """Print the members to alert of an opportunity."""
    _ask(settings, Kind.ALERT, options, _Named(opportunity, ItemType.OPPORTUNITY))


@dataclass(frozen=True, slots=True)
class _Named:
    """A stored item, as it was typed."""

    name: str
    item_type: ItemType


def _ask(settings: Settings, kind: Kind, options: AnswerOptions, asked: _Named | Profile) -> None:
    if options.count > settings.max_k:
        raise InvalidRequest(f"k is {options.count}; this service gives at most {settings.max_k} items.")
    at = dates.parse(options.on, settings.zone)
    running = find_running(settings)
    asker: AnyItem | Profile
    if running is None:
        with remarks().status("Opening the index"), opened_index(settings) as matcher:
            asker = matcher.resolve(asked.name, asked.item_type) if isinstance(asked, _Named) else asked
            found = matcher.recommender.recommend(asker, kind, options.count, at)
    else:
        asker = running.find_item(asked.name, asked.item_type) if isinstance(asked, _Named) else asked
        found = _ask_running(running, asker, kind, options, at)
    if options.json:
        results().out(answer_json(found, explain=options.explain, indent=2).decode(), highlight=False)
    else:
        show_answers([found], asker, options, settings.zone)


def _ask_running(
    running: RunningService, asker: AnyItem | Profile, kind: Kind, options: AnswerOptions, at: datetime
) -> Answer:
    """Ask the running service, which owns the index, as the same command would answer without it."""
    query: dict[str, str] = {"k": str(options.count), "on": at.isoformat()}
    query["explain"] = "true" if options.explain else "false"
    if kind is Kind.ALERT and isinstance(asker, Item):
        return read_answer(running.ask("GET", f"/v1/opportunities/{asker.id}/members", **query))
    query["kind"] = kind.value
    if isinstance(asker, Item):
        return read_answer(running.ask("GET", f"/v1/organisations/{asker.id}/recommendations", **query))
    body = query | {"k": options.count, "explain": options.explain, "text": asker.description}
    return read_answer(running.ask("POST", "/v1/recommendations", body))


def show_answers(
    answers: list[Answer], asker: AnyItem | Profile, options: AnswerOptions, zone: ZoneInfo
) -> None:
    """Print answers to one asker as tables, then the meaning of their marks."""
    console, marked = results(), isinstance(asker, Organisation) and asker.illustrative
    layout = render.Layout(options.lang, options.explain, options.weaker, marked)
    for found in answers:
        console.print(render.answer(found, zone, layout))
    console.print(render.legend(answers, layout))


def list_open(settings: Settings, theme: str, near: str, options: AnswerOptions) -> None:
    """Print the opportunities open on a day, soonest deadline first."""
    at = dates.parse(options.on, settings.zone)
    with open_matcher(settings) as matcher:
        opportunities = matcher.store.items.all(ItemType.OPPORTUNITY)
        found = open_opportunities(
            opportunities, at, theme=theme, near=near, territory=matcher.knowledge.territory
        )
    shown = found[: options.count]
    if options.json:
        results().out(items_json(shown, indent=2), highlight=False)
        return
    title = f"{word('open', options.lang)}, {word('on', options.lang)} {day(at, options.lang, settings.zone)}"
    results().print(Text(f"\n{title}", "bold"))
    results().print(
        _calls(shown, settings, options) if shown else Text(f"  {word('none', options.lang)}", "dim")
    )
    if len(found) > len(shown):
        more = word("more", options.lang).format(count=len(found) - len(shown))
        results().print(Text(f"  {more}", "dim"))


def _calls(shown: list[Opportunity], settings: Settings, options: AnswerOptions) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1), header_style="dim")
    table.add_column(word("deadline", options.lang), width=14)
    table.add_column(word("what", options.lang), ratio=60, overflow="fold")
    table.add_column(word("where", options.lang), ratio=20)
    for item in shown:
        until = word("standing", options.lang)
        if item.closes_at is not None:
            until = day(last_day(item.closes_at), options.lang, settings.zone)
        name = Text(item.name, "bold")
        if item.needs_confirmation:
            name.append(" ◇", "not bold yellow")
        name.append(f"\n{item.id}", "not bold dim")
        table.add_row(Text(until, "cyan"), name, item.country_region)
    return table


def skills(settings: Settings, text: str, count: int, *, as_json: bool) -> None:
    """Print the ESCO skills a text mentions, surest first."""
    with remarks().status("Reading the ESCO skills"):
        found = esco_finder(settings.data_dir / "esco").find(text, limit=count)
    remarks().print("This service uses the ESCO classification of the European Commission.")
    if as_json:
        results().out(
            json.dumps([asdict(skill) for skill in found], indent=2, ensure_ascii=False), highlight=False
        )
        return
    table = Table("Skill", "Found in the text", "Confidence", "ESCO id", box=None, padding=(0, 1))
    for skill in found:
        table.add_row(
            skill.label, f"« {skill.text} »", f"{skill.confidence:.2f}", skill.id.rsplit("/", 1)[-1]
        )
    results().print(table if found else "No ESCO skill is named in this text.")
