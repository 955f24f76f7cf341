"""Points as Arrow columns, so that nothing is pickled between processes.

The last row of a table holds no point but, in ``tally``, what became of the items that were read for it.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa

from matcher.bulk.tally import Tally
from matcher.domain.items import ItemType
from matcher.index import Point, Sparse, Vectors

_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("item_type", pa.string()),
        ("version", pa.string()),
        ("dense", pa.list_(pa.float32())),
        ("term_ids", pa.list_(pa.int64())),
        ("term_weights", pa.list_(pa.float64())),
        ("open_from", pa.float64()),
        ("open_until", pa.float64()),
        ("labels", pa.list_(pa.float32())),
        ("tally", pa.string()),
    ]
)


def _labels(point: Point) -> Vectors | None:
    return None if point.labels is None else point.labels.reshape(-1)


_VALUE: dict[str, Callable[[Point], Any]] = {
    "id": attrgetter("id"),
    "item_type": attrgetter("item_type.value"),
    "version": attrgetter("version"),
    "dense": attrgetter("dense"),
    "term_ids": attrgetter("sparse.indices"),
    "term_weights": attrgetter("sparse.values"),
    "open_from": attrgetter("open_from"),
    "open_until": attrgetter("open_until"),
    "labels": _labels,
    "tally": lambda _: None,
}
"""What each column holds of a point."""


def to_table(points: Sequence[Point], tally: Tally) -> pa.Table:
    """Return points and the tally as one table; the rows of a label matrix follow each other in one list."""
    columns = {}
    for field in _SCHEMA:
        columns[field.name] = pa.array([_VALUE[field.name](point) for point in points], field.type)
    filled = pa.table(columns)
    last = pa.Table.from_pylist([{"tally": tally.to_json()}], schema=_SCHEMA)
    return pa.concat_tables([filled, last])


def from_table(table: pa.Table) -> tuple[list[Point], Tally]:
    """Return the points of a table, in its order, and the sum of its tallies.

    >>> import numpy as np
    >>> vector, terms = np.array([0.6, 0.8], np.float32), Sparse((3,), (0.5,))
    >>> point = Point("A", ItemType.LEAD, "v1", vector, terms, labels=np.stack([vector, vector]))
    >>> [again], tally = from_table(to_table([point], Tally(read=1)))
    >>> again.id, again.sparse, again.labels.shape, tally.read
    ('A', Sparse(indices=(3,), values=(0.5,)), (2, 2), 1)
    """
    tally = Tally()
    for line in table["tally"].drop_null().to_pylist():
        tally.add(Tally.from_json(line))
    filled = table.filter(table["id"].is_valid()).combine_chunks()
    columns = {name: filled[name] for name in filled.column_names}
    return [_point(columns, row) for row in range(filled.num_rows)], tally


def _point(columns: dict[str, Any], row: int) -> Point:
    dense = np.asarray(columns["dense"][row].values, dtype=np.float32)
    labels = columns["labels"][row]
    terms = Sparse(tuple(columns["term_ids"][row].as_py()), tuple(columns["term_weights"][row].as_py()))
    return Point(
        columns["id"][row].as_py(),
        ItemType(columns["item_type"][row].as_py()),
        columns["version"][row].as_py(),
        dense,
        terms,
        columns["open_from"][row].as_py(),
        columns["open_until"][row].as_py(),
        np.asarray(labels.values, dtype=np.float32).reshape(-1, len(dense)) if labels.is_valid else None,
    )
