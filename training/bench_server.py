"""The real server, run as users run it, and a client that times it."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from matcher.errors import BackendUnavailable

_PATIENCE_S = 120.0
_LOOK_EVERY_S = 0.02


class Client:
    """One connection kept open, as a client beside the service has."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)

    def get(self, path: str) -> tuple[float, dict[str, Any]]:
        """Return the seconds until the last byte, and the body; BackendUnavailable unless it is 200."""
        start = time.perf_counter()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - start
        if response.status != http.HTTPStatus.OK:
            raise BackendUnavailable(
                f"GET {path} answered {response.status}: {body[:300].decode(errors='replace')}"
            )
        return seconds, dict(json.loads(body))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Server:
    """A serving process that is ready; ``seconds_to_ready`` counts from before its interpreter started.

    What it logs goes to ``said``. Use :func:`serving`.
    """

    def __init__(self, variables: Mapping[str, str], said: IO[bytes]) -> None:
        self.port = _free_port()
        settings = [f"{name}={value}" for name, value in variables.items()]
        command = [sys.executable, "-m", "service.cli", "serve", "--port", str(self.port)]
        self._said = said
        start = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            ["/usr/bin/env", *settings, *command], stdout=subprocess.DEVNULL, stderr=self._said
        )
        self._wait()
        self.seconds_to_ready = time.perf_counter() - start

    def memory_mb(self) -> tuple[float, float]:
        """Resident memory now and at its peak, in millions of bytes."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text("ascii").splitlines()
        found = dict(line.split(":", 1) for line in lines)
        now, peak = (int(found[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
        return now, peak

    def stop(self) -> None:
        """Stop it as an operator does, and wait."""
        self._process.terminate()
        self._process.wait(timeout=_PATIENCE_S)

    def _wait(self) -> None:
        end = time.perf_counter() + _PATIENCE_S
        while not self._is_ready():
            if self._process.poll() is not None or time.perf_counter() > end:
                self._process.kill()
                self._process.wait()
                self._said.seek(0)
                said = self._said.read().decode(errors="replace")
                raise BackendUnavailable(f"The server did not start: {said[-2_000:]}")
            time.sleep(_LOOK_EVERY_S)

    def _is_ready(self) -> bool:
        try:
            with closing(Client(self.port)) as client:
                return bool(client.get("/readyz")[1]["status"] == "ready")
        except (OSError, BackendUnavailable):
            return False


@contextmanager
def serving(variables: Mapping[str, str]) -> Iterator[Server]:
    """Run the server with these settings until the context ends; BackendUnavailable if it does not start."""
    with TemporaryFile() as said:  # not a pipe: one that nobody reads fills up and stops the server
        server = Server(variables, said)
        try:
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
