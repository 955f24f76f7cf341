"""Finding out who asks, from the key or the cookie of a request.

A wrong key is refused even where none is needed: a program that sends one believes that it counts.
"""

import hashlib
import hmac
from datetime import UTC, datetime

from fastapi import Request
from pydantic import SecretStr

from matcher.build import Matcher
from matcher.people import ROLE_PERMISSIONS, VISITOR_PERMISSIONS, ApiKey, Permission, Role, permissions_of
from service.http.access.caller import Caller
from service.http.access.cookies import cookie_name
from service.http.access.limits import Rates
from service.http.engine import MatcherEngine, client_of
from service.http.errors import Unauthorised

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
ADMIN_KEY = ApiKey("admin", "MATCHER_ADMIN_KEY", frozenset(), _BEGINNING)
"""The key of the settings: there before any person or other key is."""
LOCAL_KEY = ApiKey("local", "commands on this machine", frozenset(), _BEGINNING)
"""The token of a running service, known to commands of the same account (service/running.py)."""
ADMIN_KEY_PERMISSIONS = ROLE_PERMISSIONS[Role.ADMIN] - {Permission.MANAGE_OWN_ACCOUNT, Permission.ACT_FOR_OWN}


async def identify(request: Request) -> Caller:
    """Return who asks; Unauthorised for a key that opens nothing."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        known = request.state.caller = await _identify_in_time(request)
    return known


async def _identify_in_time(request: Request) -> Caller:
    """Return who asks; TooManyRequests for a person, a key or an address that asks too often.

    Commands on this machine are not counted: an operator's loop over them is no attack.
    """
    rates: Rates = request.app.state.rates
    if _is_of_this_machine(request):
        return Caller(ADMIN_KEY_PERMISSIONS, key=LOCAL_KEY)
    rates.count_address(client_of(request))
    caller = await _identify(request)
    if caller.is_known:
        rates.count_caller(caller.name)
    return caller


async def _identify(request: Request) -> Caller:
    given = request.headers.get("authorization")
    if given is not None:
        return await _by_key(request, given)
    token = request.cookies.get(cookie_name(request))
    caller = await _by_visit(request, token) if token else None
    return caller or Caller(VISITOR_PERMISSIONS[request.app.state.settings.public])


async def _by_visit(request: Request, token: str) -> Caller | None:
    """Return the person of a visit; None where it has ended, or the person can no longer sign in."""
    engine: MatcherEngine = request.app.state.engine
    return await engine.read(lambda matcher: _visitor_of(matcher, token))


def _visitor_of(matcher: Matcher, token: str) -> Caller | None:
    visit = matcher.visits.recognise(token, datetime.now(UTC))
    if visit is None:
        return None
    person = matcher.store.people.get(visit.person_id)
    if not person.may_sign_in:
        return None
    return Caller(permissions_of(person.roles), person=person, visit_id=visit.id)


def _is_of_this_machine(request: Request) -> bool:
    """Whether a command of this account asks, with the token that the service made when it started."""
    local_token: str = getattr(request.app.state, "local_token", "")
    token = _bearer_token(request.headers.get("authorization", ""))
    return bool(local_token) and same_secret(token, local_token)


def _bearer_token(given: str) -> str:
    scheme, _, token = given.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _by_key(request: Request, given: str) -> Caller:
    admin_key: SecretStr | None = request.app.state.settings.admin_key
    token = _bearer_token(given)
    if admin_key is not None and same_secret(token, admin_key.get_secret_value()):
        return Caller(ADMIN_KEY_PERMISSIONS, key=ADMIN_KEY)
    engine: MatcherEngine = request.app.state.engine
    key = await engine.read(lambda matcher: matcher.keys.recognise(token, datetime.now(UTC)))
    if key is not None:
        return Caller(key.permissions, key=key)
    raise Unauthorised("The key opens nothing: send Authorization: Bearer KEY, with a key that is valid.")


def same_secret(given: str, expected: str) -> bool:
    """Compare in a time that does not depend on the content or length of either.

    >>> same_secret("a", "a"), same_secret("a", "ab"), same_secret("é", "e")
    (True, False, False)
    """
    return hmac.compare_digest(
        hashlib.sha256(given.encode()).digest(), hashlib.sha256(expected.encode()).digest()
    )
