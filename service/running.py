"""The running service: how it makes itself known, and how commands ask it.

The embedded index has one owner. While a service runs, commands that need the index ask the service
instead; its address and a token made at each start are in a file of the home folder that only its account can
read. A service on another machine is named by ``MATCHER_URL``, and its key by ``MATCHER_TOKEN``.
"""

import http.client
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from matcher.domain.items import ITEM_CLASSES, AnyItem, ItemType
from matcher.errors import BackendUnavailable, InvalidRequest, MatcherError, NotAllowed, NotFound, NotReady
from matcher.settings import Settings

FILE = "service.json"
_PATIENCE_S = 600.0
_FIRST_WORD_S = 5.0
_PORTS = {"http": 80, "https": 443}
_ERRORS: dict[int, type[MatcherError]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: InvalidRequest,
    422: InvalidRequest,
    503: NotReady,
}


@dataclass(frozen=True, slots=True)
class RunningService:
    """Where a service listens, and the token that opens it.

    ``prefix`` is the path below which it answers; ``secure`` says whether it is asked over TLS.
    """

    host: str
    port: int
    token: str
    prefix: str = ""
    secure: bool = False

    @property
    def place(self) -> str:
        """Its address, for messages."""
        return f"{self.host}:{self.port}{self.prefix}"

    def is_there(self) -> bool:
        """Whether this very service answers: neither a file left by a killed one nor another server."""
        try:
            status, _ = self._send("GET", "/metrics", None, _FIRST_WORD_S)
        except (OSError, http.client.HTTPException):
            return False
        return status == http.client.OK

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> bytes:
        """Send one request and return the body of its answer.

        Raises
        ------
        MatcherError
            What the service says of a request that it cannot serve, as the same command would raise it.
        """
        address = f"{path}?{urlencode(query)}" if query else path
        try:
            status, answer = self._send(method, address, body, _PATIENCE_S)
        except (OSError, http.client.HTTPException) as error:
            raise BackendUnavailable(
                "The running service did not answer: see its log, or stop it and repeat the command.",
                place=self.place,
                cause=error,
            ) from error
        if status < http.client.BAD_REQUEST:
            return answer
        raise _ERRORS.get(status, BackendUnavailable)(_detail(answer))

    def find_item(self, name: str, item_type: ItemType) -> AnyItem:
        """Return the item of this id, or the only one of this name; as :func:`matcher.language.find_item`."""
        answer = self.ask("GET", "/v1/commands/item", name=name, item_type=item_type.value)
        return ITEM_CLASSES[item_type].model_validate_json(answer)

    def _send(self, method: str, address: str, body: Any, patience_s: float) -> tuple[int, bytes]:
        make = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        connection = make(self.host, self.port, timeout=patience_s)
        headers: Mapping[str, str] = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        content = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, self.prefix + address, content, dict(headers))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def _detail(answer: bytes) -> str:
    with suppress(ValueError, AttributeError):
        return str(json.loads(answer).get("detail", ""))
    return "The running service failed: see its log."


@contextmanager
def announced(home: Path, host: str, port: int) -> Iterator[str]:
    """Keep the address and a new token in the home folder while the context is open; yield the token."""
    service = RunningService(_reachable(host), port, secrets.token_urlsafe(32))
    path = home / FILE
    draft = path.with_suffix(".draft")  # whole or absent: a command may look at any moment
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"host": service.host, "port": service.port, "token": service.token}, file)
    draft.replace(path)
    try:
        yield service.token
    finally:
        if _read(path) == service:  # not that of a service started since
            path.unlink(missing_ok=True)


def find_running(settings: Settings) -> RunningService | None:
    """Return the service that commands ask; None when they open the index themselves.

    That of ``MATCHER_URL``, else the one that runs over the home folder.

    Raises
    ------
    InvalidRequest
        ``MATCHER_URL`` is set, and ``MATCHER_TOKEN`` is not.
    """
    if settings.url:
        return _elsewhere(settings)
    service = _read(settings.home / FILE)
    return service if service is not None and service.is_there() else None


def _elsewhere(settings: Settings) -> RunningService:
    if settings.token is None:
        raise InvalidRequest(
            "MATCHER_URL names a service: set MATCHER_TOKEN to a key of it (there: matcher keys create)."
        )
    parts = urlsplit(settings.url)
    port = parts.port or _PORTS[parts.scheme]
    token = settings.token.get_secret_value()
    return RunningService(
        parts.hostname or "", port, token, parts.path.rstrip("/"), secure=parts.scheme == "https"
    )


def _read(path: Path) -> RunningService | None:
    try:
        return RunningService(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _reachable(host: str) -> str:
    """Return the address at which a service that listens on ``host`` is reached from its own machine.

    >>> _reachable("0.0.0.0"), _reachable("::"), _reachable("localhost")
    ('127.0.0.1', '::1', 'localhost')
    """
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
