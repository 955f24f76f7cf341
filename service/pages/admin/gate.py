"""The page *Vivier de profils*: candidates are turned on, with their impact assessment, and off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import InvalidRequest
from matcher.hiring.candidates import Gate
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, show

router = APIRouter(include_in_schema=False)
AdminDep = Annotated[Caller, requires(Permission.MANAGE_PEOPLE)]
PATH = "/administration/candidats"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePage(Page):
    """The gate as the last act left it; ``wrong``: the reference is missing.

    ``missing`` are settings of what candidates are told; nothing opens without them.
    """

    template: ClassVar[str] = "admin/gate.html"

    gate: Gate
    missing: Sequence[str]
    wrong: bool = False


@router.get(PATH, name="page_gate")
async def gate(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Show whether candidates are taken in."""
    return show(request, await engine.read(_page), section="/administration")


@router.post(PATH, name="page_set_gate")
async def set_gate(request: Request, admin: AdminDep, engine: EngineDep) -> Response:
    """Turn candidates on, with a reference, or off."""

    async def do() -> Response:
        form = await typed(request)
        by, actor = (admin.person.name, admin.person.id) if admin.person else ("key", "")
        if form.get("act") == "disable":
            await engine.read(lambda matcher: matcher.hiring.desk.disable(by, now(), actor))
            return back_to(PATH, said="candidates_off")
        dpia = form.get("dpia", "")
        try:
            await engine.read(lambda matcher: matcher.hiring.desk.enable(dpia, by, now(), actor))
        except InvalidRequest:
            page = await engine.read(lambda matcher: _page(matcher, wrong=True))
            return show(request, page, section="/administration", status=422)
        return back_to(PATH, said="candidates_on")

    return await once(request, do)


def _page(matcher: Matcher, *, wrong: bool = False) -> GatePage:
    return GatePage(gate=matcher.hiring.desk.gate(), missing=matcher.hiring.controller.missing(), wrong=wrong)
