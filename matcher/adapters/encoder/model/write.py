"""Writes the files of a prepared model: vocabulary, tokeniser, weights, configuration."""

import io
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from matcher.adapters.encoder.model import lora as model_adapter
from matcher.adapters.encoder.model import source as model_source
from matcher.adapters.encoder.model.source import Source
from matcher.errors import ModelMissing

MAX_TOKENS = 512
LAYER_NORM_EPSILON = 1e-12
WORDS = "embeddings.word_embeddings.weight"
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_WORD_START = "▁"

# The characters a French or English text may hold: Latin-1, the ligatures it lacks, general punctuation and
# currencies, as the tokeniser's compatibility normal form writes them.
_WRITTEN = (
    "".join(
        map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x205F), *range(0x20A0, 0x20C1)))
    )
    + "œŒŸ™"
    + _WORD_START
)
KEPT_CHARACTERS = frozenset(unicodedata.normalize("NFKC", _WRITTEN))


def write(folder: Path, adapter: Path | None, report: Callable[[str, float], None]) -> None:
    """Write the model into an empty folder; see :func:`matcher.adapters.encoder.model.prepare.prepare`."""
    report("reading the weights", 0.0)
    source = pruned(model_source.read(model_source.find()))
    report("building the tokeniser", 0.3)
    tokeniser(source).save(str(folder / "tokenizer.json"))
    tensors = model_adapter.merge(source.tensors, adapter) if adapter else source.tensors
    report("writing the weights", 0.4)
    save_file({**tensors, **_pooler(source)}, folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in _configuration(source).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def pruned(source: Source) -> Source:
    """Keep the pieces made of :data:`KEPT_CHARACTERS` only.

    A text of such characters has no other pieces, so its best segmentation, and its vector, stay the same.
    """
    kept = [
        at for at, piece in enumerate(source.pieces) if piece in _SPECIAL or KEPT_CHARACTERS.issuperset(piece)
    ]
    return Source(
        hidden=source.hidden,
        layers=source.layers,
        heads=source.heads,
        feed_forward=source.feed_forward,
        positions=source.positions,
        pieces=[source.pieces[at] for at in kept],
        scores=[source.scores[at] for at in kept],
        tensors={**source.tensors, WORDS: source.tensors[WORDS][kept]},
    )


def tokeniser(source: Source) -> Tokenizer:
    """Build XLM-RoBERTa's tokeniser (Conneau et al. 2020): nmt_nfkc, marks for spaces, unigram pieces."""
    made = Tokenizer(
        models.Unigram(list(zip(source.pieces, source.scores, strict=True)), unk_id=3, byte_fallback=False)
    )
    made.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(_character_map()), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(_WORD_START, prepend_scheme="always", split=True)
    made.decoder = decoders.Metaspace(_WORD_START, prepend_scheme="always", split=True)
    made.add_special_tokens(
        [AddedToken(text, normalized=False, lstrip=text == "<mask>") for text in _SPECIAL]
    )
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return made


def _character_map() -> bytes:
    """SentencePiece's own nmt_nfkc table, read from a model trained on one line."""
    try:
        import sentencepiece
        from sentencepiece import sentencepiece_model_pb2 as messages
    except ImportError as fault:
        raise ModelMissing(
            "The package sentencepiece is not installed. Run: pip install 'matcher[model]'"
        ) from fault
    buffer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d e f g"] * 20),
        model_writer=buffer,
        vocab_size=12,
        normalization_rule_name="nmt_nfkc",
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = messages.ModelProto()  # type: ignore[attr-defined]  # protobuf makes its classes at run time
    model.ParseFromString(buffer.getvalue())
    return bytes(model.normalizer_spec.precompiled_charsmap)


def _pooler(source: Source) -> dict[str, NDArray[np.float32]]:
    """Zeros for a layer that ``BertModel`` has and mean pooling never uses; absent, they would be random."""
    size = source.hidden
    return {
        "pooler.dense.weight": np.zeros((size, size), np.float32),
        "pooler.dense.bias": np.zeros(size, np.float32),
    }


def _configuration(source: Source) -> dict[str, Any]:
    """Return the JSON files of a SentenceTransformer, in the layout of the published model."""
    module = "sentence_transformers.models."
    return {
        "config.json": _transformer(source),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            "padding_side": "right",
            **dict(
                zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), _SPECIAL, strict=True)
            ),
            "cls_token": "<s>",
            "sep_token": "</s>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{module}Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{module}Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": source.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "similarity_fn_name": "cosine",
        },
    }


def _transformer(source: Source) -> dict[str, Any]:
    """Return the shape of the network, in the words of the transformers library."""
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": source.hidden,
        "intermediate_size": source.feed_forward,
        "layer_norm_eps": LAYER_NORM_EPSILON,
        "max_position_embeddings": source.positions,
        "num_attention_heads": source.heads,
        "num_hidden_layers": source.layers,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": 1,
        "type_vocab_size": len(source.tensors["embeddings.token_type_embeddings.weight"]),
        "vocab_size": len(source.pieces),
    }
