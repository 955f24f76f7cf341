"""The page *Proposer mon profil*: what becomes of it, and the form by which somebody enters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Path, Request, Response

from matcher.build import Matcher
from matcher.errors import InvalidRequest
from matcher.hiring.candidates import CURRENT, Entry, person_notice
from matcher.people import Purpose, address_key
from service.http.access.limits import LINKS_OF_A_CLIENT, LINKS_OF_AN_ADDRESS, Attempts, network_of
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.pages.acting import now
from service.pages.environment import translate
from service.pages.forms import typed
from service.pages.frame import Page, language_of, show
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
LONGEST_ADDRESS = 254
NOT_AGREED = mark("Lisez l'information, puis cochez la case : sans votre accord, rien n'est gardé.")
WRONG_ENTRY = mark(
    "Rien n'a été gardé : écrivez une adresse complète, comme prenom@exemple.fr, et un nom d'une seule ligne."
)
SHOWS_SAMPLE = mark("Rien n'a été gardé : ce service montre des profils inventés, et personne n'y entre.")
NEEDS_INVITATION = mark(
    "Rien n'a été gardé : on entre sur invitation de la factory RH, par le lien qu'elle donne."
)
Invitation = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage(Page):
    """The notice and the form, as typed.

    ``is_open``: candidates are taken in; ``may_enter``: without an invitation, or with this one. ``wrong`` is
    what has to be corrected, "" for nothing.
    """

    template: ClassVar[str] = "candidate/entry.html"

    is_open: bool
    may_enter: bool
    notice: Sequence[tuple[str, str]]
    version: str
    invitation: str = ""
    email: str = ""
    name: str = ""
    agreed: bool = False
    sent: bool = False
    wrong: str = ""


@router.get("/candidats", name="page_candidate_entry")
async def entry(request: Request, engine: EngineDep) -> Response:
    """Show the notice, and the form where no invitation is needed."""
    return show(request, await engine.read(lambda matcher: _page(matcher, request)))


@router.get("/candidats/invitation/{invitation}", name="page_candidate_invited")
async def invited(request: Request, invitation: Invitation, engine: EngineDep) -> Response:
    """Show the notice and the form to somebody who was invited; an invitation that is over says so."""

    def read(matcher: Matcher) -> EntryPage:
        matcher.links.open(invitation, Purpose.INVITATION, now())
        return _page(matcher, request, invitation=invitation)

    return show(request, await engine.read(read))


@router.post("/candidats", name="page_enter_candidate")
async def enter(request: Request, engine: EngineDep) -> Response:
    """Send a link to the address typed; what is said is the same for one that is known."""
    form = await typed(request)
    email, name = form.get("email", "")[:LONGEST_ADDRESS], form.get("name", "")
    invitation = form.get("invitation", "")[:100]
    attempts: Attempts = request.app.state.attempts
    attempts.count(LINKS_OF_A_CLIENT, "links", network_of(client_of(request)))
    attempts.count(LINKS_OF_AN_ADDRESS, "links", address_key(email))
    given = Entry(email, name, form.get("agreed", ""), language_of(request), invitation)

    def act(matcher: Matcher) -> EntryPage:
        wrong = ""
        try:
            matcher.hiring.own.enter(given, now())
        except InvalidRequest:
            wrong = translate(_fault_of(matcher, given), language_of(request))
        return _page(matcher, request, given, sent=not wrong, wrong=wrong)

    page = await engine.read(act)
    return show(request, page, status=422 if page.wrong else 200)


@router.post("/candidats/lien", name="page_candidate_link")
async def link_again(request: Request, engine: EngineDep) -> Response:
    """Send a candidate their link again; what is said is the same for an address that is not known."""
    email = (await typed(request)).get("email", "")[:LONGEST_ADDRESS]
    attempts: Attempts = request.app.state.attempts
    attempts.count(LINKS_OF_A_CLIENT, "links", network_of(client_of(request)))
    attempts.count(LINKS_OF_AN_ADDRESS, "links", address_key(email))

    def act(matcher: Matcher) -> EntryPage:
        matcher.hiring.own.send_link_again(email, now())
        return _page(matcher, request, sent=True)

    return show(request, await engine.read(act))


def _fault_of(matcher: Matcher, given: Entry) -> str:
    """Return what to correct in a form that was refused."""
    if matcher.hiring.sample.is_shown():
        return SHOWS_SAMPLE
    if matcher.hiring.own.by_invitation and not given.invitation:
        return NEEDS_INVITATION
    return WRONG_ENTRY if given.notice_version == CURRENT else NOT_AGREED


def _page(  # what is shown, and what was typed
    matcher: Matcher,
    request: Request,
    given: Entry | None = None,
    *,
    invitation: str = "",
    sent: bool = False,
    wrong: str = "",
) -> EntryPage:
    typed_in = given if given and not sent else Entry("", "", "")
    invited_by = given.invitation if given else invitation
    controller = matcher.hiring.controller
    # A notice without the one who answers for the data would be a broken one.
    is_complete = not controller.missing()
    return EntryPage(
        is_open=matcher.hiring.desk.gate().is_open and is_complete and not matcher.hiring.sample.is_shown(),
        may_enter=bool(invited_by) or not matcher.hiring.own.by_invitation,
        notice=person_notice().parts(language_of(request), controller) if is_complete else (),
        version=CURRENT,
        invitation=invited_by,
        email=typed_in.email,
        name=typed_in.name,
        agreed=typed_in.notice_version == CURRENT,
        sent=sent,
        wrong=wrong,
    )
