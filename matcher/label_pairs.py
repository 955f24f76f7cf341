"""All label similarities of one question with all its hits, computed at once; signals and evidence read them.

Similarities are cosines, stretched so that the encoder's floor, the similarity it gives to unrelated texts,
counts as 0. Labels that exclude nobody ("toutes filières") are similar to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.labels import ROLES, Role
from matcher.prepared import WHOLE, Prepared

Floats = NDArray[np.float32]

PAIRS = {
    "theme": (Role.GIVES, Role.GIVES),
    "needs": (Role.NEEDS, Role.GIVES),
    "asked": (Role.GIVES, Role.NEEDS),
    "clients": (Role.SERVES, Role.GIVES),
    "served": (Role.GIVES, Role.SERVES),
    "market": (Role.SERVES, Role.SERVES),
}
"""Signals made of label pairs: role on the query's side, role on the item's."""


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """The best pair of labels behind a signal: positions in the two sides' labels and its similarity."""

    query_label: int
    item_label: int
    similarity: float


def best_pairs(query: Prepared, item: Prepared, similar: Floats) -> dict[str, LabelMatch]:
    """Best pair of labels of every signal both sides have labels for; ties to the first.

    ``similar`` has one row per label of the query, one column per label of the item.
    """
    found = {}
    for name, (own, other) in PAIRS.items():
        mine, theirs = query.spans.get(own), item.spans.get(other)
        if mine and theirs:
            block = similar[mine, theirs]
            row, column = divmod(int(block.argmax()), block.shape[1])
            found[name] = LabelMatch(mine.start + row, theirs.start + column, float(block[row, column]))
    return found


class LabelBlocks:
    """Every row of one query against every row of all items in one product, then cut by item and role.

    A *segment* is the labels of one role of one item, or its whole text.
    """

    def __init__(self, query: Prepared, sides: Sequence[Prepared], floor: float) -> None:
        self._query = query
        self._count = len(sides)
        self._ends = np.cumsum([len(side.parts) for side in sides])
        parts = np.concatenate([side.parts for side in sides])
        starts = np.ones(len(parts), dtype=bool)
        np.not_equal(parts[1:], parts[:-1], out=starts[1:])
        starts[self._ends[:-1]] = True  # items without labels: one whole text after another
        self._heads = np.flatnonzero(starts)
        self._sizes = np.append(self._heads[1:], len(parts)) - self._heads
        self._part = parts[self._heads]
        self._owner = np.searchsorted(self._ends, self._heads, side="right")
        similar = query.rows @ np.concatenate([side.rows for side in sides]).T
        similar -= floor
        similar /= 1.0 - floor
        self._similar: Floats = np.clip(similar, 0.0, 1.0, out=similar)
        self._barred = np.concatenate([side.barred for side in sides])
        self._similar[query.barred] = 0.0
        self._similar[:-1, self._barred] = 0.0
        self._of_role: dict[Role, Floats] = {}

    def signal(self, own: Role, other: Role) -> Floats:
        """Mean of three: the best pair, the query's labels' best pairs, the item's labels' best pairs.

        Shape (items,); zero where a side has no label of the role.
        """
        values = np.zeros(self._count, dtype=np.float32)
        if self._query.has(own):
            theirs = self._part == ROLES.index(other)
            values[self._owner[theirs]] = self._segments(own)[theirs]
        return values

    def of(self, place: int) -> Floats:
        """Similarities of the query's labels (rows) and one item's labels (columns), to four digits.

        Rounded so that the same pair is quoted whatever the processor.
        """
        start = self._ends[place - 1] if place else 0
        rounded: Floats = self._similar[:-1, start : self._ends[place] - 1].round(4)
        return rounded

    def echo(self) -> Floats:
        """Mean of two: one side's best label in the other side's whole text, both ways round.

        The item's labels that exclude nobody count here, the query's do not.
        """
        told = self._similar[:-1, self._ends - 1].max(axis=0, initial=0.0)
        heard = np.maximum.reduceat(self._similar[-1], self._heads)
        heard[self._part == WHOLE] = 0.0
        best = np.zeros(self._count, dtype=np.float32)
        np.maximum.at(best, self._owner, heard)
        echoes: Floats = 0.5 * (told + best)
        return echoes

    def _segments(self, own: Role) -> Floats:
        """Agreement of the query's labels of one role with every segment."""
        if own not in self._of_role:
            block = self._similar[self._query.spans[own]]
            of_item = np.add.reduceat(block.max(axis=0), self._heads) / self._sizes
            of_query = np.maximum.reduceat(block, self._heads, axis=1)
            self._of_role[own] = (of_query.max(axis=0) + of_item + of_query.mean(axis=0)) / 3.0
        return self._of_role[own]
