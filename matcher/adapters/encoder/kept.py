"""What is kept of an encoder for a time when its files are away: its name, and the vectors of a few texts."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from matcher.errors import ModelMissing
from matcher.files import write_whole
from matcher.index.ports import Encoder, Vectors

_AWAY = "The encoder's files are missing: texts are not compared until `matcher prepare` and a new start."


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    dim: int
    vectors: dict[str, list[float]]


class KeptEncoder:
    """An :class:`~matcher.index.ports.Encoder` of which only a few vectors are left.

    With it an index that the encoder filled is searched for stored items, whose vectors the index holds.
    """

    def __init__(self, name: str, dim: int, vectors: Mapping[str, Sequence[float]]) -> None:
        self._name, self._dim, self._vectors = name, dim, vectors

    @property
    def name(self) -> str:
        """Identity of the encoder whose vectors were kept."""
        return self._name

    @property
    def dim(self) -> int:
        """Length of its vectors."""
        return self._dim

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors that were kept, in the order of ``texts``; ModelMissing for any other text."""
        if any(text not in self._vectors for text in texts):
            raise ModelMissing(_AWAY)
        rows = [self._vectors[text] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._dim)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """As :meth:`encode_queries`; nothing is kept of passages."""
        return self.encode_queries(texts)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what :meth:`keep` wrote; ModelMissing if it is not there or damaged."""
        try:
            kept = _File.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as fault:
            raise ModelMissing(_AWAY) from fault
        return cls(kept.name, kept.dim, kept.vectors)

    def is_of(self, encoder: Encoder, texts: Sequence[str]) -> bool:
        """Whether this is what :meth:`keep` keeps of an encoder."""
        return (self._name, self._dim) == (encoder.name, encoder.dim) and set(texts) <= self._vectors.keys()

    @classmethod
    def keep(cls, path: Path, encoder: Encoder, texts: Sequence[str]) -> None:
        """Write name and vectors of an encoder, unless they are there already."""
        with suppress(ModelMissing):
            if cls.read(path).is_of(encoder, texts):
                return
        rows = encoder.encode_queries(texts).astype(float).tolist()
        made = _File(name=encoder.name, dim=encoder.dim, vectors=dict(zip(texts, rows, strict=True)))
        write_whole(path, made.model_dump_json().encode())
