"""One side of a match ready to be scored: its analysis and its vectors."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from matcher.domain.items import AnyItem, Item, Organisation, Profile
from matcher.domain.store import Items
from matcher.index import Bm25Lexical, Encoder, Index, Point, Role, Sparse, Vectors, passage, to_points
from matcher.recommend.analysis import Analyser, Analysis, Subject
from matcher.recommend.history import NO_PEERS, Peers

MANY_LABELS = 7
"""Labels of one role an item may list before each counts less, so that listing everything pays nothing.

95 of 100 shipped records list 6 at most, the longest 9.
"""
MANY_LABELS_OF_STAFF = 10
"""The same for factories, opportunities and leads, whose lists the cluster's staff write."""
WORTH_OF_A_FRAME = 0.4
"""Share of its similarity that the name of a programme keeps: it orders calls, and is never clear."""


def worth_of_one(count: int, most: int) -> float:
    """Return what one entry of a list is worth, in (0, 1]: 1 up to ``most`` entries.

    Beyond, it falls with the square of the length: a list twice as long is worth half in all, so that to add
    entries never pays.

    >>> worth_of_one(8, 8), worth_of_one(16, 8)
    (1.0, 0.25)
    """
    return min(1.0, most / max(1, count)) ** 2


@dataclass(frozen=True)  # without slots: what is asked of an item by every question is kept
class Features:
    """An analysis with its vectors.

    ``rows`` has shape (labels + 1, dim): a unit vector for each label, then the whole text's. ``version`` is
    the version of the item that the vectors were made from. ``peers`` are known of askers only.
    """

    analysis: Analysis
    version: str
    rows: Vectors
    peers: Peers = NO_PEERS

    @property
    def dense(self) -> Vectors:
        """Vector of the whole text, shape (dim,)."""
        whole: Vectors = self.rows[-1]
        return whole

    @cached_property
    def worth(self) -> Vectors:
        """What the labels of an item count, in [0, 1], shape (2, labels + 1).

        The first row is for labels compared with labels, the second for labels compared with a whole text.
        Labels that fit every organisation count nothing beside labels. The whole text, the last column,
        counts fully.
        """
        analysis = self.analysis
        worth = np.ones((2, len(self.rows)), dtype=np.float32)
        worth[:, [place for place, label in enumerate(analysis.labels) if label.is_frame]] = WORTH_OF_A_FRAME
        worth[0, [place for place, label in enumerate(analysis.labels) if label.is_open]] = 0.0
        for span in analysis.spans.values():
            count = span.stop - span.start
            if isinstance(analysis.subject, Organisation):
                worth[:, span] *= worth_of_one(count, MANY_LABELS)
            else:  # written by staff, who gain nothing by a long list
                worth[0, span] *= min(1.0, MANY_LABELS_OF_STAFF / count)
        return worth

    @property
    def asked(self) -> Vectors:
        """Unit vector to search with, shape (dim,): what a stored asker is, and what it needs.

        An item's text leaves its needs out; a request's text holds them already.
        """
        needs = self.analysis.spans.get(Role.NEEDS)
        if needs is None or self.analysis.id is None:
            return self.dense
        both = self.dense + self.rows[needs].mean(axis=0)
        unit: Vectors = both / np.linalg.norm(both)
        return unit


class FeatureBuilder:
    """Builds the features of questions, and keeps those of items in a read-through cache.

    The index says which version of an item it holds; a cached item of another version is read again. An
    erased item is found for as long as the index holds it, so a caller that shows items asks the store first.

    Parameters
    ----------
    items, index, encoder, lexical, analyser
        The parts it reads from and works with.
    capacity
        Most items that are kept; the oldest entries leave first.
    """

    def __init__(  # one outside thing each
        self,
        items: Items,
        index: Index,
        encoder: Encoder,
        lexical: Bm25Lexical,
        analyser: Analyser,
        capacity: int = 10_000,
    ) -> None:
        self._items = items
        self._index = index
        self._encoder = encoder
        self._lexical = lexical
        self._analyser = analyser
        self._capacity = capacity
        self._cache: dict[str, Features] = {}

    def question(self, subject: Subject, *, sought_only: bool = False) -> Features:
        """Return the features of the asker: a stored item as it is now, or a profile that is encoded here.

        ``sought_only``: see :meth:`Analyser.__call__`; it concerns profiles only.
        """
        if isinstance(subject, Item):
            return self._of_stored(subject)
        return self._of_profile(subject, sought_only=sought_only)

    def items(self, versions: dict[str, str]) -> dict[str, Features]:
        """Return the features of items by id, in the versions given; unknown ids are absent."""
        found, stale = {}, []
        for item_id, version in versions.items():
            cached = self._cache.get(item_id)
            if cached is not None and cached.version == version:
                found[item_id] = cached
            else:
                stale.append(item_id)
        if stale:
            self._load(stale)
            for item_id in stale:
                if item_id in self._cache:
                    found[item_id] = self._cache[item_id]
            self._drop_oldest()
        return found

    def terms(self, analysis: Analysis) -> Sparse:
        """Return the lexical query of a subject's text, less what it excludes."""
        return self._lexical.query_of(analysis.terms)

    def _of_stored(self, item: AnyItem) -> Features:
        if item.id not in self._cache or self._cache[item.id].analysis.subject != item:
            self._load([item.id])
        cached = self._cache.get(item.id)
        if cached is not None and cached.analysis.subject == item and cached.version == item.version:
            return cached
        # The index has not taken this version in yet: encode it here, as the indexer will.
        point = to_points([item], self._encoder, self._lexical)[0]
        return self._of_point(item, point)

    def _of_profile(self, profile: Profile, *, sought_only: bool) -> Features:
        analysis = self._analyser(profile, sought_only=sought_only)
        whole = passage(profile.model_copy(update={"description": analysis.affirmed}))
        texts = [label.text for label in analysis.labels]
        with_domains = self._analyser.knowledge.vocabulary.with_domains
        return Features(
            analysis, "", self._encoder.encode_queries([with_domains(t) for t in [*texts, whole]])
        )

    def _load(self, ids: Iterable[str]) -> None:
        ids = list(ids)
        for item_id in ids:
            self._cache.pop(item_id, None)
        points = self._index.fetch(ids)
        items = self._items.get_many(points)
        for item_id in ids:
            if item_id in items:
                self._cache[item_id] = self._of_point(items[item_id], points[item_id])

    def _of_point(self, item: AnyItem, point: Point) -> Features:
        vectors = np.empty((0, len(point.dense)), np.float32) if point.labels is None else point.labels
        analysis = self._analyser(item, most_labels=len(vectors))
        rows = np.concatenate([vectors[: len(analysis.labels)], [point.dense]]).astype(np.float32, copy=False)
        return Features(analysis, point.version, rows)

    def _drop_oldest(self) -> None:
        surplus = max(0, len(self._cache) - self._capacity)
        for item_id in list(islice(self._cache, surplus)):
            del self._cache[item_id]
