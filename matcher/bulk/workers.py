"""What Ray runs in its processes: plain functions and classes over the product's own parts.

Ray starts each class once a process and calls it with one Arrow table after the other. Nothing here knows Ray
except :class:`PointEncoder`, which takes the vectors of labels from its object store.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from matcher.adapters.sql import open_store
from matcher.backends import make_encoder, make_generations
from matcher.bulk.cluster import load_ray
from matcher.bulk.columns import from_table, to_table
from matcher.bulk.labels import TEXT, KnownLabels, table_of
from matcher.bulk.patience import Patience
from matcher.bulk.ranges import KeyRange, Rows, read_range
from matcher.bulk.tally import Tally
from matcher.bulk.writing import write
from matcher.domain.eligibility import is_listed
from matcher.domain.items import AnyItem
from matcher.index import (
    Bm25Lexical,
    Encoder,
    Index,
    Point,
    check_points,
    labels_of,
    passage,
    terms,
    to_points,
    tried,
)
from matcher.settings import Settings


def ranges_of(table: pa.Table) -> list[KeyRange]:
    """Return the key ranges of a table with the columns ``after`` and ``until``."""
    return [KeyRange(row["after"], row["until"]) for row in table.to_pylist()]


def read_labels(table: pa.Table, settings: Settings) -> pa.Table:
    """Return the distinct labels of the items of key ranges, ascending."""
    found: set[str] = set()
    with open_store(settings.database_url) as store:
        for keys in ranges_of(table):
            for item in read_range(store, keys).items.values():
                if is_listed(item):
                    found.update(label.text for label in labels_of(item))
    return pa.table({TEXT: pa.array(sorted(found), pa.string())})


def _opened(settings: Settings, generation: str) -> Index:
    """Open a generation; a process that takes a lost one's place may start while the server is away."""
    return Patience().call(lambda _: make_generations(settings).open(generation))


class LabelEncoder:
    """Encodes labels: texts in, texts and vectors out."""

    def __init__(self, settings: Settings) -> None:
        self._encoder = make_encoder(settings)

    def __call__(self, table: pa.Table) -> pa.Table:
        """Return the labels of a table with their vectors."""
        texts = table[TEXT].to_pylist()
        return table_of(texts, self._encoder.encode_queries(texts))


class PointEncoder:
    """Reads items of key ranges, and encodes those that the generation does not hold yet.

    Parameters
    ----------
    settings
        Of the product; the threads of the encoder among them.
    generation
        Name of the generation that is filled.
    labels
        Reference to the table of label vectors, alone in a list: Ray would copy it otherwise.
    """

    def __init__(self, settings: Settings, generation: str, labels: Sequence[Any]) -> None:
        self._store = open_store(settings.database_url)
        self._index = _opened(settings, generation)
        self._encoder = KnownLabels(make_encoder(settings), load_ray().get(labels[0]))
        self._lexical = Bm25Lexical()

    def __call__(self, table: pa.Table) -> pa.Table:
        """Return the points of key ranges, as :mod:`matcher.bulk.columns` lays them out."""
        return pa.concat_tables([self._points(keys) for keys in ranges_of(table)])

    def _points(self, keys: KeyRange) -> pa.Table:
        rows = read_range(self._store, keys)
        self._store.items.forget_cached()  # each is read once
        listed = [item for item in rows.items.values() if is_listed(item)]
        held = Patience().call(lambda _: self._index.versions([item.id for item in listed]))
        fresh = [item for item in listed if held.get(item.id) != item.version]
        points, refused = encoded(fresh, self._encoder, self._lexical)
        return to_table(points, _tally(rows, listed, len(listed) - len(fresh), refused))


def _tally(rows: Rows, listed: Sequence[AnyItem], held: int, refused: dict[str, str]) -> Tally:
    lengths = [len(terms(passage(item))) for item in listed]
    return Tally(
        read=len(rows.items) + len(rows.parked),
        listed=len(listed),
        held=held,
        terms=sum(lengths),
        texts=sum(length > 0 for length in lengths),
        parked=rows.parked | refused,
    )


def encoded(
    items: Sequence[AnyItem], encoder: Encoder, lexical: Bm25Lexical
) -> tuple[list[Point], dict[str, str]]:
    """Return the points of items, and by id why others have none.

    What is no fault of one item is raised: a model that is missing, a full disk, a processor that fails.
    """
    points: list[Point] = []

    def checked(some: Sequence[AnyItem]) -> list[Point]:
        made = to_points(some, encoder, lexical)
        check_points(made, encoder.dim)
        return made

    faults = tried(items, lambda some: points.extend(checked(some)), checked)
    return points, {
        item_id: f"it cannot be encoded ({type(fault).__name__})" for item_id, fault in faults.items()
    }


class PointWriter:
    """Writes points with a client of its own; returns one tally, as JSON, for each table."""

    def __init__(self, settings: Settings, generation: str) -> None:
        self._index = _opened(settings, generation)

    def __call__(self, table: pa.Table) -> pa.Table:
        """Write the points of a table."""
        points, tally = from_table(table)
        refused = write(self._index, points)
        tally.written += len(points) - len(refused)
        tally.parked |= refused
        return pa.table({"tally": [tally.to_json()]})
