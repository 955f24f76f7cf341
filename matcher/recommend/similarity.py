"""Similarities between the labels and texts of one question and those of its hits.

Similarities are cosines, stretched so that the encoder's floor, the similarity it gives to unrelated texts,
counts as 0. Labels that fit every organisation ("toutes filières") are similar to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.domain.items import Organisation
from matcher.index import Encoder, Role
from matcher.recommend.analysis import Analysis
from matcher.recommend.features import Features

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

MANY_LABELS = 7
"""Labels of one role an item may list before each counts less, so that listing everything pays nothing.

95 of 100 shipped records list 6 at most, the longest 9.
"""

MANY_LABELS_OF_STAFF = 10
"""The same for factories, opportunities and leads, whose lists the cluster's staff write."""

WORTH_OF_A_FRAME = 0.4
"""Share of its similarity that the name of a programme keeps: it orders calls, and is never clear."""

UNRELATED = (
    "boulangerie", "droit de la famille", "moteur d'avion", "élevage ovin", "chirurgie dentaire", "jeu vidéo",
    "assurance habitation", "béton armé", "cours de piano", "cybersécurité", "transport maritime",
    "haute couture", "comptabilité publique", "forêt tropicale", "télescope", "recrutement", "pneumatiques",
    "archéologie",
)  # fmt: skip


def worth_of_one(count: int, most: int) -> float:
    """Return what one entry of a list is worth, in (0, 1]: 1 up to ``most`` entries.

    Beyond, it falls with the square of the length: a list twice as long is worth half in all, so that to add
    entries never pays.

    >>> worth_of_one(8, 8), worth_of_one(16, 8)
    (1.0, 0.25)
    """
    return min(1.0, most / max(1, count)) ** 2


def similarity_floor(encoder: Encoder) -> float:
    """Median cosine the encoder gives to pairs of unrelated French labels, in [0, 0.95].

    Encoders differ in how far apart they keep unrelated texts (e5 gives 0.8, others 0.1); this is measured
    once per encoder so that 0 means "nothing in common" for all of them.
    """
    vectors = encoder.encode_queries(UNRELATED)
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return float(np.clip(np.median(cosines), 0.0, 0.95))


def text_likeness(score: float, floor: float) -> float:
    """Return how alike two texts are, in [0, 1], from their first-stage score.

    The score is a cosine plus a little for shared words: at ``floor``, what unrelated texts have, it says
    nothing, and from 1 on it says all it can.

    >>> text_likeness(0.5, 0.5), text_likeness(0.75, 0.5), text_likeness(1.3, 0.5)
    (0.0, 0.5, 1.0)
    """
    return min(1.0, max(0.0, (score - floor) / (1.0 - floor)))


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """The best pair of labels behind a signal: positions in the two sides' labels and its similarity."""

    query_label: int
    item_label: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Similarity:
    """Similarities of one question with one item, in [0, 1].

    ``labels`` has one row per label of the query and one column per label of the item. ``to_whole_item`` has
    one entry per label of the query, ``to_whole_query`` one per label of the item.
    """

    query: Analysis
    item: Analysis
    labels: Floats
    to_whole_item: Floats
    to_whole_query: Floats

    def agreement(self, own: Role, other: Role) -> float:
        """Mean of three: the best pair, the query's labels' best pairs, the item's labels' best pairs.

        ``own`` is the role on the query's side, ``other`` on the item's; 0 when a side has no such label.
        An item's needs are judged by the first two alone: who needs one thing more is no worse a match.
        """
        mine, theirs = self.query.spans.get(own), self.item.spans.get(other)
        if mine is None or theirs is None:
            return 0.0
        block = self.labels[mine, theirs]
        best_of_query = block.max(axis=1)
        both = best_of_query.max() + _mean(best_of_query)
        if other is Role.NEEDS:
            return float(both / 2.0)
        return float((both + _mean(block.max(axis=0))) / 3.0)

    def query_echo(self) -> tuple[int, float] | None:
        """Return the query's label nearest to the item's whole text, and its similarity; None without labels.

        Similarities are rounded to four digits; ties go to the first label.
        """
        return _nearest(self.to_whole_item)

    def item_echo(self) -> tuple[int, float] | None:
        """Return the item's label nearest to the query's whole text; an axis is no theme."""
        axis = self.item.spans.get(Role.AXIS)
        themes = self.to_whole_query if axis is None else self.to_whole_query[: axis.start]
        return _nearest(themes)

    def echo(self) -> float:
        """Mean of two: one side's best label in the other side's whole text, both ways round."""
        query, item = self.query_echo(), self.item_echo()
        return 0.5 * ((query[1] if query else 0.0) + (item[1] if item else 0.0))

    def best_pairs(self) -> dict[str, LabelMatch]:
        """Best pair of labels of every signal both sides have labels for; ties to the first.

        Similarities are rounded to four digits, so that every processor quotes the same pair.
        """
        rounded = self.labels.round(4)
        found = {}
        for name, (own, other) in PAIRS.items():
            mine, theirs = self.query.spans.get(own), self.item.spans.get(other)
            if mine is not None and theirs is not None:
                block = rounded[mine, theirs]
                row, column = divmod(int(block.argmax()), block.shape[1])
                found[name] = LabelMatch(mine.start + row, theirs.start + column, float(block[row, column]))
        return found


def _mean(values: Floats) -> Floats:
    """Return what ``values.mean()`` does, without its checks: they cost most of it for few values."""
    mean: Floats = np.add.reduce(values) / values.dtype.type(len(values))
    return mean


def _nearest(similar: Floats) -> tuple[int, float] | None:
    if not len(similar):
        return None
    rounded = similar.round(4)
    best = int(rounded.argmax())
    return best, float(rounded[best])


def similarities(query: Features, items: Sequence[Features], floor: float) -> list[Similarity]:
    """Compare a question with every item, in the order of the items.

    One matrix product serves all items. ``floor`` is the cosine of unrelated texts
    (:func:`similarity_floor`); no items give an empty list.
    """
    if not items:
        return []
    cosines = query.rows @ np.concatenate([item.rows for item in items]).T
    stretched = np.clip((cosines - floor) / (1.0 - floor), 0.0, 1.0)
    ours = query.analysis
    # The last row is the whole text, which stays.
    stretched[:-1][[label.is_open for label in ours.labels]] = 0.0
    found, start = [], 0
    for item in items:
        end = start + len(item.rows)
        found.append(_compare(ours, item.analysis, stretched[:, start:end]))
        start = end
    return found


def _compare(query: Analysis, item: Analysis, block: Floats) -> Similarity:
    """Cut the block of one item; its last row and column belong to the whole texts."""
    labels, to_whole_query = block[:-1, :-1], block[-1, :-1]
    labels[:, [label.is_open for label in item.labels]] = 0.0
    frames = [label.is_frame for label in item.labels]
    labels[:, frames] *= WORTH_OF_A_FRAME
    to_whole_query[frames] *= WORTH_OF_A_FRAME
    for span in item.spans.values():
        count = span.stop - span.start
        if isinstance(item.subject, Organisation):
            worth = worth_of_one(count, MANY_LABELS)
            to_whole_query[span] *= worth
        else:  # written by staff, who gain nothing by a long list
            worth = min(1.0, MANY_LABELS_OF_STAFF / count)
        labels[:, span] *= worth
    _separate_senses(query, item, labels, to_whole_query)
    return Similarity(query, item, labels, block[:-1, -1], to_whole_query)


def _separate_senses(query: Analysis, item: Analysis, labels: Floats, to_whole_query: Floats) -> None:
    """Set the similarity of labels that sound alike and mean different things to 0 ("RAG", "AR")."""
    ours, theirs = query.senses, item.senses
    if ours.all_avoided.isdisjoint(theirs.all_said):
        return
    for column, meanings in theirs.said.items():
        for row, own_meanings in ours.said.items():
            if ours.avoided[row].isdisjoint(meanings) or not own_meanings.isdisjoint(meanings):
                continue
            labels[row, column] = 0.0
            if query.labels[row].field == "description":  # a free text is its only label
                to_whole_query[column] = 0.0
