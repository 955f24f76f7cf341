"""One side of a match ready to be scored: its analysis and its vectors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.domain.items import AnyItem, Item, Organisation, Profile
from matcher.domain.store import Items
from matcher.index import Bm25Lexical, Encoder, Index, Point, Role, Sparse, Vectors, passage, to_points
from matcher.recommend.analysis import Analyser, Analysis, Subject
from matcher.recommend.history import NO_PEERS, Peers

MOST_BYTES = 2_500_000_000
"""Memory that kept items take, unless the settings say otherwise: some 70,000 of them.

Beyond, an answer reads most of its hits anew.
"""
_BYTES_OF_AN_ITEM = 6_000
_BYTES_OF_A_FINDING = 180

MANY_LABELS = 7
"""Labels of one role an item may list before each counts less, so that listing everything pays nothing.

95 of 100 shipped records list 6 at most, the longest 9.
"""
MANY_LABELS_OF_STAFF = 10
"""The same for factories, opportunities and leads, whose lists the cluster's staff write."""
WORTH_OF_A_FRAME = 0.4
"""Share of its similarity that the name of a programme keeps: it orders calls, and is never clear."""
_WORD = re.compile(r"[^\W_]+")
_LONGEST_CODE = 5
_CODE = re.compile(r"(?=[^\W\d_]*\d)(?=\d*[^\W\d_])[^\W_]{2,5}")
"""A short word of letters and digits: an encoder sees how it is spelt, and seldom what it means."""


_SHORTEST_ACRONYM, _LONGEST_ACRONYM = 3, 4
"""Letters of acronyms that an encoder takes for each other; of two letters many mean nearly the same."""


def are_spelt_alike(one: str, other: str) -> bool:
    """Whether two labels are acronyms that differ in one letter: near for an encoder, and seldom in meaning.

    What is one acronym in two languages has the same letters in another order.

    >>> are_spelt_alike("PLM", "LLM"), are_spelt_alike("SIG", "GIS"), are_spelt_alike("Lin", "Lot")
    (True, False, False)
    """
    if len(one) != len(other) or not _SHORTEST_ACRONYM <= len(one) <= _LONGEST_ACRONYM:
        return False
    differing = sum(ours != theirs for ours, theirs in zip(one, other, strict=True))
    return one.isupper() and other.isupper() and differing == 1


def worth_of_one(count: int, most: int) -> float:
    """Return what one entry of a list is worth, in (0, 1]: 1 up to ``most`` entries.

    Beyond, it falls with the square of the length: a list twice as long is worth half in all, so that to add
    entries never pays.

    >>> worth_of_one(8, 8), worth_of_one(16, 8)
    (1.0, 0.25)
    """
    return min(1.0, most / max(1, count)) ** 2


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that a label names, and whether it consists of nothing but short words ("5G NTN")."""

    named: frozenset[str]
    are_all: bool

    def excludes(self, other: "Codes") -> bool:
        """Whether two labels are alike by their letters alone: a mere code, and other codes than its own.

        A code within a code is the same ("LwM2M" is M2M).

        >>> n8n, satellite = Codes(frozenset({"n8n"}), True), Codes(frozenset({"5g"}), True)
        >>> n8n.excludes(satellite), n8n.excludes(n8n)
        (True, False)
        """
        if not (self.are_all or other.are_all):
            return False
        return not any(one in two or two in one for one in self.named for two in other.named)


@dataclass(frozen=True)  # without slots: what is asked of an item by every question is kept
class Features:
    """An analysis with its vectors.

    ``rows`` has shape (labels + 1, dim): a unit vector for each label, then the whole text's. ``term_ids``
    are the ids of the words to search with, shape (terms,). ``version`` is the version of the item that both
    were made from. ``peers`` are known of askers only.
    """

    analysis: Analysis
    version: str
    rows: Vectors
    term_ids: NDArray[np.uint32]
    peers: Peers = NO_PEERS

    @property
    def dense(self) -> Vectors:
        """Vector of the whole text, shape (dim,)."""
        whole: Vectors = self.rows[-1]
        return whole

    @cached_property
    def item_version(self) -> str:
        """Version of the analysed item, "" of a profile; the vectors may be of another version of it."""
        subject = self.analysis.subject
        return subject.version if isinstance(subject, Item) else ""

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

    @cached_property
    def acronyms(self) -> dict[int, str]:
        """Labels that are one word in capitals ("PLM"), by their position."""
        labels = enumerate(self.analysis.labels)
        return {place: label.text for place, label in labels if label.text.isupper() and label.text.isalpha()}

    @cached_property
    def codes(self) -> dict[int, Codes]:
        """The codes with a digit that labels name ("5G", "n8n"), by the label's position."""
        found = {}
        for place, label in enumerate(self.analysis.labels):
            words = _WORD.findall(label.folded)
            named = frozenset(word for word in words if _CODE.fullmatch(word))
            if named:
                found[place] = Codes(named, all(len(word) <= _LONGEST_CODE for word in words))
        return found

    def work_out(self) -> None:
        """Work out what every question asks of an item, so that the first one does not wait for it."""
        analysis = self.analysis
        _ = self.item_version, self.worth, self.acronyms, self.codes
        _ = analysis.id, analysis.stated, analysis.given, analysis.themes, analysis.evidence_lower

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


class FeatureCache:
    """Features of items by id, those not asked for longest leaving first when they take too much memory.

    Parameters
    ----------
    most_bytes
        What all together may take, as :func:`size_of` reckons it; the last one put in stays in any case.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: dict[str, Features] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def has_room(self) -> bool:
        """Whether there is room for ten more items."""
        return self._bytes + 10 * self._bytes / max(1, len(self._kept)) < self._most_bytes

    def get(self, item_id: str) -> Features | None:
        """Return the features of an item, which are now the ones asked for last; None where unknown."""
        features = self._kept.pop(item_id, None)
        if features is not None:
            self._kept[item_id] = features
        return features

    def put(self, item_id: str, features: Features) -> None:
        """Keep the features of an item instead of those it had."""
        self.drop(item_id)
        self._kept[item_id] = features
        self._bytes += size_of(features)
        while self._bytes > self._most_bytes and len(self._kept) > 1:
            self.drop(next(iter(self._kept)))

    def limit(self, most_bytes: int) -> None:
        """Take at most so many bytes from the next item on."""
        self._most_bytes = most_bytes

    def drop(self, item_id: str) -> None:
        """Forget an item; an unknown one is no error."""
        former = self._kept.pop(item_id, None)
        if former is not None:
            self._bytes -= size_of(former)


def size_of(features: Features) -> int:
    """Reckon the memory that features take, in bytes: their vectors, and what is found in their texts.

    Measured on synthetic organisations with 12 vectors of 384 numbers and 40 things found: 31 KB.
    """
    analysis = features.analysis
    found = len(analysis.words) + len(analysis.labels) + len(analysis.mentions) + len(analysis.facts)
    return features.rows.nbytes + features.term_ids.nbytes + _BYTES_OF_AN_ITEM + found * _BYTES_OF_A_FINDING


class FeatureBuilder:
    """Builds the features of questions, and keeps those of items in a read-through cache.

    The index says which version of an item it holds; a cached item of another version is read again. An
    erased item is found for as long as the index holds it, so a caller that shows items asks the store first.

    Parameters
    ----------
    items, index, encoder, lexical, analyser
        The parts it reads from and works with.
    most_bytes
        Memory that kept items may take.
    """

    def __init__(  # one outside thing each
        self,
        items: Items,
        index: Index,
        encoder: Encoder,
        lexical: Bm25Lexical,
        analyser: Analyser,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._items = items
        self._index = index
        self._encoder = encoder
        self._lexical = lexical
        self._analyser = analyser
        self._cache = FeatureCache(most_bytes)

    def limit(self, most_bytes: int) -> None:
        """Keep items in at most so many bytes."""
        self._cache.limit(most_bytes)

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
        return found | self._load(stale) if stale else found

    @property
    def has_room(self) -> bool:
        """Whether more items can be kept without others leaving."""
        return self._cache.has_room

    def terms(self, side: Features) -> Sparse:
        """Return the lexical query of a subject's text, less what it excludes."""
        return self._lexical.query_of_ids(side.term_ids.tolist())

    def _of_stored(self, item: AnyItem) -> Features:
        cached = self._cache.get(item.id)
        if cached is None or cached.analysis.subject != item:
            cached = self._load([item.id]).get(item.id)
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
        rows = self._encoder.encode_queries([with_domains(t) for t in [*texts, whole]])
        return Features(analysis, "", rows, _ids(self._lexical.query_of(analysis.terms)))

    def _load(self, ids: Sequence[str]) -> dict[str, Features]:
        """Read items anew and keep them; those that the index or the store does not have are absent."""
        for item_id in ids:
            self._cache.drop(item_id)
        points = self._index.fetch(ids)
        items = self._items.get_many(points)
        loaded = {}
        for item_id in ids:
            if item_id in items:
                loaded[item_id] = self._of_point(items[item_id], points[item_id])
                self._cache.put(item_id, loaded[item_id])
        return loaded

    def _of_point(self, item: AnyItem, point: Point) -> Features:
        vectors = np.empty((0, len(point.dense)), np.float32) if point.labels is None else point.labels
        analysis = self._analyser(item, most_labels=len(vectors))
        rows = np.concatenate([vectors[: len(analysis.labels)], [point.dense]]).astype(np.float32, copy=False)
        return Features(analysis, point.version, rows, _ids(point.sparse))


def _ids(terms: Sparse) -> NDArray[np.uint32]:
    return np.array(terms.indices, dtype=np.uint32)
