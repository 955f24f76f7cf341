"""The page *Annuaire*: organisations by name, and one organisation's record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Path, Request, Response

from matcher.build import Matcher
from matcher.domain.items import AnyItem, ItemId, ItemType, Organisation
from matcher.language import find_by_name
from matcher.people import Permission, Person
from service.http.access import Caller, CallerDep, requires
from service.http.deps import EngineDep
from service.http.engine import get_stored, no_such_item
from service.looking import look_at_organisations
from service.pages.acting import now
from service.pages.environment import translate
from service.pages.frame import Page, language_of, show
from service.pages.listing import Pager, page_of
from service.pages.text import STAFF_COUNTS
from service.words import FIELD_LABELS, VALUES, Language, choose, field_label

router = APIRouter(include_in_schema=False)
_LONGEST_NAME = 300
_NOT_SHOWN = frozenset({"id", "name", "lang", "inferred_fields", "opted_out"})


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """One organisation of the list."""

    id: str
    name: str
    city: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPage(Page):
    """Organisations of a name, or all, by name; ``searched`` is what was typed."""

    template: ClassVar[str] = "staff/directory.html"

    searched: str
    rows: Sequence[DirectoryRow]
    count: int
    pager: Pager
    may_merge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage(Page):
    """The record of one organisation: fields in words, who speaks for it, and what the reader may open."""

    template: ClassVar[str] = "staff/profile.html"

    organisation: Organisation
    facts: Sequence[tuple[str, str]]
    people: Sequence[Person]
    may_act: bool


@router.get("/annuaire", name="page_directory")
async def directory(
    request: Request, caller: Annotated[Caller, requires(Permission.READ_DIRECTORY)], engine: EngineDep
) -> Response:
    """Show the organisations whose name holds what was typed; all of them where nothing was."""
    searched = request.query_params.get("nom", "").strip()[:_LONGEST_NAME]
    found = await engine.read(lambda matcher: _found(matcher, searched, caller))
    shown, pager = page_of(found, request)
    items = await engine.read(lambda matcher: matcher.store.items.get_many([name for name, _ in shown]))
    rows = [_row(items[item_id]) for item_id, _ in shown if item_id in items and caller.sees(items[item_id])]
    page = DirectoryPage(
        searched=searched, rows=rows, count=len(found), pager=pager, may_merge=_may_merge(caller)
    )
    return show(request, page, section="/annuaire")


@router.get("/organisations/{item_id}", name="page_profile")
async def profile(
    request: Request, item_id: Annotated[ItemId, Path()], caller: CallerDep, engine: EngineDep
) -> Response:
    """Show one organisation as the reader may see it."""
    caller.require(Permission.READ_DIRECTORY)
    item = await engine.read(lambda matcher: get_stored(matcher, item_id, ItemType.ORGANISATION))
    caller.require_seen(item)
    seen = caller.view(item)
    if not isinstance(seen, Organisation):
        raise no_such_item(item_id)
    people: Sequence[Person] = ()
    if caller.may(Permission.SEE_PEOPLE):
        people = await engine.read(lambda matcher: matcher.store.people.of_organisation(item_id))
    await engine.read(lambda matcher: look_at_organisations(matcher, [item_id], caller.person, now(), people))
    page = ProfilePage(
        organisation=seen,
        facts=_facts(seen, language_of(request)),
        people=people,
        may_act=_may_act(caller, item_id),
    )
    return show(request, page, section="/annuaire")


def _may_act(caller: Caller, organisation_id: str) -> bool:
    if caller.person is None:
        return False
    return caller.speaks_for(organisation_id) or caller.may(Permission.ACT_FOR_ANY)


def _may_merge(caller: Caller) -> bool:
    return caller.person is not None and caller.may(Permission.WRITE_CATALOGUE)


def _found(matcher: Matcher, searched: str, caller: Caller) -> list[tuple[str, str]]:
    """Return id and name of what is found, by name; opted-out organisations only for who may see them."""
    known = _named(list(matcher.store.items.names(ItemType.ORGANISATION)), searched)
    if not caller.may(Permission.READ_OPTED_OUT):
        items = matcher.store.items.get_many([item_id for item_id, _ in known])
        seen = {item_id for item_id, item in items.items() if caller.sees(item)}
        known = [pair for pair in known if pair[0] in seen]
    return sorted(known, key=lambda pair: (pair[1].casefold(), pair[0]))


def _named(known: list[tuple[str, str]], searched: str) -> list[tuple[str, str]]:
    """Return the pairs of id and name whose name holds what was searched; all where nothing was."""
    if not searched:
        return known
    ids, names = [item_id for item_id, _ in known], [name for _, name in known]
    return [known[place] for place in find_by_name(searched, names, ids, parts=True).found]


def _row(item: AnyItem) -> DirectoryRow:
    about = getattr(item, "description", "")
    return DirectoryRow(item.id, item.name, getattr(item, "city", ""), about)


def _facts(item: Organisation, lang: Language) -> list[tuple[str, str]]:
    """Return the fields that hold something, in words, in the order in which fields are shown everywhere."""
    facts = []
    places = {name: place for place, name in enumerate(FIELD_LABELS)}
    held = item.model_dump(exclude_defaults=True)
    for name, value in sorted(held.items(), key=lambda field: places.get(field[0], len(places))):
        if name in _NOT_SHOWN or value in ("", (), None):
            continue
        label = field_label(name, lang)
        words = [_in_words(entry, lang) for entry in (value if isinstance(value, tuple) else (value,))]
        if name == "size_band":
            words = [translate(STAFF_COUNTS.get(value, value), lang)]
        facts.append((label[:1].upper() + label[1:], " ; ".join(words)))
    return facts


def _in_words(value: object, lang: Language) -> str:
    phrase = VALUES.get(value) if isinstance(value, str | bool) else None
    return choose(phrase, lang) if phrase else str(value)
