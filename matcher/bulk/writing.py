"""Points sent to the index: several requests in flight, each tried again by id, refused points set apart."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import stamina

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.index import Index, Point

CHUNK = 64
"""Points of one request."""
IN_FLIGHT = 4
"""Requests of one writer under way at once."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is tried, each time after the index's own client has given up.

    ``first_s`` seconds pass before the second try, twice as many before each further one, at most
    ``longest_s``: by default a server may be away for a minute.
    """

    tries: int = 8
    first_s: float = 0.5
    longest_s: float = 30.0


def write(index: Index, points: Sequence[Point], retries: Retries = Retries()) -> dict[str, str]:
    """Write points and return, by id, why the index refused some; the others are in its log.

    Raises
    ------
    BackendUnavailable
        The index is away for longer than ``retries`` allow.
    """
    chunks = [points[start : start + CHUNK] for start in range(0, len(points), CHUNK)]
    refused: dict[str, str] = {}
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for part in pool.map(partial(_write_chunk, index, retries), chunks):
            refused |= part
    return refused


def _write_chunk(index: Index, retries: Retries, points: Sequence[Point]) -> dict[str, str]:
    attempts = stamina.retry_context(
        on=BackendUnavailable,
        attempts=retries.tries,
        timeout=None,
        wait_initial=retries.first_s,
        wait_max=retries.longest_s,
    )
    refused: dict[str, str] = {}
    for attempt in attempts:
        with attempt:
            # An answer that was lost may stand for points that were taken in: the rest is asked for.
            refused = _sent(index, points if attempt.num == 1 else _missing(index, points))
    return refused


def _missing(index: Index, points: Sequence[Point]) -> list[Point]:
    held = index.versions([point.id for point in points])
    return [point for point in points if held.get(point.id) != point.version]


def _sent(index: Index, points: Sequence[Point]) -> dict[str, str]:
    """Send points; halves of a chunk that is refused are sent alone until the refused points are known."""
    try:
        index.upsert(points)
    except InvalidRequest as fault:
        if len(points) == 1:
            return {points[0].id: f"the index refused it ({fault})"}
        half = len(points) // 2
        return _sent(index, points[:half]) | _sent(index, points[half:])
    return {}
