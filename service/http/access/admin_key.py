"""The administrator's key: needed to write; while none is configured, writing is refused."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from matcher.errors import NotAllowed
from service.http.errors import Unauthorised

_bearer = HTTPBearer(auto_error=False, description="The key of the setting MATCHER_ADMIN_KEY")


def same_secret(given: str, expected: str) -> bool:
    """Compare in a time that does not depend on the content or length of either.

    >>> same_secret("a", "a"), same_secret("a", "ab"), same_secret("é", "e")
    (True, False, False)
    """
    return hmac.compare_digest(
        hashlib.sha256(given.encode()).digest(), hashlib.sha256(expected.encode()).digest()
    )


async def require_admin(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Raise unless the request carries the key: NotAllowed while none is configured, else Unauthorised."""
    key = request.app.state.settings.admin_key
    if key is None:
        raise NotAllowed("Writing is switched off: no administrator's key is configured (MATCHER_ADMIN_KEY).")
    if credentials is None or not same_secret(credentials.credentials, key.get_secret_value()):
        raise Unauthorised("This needs the administrator's key: Authorization: Bearer KEY.")


async def carries_key(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> bool:
    """Whether the request carries the key; Unauthorised if it carries a wrong one."""
    if credentials is None or request.app.state.settings.admin_key is None:
        return False
    await require_admin(request, credentials)
    return True


Admin = Depends(require_admin)
WithKey = Annotated[bool, Depends(carries_key)]
