"""A steady load: requests that arrive by the clock, at a share of what the service can do at most."""

import itertools
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from matcher.domain.items import Kind, Organisation
from training.bench.clients import Tally, Visitor
from training.bench.figures import Figure
from training.bench.measures import search_path, stored_path
from training.bench.server import Server

SHARE = 0.8
"""Share of the measured maximum at which requests arrive."""
_SOURCE = "127.0.0.4"
_CLIENTS, _PATIENT = 8, 64
"""Clients that find the maximum, each waiting for its answers; connections at most of the steady load."""
_PARTS = 60
"""Readings of the memory."""
_MIX = (
    Kind.PARTNER, Kind.FACTORY, Kind.PARTNER, None, Kind.LEAD,
    Kind.PARTNER, Kind.INTERNATIONAL, None, Kind.PARTNER, "text",
)  # fmt: skip
"""Ten requests of an ordinary day; None reads an item."""


def mixed_path(asked: Sequence[Organisation], number: int) -> str:
    """Return the path of the request of this number: a tenth texts, a fifth items, else answers."""
    asker, what = asked[(number + number // len(_MIX)) % len(asked)], _MIX[number % len(_MIX)]
    if what is None:
        return f"/v1/organisations/{asker.id}"
    return search_path(asker) if what == "text" else stored_path(asker, Kind(what))


@dataclass
class _Arrivals:
    """Requests by the clock, each taken by one client."""

    rate: float
    end: float
    start: float = field(default_factory=time.perf_counter)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> tuple[int, float] | None:
        """Return the next request and when it is due, once it is; None after the end."""
        with self.lock:
            number = next(self.numbers)
        due = self.start + number / self.rate
        if due >= self.end:
            return None
        time.sleep(max(0.0, due - time.perf_counter()))
        return number, due


def most_a_second(server: Server, asked: Sequence[Organisation], count: int = 400) -> float:
    """Return the mixed requests a second of clients that each wait for their answers."""

    def ask(first: int) -> None:
        with Visitor(server.port, _SOURCE) as visitor:
            for number in range(first, count, _CLIENTS):
                visitor.send("GET", mixed_path(asked, number))

    start = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(ask, range(_CLIENTS)))
    return count / (time.perf_counter() - start)


def steady(
    server: Server, asked: Sequence[Organisation], seconds: float, tally: Tally, most: float
) -> list[Figure]:
    """Ask for so long at :data:`SHARE` of ``most`` requests a second.

    A request counts from when it was due: one that waits for a free connection is late, as it is for who
    asked. Memory is read over the second half, in millions of bytes a minute.
    """
    arrivals = _Arrivals(SHARE * most, time.perf_counter() + seconds)

    def ask(_: int) -> None:
        with Visitor(server.port, _SOURCE) as visitor:
            while (taken := arrivals.take()) is not None:
                number, due = taken
                path = mixed_path(asked, number)
                tally.note("mixed", lambda: visitor.send("GET", path), due)  # noqa: B023  # called at once

    with ThreadPoolExecutor(_PATIENT) as pool:
        running = [pool.submit(ask, number) for number in range(_PATIENT)]
        readings = _memory(server, arrivals.end, seconds / _PARTS)
        for one in running:
            one.result()
    p50, p99 = tally.quantile("mixed", 0.5), tally.quantile("mixed", 0.99)
    return [
        Figure("at most, mixed", most, "1/s"),
        Figure(f"asked, {SHARE:.0%} of it", arrivals.rate, "1/s"),
        Figure("requests", float(tally.statuses.total()), ""),
        Figure("not answered with 2xx", float(tally.unanswered), "", 0, basis="goal"),
        Figure("p50", p50, "ms"),
        Figure("p99", p99, "ms"),
        Figure("p99 / p50", p99 / p50 if p50 else 0.0, "", 10, basis="goal"),
        Figure("memory at the end", readings[-1][1], "MB"),
        Figure("memory gained a minute, second half", slope(readings), "MB", 1, basis="goal"),
    ]


def _memory(server: Server, end: float, pause: float) -> list[tuple[float, float]]:
    """Read the memory until the end: pairs of minutes and millions of bytes, two at least."""
    start = time.perf_counter()
    readings: list[tuple[float, float]] = []
    while time.perf_counter() < end or len(readings) < 2:
        readings.append(((time.perf_counter() - start) / 60, server.memory_mb()[0]))
        time.sleep(pause)
    return readings


def slope(readings: Sequence[tuple[float, float]]) -> float:
    """Return what the second half of readings gains, by least squares.

    >>> round(slope([(0, 500), (1, 600), (2, 610), (3, 612), (4, 614)]), 6)
    2.0
    """
    half = np.array(readings[len(readings) // 2 :], dtype=float)
    if len(half) < 2:
        return 0.0
    return float(np.polyfit(half[:, 0], half[:, 1], 1)[0])
