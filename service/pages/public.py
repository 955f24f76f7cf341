"""Pages that everybody may read: start page and legal texts; and the switch of language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from matcher.rights import Durations, Processing, processings, version_of_notice
from service.http.access import Caller
from service.pages.accessibility import AutomaticTest, last_test
from service.pages.environment import LANGUAGES
from service.pages.forms import own_path, typed
from service.pages.frame import LANGUAGE_COOKIE, YEAR_S, Page, back_to, show

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class StartPage(Page):
    """The start page."""

    template: ClassVar[str] = "public/start.html"


@dataclass(frozen=True, slots=True)
class LegalPage(Page):
    """The legal notice."""

    template: ClassVar[str] = "public/legal.html"


@dataclass(frozen=True, slots=True)
class PrivacyPage(Page):
    """What is kept about people, why, how long."""

    template: ClassVar[str] = "public/privacy.html"

    impressions_days: int
    processings: Sequence[Processing]
    version: str


@dataclass(frozen=True, slots=True)
class AccessibilityPage(Page):
    """The accessibility statement."""

    template: ClassVar[str] = "public/accessibility.html"

    test: AutomaticTest


@router.get("/", name="page_start")
async def start(request: Request) -> Response:
    """Lead people to their page, and say to visitors what the service is for."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller and caller.person:
        return back_to("/pour-moi", said=request.query_params.get("fait", ""))
    return show(request, StartPage())


@router.get("/mentions-legales", name="page_legal")
async def legal(request: Request) -> Response:
    """Show the legal notice."""
    return show(request, LegalPage())


@router.get("/confidentialite", name="page_privacy")
async def privacy(request: Request) -> Response:
    """Show what is kept about people."""
    days = request.app.state.settings.impressions_days
    told = processings(Durations(days))
    return show(request, PrivacyPage(days, told, version_of_notice(told)))


@router.get("/accessibilite", name="page_accessibility")
async def accessibility(request: Request) -> Response:
    """Show the accessibility statement."""
    return show(request, AccessibilityPage(last_test()))


@router.post("/langue", name="page_language")
async def language(request: Request) -> Response:
    """Keep the language chosen in a cookie and go back to the page read."""
    form = await typed(request)
    back = back_to(own_path(form.get("back", "")))
    lang = form.get("lang", "")
    if lang in LANGUAGES:
        back.set_cookie(LANGUAGE_COOKIE, lang, YEAR_S, httponly=True, samesite="lax")
    return back
