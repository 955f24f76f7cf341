"""Signing in by a link in a mail, one's account, and signing out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from fastapi import APIRouter, BackgroundTasks, Request, Response

from matcher.build import Matcher
from matcher.domain.items import AnyItem
from matcher.people import Permission, Person, address_key
from matcher.settings import Settings
from service.http.access import Caller, requires
from service.http.access.cookies import drop_visit
from service.http.access.limits import LINKS_OF_A_CLIENT, LINKS_OF_AN_ADDRESS, Attempts, network_of
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.pages.acting import PersonDep, now
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, show

router = APIRouter(include_in_schema=False)
LONGEST_ADDRESS = 300
Account = Annotated[Caller, requires(Permission.MANAGE_OWN_ACCOUNT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(Page):
    """The form that asks for a link, as typed; ``sent`` and ``wrong`` say what became of it.

    ``provider`` is what people call the identity provider, "" where there is none; ``refused`` says why it
    let no one in.
    """

    template: ClassVar[str] = "account/sign_in.html"

    email: str = ""
    sent: bool = False
    wrong: bool = False
    provider: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Page):
    """Who is signed in, for which organisations they speak, and the address of their calendar ("": none)."""

    template: ClassVar[str] = "account/account.html"

    person: Person
    organisations: Sequence[AnyItem]
    calendar: str


@router.get("/connexion", name="page_sign_in")
async def sign_in(request: Request) -> Response:
    """Show the form that asks for a sign-in link."""
    return show_sign_in(request)


@router.post("/connexion", name="page_ask_for_link")
async def ask_for_link(request: Request, engine: EngineDep, later: BackgroundTasks) -> Response:
    """Send a link to the address if it is known; the answer is the same if it is not."""
    form = await typed(request)
    email = form.get("email", "")[:LONGEST_ADDRESS]
    if "@" not in email:
        return show_sign_in(request, email=email, wrong=True, status=422)
    attempts: Attempts = request.app.state.attempts
    attempts.count(LINKS_OF_A_CLIENT, "links", network_of(client_of(request)))
    attempts.count(LINKS_OF_AN_ADDRESS, "links", address_key(email))
    # After the answer, so that the time of the answer does not tell whether there is an account.
    later.add_task(engine.read, lambda matcher: matcher.sign_in.ask_for_link(email, now()))
    shown = show_sign_in(request, email=email, sent=True)
    shown.background = later
    return shown


def show_sign_in(  # what the page says
    request: Request,
    *,
    email: str = "",
    sent: bool = False,
    wrong: bool = False,
    refused: str = "",
    status: int = 200,
) -> Response:
    """Show the form that asks for a link, and the way to the identity provider where there is one."""
    settings: Settings = request.app.state.settings
    provider = settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or ""
    page = SignInPage(email=email, sent=sent, wrong=wrong, provider=provider, refused=refused)
    return show(request, page, status=status)


@router.get("/compte", name="page_account")
async def account(request: Request, person: PersonDep, engine: EngineDep) -> Response:
    """Show who is signed in."""

    def read(matcher: Matcher) -> AccountPage:
        found = matcher.store.items.get_many(person.organisations)
        token = matcher.calendars.token(person.id)
        return AccountPage(
            person=person,
            organisations=[found[item_id] for item_id in person.organisations if item_id in found],
            calendar=matcher.addresses.calendar(token) if token else "",
        )

    page = await engine.read(read)
    return show(request, page, section="/compte")


@router.post("/compte/agenda", name="page_calendar")
async def calendar(request: Request, person: PersonDep, engine: EngineDep) -> Response:
    """Give one's calendar a new address, or end it."""

    async def do() -> Response:
        ends = (await typed(request)).get("act") == "close"
        if ends:
            await engine.read(lambda matcher: matcher.calendars.close(person.id, now()))
        else:
            await engine.read(lambda matcher: matcher.calendars.open(person.id, now()))
        return back_to("/compte", said="calendar_ended" if ends else "calendar_made", anchor="agenda")

    return await once(request, do)


@router.post("/deconnexion", name="page_sign_out")
async def sign_out(request: Request, caller: Account, person: PersonDep, engine: EngineDep) -> Response:
    """End the visit that asks."""
    await engine.read(lambda matcher: matcher.visits.end(person.id, caller.visit_id))
    left = back_to("/", said="signed_out")
    drop_visit(request, left)
    return left
