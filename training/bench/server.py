"""The real server, run as users run it, and a client that times it."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from matcher.errors import BackendUnavailable

Command = Callable[[int], Sequence[str]]
"""Makes the command line of a server for a port."""

KEY = "key-of-the-benchmarks"
"""The key of the served product, which is closed to visitors; the alternative reads none."""
_PATIENCE_S = 120.0
_LOOK_EVERY_S = 0.02
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")


class Client:
    """One connection kept open, as a client beside the service has.

    It speaks to the socket itself and reads no JSON: what is timed is the service, and not its client.
    """

    def __init__(self, port: int, source: str = "") -> None:
        # Bound to no address while a server starts: its port may be drawn for the client, which then talks
        # to itself and keeps the port from the server.
        own = (source, 0) if source else None
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S, source_address=own)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str) -> bytes:
        """Return the body as it came, unread; BackendUnavailable unless the answer is 200."""
        status, body = self.send("GET", path)
        if status != 200:
            raise BackendUnavailable(f"GET {path} answered {status} {body[:300].decode(errors='replace')}")
        return body

    def send(self, method: str, path: str, content: Any = None) -> tuple[int, bytes]:
        """Send a request, with ``content`` as JSON; return status and body of the answer."""
        given = b"" if content is None else json.dumps(content).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        if content is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(given)}\r\n"
        self._socket.sendall(f"{head}\r\n".encode("ascii") + given)
        answered, body = self._answer()
        return int(answered.split(b" ", 2)[1]), body

    def _answer(self) -> tuple[bytes, bytes]:
        """Head and body of an answer that says its length, as all of the service's do."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._received()
        head, _, body = got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None:
            raise BackendUnavailable(f"An answer without its length: {head[:300]!r}")
        while len(body) < int(length[1]):
            body += self._received()
        return head, body

    def _received(self) -> bytes:
        part = self._socket.recv(1 << 16)
        if not part:
            raise BackendUnavailable("The server closed the connection before the end of its answer.")
        return part

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def is_ready(port: int) -> bool:
    """Whether the service on a port answers that it is ready."""
    try:
        with closing(Client(port)) as client:
            return bool(json.loads(client.get("/readyz"))["status"] == "ready")
    except (OSError, BackendUnavailable):
        return False


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A serving process that is ready; ``seconds_to_ready`` counts from before its interpreter started.

    ``command`` gives the command line for a port. What the process logs goes to ``output``. Use
    :func:`serving`.
    """

    def __init__(self, command: Command, variables: Mapping[str, str], output: IO[bytes]) -> None:
        self.port = free_port()
        settings = [f"{name}={value}" for name, value in variables.items()]
        settings.append(f"MATCHER_ADMIN_KEY={KEY}")
        self._output = output
        start = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            ["/usr/bin/env", *settings, *command(self.port)], stdout=subprocess.DEVNULL, stderr=self._output
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

    def kill(self) -> None:
        """Kill it, as a power cut does, and wait."""
        self._process.kill()
        self._process.wait(timeout=_PATIENCE_S)

    def _wait(self) -> None:
        end = time.perf_counter() + _PATIENCE_S
        while not is_ready(self.port):
            if self._process.poll() is not None or time.perf_counter() > end:
                self._process.kill()
                self._process.wait()
                self._output.seek(0)
                output = self._output.read().decode(errors="replace")
                raise BackendUnavailable(f"The server did not start: {output[-2_000:]}")
            time.sleep(_LOOK_EVERY_S)


def product_command(port: int) -> Sequence[str]:
    """Return the command line that serves the product."""
    return (sys.executable, "-m", "service.cli.main", "serve", "--port", str(port))


def alternative_command(table: Path, model: Path) -> Command:
    """Return what makes the command line that serves the alternative over a CSV of organisations."""

    def command(port: int) -> Sequence[str]:
        return (sys.executable, "-m", "training.bench.alternative", str(table), str(model), str(port))

    return command


@contextmanager
def serving(command: Command, variables: Mapping[str, str]) -> Iterator[Server]:
    """Run a server with these settings until the context ends; BackendUnavailable if it does not start."""
    with TemporaryFile() as output:  # a pipe that is not read would fill up and stop the server
        server = Server(command, variables, output)
        try:
            yield server
        finally:
            server.stop()
