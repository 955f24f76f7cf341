"""The command that serves HTTP."""

import tempfile
from typing import Any

import uvicorn

from matcher.build import open_matcher
from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.settings import Settings, tell_workers
from service.app import create_app, warm_up
from service.cli.render.console import remarks
from service.http import logging
from service.http.connection import TimedH11Protocol
from service.http.memory import bound_arenas
from service.http.metrics import FOLDER_VARIABLE
from service.running import announced

MAX_CONNECTIONS = 2_000
"""Open connections above which requests are refused with 503."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
WORKER_APP = "service.app:create_worker_app"
_OPTIONS: dict[str, Any] = {
    "http": TimedH11Protocol,  # limits size and time of a request's head
    "limit_concurrency": MAX_CONNECTIONS,
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "lifespan": "on",
}


def run(
    settings: Settings, host: str | None, port: int | None, workers: int, *, start: str = "/docs"
) -> None:
    """Serve until interrupted; ``start`` is the path that is named to begin with.

    Raises
    ------
    InvalidRequest
        More than one worker was asked for over the embedded index, which has one owner; or a
        demonstration, which lets anybody in, on an address that other machines reach.
    BackendUnavailable
        The address is in use.
    MatcherError
        The store, the index or the encoder cannot be opened.
    """
    if workers > 1 and settings.index_backend != "qdrant":
        raise InvalidRequest(
            f"{workers} workers cannot share the embedded index: it has one owner. "
            "Serve with one worker, or set MATCHER_QDRANT_URL to a Qdrant server."
        )
    host, port = host or settings.host, port or settings.port
    if settings.demonstration and host not in LOOPBACK:
        raise InvalidRequest(
            f"A demonstration lets anybody in without a sign-in: it is served on 127.0.0.1, not on {host}."
        )
    try:
        if workers > 1:
            _serve_many(settings, host, port, workers)
        else:
            _serve_one(settings, host, port, start)
    except SystemExit:  # uvicorn's only word for an address it cannot bind
        raise BackendUnavailable(
            f"Cannot listen on {host}:{port}: is another server running there? Choose another with --port."
        ) from None


def _serve_one(settings: Settings, host: str, port: int, start: str) -> None:
    logging.configure(settings.log_level)
    bound_arenas()
    # Opened here and not by the application: an error then ends this command with its own message.
    with open_matcher(settings) as matcher:
        warm_up(matcher)
        app = create_app(settings, matcher)
        server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, **_OPTIONS))
        remarks().print(f"Serving on http://{host}:{port} (try {start}); stop with Ctrl-C.")
        try:
            with announced(settings.home, host, port) as app.state.local_token:
                server.run()
        except KeyboardInterrupt:
            return


def _serve_many(settings: Settings, host: str, port: int, workers: int) -> None:
    with open_matcher(settings) as matcher:
        try:
            matcher.index_now()  # once for all workers; an error that would stop each is reported here
        except BackendUnavailable as fault:
            if settings.index_backend == "edge":
                raise
            remarks().print(f"{fault.detail} Meanwhile questions are answered from the store.")
    with tempfile.TemporaryDirectory(prefix="matcher-metrics-") as folder:
        tell_workers(FOLDER_VARIABLE, folder)
        uvicorn.run(WORKER_APP, factory=True, host=host, port=port, workers=workers, **_OPTIONS)
