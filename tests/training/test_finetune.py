"""A real run, end to end, on a BERT of two layers with random weights."""

import json
import math
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from matcher.errors import InvalidRequest
from training.encoder.config import Plan
from training.encoder.examples import draw, mine
from training.encoder.export import facts, plot, write
from training.encoder.finetune import (
    Adapter,
    adapter_of,
    begin_with,
    best_share,
    between,
    measure,
    open_base,
    set_adapter,
    train,
)
from training.encoder.loss import multiple_negatives, related_texts
from training.sources.datasets import DevTask, Example, Text, TrainingSet

WORDS = ["un", "deux", "trois", "quatre", "cinq", "six", "one", "two", "three", "four", "five", "siks"]
PLAN = Plan(
    steps=12, batch=4, rank=2, alpha=4.0, rate=0.02, every=4, hard=0.5, temperature=0.1, max_tokens=16
)


def text(word: str, key: str) -> Text:
    return Text(word, frozenset({key}))


NUMBERS = TrainingSet(
    "numbers",
    tuple(Example(((text(fr, fr),), (text(en, fr),))) for fr, en in zip(WORDS[:6], WORDS[6:], strict=True)),
    1.0,
    0.5,
)
TASKS = [DevTask("numbers", tuple(WORDS[:6]), tuple(WORDS[6:]), tuple(frozenset({i}) for i in range(6)))]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random sentence encoder."""
    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = {word: at for at, word in enumerate(["[UNK]", "[PAD]", "query", "passage", ":", *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="[PAD]",
        unk_token="[UNK]",
        model_input_names=["input_ids", "attention_mask"],
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, pad_token_id=1,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    SentenceTransformer(modules=[Transformer(str(folder / "bert")), Pooling(16, "mean")], device="cpu").save(
        str(folder / "st")
    )
    return folder / "st"


@dataclass(frozen=True)
class Trained:
    """A finished run."""

    encoder: SentenceTransformer
    begun: Adapter
    ended: Adapter
    history: list[dict[str, Any]]
    folder: Path


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One run that every test reads and none changes: :func:`set_adapter` restores it."""
    folder = tmp_path_factory.mktemp("run")
    encoder = open_base(base, PLAN)
    begun = adapter_of(encoder)
    history = train(encoder, [NUMBERS], TASKS, PLAN, folder)
    return Trained(encoder, begun, adapter_of(encoder), history, folder)


def vectors(encoder: SentenceTransformer, adapter: Adapter) -> np.ndarray:
    set_adapter(encoder, adapter)
    return encoder.encode([f"query: {word}" for word in WORDS], normalize_embeddings=True)


def test_a_run_learns_and_measures_it(trained: Trained) -> None:
    losses = [line["loss"] for line in trained.history if "loss" in line]
    assert len(losses) == PLAN.steps
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
    assert [line["step"] for line in trained.history if "dev" in line] == [0, 4, 8, 12]


def test_the_rate_rises_stays_and_falls(trained: Trained) -> None:
    rates = [line["rate"] for line in trained.history if "rate" in line]
    assert rates[1:7] == [PLAN.rate] * 6
    assert sorted(rates[7:], reverse=True) == rates[7:]
    assert rates[-1] < PLAN.rate / 2


def test_a_run_cut_short_goes_on_to_the_same_weights(base: Path, trained: Trained, tmp_path: Path) -> None:
    for name in ("plan.json", "checkpoint-8"):
        source, target = trained.folder / name, tmp_path / name
        shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
    resumed = open_base(base, PLAN)
    train(resumed, [NUMBERS], TASKS, PLAN, tmp_path)
    for name, weight in adapter_of(resumed).items():
        torch.testing.assert_close(weight, trained.ended[name], atol=1e-6, rtol=0)


def test_a_run_with_other_settings_is_not_gone_on_with(base: Path, trained: Trained) -> None:
    other = replace(PLAN, seed=7)
    with pytest.raises(InvalidRequest, match="seed 113, not 7"):
        train(open_base(base, other), [NUMBERS], TASKS, other, trained.folder)


def test_the_base_is_frozen(base: Path, trained: Trained) -> None:
    plain = SentenceTransformer(str(base), device="cpu")
    before = plain.encode([f"query: {word}" for word in WORDS], normalize_embeddings=True)
    np.testing.assert_allclose(vectors(trained.encoder, trained.begun), before, atol=1e-6)
    assert not np.allclose(vectors(trained.encoder, trained.ended), before, atol=1e-3)


def test_the_best_share_is_kept(trained: Trained) -> None:
    set_adapter(trained.encoder, trained.ended)
    share, kept = best_share(trained.encoder, trained.begun, TASKS, (1.0, 0.5, 0.25))
    assert share in (1.0, 0.5, 0.25)
    for other in (1.0, 0.5, 0.25):
        set_adapter(trained.encoder, between(trained.begun, trained.ended, other))
        assert kept["numbers"] >= measure(trained.encoder, TASKS)["numbers"]


def test_a_share_lies_between_the_two_adapters(trained: Trained) -> None:
    for share, end in ((0.0, trained.begun), (1.0, trained.ended)):
        found = between(trained.begun, trained.ended, share)
        assert all(torch.equal(found[name], end[name]) for name in end)


def test_another_round_begins_where_the_shipped_adapter_ends(
    base: Path, trained: Trained, tmp_path: Path
) -> None:
    shipped = write(tmp_path, trained.ended, facts(PLAN, [NUMBERS], trained.history, 1.0))
    second = open_base(base, PLAN)
    begun_from = begin_with(second, shipped, PLAN)
    expected = vectors(trained.encoder, trained.ended)
    np.testing.assert_allclose(vectors(second, adapter_of(second)), expected, atol=5e-3)  # kept as float16
    assert begun_from == json.loads((shipped / "manifest.json").read_text("utf-8"))["sha256"]


def test_what_ships_names_its_run_and_fits_the_merge(trained: Trained, tmp_path: Path) -> None:
    folder = write(tmp_path / "out", trained.ended, facts(PLAN, [NUMBERS], trained.history, 0.5))
    about = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (about["rank"], about["alpha"], about["steps_done"], about["share"]) == (2, 4.0, 12, 0.5)
    assert about["examples"] == {"numbers": 6}
    kept = load_file(folder / "adapter.safetensors")
    assert kept["encoder.layer.0.attention.self.query.lora_A"].shape == (2, 16)
    assert kept["encoder.layer.1.output.dense.lora_A"].shape == (2, 32)


def test_an_adapter_of_another_rank_is_refused(base: Path, trained: Trained, tmp_path: Path) -> None:
    shipped = write(tmp_path, trained.ended, facts(PLAN, [NUMBERS], trained.history, 1.0))
    plan = replace(PLAN, rank=3)
    with pytest.raises(InvalidRequest, match="another rank"):
        begin_with(open_base(base, plan), shipped, plan)


def test_weights_that_are_not_finite_do_not_ship(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NaN"):
        write(tmp_path, {"x.lora_A": torch.tensor([math.nan])}, {})


def test_plots_are_png(trained: Trained, tmp_path: Path) -> None:
    for path in plot(trained.history, tmp_path):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_look_alikes_are_other_examples_of_the_set(trained: Trained) -> None:
    found = mine(NUMBERS, trained.encoder)
    assert set(found) <= set(WORDS[:6])
    for anchor, near in found.items():
        own = WORDS[6 + WORDS.index(anchor)]
        assert {text.text for text in near} <= set(WORDS[6:]) - {own}


def test_every_batch_is_of_one_set_and_drawn_from_the_seed_alone() -> None:
    other = TrainingSet("letters", (Example(((text("a", "a"),), (text("alpha", "a"),))),), 1.0, 0.0)
    first, second = (draw([NUMBERS, other], PLAN, {}) for _ in range(2))
    assert first.table.to_dict() == second.table.to_dict()
    assert len(first.table) == PLAN.steps * PLAN.batch
    for at, name in enumerate(first.sets):
        batch = first.table[at * PLAN.batch : (at + 1) * PLAN.batch]["anchor"]
        assert {anchor.removeprefix("query: ").lower() == "a" for anchor in batch} == {name == "letters"}


def test_a_term_it_is_mistaken_for_is_the_negative_of_an_example() -> None:
    trapped = TrainingSet("traps", (Example(((text("un", "k"),), (text("one", "k"),)), ("deux",)),), 1.0, 1.0)
    drawn = draw([trapped], PLAN, {})
    assert {negative.lower() for negative in drawn.table["negative"]} == {"query: deux"}
    assert {keys[2] for keys in drawn.keys} == {frozenset()}


def test_loss_of_two_rows_by_hand() -> None:
    related = torch.eye(4, dtype=torch.bool)
    loss = multiple_negatives(torch.eye(4), torch.tensor([0, 0, 1, 1]), related, 1.0)
    assert loss.item() == pytest.approx(math.log(3))  # each right text against two wrong ones, all cosines 0


def test_related_texts_are_never_negatives() -> None:
    unit = torch.nn.functional.normalize(torch.arange(12.0).reshape(4, 3) ** 2 + 1, dim=1)
    everything = related_texts([frozenset({"same"})] * 4)
    loss = multiple_negatives(unit, torch.tensor([0, 0, 1, 1]), everything, 0.05)
    assert loss.item() == pytest.approx(0.0)
