"""The prepared model on OpenVINO: tokenizers and the graph, no torch."""

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from matcher.adapters.encoder.model import prepare as model
from matcher.errors import ModelMissing
from matcher.index.ports import Vectors

MAX_TOKENS = 512
_PAD = 1
_SHORT = 64
_TOGETHER, _LONG = 8, 32


class OpenVinoEngine:
    """Encodes texts with the graph of a prepared folder.

    Texts are sorted by length before they are cut into batches, so that little padding is computed. Requests
    of several threads wait for one another: one already uses every core.
    """

    def __init__(self, folder: Path, threads: int | None, batch_size: int) -> None:
        self.name = str(model.check(folder)["name"])
        self._batch_size = batch_size
        self._lock = Lock()
        try:
            self._prompts: dict[str, str] = _prompts(folder)
            self._tokeniser = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokeniser.enable_truncation(MAX_TOKENS)
            self._request = _compiled(folder / model.GRAPH, threads).create_infer_request()
        except Exception as fault:  # tokenizers and openvino raise bare Exception and RuntimeError
            raise ModelMissing(f"The model in {folder} cannot be loaded. {model.COMMAND}") from fault
        self.dim = int(self._request.model_outputs[0].partial_shape[1].get_length())

    def encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        """Vectors of unit length, float32 (n, dim), in the order of ``texts``."""
        before = self._prompts[prompt]
        tokens = self._tokeniser.encode_batch_fast([before + text for text in texts])
        order = sorted(range(len(tokens)), key=lambda row: len(tokens[row].ids))
        vectors = np.empty((len(tokens), self.dim), np.float32)
        for start in range(0, len(order), self._batch_size):
            rows = order[start : start + self._batch_size]
            ids, mask = _padded([tokens[row] for row in rows])
            with self._lock:
                vectors[rows] = self._request.infer([ids, mask], share_inputs=True)[0]
        return vectors


def _padded(tokens: Sequence[Encoding]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    shape = len(tokens), _rounded(max(len(one.ids) for one in tokens), len(tokens))
    ids, mask = np.full(shape, _PAD, np.int64), np.zeros(shape, np.int64)
    for row, one in enumerate(tokens):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
    return ids, mask


def _rounded(length: int, texts: int) -> int:
    """Round a length up to one of few: the engine keeps kernels, and memory, for every shape it has seen.

    A short text alone, which is what somebody types and waits for, is not padded.

    >>> [_rounded(length, 2) for length in (3, 25, 64, 65, 512)]
    [8, 32, 64, 96, 512]
    >>> [_rounded(length, 1) for length in (3, 25, 65)]
    [3, 25, 96]
    """
    step = _LONG if length > _SHORT else _TOGETHER if texts > 1 else 1
    return -(-length // step) * step


def _prompts(folder: Path) -> dict[str, str]:
    return dict(json.loads((folder / "config_sentence_transformers.json").read_text("utf-8"))["prompts"])


def _compiled(graph: Path, threads: int | None) -> Any:
    core = ov.Core()
    settings: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision(core),
    }
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    return core.compile_model(str(graph), "CPU", settings)


def precision(core: ov.Core) -> str:
    """``bf16`` where the processor computes in bfloat16 (twice as fast, cosine 0.9999), else ``f32``."""
    return "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
