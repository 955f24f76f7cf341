"""Any SentenceTransformer, from a folder or a hub, on torch."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from huggingface_hub import file_exists
from sentence_transformers import SentenceTransformer

from matcher.errors import ModelMissing
from matcher.index.ports import Vectors


class TorchEngine:
    """Encodes texts with sentence-transformers on the processor, with the prompts the model brings."""

    def __init__(self, model: str, threads: int | None, batch_size: int) -> None:
        if threads:
            torch.set_num_threads(threads)
        cached = not Path(model).is_dir() and not _hub_answers(model)
        try:
            self._model = SentenceTransformer(model, device="cpu", local_files_only=cached)
        except (OSError, ValueError, ImportError, RuntimeError) as fault:
            raise ModelMissing(
                f"'{model}' is neither a SentenceTransformer folder nor a model that a hub here can give."
                " Name another encoder, or leave the setting empty and run: matcher prepare"
            ) from fault
        self._batch_size = batch_size
        self._lock = Lock()
        self.name = f"{Path(model).name}-{_fingerprint(self._model)}"
        self.dim = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        """Vectors of unit length, float32 (n, dim), in the order of ``texts``."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        before = (self._model.prompts or {}).get(prompt) or ""
        with self._lock:
            vectors = self._model.encode(
                list(texts),
                prompt=before,
                batch_size=self._batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(vectors, dtype=np.float32)


def _hub_answers(model: str) -> bool:
    """Ask once: without a network, loading a model asks six times for each file, over a minute and a half."""
    try:
        file_exists(model, "config.json")
    except Exception:  # noqa: BLE001 - the hub's HTTP library, and so its errors, differ between releases
        return False
    return True


def _fingerprint(model: torch.nn.Module) -> str:
    """Twelve hexadecimal digits of the weights."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]
