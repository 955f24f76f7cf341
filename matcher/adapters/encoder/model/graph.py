"""A BERT sentence encoder written as an OpenVINO graph.

Building the graph from the weights takes a second and gives the same vectors as tracing the torch model,
which takes fifteen to sixty; it also needs no torch. One graph serves every batch size and length.
"""

from collections.abc import Mapping

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op

Tensors = Mapping[str, NDArray[np.float32]]

LAYER_NORM_EPSILON = 1e-12
_MASKED = np.float32(1e9)  # subtracted from the attention scores of padding: its weight is then exactly zero


def sentence_encoder(tensors: Tensors, *, layers: int, heads: int) -> ov.Model:
    """Graph from token ids to unit vectors: BERT (Devlin et al. 2019), mean over tokens, L2 norm.

    Parameters
    ----------
    tensors
        Weights under ``BertModel``'s names, float32; the pooler is not used.
    layers, heads
        Numbers of blocks and of attention heads.

    Returns
    -------
    Model
        Inputs ``input_ids`` and ``attention_mask``, int64 (n, length); output ``sentence_embedding``,
        float32 (n, hidden).
    """
    ids, mask = _input("input_ids"), _input("attention_mask")
    hidden = _Weights(tensors).embed(ids)
    wide = op.unsqueeze(op.convert(mask, "f32"), _ints(1, 2))
    penalty = op.multiply(op.subtract(wide, op.constant(np.float32(1))), op.constant(_MASKED))
    for layer in range(layers):
        hidden = _Weights(tensors, f"encoder.layer.{layer}.").block(hidden, penalty, heads)
    kept = op.convert(op.unsqueeze(mask, _ints(-1)), "f32")
    total = op.reduce_sum(op.multiply(hidden, kept), _ints(1), keep_dims=False)
    mean = op.divide(total, op.reduce_sum(kept, _ints(1), keep_dims=False))
    unit = op.normalize_l2(mean, _ints(1), 1e-12, "max")
    unit.output(0).set_names({"sentence_embedding"})
    return ov.Model([unit], [ids, mask], "sentence_encoder")


class _Weights:
    """The tensors whose names begin with ``prefix``, and the layers made of them."""

    def __init__(self, tensors: Tensors, prefix: str = "") -> None:
        self._tensors, self._prefix = tensors, prefix

    def embed(self, ids: ov.Node) -> ov.Node:
        words = self._constant("embeddings.word_embeddings.weight")
        table = self._tensors["embeddings.position_embeddings.weight"]
        places = op.constant(table + self._tensors["embeddings.token_type_embeddings.weight"][0])
        length = op.gather(op.shape_of(ids), _ints(1), _ints(0))
        places = op.slice(places, _ints(0), length, _ints(1), _ints(0))
        return self._norm(op.add(op.gather(words, ids, _ints(0)), places), "embeddings.LayerNorm")

    def block(self, hidden: ov.Node, penalty: ov.Node, heads: int) -> ov.Node:
        """One transformer block, post-norm; query, key and value are one product."""
        attention = "attention.self."
        parts = [attention + name for name in ("query", "key", "value")]
        width = len(self._tensors[f"{self._prefix}{parts[0]}.bias"])
        joint = op.reshape(
            self._dense(hidden, *parts), _ints(0, 0, 3 * heads, width // heads), special_zero=True
        )
        query, key, value = op.split(
            op.transpose(joint, _ints(0, 2, 1, 3)), _ints(1, scalar=True), 3
        ).outputs()
        seen = op.scaled_dot_product_attention(query, key, value, penalty)
        seen = op.reshape(op.transpose(seen, _ints(0, 2, 1, 3)), _ints(0, 0, width), special_zero=True)
        seen = op.add(self._dense(seen, "attention.output.dense"), hidden)
        seen = self._norm(seen, "attention.output.LayerNorm")
        inner = op.gelu(self._dense(seen, "intermediate.dense"), "ERF")
        return self._norm(op.add(self._dense(inner, "output.dense"), seen), "output.LayerNorm")

    def _dense(self, x: ov.Node, *names: str) -> ov.Node:
        weight = np.concatenate([self._tensors[f"{self._prefix}{name}.weight"] for name in names])
        bias = np.concatenate([self._tensors[f"{self._prefix}{name}.bias"] for name in names])
        return op.add(
            op.matmul(x, op.constant(weight), transpose_a=False, transpose_b=True), op.constant(bias)
        )

    def _norm(self, x: ov.Node, name: str) -> ov.Node:
        centred = op.mvn(x, _ints(-1), True, LAYER_NORM_EPSILON, "inside_sqrt")
        return op.add(op.multiply(centred, self._constant(f"{name}.weight")), self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> ov.Node:
        return op.constant(np.ascontiguousarray(self._tensors[self._prefix + name]))


def _input(name: str) -> ov.Node:
    node = op.parameter([-1, -1], ov.Type.i64, name=name)
    node.output(0).set_names({name})
    return node


def _ints(*values: int, scalar: bool = False) -> ov.Node:
    return op.constant(np.array(values[0] if scalar else values, np.int64))
