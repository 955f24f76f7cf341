"""Batches of texts with what may be set against what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from training.sources.datasets import Family, Row, Slot, Text

NEAREST = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts with their prompts, the row each belongs to (-1: only a negative), and ``related`` (n, n)."""

    texts: list[str]
    row: list[int]
    related: NDArray[np.bool_]
    max_tokens: int


def mine(
    families: Sequence[Family], encode: Callable[[list[str]], NDArray[np.float32]]
) -> dict[str, NDArray[np.int64]]:
    """Mine hard negatives: the nearest other rows of each row, by the first text of their first slot.

    One array a family, shape (rows, at most 10), best first; no column for a family of one row. A text is
    encoded once.
    """
    heads = {family.name: [row.slots[0][0].text for row in family.rows] for family in families}
    distinct = list(dict.fromkeys(text for some in heads.values() for text in some))
    place = {text: at for at, text in enumerate(distinct)}
    vectors = encode(distinct)
    return {name: nearest(vectors[[place[text] for text in some]]) for name, some in heads.items()}


def nearest(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Find the 10 nearest other rows of each row of ``vectors``: their numbers, best first, ties by number.

    >>> nearest(np.array([[1, 0], [0.9, 0.1], [0, 1]], np.float32))[0].tolist()
    [1, 2]
    """
    rows = len(vectors)
    keep = min(NEAREST, rows - 1)
    found = np.empty((rows, keep), np.int64)
    for start in range(0, rows, 1024):
        scores = vectors[start : start + 1024] @ vectors.T
        scores[np.arange(len(scores)), np.arange(start, start + len(scores))] = -2.0
        some = np.argpartition(-scores, max(0, keep - 1), axis=1)[:, :keep]
        order = np.lexsort((some, -np.take_along_axis(scores, some, axis=1)))
        found[start : start + 1024] = np.take_along_axis(some, order, axis=1)
    return found


def choose(rows: int, size: int, chance: Random, near: NDArray[np.int64] | None, hard: float) -> list[int]:
    """Draw ``size`` distinct rows (all of a small family); a share ``hard`` are neighbours of the others."""
    size = min(size, rows)
    seeds = chance.sample(range(rows), size)
    if near is None or not near.size:
        return seeds
    first = seeds[: size - int(size * hard)]
    chosen = dict.fromkeys(first)
    for seed in first[: size - len(first)]:
        chosen.setdefault(int(near[seed, chance.randrange(near.shape[1])]))
    for spare in seeds[len(first) :]:
        if len(chosen) < size:
            chosen.setdefault(spare)
    return list(chosen)


def pick(row: Row, chance: Random) -> list[Text]:
    """One text from each slot, no text twice; a slot without a new text is skipped."""
    taken: dict[str, Text] = {}
    for slot in row.slots:
        free: Slot = tuple(text for text in slot if text.text not in taken)
        if free:
            one = chance.choice(free)
            taken[one.text] = one
    return list(taken.values())


def draw(
    family: Family, size: int, chance: Random, near: NDArray[np.int64] | None = None, hard: float = 0.0
) -> Batch:
    """Draw a batch; a third of the texts get a capital, since titles come with and without."""
    symmetric = chance.random() < family.symmetric
    drawn: list[tuple[Text, int, bool]] = []
    for number, index in enumerate(choose(len(family.rows), size, chance, near, hard)):
        row = family.rows[index]
        picked = pick(row, chance)
        drawn += [(text, number, symmetric or place == 0) for place, text in enumerate(picked)]
        drawn += [(Text(trap, picked[0].keys), -1, symmetric) for trap in row.against]
    prompts = {True: "query: ", False: "passage: "}
    shown = [
        prompts[query] + (t.text[:1].upper() + t.text[1:] if chance.random() < 1 / 3 else t.text)
        for t, _, query in drawn
    ]
    return Batch(shown, [number for _, number, _ in drawn], _related(drawn), family.max_tokens)


def _related(drawn: Sequence[tuple[Text, int, bool]]) -> NDArray[np.bool_]:
    """Texts that share a key or are the same; a trap is set against everything."""
    numbers: dict[str, int] = {}
    inside = [
        [numbers.setdefault(key, len(numbers)) for key in (*text.keys, "=" + text.text.casefold())]
        if number >= 0
        else []
        for text, number, _ in drawn
    ]
    table = np.zeros((len(drawn), max(1, len(numbers))), np.float32)
    for line, keys in zip(table, inside, strict=True):
        line[keys] = 1.0
    return (table @ table.T) > 0
