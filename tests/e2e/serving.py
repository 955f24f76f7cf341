"""Starts the service as operators do, in a process of its own, and waits for it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import httpx2
import pytest

WITHIN_S = 180
"""Far more than starting or stopping takes: 3 s, or 25 s on a machine with three times too much to do."""
PORTS = 5

Served = tuple[httpx2.Client, subprocess.Popen[str], Path]
"""A client of the service, its process, and its log."""


def free_port() -> str:
    """A port that is free now; another process may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def environment_of(home: Path, key: str, **ours: str) -> dict[str, str]:
    """The environment of a service over a home, with the weightless encoder."""
    settings = {"MATCHER_HOME": str(home), "MATCHER_ENCODER": "hashing", "MATCHER_PORT": free_port()}
    settings |= {"MATCHER_ADMIN_KEY": key, "MATCHER_INDEX_INTERVAL_S": "0.2"}
    return {**os.environ, **settings, **ours}


def start(environment: Mapping[str, str], log: IO[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "service.cli.main", "serve"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log, text=True)


def wait_until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + WITHIN_S
    while True:
        with contextlib.suppress(httpx2.TransportError):  # not there yet, or too busy to answer
            if true():
                return
        assert time.monotonic() < limit
        time.sleep(0.1)


def is_ready(client: httpx2.Client, home: Path) -> bool:
    """Whether the server of this home answers, and no other that got its port."""
    asked = client.get("/readyz")
    current = home / "index" / "CURRENT"
    generation: str = asked.json()["generation"] if asked.status_code == 200 else ""
    return bool(generation) and generation == current.read_text().strip()


@contextlib.contextmanager
def serving(environment: dict[str, str]) -> Iterator[Served]:
    """A server that is ready; on another port where another process took the one that was free."""
    home = Path(environment["MATCHER_HOME"])
    headers = {"Authorization": f"Bearer {environment['MATCHER_ADMIN_KEY']}"}
    for _ in range(PORTS):
        address = f"http://127.0.0.1:{environment['MATCHER_PORT']}"
        log = home / "log"  # a pipe that is not read would fill up
        with (
            log.open("w", encoding="utf-8") as written,
            start(environment, written) as process,
            httpx2.Client(base_url=address, timeout=WITHIN_S / 6, headers=headers) as client,
        ):
            try:
                wait_until(lambda: process.poll() is not None or is_ready(client, home))
                if process.poll() is None:
                    yield client, process, log
                    return
            finally:
                process.kill()
        said = log.read_text("utf-8")
        assert "Cannot listen" in said, said
        environment["MATCHER_PORT"] = free_port()
    pytest.fail(f"{PORTS} ports were taken before the server could take them")
