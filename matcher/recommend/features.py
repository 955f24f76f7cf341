"""One side of a match ready to be scored: its analysis and its vectors."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from matcher.domain.items import AnyItem, Item, Profile
from matcher.domain.store import Items
from matcher.index import Bm25Lexical, Encoder, Index, Point, Role, Sparse, Vectors, passage, to_points
from matcher.recommend.analysis import Analyser, Analysis, Subject
from matcher.recommend.history import NO_PEERS, Peers


@dataclass(frozen=True, slots=True)
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
