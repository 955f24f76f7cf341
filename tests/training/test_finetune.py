"""A real run, end to end, on a BERT of two layers with random weights."""

import json
import math
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from training.encoder.batches import choose, draw, nearest
from training.encoder.config import Plan
from training.encoder.dev_tasks import mean_average_precision
from training.encoder.export import facts, plot, write
from training.encoder.finetune import Run, Tuner, measure, multiple_negatives, strongest
from training.sources.datasets import Family, Question, Row, Text

WORDS = ["un", "deux", "trois", "quatre", "cinq", "six", "one", "two", "three", "four", "five", "six_"]
PLAN = Plan(steps=12, batch=4, rank=2, alpha=4.0, rate=0.02, every=4, hard=0.5, temperature=0.1)


def text(word: str, key: str) -> Text:
    return Text(word, frozenset({key}))


FAMILY = Family(
    "numbers",
    tuple(Row(((text(fr, fr),), (text(en, fr),))) for fr, en in zip(WORDS[:6], WORDS[6:], strict=True)),
    1.0,
    0.5,
)
ASKED = [Question("numbers", tuple(WORDS[:6]), tuple(WORDS[6:]), tuple(frozenset({i}) for i in range(6)))]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random sentence encoder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

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


def train(base: Path, folder: Path, plan: Plan = PLAN) -> Run:
    run = Run(Tuner(base, plan), plan, folder)
    run.train([FAMILY], ASKED, lambda _step, _loss: None)
    return run


def test_a_run_learns_and_measures_it(base: Path, tmp_path: Path) -> None:
    run = train(base, tmp_path)
    losses = [line["loss"] for line in run.history if "loss" in line]
    assert len(losses) == PLAN.steps
    assert np.mean(losses[-3:]) < np.mean(losses[:3])


def test_a_run_cut_short_goes_on_to_the_same_weights(base: Path, tmp_path: Path) -> None:
    unbroken = train(base, tmp_path / "a").tuner.adapter()
    stopped = Run(Tuner(base, PLAN), PLAN, tmp_path / "b")

    def stop(step: int, _loss: float) -> None:
        if step == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped.train([FAMILY], ASKED, stop)
    resumed = Run(Tuner(base, PLAN), PLAN, tmp_path / "b")
    assert resumed.step == 4  # the last checkpoint
    resumed.train([FAMILY], ASKED, lambda _step, _loss: None)
    again = resumed.tuner.adapter()
    assert all(torch.equal(unbroken[name], again[name]) for name in unbroken)


def test_a_run_with_other_settings_is_not_gone_on_with(base: Path, tmp_path: Path) -> None:
    train(base, tmp_path)
    other = replace(PLAN, seed=7)
    with pytest.raises(InvalidRequest, match="seed 113, not 7"):
        Run(Tuner(base, other), other, tmp_path)


def test_the_base_is_frozen_and_strength_zero_is_the_base(base: Path, tmp_path: Path) -> None:
    before = Tuner(base, PLAN).encode(WORDS)
    tuner = train(base, tmp_path).tuner
    assert not np.allclose(tuner.encode(WORDS), before, atol=1e-3)
    tuner.strengthen(0.0)
    np.testing.assert_allclose(tuner.encode(WORDS), before, atol=1e-6)


def test_the_strongest_share_is_kept(base: Path, tmp_path: Path) -> None:
    tuner = train(base, tmp_path).tuner
    share = strongest(tuner, ASKED, (1.0, 0.5, 0.0))
    kept = measure(tuner, ASKED)["numbers"]
    for other in (1.0, 0.5, 0.0):
        tuner.strengthen(other)
        assert kept >= measure(tuner, ASKED)["numbers"]
    assert share in (1.0, 0.5, 0.0)


def test_vectors_do_not_depend_on_the_other_texts_of_a_batch(base: Path) -> None:
    tuner = Tuner(base, PLAN)
    together = tuner.encode(["un", "un deux trois quatre", "six"])
    np.testing.assert_allclose(together[0], tuner.encode(["un"])[0], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-6)


def test_what_ships_is_small_named_by_layer_and_complete(base: Path, tmp_path: Path) -> None:
    run = train(base, tmp_path / "run")
    adapter = run.tuner.adapter()
    assert adapter["encoder.layer.0.attention.self.query.lora_A"].shape == (2, 16)
    assert adapter["encoder.layer.1.intermediate.dense.lora_B"].shape == (32, 2)
    folder = write(tmp_path / "out", adapter, facts(PLAN, [FAMILY], run.history, 0.5))
    about = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (about["rank"], about["alpha"], about["steps_done"]) == (2, 2.0, 12)
    assert about["rows"] == {"numbers": 6}


def test_another_round_begins_where_the_shipped_adapter_ends(base: Path, tmp_path: Path) -> None:
    first = train(base, tmp_path / "run")
    shipped = write(tmp_path / "out", first.tuner.adapter(), facts(PLAN, [FAMILY], first.history, 0.5))
    first.tuner.strengthen(0.5)
    second = Tuner(base, PLAN)
    begun_from = second.begin_with(shipped)
    np.testing.assert_allclose(second.encode(WORDS), first.tuner.encode(WORDS), atol=5e-3)  # kept as float16
    assert begun_from == json.loads((shipped / "manifest.json").read_text("utf-8"))["sha256"]


def test_a_round_can_end_between_the_two_adapters(base: Path, tmp_path: Path) -> None:
    first = train(base, tmp_path / "run")
    shipped = write(tmp_path / "out", first.tuner.adapter(), facts(PLAN, [FAMILY], first.history, 1.0))
    plan = replace(PLAN, steps=4, rate=0.002)
    tuner = Tuner(base, plan)
    tuner.begin_with(shipped)
    begun = tuner.encode(WORDS)
    Run(tuner, plan, tmp_path / "round").train([FAMILY], ASKED, lambda _step, _loss: None)
    ended = tuner.encode(WORDS)
    assert not np.allclose(begun, ended, atol=1e-4)
    found = {}
    for share in (0.5, 0.0, 1.0):
        tuner.strengthen(share)
        found[share] = tuner.encode(WORDS)
    np.testing.assert_array_equal(found[0.0], begun)
    np.testing.assert_array_equal(found[1.0], ended)
    assert max(np.abs(found[0.5] - end).sum() for end in (begun, ended)) < np.abs(begun - ended).sum()
    assert facts(plan, [FAMILY], [], 0.5, "abc")["alpha"] == plan.alpha


def test_an_adapter_of_another_rank_is_refused(base: Path, tmp_path: Path) -> None:
    first = train(base, tmp_path / "run")
    shipped = write(tmp_path / "out", first.tuner.adapter(), facts(PLAN, [FAMILY], first.history, 1.0))
    with pytest.raises(InvalidRequest, match="rank 2 that does not fit this run's rank 3"):
        Tuner(base, replace(PLAN, rank=3)).begin_with(shipped)


def test_weights_that_are_not_finite_do_not_ship(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NaN"):
        write(tmp_path, {"x.lora_A": torch.tensor([math.nan])}, {})


def test_plots_are_png(base: Path, tmp_path: Path) -> None:
    for path in plot(train(base, tmp_path).history, tmp_path):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_loss_of_two_rows_by_hand() -> None:
    vectors = torch.eye(4)
    loss = multiple_negatives(vectors, torch.tensor([0, 0, 1, 1]), torch.eye(4, dtype=torch.bool), 1.0)
    assert loss.item() == pytest.approx(math.log(3))  # each right text against two wrong ones, all cosines 0


def test_related_texts_are_never_negatives() -> None:
    vectors = torch.nn.functional.normalize(torch.arange(12.0).reshape(4, 3) ** 2 + 1, dim=1)
    everything = torch.ones(4, 4, dtype=torch.bool)
    assert multiple_negatives(vectors, torch.tensor([0, 0, 1, 1]), everything, 0.05).item() == pytest.approx(
        0.0
    )


def test_a_trap_stands_against_its_own_row() -> None:
    trapped = Family(
        "traps",
        (Row(((text("un", "k"),), (text("one", "k"),)), ("deux",)), Row(((text("six", "s"),),))),
        1.0,
        1.0,
    )
    batch = draw(trapped, 2, Random(1))
    (trap,) = (at for at, row in enumerate(batch.row) if row == -1)
    assert not batch.related[trap].any()
    mate = batch.row.index(0)
    assert batch.related[mate, mate]


def test_neighbours_are_the_nearest_others() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], np.float32)
    assert nearest(vectors)[:, 0].tolist() == [1, 0, 3, 2]


@given(rows=st.integers(1, 40), size=st.integers(1, 50), hard=st.floats(0, 0.9), seed=st.integers())
def test_a_batch_never_holds_a_row_twice(rows: int, size: int, hard: float, seed: int) -> None:
    near = nearest(np.random.default_rng(0).standard_normal((rows, 4)).astype(np.float32))
    chosen = choose(rows, size, Random(seed), near, hard)
    assert len(chosen) == len(set(chosen)) == min(rows, size)


def test_average_precision_by_hand() -> None:
    scores = np.array([[0.9, 0.1, 0.5], [0.2, 0.2, 0.1]], np.float32)
    assert mean_average_precision(scores, [frozenset({0, 1}), frozenset({1})]) == pytest.approx(
        ((1 + 2 / 3) / 2 + 1 / 2) / 2
    )


@pytest.mark.parametrize(("step", "rate"), [(0, 0.1), (9, 1.0), (50, 1.0), (85, 0.5), (100, 0.0)])
def test_the_rate_rises_stays_and_falls(step: int, rate: float) -> None:
    assert Plan(steps=100, rate=1.0, warmup=0.1, decay=0.3).rate_at(step) == pytest.approx(rate)
