"""A LoRA adapter (Hu et al. 2021, arXiv 2106.09685) that ships in the repository and is merged at set-up.

The folder holds two files:

``adapter.safetensors``
    For every dense layer that was tuned, two matrices named after it as ``BertModel`` names it:
    ``<layer>.lora_A`` (rank, inputs) and ``<layer>.lora_B`` (outputs, rank), float16 or float32. Example:
    ``encoder.layer.3.attention.self.query.lora_A``.
``manifest.json``
    ``base_sha256`` (checksum of the weights it was trained on,
    :data:`matcher.adapters.encoder.model.source.SHA256`), ``sha256`` (of ``adapter.safetensors``), ``rank``
    and ``alpha``. Further entries are for people.

The merged weight is ``W + alpha / rank * B @ A``.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from matcher.adapters.encoder.model import source as model_source
from matcher.errors import ModelMissing

WEIGHTS = "adapter.safetensors"
MANIFEST = "manifest.json"
_A, _B = ".lora_A", ".lora_B"


def checksum(folder: Path) -> str:
    """Sha256 of the adapter's weights and the two numbers they are merged with.

    Raises
    ------
    ModelMissing
        The adapter is missing, changed, or was trained on another base.
    """
    facts, weights = _read(folder)
    return hashlib.sha256(f"{facts['alpha'] / facts['rank']}:".encode() + weights).hexdigest()


def merge(tensors: dict[str, NDArray[np.float32]], folder: Path) -> dict[str, NDArray[np.float32]]:
    """Add the adapter to a copy of ``tensors``; layers it does not name stay as they are.

    Raises
    ------
    ModelMissing
        The adapter is missing, changed, trained on another base, or names layers or shapes the base lacks.
    """
    facts, weights = _read(folder)
    try:
        deltas = load(weights)
    except SafetensorError as fault:
        raise _refused(folder, "cannot be read") from fault
    scale = np.float32(facts["alpha"] / facts["rank"])
    layers = {name.removesuffix(_A).removesuffix(_B) for name in deltas}
    if len(deltas) != 2 * len(layers):
        raise _refused(folder, f"must hold exactly a {_A} and a {_B} for each layer")
    merged = dict(tensors)
    for layer in sorted(layers):
        merged[f"{layer}.weight"] = _merged(tensors, deltas, layer, scale, folder)
    return merged


def _merged(tensors: Any, deltas: Any, layer: str, scale: np.float32, folder: Path) -> NDArray[np.float32]:
    try:
        a, b = deltas[layer + _A].astype(np.float32), deltas[layer + _B].astype(np.float32)
        weight: NDArray[np.float32] = tensors[f"{layer}.weight"] + scale * (b @ a)
    except (KeyError, ValueError) as fault:
        raise _refused(folder, f"does not fit layer {layer}") from fault
    if weight.shape != tensors[f"{layer}.weight"].shape or not np.isfinite(weight).all():
        raise _refused(folder, f"does not fit layer {layer}")
    return weight


def _read(folder: Path) -> tuple[dict[str, Any], bytes]:
    try:
        facts = json.loads((folder / MANIFEST).read_text("utf-8"))
        weights = (folder / WEIGHTS).read_bytes()
        base, known, usable = facts["base_sha256"], facts["sha256"], facts["rank"] > 0 and facts["alpha"] > 0
    except OSError as fault:
        raise _refused(folder, f"cannot be read ({fault.strerror})") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise _refused(folder, "has no usable manifest.json") from fault
    if base != model_source.SHA256:
        raise _refused(folder, "was trained on other weights than the ones pinned")
    if not usable or known != hashlib.sha256(weights).hexdigest():
        raise _refused(folder, "is not what its manifest.json says")
    return facts, weights


def _refused(folder: Path, why: str) -> ModelMissing:
    return ModelMissing(
        f"The encoder's adapter in {folder} {why}. Restore the folder from the repository, or train it again"
        " with: matcher-lab train"
    )
