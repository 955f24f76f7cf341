"""All label similarities of one question with all its hits, computed at once; signals and evidence read them.

Similarities are cosines, stretched so that the encoder's floor, the similarity it gives to unrelated texts,
counts as 0. Labels that exclude nobody ("toutes filières") are similar to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.index.labels import ROLES, Role
from matcher.recommend.features import WHOLE, Prepared

Floats = NDArray[np.float32]

PAIRS = {
    "theme": (Role.GIVES, Role.GIVES),
    "needs": (Role.NEEDS, Role.GIVES),
    "asked": (Role.GIVES, Role.NEEDS),
    "clients": (Role.SERVES, Role.GIVES),
    "served": (Role.GIVES, Role.SERVES),
    "market": (Role.SERVES, Role.SERVES),
    "axis": (Role.NEEDS, Role.AXIS),
}
"""Signals made of label pairs: role on the query's side, role on the item's."""
_AXIS = ROLES.index(Role.AXIS)  # the last role; the whole text comes after it


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
        marks = np.concatenate([side.parts for side in sides])
        parts = np.maximum(marks, ~marks)
        last = parts == WHOLE  # the whole text is the last row of every item
        self._ends = last.nonzero()[0] + 1
        cuts = np.ones(len(parts) + 1, dtype=bool)
        np.not_equal(parts[1:], parts[:-1], out=cuts[1:-1])
        cuts[1:] |= last  # items without labels: one whole text after another
        bounds = cuts.nonzero()[0]
        self._heads, self._sizes = bounds[:-1], bounds[1:] - bounds[:-1]
        self._part = parts[self._heads]
        self._owner = self._ends.searchsorted(self._heads, side="right")
        stack = np.concatenate([side.rows for side in sides])
        similar = np.ascontiguousarray((stack @ query.rows.T).T)  # a fifth quicker than the other way round
        similar -= floor
        similar /= 1.0 - floor
        np.maximum(similar, 0.0, out=similar)
        np.minimum(similar, 1.0, out=similar)
        similar[query.parts < 0] = 0.0
        similar[:-1, marks < 0] = 0.0
        if query.senses.all_avoided:
            self._tell_apart(similar, sides)
        self._similar: Floats = similar
        self._best = np.maximum.reduceat(self._similar, self._heads, axis=1)
        self._of_role: dict[Role, Floats] = {}

    def _tell_apart(self, similar: Floats, sides: Sequence[Prepared]) -> None:
        """Take away the likeness of labels that sound alike and mean different things ("RAG", "AR")."""
        mine = self._query.senses
        for side, end in zip(sides, self._ends, strict=True):
            if mine.all_avoided.isdisjoint(side.senses.all_said):
                continue
            start = end - len(side.rows)
            for column, theirs in side.senses.said.items():
                for row, ours in mine.said.items():
                    if not mine.avoided[row].isdisjoint(theirs) and ours.isdisjoint(theirs):
                        similar[row, start + column] = 0.0
                        if self._query.labels[row].field == "description":  # a free text is its only label
                            similar[-1, start + column] = 0.0

    def signal(self, own: Role, other: Role) -> Floats:
        """Mean of three: the best pair, the query's labels' best pairs, the item's labels' best pairs.

        Shape (items,); zero where a side has no label of the role.
        """
        if own not in self._of_role:
            self._of_role[own] = self._agreement(own)
        values: Floats = self._of_role[own][ROLES.index(other)]
        return values

    def of(self, place: int) -> Floats:
        """Similarities of the query's labels (rows) and one item's labels (columns), to four digits."""
        start = self._ends[place - 1] if place else 0
        cut: Floats = self._rounded[:, start : self._ends[place] - 1]
        return cut

    @cached_property
    def _rounded(self) -> Floats:
        """Labels alone, rounded so that the same pair is quoted whatever the processor."""
        rounded: Floats = self._similar[:-1].round(4)
        return rounded

    def echo(self) -> Floats:
        """Mean of two: one side's best label in the other side's whole text, both ways round.

        The item's labels that exclude nobody count here, the query's do not; an axis is no theme.
        """
        told = self._similar[:-1].take(self._ends - 1, axis=1).max(axis=0, initial=0.0)
        heard = np.where(self._part < _AXIS, self._best[-1], 0.0)
        best = np.zeros(len(self._ends), dtype=np.float32)
        np.maximum.at(best, self._owner, heard)
        echoes: Floats = 0.5 * (told + best)
        return echoes

    def _agreement(self, own: Role) -> Floats:
        """Agreement of the query's labels of one role with every item's of each role: (roles + 1, items)."""
        table = np.zeros((len(ROLES) + 1, len(self._ends)), dtype=np.float32)
        if self._query.has(own):
            span = self._query.spans[own]
            of_item = np.add.reduceat(self._similar[span].max(axis=0), self._heads) / self._sizes
            of_query = self._best[span]
            mean = of_query.sum(axis=0) / len(of_query)
            table[self._part, self._owner] = (of_query.max(axis=0) + of_item + mean) / 3.0
        return table
