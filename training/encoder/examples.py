"""Draws the batches of a run from the training sets: a plain table that the library's trainer reads.

All batches are drawn before training, from the seed alone, so a resumed run sees the rows an unbroken one
would. A batch holds examples of one training set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import mine_hard_negatives

from training.encoder.config import Plan
from training.encoder.loss import Keys
from training.sources.datasets import Example, Text, TrainingSet

PROMPTS = {True: "query: ", False: "passage: "}
NEAREST = 10
COLUMNS = ("anchor", "positive", "negative")

Mined = Mapping[str, Sequence[Text]]
"""Look-alikes of an anchor's text, nearest first."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A run's examples in the order of its batches, and the keys of their texts by label."""

    table: Dataset
    keys: list[Keys]
    sets: list[str]
    """Name of the training set of each batch."""


def mine(training_set: TrainingSet, model: SentenceTransformer) -> Mined:
    """Find texts of other examples that the encoder takes for the first text of each example.

    At most :data:`NEAREST` an example; none for a set of one example. The related ones among them are masked
    by their keys in the loss.
    """
    known = {example.variants[-1][0].text: example.variants[-1][0] for example in training_set.examples}
    pairs = {one.variants[0][0].text: one.variants[-1][0].text for one in training_set.examples}
    near = min(NEAREST, len(known) - 1)
    if near < 1:
        return {}
    found = mine_hard_negatives(
        Dataset.from_dict({"anchor": list(pairs), "positive": list(pairs.values())}),
        model,
        num_negatives=near,
        query_prompt=PROMPTS[True],
        corpus_prompt=PROMPTS[training_set.symmetric >= 0.5],
        output_format="n-tuple",
        verbose=False,
    )
    columns = [name for name in found.column_names if name.startswith("negative")]
    negatives = {}
    for row in found:
        negatives[row["anchor"]] = [known[row[name]] for name in columns]
    return negatives


def draw(sets: Sequence[TrainingSet], plan: Plan, mined: Mapping[str, Mined]) -> Drawn:
    """Draw every batch of a run.

    Parameters
    ----------
    sets
        A batch's set is drawn by their weights; a set smaller than a batch repeats examples.
    plan
        Steps, batch size, share of hard negatives and seed.
    mined
        Look-alikes by the name of the set; sets without any get other examples' texts.
    """
    rng = Random(plan.seed)  # noqa: S311 - draws batches, keeps no secret
    weights = [one.weight for one in sets]
    names: list[str] = []
    triples: list[tuple[str, str, str]] = []
    keys: list[Keys] = []
    for _ in range(plan.steps):
        chosen = rng.choices(sets, weights)[0]
        names.append(chosen.name)
        for texts, about in _batch(chosen, plan, mined.get(chosen.name, {}), rng):
            triples.append(texts)
            keys.append(about)
    columns = dict(zip(COLUMNS, map(list, zip(*triples, strict=True)), strict=True))
    return Drawn(Dataset.from_dict({**columns, "label": list(range(len(keys)))}), keys, names)


def _batch(
    chosen: TrainingSet, plan: Plan, mined: Mined, rng: Random
) -> list[tuple[tuple[str, str, str], Keys]]:
    """Draw one batch; a third of the texts get a capital, since titles come with and without."""
    symmetric = rng.random() < chosen.symmetric
    rows = _distinct(len(chosen.examples), plan.batch, rng)
    drawn: list[tuple[tuple[str, str, str], Keys]] = []
    for row in rows:
        example = chosen.examples[row]
        anchor, positive = pair(example, rng)
        negative = _negative(chosen, example, mined, plan.hard, rng)
        prompts = (PROMPTS[True], PROMPTS[symmetric], PROMPTS[symmetric])
        shown = [
            prompt + (_capital(text.text) if rng.random() < 1 / 3 else text.text)
            for prompt, text in zip(prompts, (anchor, positive, negative), strict=True)
        ]
        about = (_with_text(anchor), _with_text(positive), negative.keys)
        drawn.append(((shown[0], shown[1], shown[2]), about))
    return drawn


def _distinct(count: int, size: int, rng: Random) -> list[int]:
    """Draw ``size`` of ``count`` examples, each once before any comes again."""
    rows: list[int] = []
    while len(rows) < size:
        rows += rng.sample(range(count), min(count, size - len(rows)))
    return rows


def pair(example: Example, rng: Random) -> tuple[Text, Text]:
    """Draw two texts that mean the same, of two of the example's variants, in the order of these.

    They differ where the variants allow it; an example of one variant gives its text twice.
    """
    places = sorted(rng.sample(range(len(example.variants)), min(2, len(example.variants))))
    anchor = rng.choice(example.variants[places[0]])
    others = [text for text in example.variants[places[-1]] if text.text != anchor.text]
    return anchor, rng.choice(others) if others else anchor


def _negative(chosen: TrainingSet, example: Example, mined: Mined, hard: float, rng: Random) -> Text:
    """Draw a negative: a term the example is mistaken for, a look-alike, or any other example's text."""
    if example.hard_negatives:
        return Text(rng.choice(example.hard_negatives), frozenset())
    near = mined.get(example.variants[0][0].text)
    if near and rng.random() < hard:
        return rng.choice(list(near))
    return rng.choice(rng.choice(chosen.examples).variants[-1])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _with_text(text: Text) -> frozenset[str]:
    """Return the text's keys and the text itself: equal texts of two examples are no negatives."""
    return text.keys | {f"={text.text.casefold()}"}
