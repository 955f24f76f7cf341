"""The commands that ask: recommend, search, members-for, skills."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from rich.table import Table

from matcher import settings as configuration
from matcher.build import Matcher, open_matcher
from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, ItemType, Kind, Organisation, Profile
from matcher.errors import InvalidRequest
from matcher.knowledge.read import esco_finder
from service import dates as moments
from service.cli.render import answer as render
from service.cli.render.console import remarks, results
from service.http.schemas import said


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an answer is wanted."""

    count: int = 5
    on: str | None = None
    lang: str = "fr"
    json: bool = False
    explain: bool = False


def recommend(organisation: str, kind: str, wishes: Wishes) -> None:
    """Print what is recommended to a stored organisation."""
    _ask(Kind(kind), wishes, lambda matcher: matcher.resolve(organisation, ItemType.ORGANISATION))


def search(text: str, kind: str, wishes: Wishes) -> None:
    """Print what is recommended for a free text.

    Raises
    ------
    InvalidRequest
        The text is longer than ``MATCHER_MAX_TEXT_CHARS``, or more items than ``MATCHER_MAX_K`` are wanted.
    """
    length, most = len(text.strip()), configuration.load().max_text_chars
    if length > most:
        raise InvalidRequest(f"The text has {length} characters, at most {most} are read: shorten it.")
    _ask(Kind(kind), wishes, lambda _: Profile(description=text))


def members_for(opportunity: str, wishes: Wishes) -> None:
    """Print the members to tell of an opportunity."""
    _ask(Kind.ALERT, wishes, lambda matcher: matcher.resolve(opportunity, ItemType.OPPORTUNITY))


def _ask(kind: Kind, wishes: Wishes, asker: Callable[[Matcher], AnyItem | Profile]) -> None:
    settings = configuration.load()
    if wishes.count > settings.max_k:
        raise InvalidRequest(f"k is {wishes.count}; this service gives at most {settings.max_k} items.")
    at = moments.parse(wishes.on, settings.zone)
    with open_matcher(settings) as matcher, remarks().status("Opening the index"):
        recommender, asked = matcher.recommender, asker(matcher)
        found = recommender.recommend(asked, kind, wishes.count, at)
    if wishes.json:
        results().out(said(found, explain=wishes.explain, indent=2).decode(), highlight=False)
    else:
        show_answers([found], asked, wishes, settings)


def show_answers(
    answers: list[Answer], asker: AnyItem | Profile, wishes: Wishes, settings: configuration.Settings
) -> None:
    """Print answers to one asker as tables, then what their marks mean."""
    console, marked = results(), isinstance(asker, Organisation) and asker.illustrative
    for found in answers:
        console.print(
            render.answer(found, wishes.lang, settings.zone, explain=wishes.explain, illustrative=marked)
        )
    console.print(render.legend(answers, wishes.lang))


def skills(text: str, count: int, *, as_json: bool) -> None:
    """Print the ESCO skills a text speaks of, surest first."""
    settings = configuration.load()
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
