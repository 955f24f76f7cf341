"""The command that serves HTTP."""

from typing import Any

import uvicorn

from matcher import settings as configuration
from matcher.build import open_matcher
from matcher.errors import BackendUnavailable, InvalidRequest, MatcherError
from matcher.settings import Settings
from service.cli.render.console import remarks
from service.http import logging
from service.http.app import create_app

FACTORY = "service.http.app:served_app"


def run(host: str | None, port: int | None, workers: int) -> None:
    """Serve until interrupted.

    Raises
    ------
    InvalidRequest
        More than one worker was asked for over the embedded index, which has one owner.
    MatcherError
        Whatever kept the service from starting.
    """
    settings = configuration.load()
    if workers > 1 and settings.index_backend != "qdrant":
        raise InvalidRequest(
            f"{workers} workers cannot share the embedded index: it has one owner. "
            "Serve with one worker, or set MATCHER_QDRANT_URL to a Qdrant server."
        )
    host, port = host or settings.host, port or settings.port
    if workers > 1:
        _serve_many(settings, host, port, workers)
        return
    logging.configure(settings.log_level)
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, **_OPTIONS))
    remarks().print(f"Serving on http://{host}:{port} (try /docs); stop with Ctrl-C.")
    try:
        server.run()
    except KeyboardInterrupt:
        return
    except SystemExit:
        raise _reason(app.state.trouble, host, port) from None
    if not server.started:
        raise _reason(app.state.trouble, host, port)


def _serve_many(settings: Settings, host: str, port: int, workers: int) -> None:
    with open_matcher(settings) as matcher:
        matcher.index_now()  # once, for all; and what keeps workers from starting is told here
    try:
        uvicorn.run(FACTORY, factory=True, host=host, port=port, workers=workers, **_OPTIONS)
    except SystemExit:
        raise _reason(None, host, port) from None


_OPTIONS: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "lifespan": "on",
}


def _reason(trouble: MatcherError | None, host: str, port: int) -> MatcherError:
    return trouble or BackendUnavailable(
        f"Cannot listen on {host}:{port}: is another server running there? Choose another with --port."
    )
