"""An identity provider that speaks OpenID Connect: authorization code with PKCE, through Authlib."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.people.open_id import NotVouched, Trip

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are taken: by a key that the provider publishes, never by a shared one or by none."""
TIMEOUT_S = 5.0
LEEWAY_S = 60
"""Difference of the two clocks that is borne."""
_KNOWN_FOR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Client:
    """How this service is registered with the provider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    return_to: str
    name: str


class OpenIdProvider:
    """One provider; what it publishes of itself is read when it is first needed, and again every hour.

    Parameters
    ----------
    client
        How this service is registered.

    Raises
    ------
    InvalidRequest
        The issuer is no https address (http is for providers on this machine).
    """

    def __init__(self, client: Client) -> None:
        parts = urlsplit(client.issuer)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise InvalidRequest("MATCHER_OIDC_ISSUER begins with https://, other than on this machine.")
        self._client = client
        self._reading = threading.Lock()
        self._metadata: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = 0.0

    @property
    def name(self) -> str:
        """What people call it."""
        return self._client.name

    def check(self) -> None:
        """Read what the provider publishes; BackendUnavailable where it is away or calls itself otherwise."""
        self._read()

    def address_of(self, trip: Trip) -> str:
        """Return where the browser goes to sign in; BackendUnavailable where the provider is away."""
        metadata = self._known()
        with self._session(metadata) as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"],
                state=trip.state,
                nonce=trip.nonce,
                code_verifier=trip.verifier,
            )
        return str(url)

    def claims(self, code: str, trip: Trip) -> Mapping[str, object]:
        """Return what the provider says of the person who came back with a code.

        Raises
        ------
        NotVouched
            The code or the identity does not hold.
        BackendUnavailable
            The provider is away, or answers what cannot be read.
        """
        metadata = self._known()
        try:
            with self._session(metadata) as session:
                endpoint = metadata["token_endpoint"]
                token = session.fetch_token(endpoint, code=code, code_verifier=trip.verifier)
            return self._checked(token, trip)
        except (OAuthError, JoseError) as fault:
            said = "The identity provider did not confirm the sign-in."
            raise NotVouched(said, fault="refused", cause=str(fault.error)) from fault  # a code, no data
        except (httpx2.HTTPError, KeyError, ValueError, TypeError) as fault:
            raise self._away(fault) from fault

    def _checked(self, token: Mapping[str, Any], trip: Trip) -> Mapping[str, object]:
        """Return the claims of an identity: signed by the issuer, for this service, this trip and now."""
        try:
            found = jwt.decode(token["id_token"], self._key_set(), algorithms=list(ALGORITHMS))
        except InvalidKeyIdError:  # the provider has a new key
            self._read()
            found = jwt.decode(token["id_token"], self._key_set(), algorithms=list(ALGORITHMS))
        # Authlib checks the audience only where it is told to: else a token made for another service holds.
        wanted = {
            "iss": {"essential": True, "value": self._client.issuer},
            "aud": {"essential": True, "value": self._client.client_id},
        }
        given = {
            "nonce": trip.nonce,
            "client_id": self._client.client_id,
            "access_token": token.get("access_token"),
        }
        claims = CodeIDToken(found.claims, found.header, wanted, given)
        claims.validate(leeway=LEEWAY_S)
        return dict(claims)

    def _session(self, metadata: Mapping[str, Any]) -> OAuth2Client:
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = "client_secret_basic" in methods
        return OAuth2Client(
            self._client.client_id,
            self._client.client_secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope="openid email",
            redirect_uri=self._client.return_to,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    def _known(self) -> Mapping[str, Any]:
        """Return what the provider publishes, read within the last hour."""
        with self._reading:
            if not self._metadata or time.monotonic() - self._read_at > _KNOWN_FOR_S:
                self._read()
            return self._metadata

    def _key_set(self) -> KeySet:
        if self._keys is None:
            self._read()
        assert self._keys is not None  # noqa: S101  # reading sets it or raises
        return self._keys

    def _read(self) -> None:
        try:
            with httpx2.Client(timeout=TIMEOUT_S) as client:
                address = f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration"
                metadata = client.get(address).raise_for_status().json()
                keys = client.get(metadata["jwks_uri"]).raise_for_status().json()
            self._require_own_name(metadata["issuer"])
            self._keys = KeySet.import_key_set(keys)
        except (httpx2.HTTPError, JoseError, KeyError, ValueError, TypeError) as fault:
            raise self._away(fault) from fault
        self._metadata, self._read_at = metadata, time.monotonic()

    def _require_own_name(self, issuer: str) -> None:
        """Raise ValueError where the provider calls itself otherwise (OpenID Connect Discovery, 4.3)."""
        if issuer != self._client.issuer:
            raise ValueError("the provider calls itself otherwise than MATCHER_OIDC_ISSUER")

    def _away(self, fault: Exception) -> BackendUnavailable:
        return BackendUnavailable(
            "The identity provider does not answer: try again later, or ask for a link by mail.",
            place=self._client.issuer,
            cause=type(fault).__name__ if isinstance(fault, httpx2.HTTPError) else fault,
        )
