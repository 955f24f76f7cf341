"""The page *Vivier de profils*: candidates are turned on, with their impact assessment, and off."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.errors import InvalidRequest
from matcher.hiring.candidates import Gate
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import typed
from service.pages.frame import Page, back_to, show

router = APIRouter(include_in_schema=False)
AdminDep = Annotated[Caller, requires(Permission.MANAGE_PEOPLE)]
PATH = "/administration/candidats"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePage(Page):
    """The gate as the last act left it; ``wrong``: the reference is missing."""

    template: ClassVar[str] = "admin/gate.html"

    gate: Gate
    wrong: bool = False


@router.get(PATH, name="page_gate")
async def gate(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Show whether candidates are taken in."""
    found = await engine.read(lambda matcher: matcher.hiring.desk.gate())
    return show(request, GatePage(gate=found), section="/administration")


@router.post(PATH, name="page_set_gate")
async def set_gate(request: Request, admin: AdminDep, engine: EngineDep) -> Response:
    """Turn candidates on, with a reference, or off."""
    form = await typed(request)
    by, actor = (admin.person.name, admin.person.id) if admin.person else ("key", "")
    if form.get("act") == "disable":
        await engine.read(lambda matcher: matcher.hiring.desk.disable(by, now(), actor))
        return back_to(PATH, said="candidates_off")
    dpia = form.get("dpia", "")
    try:
        await engine.read(lambda matcher: matcher.hiring.desk.enable(dpia, by, now(), actor))
    except InvalidRequest:
        found = await engine.read(lambda matcher: matcher.hiring.desk.gate())
        return show(request, GatePage(gate=found, wrong=True), section="/administration", status=422)
    return back_to(PATH, said="candidates_on")
