"""The sentence encoder: a SentenceTransformer on torch, fed gender-neutral texts.

Texts are put in the gender-neutral form first, so "développeuse" and "développeur" have the same vector.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from matcher.adapters.encoder.model import prepare as model
from matcher.errors import InvalidRequest, ModelMissing
from matcher.index.ports import Vectors
from matcher.language.analyser import neutral

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MAX_CHARACTERS = 16_384
"""Characters read of a text: 512 pieces of at most 16 characters, and as many again for white space."""

QUERY, PASSAGE = "query", "document"


class SentenceEncoder:
    """An :class:`~matcher.index.ports.Encoder` over the prepared folder, another folder, or a hub name.

    A text's vector is the same alone and in a batch up to rounding (cosine above 0.99999). Only the first
    :data:`MAX_CHARACTERS` characters and 512 pieces of a text count. An empty text has the vector of its
    prompt. Threads may share an encoder; calls run one after another, since one call uses every core.

    Parameters
    ----------
    folder
        A ``Path`` is a folder on disk; a ``str`` is a folder on disk or, if there is none, a hub name.
    threads
        Processor threads, at least 1; None for one a core.
    batch_size
        Texts encoded together, at least 1.

    Raises
    ------
    ModelMissing
        A file is missing or differs from the prepared one, or there is no such model.
    """

    def __init__(self, folder: Path | str, *, threads: int | None = None, batch_size: int = 32) -> None:
        self._batch_size = batch_size
        self._lock = Lock()
        path = Path(folder)
        prepared = (path / model.MANIFEST).is_file() or not _is_for_hub(folder)
        name = str(model.check(path)["name"]) if prepared else ""
        _configure_torch(threads)
        self._model = _load_prepared(path) if prepared else _load_any(str(folder))
        self._name = name or f"{path.name}-{_fingerprint(self._model)}"
        self._dim = int(self._model.get_embedding_dimension() or 0)

    @property
    def name(self) -> str:
        """Identity of the weights, such as ``e5-small-c82af5cf1362``."""
        return self._name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, float32 (n, dim), rows of unit length in the order of ``texts``.

        Raises
        ------
        InvalidRequest
            An entry is not a text; the message gives its position.
        """
        return self._encode(texts, QUERY)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched, float32 (n, dim), rows of unit length in the order of ``texts``.

        Raises
        ------
        InvalidRequest
            An entry is not a text; the message gives its position.
        """
        return self._encode(texts, PASSAGE)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        ready = _ready(texts)
        if not ready:
            return np.empty((0, self._dim), np.float32)
        with self._lock:
            vectors = self._model.encode(
                ready,
                prompt=(self._model.prompts or {}).get(prompt) or "",
                batch_size=self._batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(vectors, dtype=np.float32)


def _ready(texts: Sequence[str]) -> list[str]:
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidRequest(f"Entry {position} to encode is {type(text).__name__}, not a text")
    return [neutral(text[:MAX_CHARACTERS]) for text in texts]


def _is_for_hub(folder: Path | str) -> bool:
    """Whether sentence-transformers should look for ``folder`` itself: a name, or a folder of its layout."""
    return isinstance(folder, str) or (folder / "modules.json").is_file()


def _configure_torch(threads: int | None) -> None:
    """Set what torch keeps for the whole process: waiting threads, their number, precision of products."""
    # GNU OpenMP reads this once, when torch loads it. By default its threads spin while they wait for each
    # other: with more work than cores, one query took 1.9 s instead of 0.09 s.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # "Loading weights" on standard error at every start
    if threads:
        torch.set_num_threads(threads)
    if computes_bfloat16(torch.cpu.get_capabilities()):
        # Factors of matrix products are rounded to bfloat16, sums and everything else stay float32: twice
        # as fast there, and unit length and equal vectors alone and in a batch hold as in float32.
        torch.backends.mkldnn.matmul.fp32_precision = "bf16"  # type: ignore[attr-defined]  # set at run time


def computes_bfloat16(capabilities: Mapping[str, object]) -> bool:
    """Whether a processor multiplies in bfloat16, by the flags of ``torch.cpu.get_capabilities()``.

    Elsewhere bfloat16 is emulated: six times slower than float32.

    >>> computes_bfloat16({"avx2": True, "avx512_bf16": False}), computes_bfloat16({"avx512_bf16": True})
    (False, True)
    """
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _load_prepared(folder: Path) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as fault:  # tokenizers raises bare Exception for a file it cannot read
        raise ModelMissing(f"The model in {folder} cannot be loaded. {model.COMMAND}") from fault


def _load_any(name: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    cached = not Path(name).is_dir() and not _hub_answers(name)
    try:
        return SentenceTransformer(name, device="cpu", local_files_only=cached)
    except (OSError, ValueError, ImportError, RuntimeError) as fault:
        raise ModelMissing(
            f"'{name}' is neither a SentenceTransformer folder nor a model that a hub here can give."
            " Name another encoder, or leave the setting empty and run: matcher prepare"
        ) from fault


def _hub_answers(name: str) -> bool:
    """Ask the hub once: without a network, loading a model asks six times a file, for 90 seconds."""
    from huggingface_hub import file_exists

    try:
        file_exists(name, "config.json")
    except Exception:  # noqa: BLE001 - the hub's HTTP library, and so its errors, differ between releases
        return False
    return True


def _fingerprint(encoder: "SentenceTransformer") -> str:
    """Return twelve hexadecimal digits of the weights."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(encoder.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]
