"""Points sent to the index: several requests in flight, each tried again by id, refused points set apart."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from matcher.bulk.patience import Patience
from matcher.errors import InvalidRequest
from matcher.index import Index, Point

CHUNK = 64
"""Points of one request."""
IN_FLIGHT = 4
"""Requests of one writer under way at once."""


def write(index: Index, points: Sequence[Point], patience: Patience | None = None) -> dict[str, str]:
    """Write points and return, by id, why the index refused some; the others are in its log.

    Raises
    ------
    BackendUnavailable
        The index is away for longer than ``patience`` allows.
    """
    chunks = [points[start : start + CHUNK] for start in range(0, len(points), CHUNK)]
    refused: dict[str, str] = {}
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for part in pool.map(partial(_write_chunk, index, patience or Patience()), chunks):
            refused |= part
    return refused


def _write_chunk(index: Index, patience: Patience, points: Sequence[Point]) -> dict[str, str]:
    # An answer that was lost may stand for points that were taken in: the rest is asked for.
    return patience.call(lambda is_first: _sent(index, points if is_first else _missing(index, points)))


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
