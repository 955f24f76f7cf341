"""Sentence encoders: the prepared model on OpenVINO, any other SentenceTransformer on torch.

Texts are put in the gender-neutral form first, so that "développeuse" and "développeur" are one text here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from matcher.adapters.encoder.model import prepare as model
from matcher.errors import InvalidRequest
from matcher.index.ports import Vectors
from matcher.language.text import neutral

MAX_CHARACTERS = 16_384
"""What is read of a text: 512 pieces of at most 16 characters, and as much again for white space."""

Prompt = Literal["query", "document"]


class _Engine(Protocol):
    """What turns texts into vectors of unit length, in their order, behind the prompt asked for."""

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode(self, texts: Sequence[str], prompt: Prompt) -> Vectors: ...


class SentenceEncoder:
    """An :class:`~matcher.index.ports.Encoder` over the prepared folder, another folder, or a hub name.

    The prepared folder runs on OpenVINO without loading torch, in bfloat16 where the processor computes in it
    and in float32 elsewhere. Anything else is loaded by sentence-transformers, with the prompts it brings.

    A text's vector is the same alone and in a batch up to rounding (cosine above 0.99999). Only the first
    :data:`MAX_CHARACTERS` characters and 512 pieces of a text count. The empty text is a text: its vector is
    that of the prompt. Threads may share an encoder; calls run one after another.

    Parameters
    ----------
    folder
        A ``Path`` is a folder on disk; a ``str`` is a folder on disk or, where there is none, a hub name.
    threads
        Processor threads, at least 1; None for one a core.
    batch_size
        Texts encoded together, at least 1.

    Raises
    ------
    ModelMissing
        A file is missing or not the one that was prepared, or there is no such model.
    """

    def __init__(self, folder: Path | str, *, threads: int | None = None, batch_size: int = 32) -> None:
        self._engine = _engine(folder, threads, batch_size)

    @property
    def name(self) -> str:
        """Identity of the weights, such as ``e5-small-c82af5cf1362``."""
        return self._engine.name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._engine.dim

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, float32 (n, dim), rows of unit length in the order of ``texts``.

        Raises
        ------
        InvalidRequest
            An entry is not a text; the message gives its position.
        """
        return self._engine.encode(_ready(texts), "query")

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched, float32 (n, dim), rows of unit length in the order of ``texts``.

        Raises
        ------
        InvalidRequest
            An entry is not a text; the message gives its position.
        """
        return self._engine.encode(_ready(texts), "document")


def _ready(texts: Sequence[str]) -> list[str]:
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidRequest(f"Entry {position} to encode is {type(text).__name__}, not a text")
    return [neutral(text[:MAX_CHARACTERS]) for text in texts]


def _engine(folder: Path | str, threads: int | None, batch_size: int) -> _Engine:
    path = Path(folder)
    if (path / model.MANIFEST).is_file() or (
        isinstance(folder, Path) and not (path / "modules.json").is_file()
    ):
        from matcher.adapters.encoder.openvino import OpenVinoEngine

        return OpenVinoEngine(path, threads, batch_size)
    from matcher.adapters.encoder.torch import TorchEngine

    return TorchEngine(str(folder), threads, batch_size)
