"""An item made ready to be scored and quoted: vectors from the index, text from the store, held together."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from matcher.documents import passage, to_points
from matcher.entities import AnyItem, Item, Profile
from matcher.labels import Label, Role, labels_of
from matcher.ports import Encoder, Index, Items, Lexical, Point, Sparse, Vectors
from matcher.text import tokens

_ROLES = tuple(Role)
_QUOTED_WORDS_FROM = frozenset({"description", "name"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word's first place in an item: ``text == field_text[start:end]``."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """One side of a match. ``vectors[i]`` encodes ``labels[i]``; ``roles`` holds indices into ``Role``."""

    subject: AnyItem | Profile
    version: str
    dense: Vectors
    terms: Sparse
    labels: tuple[Label, ...]
    vectors: Vectors
    roles: np.ndarray[tuple[int], np.dtype[np.int8]]
    opens: bool
    words: dict[str, Word] = field(repr=False)

    @property
    def id(self) -> str | None:
        """Id of the item; None for a free text or a profile."""
        return self.subject.id if isinstance(self.subject, Item) else None


def assemble(
    subject: AnyItem | Profile, version: str, dense: Vectors, terms: Sparse, rows: Vectors
) -> Prepared:
    """Put the parts of one side together; ``rows`` holds one vector per label of ``labels_of(subject)``."""
    labels = labels_of(subject)[: len(rows)]
    roles = np.array([_ROLES.index(label.role) for label in labels], dtype=np.int8)
    opens = any(label.is_open for label in labels)
    return Prepared(subject, version, dense, terms, labels, rows, roles, opens, dict(_words(subject)))


def _words(subject: AnyItem | Profile) -> Iterator[tuple[str, Word]]:
    seen: set[str] = set()
    for name, text in subject.fields():
        if name not in _QUOTED_WORDS_FROM:
            continue
        for token in tokens(text):
            if token.stem not in seen and len(token.stem) > 3:
                seen.add(token.stem)
                yield token.stem, Word(name, token.start, token.end, token.text)


def from_profile(profile: Profile, encoder: Encoder, lexical: Lexical) -> Prepared:
    """Prepare a profile or free text that is not in the index: one encoder call for text and labels."""
    text = passage(profile)
    labels = labels_of(profile)
    texts = [text, *(label.text for label in labels if label.text != text)]
    rows = encoder.encode_queries(texts)
    of_text = dict(zip(texts, rows, strict=True))
    vectors = np.stack([of_text[label.text] for label in labels]) if labels else rows[:0]
    terms = lexical.encode_queries([text])[0]
    return assemble(profile, "", rows[0], terms, vectors)


class PreparedItems:
    """Read-through cache of prepared items, keyed by id and valid for one version of the item.

    The index says which version it holds; another version in the cache is read again. Nothing has to be
    told to forget: what was erased is no longer found. Holds at most ``capacity`` items, the least recently
    used leave first.
    """

    def __init__(self, items: Items, index: Index, lexical: Lexical, capacity: int = 10_000) -> None:
        self._items = items
        self._index = index
        self._lexical = lexical
        self._capacity = capacity
        self._held: OrderedDict[str, Prepared] = OrderedDict()

    def of(self, item: AnyItem, encoder: Encoder) -> Prepared:
        """Prepare one item as it is in the store now; encode it here when the index has not got it yet."""
        held = self._held.get(item.id)
        if held is not None and held.subject == item:
            return held
        self._load([item.id])
        held = self._held.get(item.id)
        if held is not None and held.subject == item and held.version == item.version:
            return held
        point = to_points([item], encoder, self._lexical)[0]
        terms = self._lexical.encode_queries([passage(item)])[0]
        return assemble(item, point.version, point.dense, terms, _rows(point))

    def get(self, versions: dict[str, str]) -> dict[str, Prepared]:
        """Prepare items by id in the versions asked for; what the store or index lacks is absent."""
        stale = [item_id for item_id, version in versions.items() if not self._is_fresh(item_id, version)]
        if stale:
            self._load(stale)
        found = {}
        for item_id in versions:
            held = self._held.get(item_id)
            if held is not None:
                self._held.move_to_end(item_id)
                found[item_id] = held
        while len(self._held) > self._capacity:
            self._held.popitem(last=False)
        return found

    def _is_fresh(self, item_id: str, version: str) -> bool:
        held = self._held.get(item_id)
        return held is not None and held.version == version

    def _load(self, ids: Iterable[str]) -> None:
        ids = list(ids)
        for item_id in ids:
            self._held.pop(item_id, None)
        points = self._index.fetch(ids)
        items = self._items.get_many(points)
        known = [item_id for item_id in ids if item_id in items]
        terms = self._lexical.encode_queries([passage(items[item_id]) for item_id in known])
        for item_id, sparse in zip(known, terms, strict=True):
            point = points[item_id]
            self._held[item_id] = assemble(items[item_id], point.version, point.dense, sparse, _rows(point))


def _rows(point: Point) -> Vectors:
    return point.labels if point.labels is not None else np.empty((0, len(point.dense)), dtype=np.float32)
