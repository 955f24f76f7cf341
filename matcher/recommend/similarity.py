"""Similarities between the labels and texts of one question and those of its hits.

Similarities are cosines, stretched so that the encoder's floor, the similarity it gives to unrelated texts,
counts as 0. Labels that fit every organisation ("toutes filières") are similar to nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.arrays import Ints
from matcher.index import Encoder, Label, Role
from matcher.recommend.analysis import Analysis
from matcher.recommend.features import Features, are_spelt_alike

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

UNRELATED = (
    "boulangerie", "droit de la famille", "moteur d'avion", "élevage ovin", "chirurgie dentaire", "jeu vidéo",
    "assurance habitation", "béton armé", "cours de piano", "cybersécurité", "transport maritime",
    "haute couture", "comptabilité publique", "forêt tropicale", "télescope", "recrutement", "pneumatiques",
    "archéologie",
)  # fmt: skip


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


CLEAR_MATCH: Mapping[str, float] = {
    "theme": 0.55,
    "market": 0.55,
    "axis": 0.55,
    "needs": 0.48,
    "asked": 0.48,
    "clients": 0.6,
    "served": 0.6,
}
"""Stretched similarity from which a pair of labels is clear evidence, set by reading the catalogue.

Needs are long and say what they mean; a sector of one word is near to much ("défense", "mission").
"""
CLEAR_OF_WORDS = 0.6
"""Stretched similarity from which two single words are one theme, as for a sector: a word alone is near to
much ("satellites" and "cloud", "stockage" and "logistique", "industrie" and "International")."""


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """The best pair of labels behind a signal: positions in the two sides' labels and its similarity.

    ``of_words``: each of the two labels is a single word, and they are not the same one.
    """

    query_label: int
    item_label: int
    similarity: float
    of_words: bool = False

    def is_clear(self, name: str) -> bool:
        """Whether the pair is clear evidence for the signal of this name."""
        between_words = name == "theme" and self.of_words
        return self.similarity >= (CLEAR_OF_WORDS if between_words else CLEAR_MATCH[name])


@dataclass(frozen=True, slots=True)
class Echoes:
    """For each hit the label of one side nearest to the other's whole text, -1 for none, and how near."""

    labels: list[int]
    similarities: list[float]


class Comparison:
    """Similarities of one question with all of its hits, in [0, 1]; arrays have one entry a hit.

    One table holds all of them, so that a few operations on long arrays do the work of thousands on tiny
    ones: a row for each label of the question and one for its whole text, and, hit after hit, a column for
    each of the hit's labels and one for its whole text.

    Parameters
    ----------
    query, items
        The question and its hits, at least one.
    floor
        The cosine of unrelated texts (:func:`similarity_floor`).
    """

    def __init__(self, query: Features, items: Sequence[Features], floor: float) -> None:
        self.query = query.analysis
        self.items = [item.analysis for item in items]
        ends = np.cumsum([len(item.rows) for item in items])
        self._whole = ends - 1
        self._starts = np.concatenate([[0], ends[:-1]])
        self._bounds: dict[Role, tuple[list[int], Ints]] = {}
        self._table = _stretched(query, items, floor)
        for item, start in zip(items, self._starts.tolist(), strict=True):
            self._separate(item.analysis, start)
            self._separate_codes(query, item, start)
        # Rounded to four digits, so that every processor quotes the same pair.
        self._rounded = self._table.round(4)

    def agreement(self, own: Role, other: Role) -> Floats:
        """Mean of three: the best pair, the query's labels' best pairs, the item's labels' best pairs.

        ``own`` is the role on the query's side, ``other`` on the item's; 0 when a side has no such label.
        An item's needs are judged by the first two alone: who needs one thing more is no worse a match.
        """
        found = np.zeros(len(self.items), dtype=np.float32)
        mine, (places, bounds) = self.query.spans.get(own), self._having(other)
        if mine is None or not places:
            return found
        rows = self._table[mine]
        best_of_query = _best_between(rows, bounds)
        both = best_of_query.max(axis=0) + _mean(best_of_query)
        if other is Role.NEEDS:
            found[places] = both / 2.0
            return found
        best_of_item = np.add.reduceat(rows.max(axis=0), bounds)[::2] / (bounds[1::2] - bounds[::2])
        found[places] = (both + best_of_item.astype(np.float32)) / 3.0
        return found

    def best(self, own: Role, other: Role) -> Floats:
        """Similarity of the best pair of labels, rounded to four digits; 0 when a side has none."""
        found = np.zeros(len(self.items), dtype=np.float32)
        mine, (places, bounds) = self.query.spans.get(own), self._having(other)
        if mine is not None and places:
            found[places] = _best_between(self._rounded[mine], bounds).max(axis=0)
        return found

    def best_pairs(self, place: int) -> dict[str, LabelMatch]:
        """Best pair of labels of every signal that the question and one hit have labels for.

        Ties go to the first pair.
        """
        start, spans = int(self._starts[place]), self.items[place].spans
        found = {}
        for name, (own, other) in PAIRS.items():
            mine, theirs = self.query.spans.get(own), spans.get(other)
            if mine is not None and theirs is not None:
                block = self._rounded[mine, start + theirs.start : start + theirs.stop]
                row, column = divmod(int(block.argmax()), block.shape[1])
                own_label, label = mine.start + row, theirs.start + column
                of_words = _are_words(self.query.labels[own_label], self.items[place].labels[label])
                found[name] = LabelMatch(own_label, label, float(block[row, column]), of_words)
        return found

    @cached_property
    def query_echoes(self) -> Echoes:
        """The question's label nearest to each hit's whole text; -1 for a question without labels."""
        labels = self._rounded[:-1, self._whole]
        if not len(labels):
            return _no_echoes(len(self.items))
        return Echoes(labels.argmax(axis=0).tolist(), labels.max(axis=0).tolist())

    @cached_property
    def item_echoes(self) -> Echoes:
        """Each hit's label nearest to the question's whole text; -1 without one. An axis is no theme.

        What a hit seeks answers nobody who seeks the same.
        """
        found = _no_echoes(len(self.items))
        whole = self._rounded[-1].copy()
        for place, (item, start) in enumerate(zip(self.items, self._starts.tolist(), strict=True)):
            needs = item.spans.get(Role.NEEDS)
            if self.query.is_sought and needs is not None:
                whole[start + needs.start : start + needs.stop] = 0.0
            axis = item.spans.get(Role.AXIS)
            themes = whole[start : start + (len(item.labels) if axis is None else axis.start)]
            if len(themes):
                found.labels[place] = label = int(themes.argmax())
                found.similarities[place] = float(themes[label])
        return found

    def echo(self) -> list[float]:
        """Mean of two: one side's best label in the other side's whole text, both ways round."""
        both = zip(self.query_echoes.similarities, self.item_echoes.similarities, strict=True)
        return [0.5 * (query + item) for query, item in both]

    def _having(self, role: Role) -> tuple[list[int], Ints]:
        """Places of the hits that have labels of a role, and where their columns begin and end, in turns."""
        if role not in self._bounds:
            places, bounds = [], []
            for place, (item, start) in enumerate(zip(self.items, self._starts.tolist(), strict=True)):
                span = item.spans.get(role)
                if span is not None:
                    places.append(place)
                    bounds += [start + span.start, start + span.stop]
            self._bounds[role] = places, np.array(bounds, dtype=np.int64)
        return self._bounds[role]

    def _separate(self, item: Analysis, start: int) -> None:
        """Set the similarity of labels that sound alike and mean different things to 0 ("RAG", "AR")."""
        ours, theirs = self.query.senses, item.senses
        if ours.all_avoided.isdisjoint(theirs.all_said):
            return
        for column, meanings in theirs.said.items():
            for row, own_meanings in ours.said.items():
                if ours.avoided[row].isdisjoint(meanings) or not own_meanings.isdisjoint(meanings):
                    continue
                self._table[row, start + column] = 0.0
                if self.query.labels[row].field == "description":  # a free text is its only label
                    self._table[-1, start + column] = 0.0

    def _separate_codes(self, query: Features, item: Features, start: int) -> None:
        """Set the similarity of codes and acronyms that are only spelt alike to 0 ("5G NTN", "n8n")."""
        for column, theirs in item.codes.items():
            for row, ours in query.codes.items():
                if ours.excludes(theirs):
                    self._table[row, start + column] = 0.0
        for column, acronym in item.acronyms.items():
            for row, own_acronym in query.acronyms.items():
                if are_spelt_alike(own_acronym, acronym):
                    self._table[row, start + column] = 0.0


def _stretched(query: Features, items: Sequence[Features], floor: float) -> Floats:
    """Return the cosines with the floor brought to 0, less what labels that fit everybody would add."""
    cosines = query.rows @ np.concatenate([item.rows for item in items]).T
    table: Floats = np.clip((cosines - floor) / (1.0 - floor), 0.0, 1.0)
    worth = np.concatenate([item.worth for item in items], axis=1)
    # The last row is the whole text, which stays.
    table[:-1] *= worth[0]
    table[-1] *= worth[1]
    table[:-1][[label.is_open for label in query.analysis.labels]] = 0.0
    return table


def _are_words(query: Label, item: Label) -> bool:
    """Whether two labels are two single words: "satellites" and "cloud"."""
    return " " not in query.folded and " " not in item.folded and query.folded != item.folded


def _no_echoes(count: int) -> Echoes:
    return Echoes([-1] * count, [0.0] * count)


def _best_between(rows: Floats, bounds: Ints) -> Floats:
    """Return each row's best value between each pair of bounds, shape (rows, pairs).

    No pair is empty, and a column lies behind the last; what ``reduceat`` finds between pairs is left out.
    """
    best: Floats = np.maximum.reduceat(rows, bounds, axis=1)[:, ::2]
    return best


def _mean(rows: Floats) -> Floats:
    """Return what ``rows.mean(axis=0)`` does, without its checks."""
    mean: Floats = np.add.reduce(rows, axis=0) / rows.dtype.type(len(rows))
    return mean
