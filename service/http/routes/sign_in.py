"""Signing in and out, and one's own visits. Following a link of a mail never acts: its button does."""

import asyncio
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from matcher.errors import NotFound
from matcher.people import Permission, Person, Visit, WrongSignIn, address_key, hash_password
from service.http.access import Caller, requires
from service.http.access.cookies import drop_visit, set_visit
from service.http.access.limits import (
    FAILURES_OF_A_CLIENT,
    FAILURES_OF_AN_ADDRESS,
    LINKS_OF_A_CLIENT,
    LINKS_OF_AN_ADDRESS,
    Attempts,
    network_of,
)
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.http.routes.forms import page
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["sign-in"])

MAX_PASSWORDS = 2
"""Passwords checked at once: each takes 19 MiB and most of a core."""
SENT = {
    "fr": "Si cette adresse est connue, un lien de connexion valable 15 minutes vient d'y être envoyé.",
    "en": "If this address is known, a sign-in link that is valid for 15 minutes has been sent to it.",
}
Token = Annotated[str, Path(max_length=100)]
Account = Annotated[Caller, requires(Permission.MANAGE_OWN_ACCOUNT)]


class AskForLink(BaseModel):
    """Who wants to sign in."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=300)


class PasswordSignIn(AskForLink):
    """The same, with a password."""

    password: str = Field(max_length=1_000)


class NewPassword(BaseModel):
    """A password to be set."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(max_length=1_000)


class Sent(BaseModel):
    """What is said whether or not a mail was sent."""

    fr: str
    en: str


class OwnAccount(BaseModel):
    """Who is signed in."""

    id: str
    email: str
    name: str
    function: str
    lang: str
    roles: list[str]
    organisations: list[str]


class OwnVisit(BaseModel):
    """One signed-in visit of one's own; ``current``: the one that asks."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool


async def _attempts(request: Request) -> Attempts:
    attempts: Attempts = request.app.state.attempts
    return attempts


AttemptsDep = Annotated[Attempts, Depends(_attempts)]


@router.post("/sign-in", status_code=202, responses=problems(422, 429), summary="Ask for a sign-in link")
async def ask_for_link(
    body: AskForLink, request: Request, engine: EngineDep, attempts: AttemptsDep, later: BackgroundTasks
) -> Sent:
    """Send a link to the address if it is known; the answer, and the time it takes, are always the same."""
    attempts.count(LINKS_OF_A_CLIENT, "links", network_of(client_of(request)))
    attempts.count(LINKS_OF_AN_ADDRESS, "links", address_key(body.email))
    # After the answer, so that the time of the answer does not tell whether there is an account.
    later.add_task(engine.read, lambda matcher: matcher.sign_in.ask_for_link(body.email, _now()))
    return Sent(**SENT)


@router.post(
    "/sign-in/password", status_code=204, responses=problems(403, 422, 429), summary="Sign in with a password"
)
async def with_password(
    body: PasswordSignIn, request: Request, response: Response, engine: EngineDep, attempts: AttemptsDep
) -> None:
    """Begin a visit; wrong after five failures within a quarter of an hour, whatever the password.

    Each failure from a network address makes the next answer to it slower.
    """
    client, account = network_of(client_of(request)), address_key(body.email)
    attempts.check(FAILURES_OF_A_CLIENT, "failures", client)
    attempts.check(FAILURES_OF_AN_ADDRESS, "failures", account)
    await asyncio.sleep(attempts.pause_s(FAILURES_OF_A_CLIENT, "failures", client))
    try:
        async with request.app.state.passwords:
            token = await engine.read(
                lambda matcher: matcher.sign_in.with_password(body.email, body.password, _now())
            )
    except WrongSignIn:
        attempts.count(FAILURES_OF_A_CLIENT, "failures", client)
        attempts.count(FAILURES_OF_AN_ADDRESS, "failures", account)
        raise
    set_visit(request, response, token)


@router.get("/sign-in/{token}", responses=problems(404, 410, 422), summary="The page of a sign-in link")
async def show_link(token: Token, engine: EngineDep) -> HTMLResponse:
    """Show a button; nothing is used up, so a mail scanner that follows the link does no harm."""
    person = await engine.read(lambda matcher: matcher.sign_in.who_follows(token, _now()))
    name = escape(person.name)
    if person.lang == "en":
        return page("Sign in", f"You are signing in as {name}.", "Sign in", lang="en")
    return page("Connexion", f"Vous vous connectez en tant que {name}.", "Se connecter")


@router.post(
    "/sign-in/{token}", status_code=303, responses=problems(403, 404, 410, 422), summary="Use a sign-in link"
)
async def use_link(token: Token, request: Request, engine: EngineDep) -> RedirectResponse:
    """Begin a visit; the link works once."""
    visit = await engine.read(lambda matcher: matcher.sign_in.follow(token, _now()))
    response = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
    set_visit(request, response, visit)
    return response


@router.post("/sign-out", status_code=204, responses=problems(401, 403), summary="Sign out")
async def sign_out(caller: Account, request: Request, response: Response, engine: EngineDep) -> None:
    """End the visit that asks."""
    person = _person(caller)
    await engine.read(lambda matcher: matcher.visits.end(person.id, caller.visit_id))
    drop_visit(request, response)


@router.get("/me", responses=problems(401, 403), summary="Who is signed in")
async def me(caller: Account) -> OwnAccount:
    """Return the signed-in person."""
    person = _person(caller)
    return OwnAccount(
        id=person.id,
        email=person.email,
        name=person.name,
        function=person.function,
        lang=person.lang,
        roles=sorted(person.roles),
        organisations=list(person.organisations),
    )


@router.put("/me/password", status_code=204, responses=problems(401, 403, 422), summary="Set one's password")
async def set_password(body: NewPassword, caller: Account, request: Request, engine: EngineDep) -> None:
    """Set the password and end all other visits."""
    person = _person(caller)

    def change(matcher: Any) -> None:
        matcher.store.people.set_password_hash(person.id, hash_password(body.password))
        for visit in matcher.visits.of(person.id, _now()):
            if visit.id != caller.visit_id:
                matcher.visits.end(person.id, visit.id)

    async with request.app.state.passwords:
        await engine.read(change)


@router.get("/me/visits", responses=problems(401, 403), summary="One's own visits")
async def visits(caller: Account, engine: EngineDep) -> list[OwnVisit]:
    """List where one is signed in, latest first."""
    person = _person(caller)
    found = await engine.read(lambda matcher: matcher.visits.of(person.id, _now()))
    return [_own(visit, caller) for visit in found]


@router.delete(
    "/me/visits/{visit_id}",
    status_code=204,
    responses=problems(401, 403, 404, 422),
    summary="End one's own visit",
)
async def end_visit(
    visit_id: Annotated[str, Path(max_length=64)], caller: Account, engine: EngineDep
) -> None:
    """Sign out elsewhere; another person's visit is as unknown."""
    person = _person(caller)
    if not await engine.read(lambda matcher: matcher.visits.end(person.id, visit_id)):
        raise NotFound("You have no such visit.")


def _own(visit: Visit, caller: Caller) -> OwnVisit:
    return OwnVisit(
        id=visit.id,
        created_at=visit.created_at,
        seen_at=visit.seen_at,
        expires_at=visit.expires_at,
        current=visit.id == caller.visit_id,
    )


def _person(caller: Caller) -> Person:
    if caller.person is None:  # no key has the permission these routes need
        raise NotFound("Nobody is signed in.")
    return caller.person


def _now() -> datetime:
    return datetime.now(UTC)
