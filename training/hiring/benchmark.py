"""``matcher-lab hiring``: how well needs find the profiles of the same work, without a skill in common."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from matcher.adapters.encoder.sentence import SentenceEncoder
from matcher.hiring import CandidateProfile, HeldSkill, JobSkill, Requirement
from matcher.hiring.shortlists import NeedMatcher, Relatedness
from matcher.index import Encoder
from matcher.knowledge.job_skills import Relation
from matcher.settings import MODEL_FOLDER, Settings
from training.encoder.vectors import KeptVectors
from training.hiring.split import SEED, Split, read_split
from training.ranking import baselines
from training.ranking.metrics import ndcg
from training.ranking.significance import interval, paired_p

CUT = 10
PRODUCT = "requirements (the product)"
Ranking = Callable[[str], list[str]]
"""From the occupation of a need to the occupations of profiles, best first, ties by id."""


def hiring(
    rome: Annotated[Path, typer.Argument(help="Folder of the tables of ROME 4.60.")],
    seed: Annotated[int, typer.Option(help="Draws the halves.")] = SEED,
    most: Annotated[int, typer.Option(min=1, help="Needs that are asked, drawn by the seed.")] = 1000,
    vectors: Annotated[
        Path | None, typer.Option(help="Folder that keeps the encoder's vectors between runs.")
    ] = None,
    *,
    encoder: Annotated[bool, typer.Option(help="Measure the plain encoder too; takes minutes.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print nDCG@10 of need to profile on a split of ROME, beside BM25 and the plain encoder.

    Each with its 95 % interval over needs, and the p-value of its difference from the product.
    """
    split = drawn(read_split(rome, seed), most, seed)
    served = _encoder(vectors) if encoder else None
    values = {name: measure(split, ranking) for name, ranking in _methods(split, served).items()}
    figures = {name: _figure(one, values[PRODUCT]) for name, one in values.items()}
    if as_json:
        typer.echo(json.dumps({"seed": seed, "needs": len(split.needs), "ndcg@10": figures}, indent=2))
        return
    table = Table("method", "nDCG@10", "95 %", "p", title=f"{len(split.needs)} needs, seed {seed}")
    for name, one in figures.items():
        p = "" if name == PRODUCT else f"{one['p']:.3f}"
        table.add_row(name, f"{one['mean']:.3f}", f"{one['low']:.3f} to {one['high']:.3f}", p)
    Console().print(table)


def drawn(split: Split, most: int, seed: int = SEED) -> Split:
    """Return the split with at most so many needs, drawn by the seed; every profile stays."""
    names = sorted(split.needs)
    Random(seed).shuffle(names)  # noqa: S311  # a sample, no secret
    return replace(split, needs={name: split.needs[name] for name in sorted(names[:most])})


def measure(split: Split, ranking: Ranking) -> list[float]:
    """Return the nDCG@10 of each need, in their order, with exponential gain; in [0, 1]."""
    return [ndcg(ranking(need), split.grades[need], CUT, "exponential") for need in split.needs]


def _figure(values: list[float], of_product: list[float]) -> dict[str, float]:
    low, high = interval(values)
    p = paired_p(values, of_product)
    return {"mean": round(fmean(values), 4), "low": round(low, 4), "high": round(high, 4), "p": round(p, 4)}


def _encoder(vectors: Path | None) -> Encoder:
    served = SentenceEncoder(Settings().home / MODEL_FOLDER)
    return KeptVectors(served, vectors) if vectors else served


def matched(split: Split) -> Ranking:
    """Rank by the product's match; relations are learned without the occupation of the need."""

    def rank(need: str) -> list[str]:
        matcher = NeedMatcher(_NoLists(), _Without(split, need))
        asked = [Requirement(JobSkill(skill, split.labels[skill])) for skill in split.needs[need]]
        scores = {
            occupation: matcher.compare(asked, (), profile).score for occupation, profile in profiles.items()
        }
        return _best_first(scores)

    profiles = {occupation: _profile(split, occupation) for occupation in split.profiles}
    return rank


def _profile(split: Split, occupation: str) -> CandidateProfile:
    skills = [JobSkill(skill, split.labels[skill]) for skill in split.profiles[occupation]]
    return CandidateProfile(code=occupation, skills=tuple(map(HeldSkill, skills)))


def _methods(split: Split, encoder: Encoder | None) -> dict[str, Ranking]:
    methods: dict[str, Ranking] = {"BM25 (French stems)": by_text(split, baselines.bm25)}
    if encoder is not None:
        methods["plain encoder"] = by_text(split, baselines.dense(encoder, symmetric=True))
    methods[PRODUCT] = matched(split)
    return methods


def by_text(split: Split, method: baselines.Method) -> Ranking:
    """Rank by a method that compares texts: the labels of the skills, one after the other."""

    def text(skills: tuple[str, ...]) -> str:
        return ". ".join(split.labels[skill] for skill in skills)

    needs, profiles = list(split.needs), list(split.profiles)
    queries = [text(split.needs[need]) for need in needs]
    scores = np.asarray(method(queries, [text(split.profiles[one]) for one in profiles]))
    places = {need: place for place, need in enumerate(needs)}

    def rank(need: str) -> list[str]:
        return _best_first(dict(zip(profiles, scores[places[need]].tolist(), strict=True)))

    return rank


def _best_first(scores: Mapping[str, float]) -> list[str]:
    return sorted(scores, key=lambda occupation: (-scores[occupation], occupation))


class _NoLists:
    """Skills of ROME alone: the halves are of one list, whose entries are neither wider nor the same."""

    def related(self, _skill_id: str, /) -> Mapping[str, Relation]:
        return {}


class _Without(Relatedness):
    """What is learned without one occupation."""

    def __init__(self, split: Split, occupation: str) -> None:
        kept = {name: skills for name, skills in split.occupations.items() if name != occupation}
        super().__init__(kept)
