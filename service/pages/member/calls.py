"""The page *Appels ouverts*: calls by theme and place, and the searches that an organisation has saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Path, Request, Response

from matcher.alerts import SavedSearch
from matcher.build import Matcher
from matcher.domain.items import ItemType, Opportunity
from matcher.errors import InvalidRequest, NotAllowed
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.listing import open_opportunities
from service.pages.acting import now
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, show
from service.pages.listing import Pager, page_of
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
ReaderDep = Annotated[Caller, requires(Permission.READ_OFFERS)]
OwnDep = Annotated[Caller, requires(Permission.ACT_FOR_OWN)]
LONGEST_FILTER = 100
SAVED = "recherches"
"""Where on the page saved searches are."""
NOT_SAVED = mark("Non enregistrée : dix recherches au plus, de 1 à 500 caractères. Supprimez-en une d'abord.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsPage(Page):
    """Open calls and missions, soonest deadline first; ``unknown``: the place that was typed is not known.

    ``may_save``: the reader speaks for an organisation, whose ``searches`` are shown; ``error`` says why one
    was not saved.
    """

    template: ClassVar[str] = "member/calls.html"

    theme: str
    near: str
    unknown: bool
    count: int
    calls: Sequence[Opportunity]
    pager: Pager
    may_save: bool
    searches: Sequence[SavedSearch]
    error: str


@router.get("/appels", name="page_calls")
async def calls(request: Request, reader: ReaderDep, engine: EngineDep) -> Response:
    """Show what is open now, by theme and near a place."""
    return await _show(request, reader, engine)


@router.post("/appels/recherches", name="page_save_search")
async def save(request: Request, reader: OwnDep, engine: EngineDep) -> Response:
    """Save a search: the calls it finds come with the weekly mail. The same text is kept once."""

    async def do() -> Response:
        own = _own(reader)
        text = " ".join((await typed(request)).get("text", "").split())

        def keep(matcher: Matcher) -> None:
            if text not in [one.text for one in matcher.store.alerts.searches(own)]:
                matcher.alerts.save_search(own, text, now())

        try:
            await engine.read(keep)
        except InvalidRequest:
            return await _show(request, reader, engine, error=NOT_SAVED, status=422)
        return back_to("/appels", said="search_saved", anchor=SAVED)

    return await once(request, do)


@router.post("/appels/recherches/{number}/supprimer", name="page_remove_search")
async def remove(
    number: Annotated[int, Path(ge=1, le=2**31 - 1)], reader: OwnDep, engine: EngineDep
) -> Response:
    """Remove a saved search; NotFound where the organisation has none of this number."""
    own = _own(reader)
    await engine.read(lambda matcher: matcher.store.alerts.remove_search(own, number))
    return back_to("/appels", said="search_removed", anchor=SAVED)


def _own(reader: Caller) -> str:
    """Return the organisation whose searches are kept; NotAllowed for who speaks for none."""
    if not reader.organisations:
        raise NotAllowed("Searches are saved for an organisation, and you speak for none.")
    return reader.organisations[0]


async def _show(
    request: Request, reader: Caller, engine: EngineDep, error: str = "", status: int = 200
) -> Response:
    theme = request.query_params.get("theme", "").strip()[:LONGEST_FILTER]
    near = request.query_params.get("pres-de", "").strip()[:LONGEST_FILTER]
    found = await engine.read(lambda matcher: _open_calls(matcher, theme, near))
    searches: list[SavedSearch] = []
    if reader.organisations:
        searches = await engine.read(lambda matcher: matcher.store.alerts.searches(_own(reader)))
    shown, pager = page_of(found or [], request)
    page = CallsPage(
        theme=theme,
        near=near,
        unknown=found is None,
        count=len(found or []),
        calls=shown,
        pager=pager,
        may_save=bool(reader.organisations),
        searches=searches,
        error=error,
    )
    return show(request, page, section="/appels", status=status)


def _open_calls(matcher: Matcher, theme: str, near: str) -> list[Opportunity] | None:
    """Return what is open now; None where the place is not known."""
    items = matcher.store.items.all(ItemType.OPPORTUNITY)
    territory = matcher.knowledge.territory
    try:
        return open_opportunities(items, now(), theme=theme, near=near, territory=territory)
    except InvalidRequest:
        return None
