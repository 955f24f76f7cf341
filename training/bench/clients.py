"""Many clients at once: each on a connection of its own, and what came of their requests."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.table import Table

from matcher.errors import BackendUnavailable
from training.bench.server import Client

NO_ANSWER = 0
"""Status of a request whose connection failed."""
_LONGEST_PROBLEM = 160
Answered = tuple[int, bytes]


class Visitor:
    """A client that connects again after a failure, as a browser does; use it as a context.

    Parameters
    ----------
    port, source
        Where the service listens, and the address of this machine that the client comes from.
    """

    def __init__(self, port: int, source: str = "") -> None:
        self._port, self._source = port, source
        self._client: Client | None = None

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def send(self, method: str, path: str, content: Any = None) -> Answered:
        """Send a request; return status and body, :data:`NO_ANSWER` and the fault where none came."""
        try:
            if self._client is None:
                self._client = Client(self._port, self._source)
            return self._client.send(method, path, content)
        except (OSError, BackendUnavailable) as fault:
            if self._client is not None:
                self._client.close()
            self._client = None
            return NO_ANSWER, str(fault).encode()


@dataclass
class Tally:
    """What came of requests: seconds by kind, statuses, and the problem of each that was not answered."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    problems: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, call: Callable[[], Answered], since: float | None = None) -> int:
        """Time one request, from ``since`` on the performance counter if given; return its status."""
        start = time.perf_counter() if since is None else since
        status, body = call()
        with self.lock:
            self.seconds.setdefault(kind, []).append(time.perf_counter() - start)
            self.statuses[status] += 1
            if not 200 <= status < 300:
                self.problems[kind, status, problem_of(body)] += 1
        return status

    def quantile(self, kind: str, share: float) -> float:
        """Quantile of the times of a kind, in milliseconds; 0 without any."""
        return 1e3 * float(np.quantile(self.seconds.get(kind, [0.0]), share))

    @property
    def faults(self) -> int:
        """Answers that are the service's own fault: none at all, or 5xx but for a refusal to wait (503)."""
        own = (count for status, count in self.statuses.items() if status >= 500 and status != 503)
        return sum(own) + self.statuses[NO_ANSWER]

    @property
    def unanswered(self) -> int:
        """Requests answered with anything but 2xx, or not at all."""
        return sum(self.problems.values())


def problem_of(body: bytes) -> str:
    """Return what an answer says went wrong: title and detail of its problem, or how its body begins.

    >>> problem_of(b'{"title": "Not found", "detail": "There is no item.", "request_id": "7"}')
    'Not found: There is no item.'
    >>> problem_of(b"<html>gone")
    '<html>gone'
    """
    with suppress(ValueError, KeyError, TypeError):
        problem = json.loads(body)
        return f"{problem['title']}: {problem['detail']}"[:_LONGEST_PROBLEM]
    return body[:_LONGEST_PROBLEM].decode(errors="replace")


def problems_table(sections: dict[str, Tally]) -> Table | None:
    """Lay out every kind of answer that was not 2xx, most frequent first; None without any."""
    made = Table(title="Answers other than 2xx", title_justify="left")
    for name in ("measure", "request", "status", "count", "problem"):
        made.add_column(name)
    for title, tally in sections.items():
        for (kind, status, problem), count in tally.problems.most_common():
            made.add_row(title, kind, str(status or "none"), str(count), problem)
    return made if made.row_count else None
