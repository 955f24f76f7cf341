"""The text that is embedded for an item, and its index point.

The text template and the order of labels are part of the index's identity: change them and :data:`TEMPLATE`
together.
"""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from matcher.domain.items import AnyItem, Item, Profile
from matcher.index.labels import labels_of
from matcher.index.lexical import Bm25Lexical, heavier
from matcher.index.ports import Encoder, Point, Vectors

TEMPLATE = "fields-v5"

# Texts on how to apply, when to meet, what an item belongs to or whom it admits say nothing about what
# it is about; the typed facts of a lead are evidence of their own.
_NOT_MATCHED = frozenset({"meetings", "eligibility_text", "axis", "public", "levels", "apprenticeship"})


def passage(item: Item | Profile, *, needs: bool = True) -> str:
    """Join the texts of an item or profile in field order, lists separated by commas, fields by full stops.

    Empty fields leave no trace; a profile without text gives ``""``. Without ``needs``, the text says what an
    organisation is and gives.

    >>> from matcher.domain.items import Organisation
    >>> maker = Organisation(id="ORG9", name="Exemple", expertise=("data", "IA"), needs=("local",))
    >>> passage(maker), passage(maker, needs=False)
    ('Exemple. data, IA. local', 'Exemple. data, IA')
    """
    texts: dict[str, list[str]] = {}
    for field, text in item.fields():
        if field not in _NOT_MATCHED and (needs or field != "needs"):
            texts.setdefault(field, []).append(text.strip().rstrip("."))
    return ". ".join(", ".join(entries) for entries in texts.values())


def _label_texts(item: AnyItem) -> list[str]:
    return [label.text for label in labels_of(item)]


class LabelVectors:
    """Vectors of labels, each encoded once: items share theirs with others of other batches.

    Parameters
    ----------
    encoder
        What encodes them, as questions.
    most
        Labels kept, those not met for longest leaving first; at 384 numbers each the default is 100 MB.

    Examples
    --------
    >>> from matcher.adapters.encoder.hashing import HashingEncoder
    >>> labels = LabelVectors(HashingEncoder(dim=64))
    >>> labels.of(["cloud", "IA"]).shape, labels.of([]).shape
    ((2, 64), (0, 64))
    """

    def __init__(self, encoder: Encoder, most: int = 65_536) -> None:
        self._encoder = encoder
        self._most = most
        self._known: dict[str, Vectors] = {}

    def of(self, labels: Sequence[str]) -> Vectors:
        """Return one row a label, shape (labels, dim), for distinct labels."""
        new = [label for label in labels if label not in self._known]
        fresh = dict(zip(new, self._encoder.encode_queries(new), strict=True)) if new else {}
        rows = np.empty((len(labels), self._encoder.dim), dtype=np.float32)
        for place, label in enumerate(labels):
            vector = self._known.pop(label, None)
            # A copy: a row would keep the vectors of its whole batch.
            self._known[label] = fresh[label].copy() if vector is None else vector
            rows[place] = self._known[label]
        for label in list(islice(self._known, max(0, len(self._known) - self._most))):
            del self._known[label]
        return rows


def to_points(
    items: Sequence[AnyItem], encoder: Encoder, lexical: Bm25Lexical, known: LabelVectors | None = None
) -> list[Point]:
    """Encode items for the index, in input order.

    Declaring a need never makes an item harder to find by what it gives: the dense vector is of the text
    without needs, which have vectors of their own, and each word weighs what it weighs in the better of the
    texts with and without them.

    One encoder call for the texts and one for the distinct labels of all items that are not ``known`` yet. An
    empty sequence gives an empty list.
    """
    texts = [passage(item, needs=False) for item in items]
    labels = [_label_texts(item) for item in items]
    distinct = sorted(set().union(*labels))
    row_of = {text: row for row, text in enumerate(distinct)}
    label_rows = (known or LabelVectors(encoder)).of(distinct)
    dense = encoder.encode_passages(texts)
    whole = lexical.encode_passages([passage(item) for item in items])
    sparse = [heavier(given, full) for given, full in zip(lexical.encode_passages(texts), whole, strict=True)]
    points = []
    for item, vector, terms, own in zip(items, dense, sparse, labels, strict=True):
        start, end = item.open_between()
        rows: Vectors | None = label_rows[np.array([row_of[text] for text in own])] if own else None
        points.append(Point(item.id, item.item_type, item.version, vector, terms, start, end, rows))
    return points
