"""All label similarities of one question with all its hits, computed at once; signals and evidence read them.

Similarities are cosines, stretched so that the encoder's floor, the similarity it gives to unrelated texts,
counts as 0. Labels that exclude nobody ("toutes filières") are similar to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.labels import ROLES, Role
from matcher.ports import Vectors
from matcher.prepared import Prepared

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
    """All label similarities of one query with all items in one product, then cut by item and role."""

    def __init__(self, query: Prepared, sides: Sequence[Prepared], floor: float) -> None:
        self._query = query
        self._sides = sides
        self._floor = floor
        self._starts = np.cumsum([0, *(len(side.labels) for side in sides)])
        self._rows: Vectors = np.concatenate([side.vectors for side in sides])
        self._roles = np.concatenate([side.roles for side in sides])
        self._owner = np.repeat(np.arange(len(sides)), np.diff(self._starts))
        self._similar = self._stretch(query.vectors @ self._rows.T)
        self._similar[query.open_labels] = 0.0
        self._similar[:, np.concatenate([side.open_labels for side in sides])] = 0.0

    def signal(self, own: Role, other: Role) -> Floats:
        """Mean of three: the best pair, the query's labels' best pairs, the item's labels' best pairs.

        Shape (items,); zero where a side has no label of the role.
        """
        values = np.zeros(len(self._sides), dtype=np.float32)
        mine = self._query.spans.get(own)
        theirs = np.flatnonzero(self._roles == ROLES.index(other))
        if mine is None or not len(theirs):
            return values
        block = self._similar[mine, theirs]
        owner = self._owner[theirs]
        heads = np.flatnonzero(np.diff(owner, prepend=-1))
        counts = np.diff(np.append(heads, len(theirs)))
        best = block.max(axis=0)
        of_item = np.add.reduceat(best, heads) / counts
        of_query = np.maximum.reduceat(block, heads, axis=1)
        values[owner[heads]] = (of_query.max(axis=0) + of_item + of_query.mean(axis=0)) / 3.0
        return values

    def of(self, place: int) -> Floats:
        """Similarities of the query's labels (rows) and one item's labels (columns)."""
        return self._similar[:, self._starts[place] : self._starts[place + 1]]

    def echo(self) -> Floats:
        """Mean of two: one side's best label in the other side's whole text, both ways round."""
        texts = np.stack([side.dense for side in self._sides])
        told = self._stretch(texts @ self._query.vectors[~self._query.open_labels].T)
        values = 0.5 * told.max(axis=1, initial=0.0)
        heads = np.flatnonzero(np.diff(self._owner, prepend=-1))
        if len(heads):
            heard = self._stretch(self._rows @ self._query.dense)
            values[self._owner[heads]] += 0.5 * np.maximum.reduceat(heard, heads)
        echoes: Floats = values.astype(np.float32)
        return echoes

    def _stretch(self, cosines: Floats) -> Floats:
        stretched: Floats = np.clip((cosines - self._floor) / (1.0 - self._floor), 0.0, 1.0)
        return stretched
