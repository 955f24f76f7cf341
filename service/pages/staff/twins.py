"""The page *Doublons*: records that seem to be one organisation, to make one of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.domain.items import Organisation
from matcher.people import Permission
from service.doctor import twins_of
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, show
from service.pages.listing import Pager, page_of

router = APIRouter(include_in_schema=False)
WriterDep = Annotated[Caller, requires(Permission.WRITE_CATALOGUE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinsPage(Page):
    """Pairs of records that seem to be one organisation."""

    template: ClassVar[str] = "staff/twins.html"

    pairs: Sequence[tuple[Organisation, Organisation]]
    pager: Pager


@router.get("/annuaire/doublons", name="page_twins")
async def twins(request: Request, _staff: WriterDep, engine: EngineDep) -> Response:
    """Show pairs of records that seem to be one organisation."""
    found = await engine.read(twins_of)
    shown, pager = page_of(found, request)
    return show(request, TwinsPage(pairs=shown, pager=pager), section="/annuaire")


@router.post("/annuaire/doublons", name="page_merge")
async def merge(request: Request, _staff: WriterDep, engine: EngineDep) -> Response:
    """Make one record of two; everything that named the second names the first."""

    async def do() -> Response:
        form = await typed(request)
        kept, dropped = form.get("kept", ""), form.get("dropped", "")
        await engine.write(lambda matcher: matcher.store.items.merge(kept, dropped))
        return back_to("/annuaire/doublons", said="merged")

    return await once(request, do)
