"""``matcher-lab hiring``: how well needs find the profiles of the same work, without a skill in common."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from matcher.adapters.encoder.sentence import SentenceEncoder
from matcher.hiring import CandidateProfile, HeldSkill, JobSkill, Requirement
from matcher.hiring.shortlists import NeedMatcher, Relatedness
from matcher.knowledge.job_skills import Relation
from matcher.settings import MODEL_FOLDER, Settings
from training.hiring.split import SEED, Split, read_split
from training.ranking import baselines
from training.ranking.metrics import ndcg

CUT = 10
Ranking = Callable[[str], list[str]]
"""From the occupation of a need to the occupations of profiles, best first, ties by id."""


def hiring(
    rome: Annotated[Path, typer.Argument(help="Folder of the tables of ROME 4.60.")],
    seed: Annotated[int, typer.Option(help="Draws the halves.")] = SEED,
    *,
    encoder: Annotated[bool, typer.Option(help="Measure the plain encoder too; takes minutes.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print nDCG@10 of need to profile on a split of ROME, beside BM25 and the plain encoder."""
    split = read_split(rome, seed)
    figures = {name: measure(split, ranking) for name, ranking in _methods(split, encoder=encoder).items()}
    if as_json:
        typer.echo(json.dumps({"seed": seed, "needs": len(split.needs), "ndcg@10": figures}, indent=2))
        return
    table = Table("method", "nDCG@10", title=f"{len(split.needs)} needs, seed {seed}")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:.3f}")
    Console().print(table)


def measure(split: Split, ranking: Ranking) -> float:
    """Return the mean nDCG@10 over all needs, with exponential gain; in [0, 1]."""
    return fmean(ndcg(ranking(need), split.grades[need], CUT, "exponential") for need in split.needs)


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


def _methods(split: Split, *, encoder: bool) -> dict[str, Ranking]:
    methods: dict[str, Ranking] = {"BM25 (French stems)": _by_text(split, baselines.bm25)}
    if encoder:
        served = SentenceEncoder(Settings().home / MODEL_FOLDER)
        methods["plain encoder"] = _by_text(split, baselines.dense(served, symmetric=True))
    methods["requirements (the product)"] = matched(split)
    return methods


def _by_text(split: Split, method: baselines.Method) -> Ranking:
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
