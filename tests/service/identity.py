"""A small identity provider that speaks OpenID Connect: a real server, with keys of its own."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "matcher", "a-secret-of-tests"


@dataclass
class Provider:
    """What a test sets: the claims it changes, the key it signs with, whether it answers."""

    issuer: str = ""
    email: str = "member.of.a@example.org"
    changes: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    published: list[RSAKey] = field(default_factory=list)
    is_away: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def described(self, _: Request) -> Response:
        if self.is_away:
            return Response(status_code=502)
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def keys(self, _: Request) -> Response:
        shown = self.published or [self.key]
        return JSONResponse({"keys": [key.as_dict(private=False) for key in shown]})

    def authorize(self, request: Request) -> Response:
        """Let the person in at once, as one who is signed in there already."""
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(8)
        self.asked[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    async def token(self, request: Request) -> Response:
        """Give the identity for a code, once, to the client that proves to have asked for it."""
        if self.is_away:
            return Response(status_code=502)
        form = await request.form()
        asked = self.asked.pop(str(form.get("code")), None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if request.headers.get("authorization") != basic:
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "u1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
        }
        text = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims | self.changes, self.key)
        return JSONResponse({"access_token": "t", "token_type": "Bearer", "id_token": text})


@contextmanager
def serving() -> Iterator[Provider]:
    """Serve a provider on a free port of this machine."""
    provider = Provider()
    routes = [
        Route("/.well-known/openid-configuration", provider.described),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    provider.issuer = f"http://127.0.0.1:{port}"
    yield provider
    server.should_exit = True
    thread.join()
