"""Vectors of benchmark texts, kept on disk: encoding is nearly all of the time of a comparison."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import numpy as np

from matcher.index import Encoder, Vectors

CHUNK = 512
"""Texts encoded between two writes: a run that is stopped keeps what it has encoded."""
_QUESTIONS = 500
"""Keys asked of the file at once, well below SQLite's limit of variables."""

Encode = Callable[[Sequence[str]], Vectors]
Progress = Callable[[str], None]


class KeptVectors:
    """An :class:`~matcher.index.ports.Encoder` that encodes a text once and keeps its vector.

    Vectors are kept under the hash of their text and of the side that it is encoded as, in one file a model:
    the name of an encoder holds the fingerprint of its weights. Rows are in the order of the texts; a text
    that is there twice is encoded once.

    Parameters
    ----------
    encoder
        What encodes a text that is not kept yet.
    folder
        Where the file is; made if missing.
    progress
        Called after every :data:`CHUNK` texts that are encoded.

    Examples
    --------
    >>> from matcher.adapters.encoder import HashingEncoder
    >>> kept = KeptVectors(HashingEncoder(), getfixture("tmp_path"))
    >>> bool((kept.encode_queries(["a", "b", "a"])[2] == kept.encode_queries(["a"])[0]).all())
    True
    """

    def __init__(self, encoder: Encoder, folder: Path, progress: Progress | None = None) -> None:
        self.name, self.dim = encoder.name, encoder.dim
        self._encoder = encoder
        self._progress = progress or (lambda _said: None)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{encoder.name}.db"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, float32 (n, dim)."""
        return self._encoded("query", texts, self._encoder.encode_queries)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched, float32 (n, dim)."""
        return self._encoded("passage", texts, self._encoder.encode_passages)

    def _encoded(self, side: str, texts: Sequence[str], encode: Encode) -> Vectors:
        keys = [_key(side, text) for text in texts]
        with closing(sqlite3.connect(self._file)) as file:
            file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
            known = _known(file, keys)
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            self._add(file, missing, encode)
            known.update(_known(file, list(missing)))
        rows = np.empty((len(keys), self.dim), np.float32)
        for row, key in enumerate(keys):
            rows[row] = known[key]
        return rows

    def _add(self, file: sqlite3.Connection, missing: dict[bytes, str], encode: Encode) -> None:
        # Texts of like length share a batch: padding to the longest is work for nothing.
        ordered = sorted(missing.items(), key=lambda entry: len(entry[1]))
        for start in range(0, len(ordered), CHUNK):
            part = ordered[start : start + CHUNK]
            vectors = encode([text for _, text in part])
            rows = [(key, vector.tobytes()) for (key, _), vector in zip(part, vectors, strict=True)]
            with file:
                file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            self._progress(f"{self.name}: {start + len(part):,} of {len(ordered):,} new texts encoded")


def _known(file: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
    known: dict[bytes, Vectors] = {}
    for start in range(0, len(keys), _QUESTIONS):
        part = keys[start : start + _QUESTIONS]
        marks = ", ".join("?" * len(part))
        found = file.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608 - question marks only
        known.update((key, np.frombuffer(vector, np.float32)) for key, vector in found)
    return known


def _key(side: str, text: str) -> bytes:
    return blake2b(f"{side}\0{text}".encode(), digest_size=16).digest()
