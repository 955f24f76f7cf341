"""Signing in through an identity provider: the way there, the way back, and what went wrong."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from matcher.build import Matcher
from matcher.errors import BackendUnavailable, MatcherError, NotFound
from matcher.people import IdentityProvider, NotVouched, begin_trip, resume_trip
from service.http.access.cookies import drop_trip, set_trip, set_visit, trip_of
from service.http.access.limits import FAILURES_OF_A_CLIENT, Attempts, network_of
from service.http.deps import EngineDep
from service.http.engine import MatcherEngine, client_of
from service.pages.account import show_sign_in
from service.pages.acting import now
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
MAX_CALLS = 4
"""Calls to the provider at once: one that hangs must not take every thread of the service."""
T = TypeVar("T")

AWAY = mark("Votre fournisseur d'identité ne répond pas : réessayez plus tard, ou demandez un lien.")
WRONG: dict[str, str] = {
    "stale": mark("Cette connexion a duré trop longtemps, ou a commencé ailleurs : recommencez."),
    "refused": mark("Votre fournisseur d'identité n'a pas confirmé la connexion : recommencez."),
    "unverified": mark("Votre fournisseur d'identité ne garantit pas votre adresse : demandez un lien."),
    "unknown": mark("Aucun compte n'a l'adresse de votre fournisseur d'identité : écrivez à l'équipe."),
}
"""What is said of a sign-in that let no one in, by its fault."""


@router.get("/oidc/depart", name="page_leave_for_provider")
async def leave(request: Request, engine: EngineDep) -> Response:
    """Send the browser to the provider; what comes back must come back to this browser."""
    at = now()

    def address(matcher: Matcher) -> tuple[str, str]:
        trip = begin_trip(matcher.secret, at)
        return trip.token, _provider(matcher).address_of(trip)

    try:
        token, url = await _calling(request, engine, address)
    except BackendUnavailable as fault:
        return _failed(request, fault, AWAY, 503)
    response = RedirectResponse(url, 303, {"Cache-Control": "no-store"})
    set_trip(request, response, token)
    return response


@router.get("/oidc/retour", name="page_back_from_provider")
async def back(
    request: Request, engine: EngineDep, code: str = "", state: str = "", error: str = ""
) -> Response:
    """Let in the person whom the provider vouches for."""
    at, token = now(), trip_of(request)

    def sign_in(matcher: Matcher) -> str:
        provider = _provider(matcher)
        trip = resume_trip(matcher.secret, token, state, at)
        if error or not code:
            raise NotVouched("The identity provider let no one in.", fault="refused")
        return matcher.sign_in.vouched(provider.claims(code, trip), at)

    attempts: Attempts = request.app.state.attempts
    network = network_of(client_of(request))
    attempts.check(FAILURES_OF_A_CLIENT, "failures", network)
    try:
        visit = await _calling(request, engine, sign_in)
    except BackendUnavailable as fault:
        return _failed(request, fault, AWAY, 503)
    except NotVouched as fault:
        # Any site can send its visitors here with a made-up state, which must not lock them out.
        if fault.fault != "stale":
            attempts.count(FAILURES_OF_A_CLIENT, "failures", network)
        return _failed(request, fault, WRONG[fault.fault], 403)
    response = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
    drop_trip(request, response)
    set_visit(request, response, visit)
    return response


async def _calling(request: Request, engine: MatcherEngine, call: Callable[[Matcher], T]) -> T:
    """Return ``call(matcher)``, which asks the provider; few at once."""
    async with request.app.state.outward:
        return await engine.read(call)


def _provider(matcher: Matcher) -> IdentityProvider:
    if matcher.identity_provider is None:
        raise NotFound("There is no identity provider here.")
    return matcher.identity_provider


def _failed(request: Request, fault: MatcherError, sentence: str, status: int) -> Response:
    """Show the sign-in page with what went wrong; the trip is over."""
    structlog.get_logger().warning("sign-in through the provider failed", **fault.log_fields)
    shown = show_sign_in(request, refused=sentence, status=status)
    drop_trip(request, shown)
    return shown
