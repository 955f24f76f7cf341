"""The vectors of labels: each label is encoded once, and the processes of a node share one copy."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matcher.index import Encoder, Vectors

TEXT, VECTOR = "text", "vector"


def table_of(texts: Sequence[str], vectors: Vectors) -> pa.Table:
    """Return texts and their vectors, shape (n, dim), as columns."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    flat = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
    return pa.table({TEXT: pa.array(texts, pa.string()), VECTOR: flat})


def joined(parts: Iterable[pa.Table], dim: int) -> pa.Table:
    """Return one table of one piece, so that its vectors are read where they lie, without a copy."""
    empty = table_of([], np.empty((0, dim), np.float32))
    return pa.concat_tables([empty, *parts]).combine_chunks()


class KnownLabels:
    """An :class:`~matcher.index.ports.Encoder` that looks the vectors of labels up, and encodes other texts.

    A label that is not in the table, such as one of an item that changed meanwhile, is encoded.

    Parameters
    ----------
    encoder
        Encodes passages and unknown labels.
    table
        Texts and vectors, as :func:`joined` makes it.
    """

    def __init__(self, encoder: Encoder, table: pa.Table) -> None:
        self._encoder = encoder
        self._texts = table[TEXT].combine_chunks()
        flat = table[VECTOR].combine_chunks().flatten()
        self._vectors = flat.to_numpy(zero_copy_only=True).reshape(-1, encoder.dim)

    @property
    def name(self) -> str:
        """Identity of the weights."""
        return self._encoder.name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._encoder.dim

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of labels, shape (n, dim), in the order of ``texts``."""
        places = pc.index_in(pa.array(texts, pa.string()), value_set=self._texts).to_pylist()
        vectors = np.empty((len(texts), self.dim), np.float32)
        unknown = []
        for row, place in enumerate(places):
            if place is None:
                unknown.append(row)
            else:
                vectors[row] = self._vectors[place]
        if unknown:
            vectors[unknown] = self._encoder.encode_queries([texts[row] for row in unknown])
        return vectors

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (n, dim)."""
        return self._encoder.encode_passages(texts)
