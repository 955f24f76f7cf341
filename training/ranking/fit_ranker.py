"""``matcher-lab fit-ranker``: learn the weights of signals; those in use are replaced only if beaten.

Judgements are few, so the figure of a fit is leave-one-query-out: each query is ranked by weights learnt from
the others. Feedback counts with inverse propensities: an item shown at rank ``r`` was examined with
probability ``1 / r``, so a reaction far down the list says more (Joachims, Swaminathan, Schnabel 2017).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from matcher import settings as configuration
from matcher.build import Matcher, open_matcher
from matcher.domain.events import Action
from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.files import write_whole
from matcher.recommend.policies import POLICIES, SIGNALS, WEIGHTS_FILE
from training.ranking.cluster import CUTS, Judged, catalogue, judge, read_qrels
from training.ranking.ranker import MonotoneRanker

Floats = NDArray[np.float64]
ALPHAS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
LEAST_QUERIES = 8
"""Fewer judged queries than this teach nothing that would carry over."""

_WANTED = {Action.JOINED, Action.INTERESTED, Action.INTRODUCED, Action.ACCEPTED}
_DEEPEST = 20.0
"""Inverse propensities are cut here: rarer reactions would drown all others."""


@dataclass(frozen=True)
class Fit:
    """Weights learnt from all queries, and honest figures: of the weights in use, and leave-one-out."""

    weights: Floats
    alpha: float
    in_use: float
    left_out: float

    @property
    def better(self) -> bool:
        """Whether the fit beats the weights in use on queries it has not seen."""
        return self.left_out > self.in_use + 1e-6


def fit(queries: Sequence[Judged], kind: Kind, sample_weights: Sequence[Floats] | None = None) -> Fit:
    """Learn weights for a kind; ``alpha`` is chosen inside each training fold.

    Raises InvalidRequest for fewer than :data:`LEAST_QUERIES` queries.
    """
    if len(queries) < LEAST_QUERIES:
        raise InvalidRequest(
            f"{len(queries)} questions about '{kind.value}' have answers to learn from; "
            f"{LEAST_QUERIES} are needed."
        )
    weights = list(sample_weights) if sample_weights else [np.ones(len(one.ids)) for one in queries]
    prior = np.array([POLICIES[kind].weights[name] for name in SIGNALS])
    cut = CUTS.get(kind, 10)
    left_out = []
    for out, query in enumerate(queries):
        rest = [place for place in range(len(queries)) if place != out]
        alpha = _best_alpha([queries[i] for i in rest], [weights[i] for i in rest], prior, cut)
        learnt = _learn([queries[i] for i in rest], [weights[i] for i in rest], prior, alpha)
        left_out.append(query.ndcg(learnt, cut))
    alpha = _best_alpha(queries, weights, prior, cut)
    in_use = float(np.mean([query.ndcg(prior, cut) for query in queries]))
    return Fit(_learn(queries, weights, prior, alpha), alpha, in_use, float(np.mean(left_out)))


def _best_alpha(queries: Sequence[Judged], weights: Sequence[Floats], prior: Floats, cut: int) -> float:
    """Return the pull whose leave-one-out figure is best; ties to the stronger pull."""
    figures = {}
    for alpha in ALPHAS:
        found = []
        for out, query in enumerate(queries):
            rest = [place for place in range(len(queries)) if place != out]
            learnt = _learn([queries[i] for i in rest], [weights[i] for i in rest], prior, alpha)
            found.append(query.ndcg(learnt, cut))
        figures[alpha] = float(np.mean(found))
    return max(ALPHAS, key=lambda alpha: (round(figures[alpha], 6), alpha))


def _learn(queries: Sequence[Judged], weights: Sequence[Floats], prior: Floats, alpha: float) -> Floats:
    signals = np.vstack([query.table for query in queries])
    gains = np.concatenate([_gains(query) for query in queries])
    ranker = MonotoneRanker(alpha=alpha, prior=prior).fit(signals, gains, np.concatenate(weights))
    total = ranker.coef_.sum()
    learnt: Floats = ranker.coef_ / total if total else prior
    return learnt


def _gains(query: Judged) -> Floats:
    """Gains of a query's hits, in [0, 1]."""
    gains = np.array([2 ** (query.grades.get(item, 0.0) / 2) - 1 for item in query.ids])
    return gains / max(float(gains.max(initial=0.0)), 1e-9)


def from_feedback(matcher: Matcher, kind: Kind) -> tuple[list[Judged], list[Floats]]:
    """Questions with at least one wanted answer, as judged queries, and inverse propensities of their hits.

    Wanted answers count as grade 6; hits without a reaction count once.
    """
    reactions: dict[str, dict[str, tuple[bool, float]]] = {}
    for row in matcher.store.events.feedback():
        if row.kind is kind:
            weight = min(float(row.rank or 1), _DEEPEST)
            reactions.setdefault(row.query_id, {})[row.item_id] = (row.action in _WANTED, weight)
    known = matcher.store.items.get_many(reactions)
    judged, weights = [], []
    for query_id, answers in sorted(reactions.items()):
        if query_id not in known or not any(wanted for wanted, _ in answers.values()):
            continue
        grades = {item: 6.0 for item, (wanted, _) in answers.items() if wanted}
        judged.extend(judge(matcher, kind, {query_id: grades}))
        ids = judged[-1].ids
        weights.append(np.array([answers[i][1] if i in answers else 1.0 for i in ids]))
    return judged, weights


def save(path: Path, kind: Kind, found: Fit) -> None:
    """Put a kind's weights into the file the pipeline reads; other kinds stay as they are."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[kind.value] = {name: round(float(w), 4) for name, w in zip(SIGNALS, found.weights, strict=True)}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(known, indent=1) + "\n").encode())


def fit_ranker(
    qrels: Annotated[
        Path | None, typer.Option(help="Folder of judgements; without it, learn from feedback")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Use the weights that beat those in use")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Learn signal weights from judgements or logged feedback; never replaces a better ranker."""
    settings = configuration.load()
    fits = _from_qrels(qrels) if qrels else _from_logs(settings)
    if write:
        for kind, found in fits.items():
            if found.better:
                save(settings.home / WEIGHTS_FILE, kind, found)
    if as_json:
        Console().print_json(json.dumps({kind.value: _described(found) for kind, found in fits.items()}))
        return
    table = Table("kind", "in use", "learnt, left out", "alpha", "verdict", title="nDCG of the second stage")
    for kind, found in fits.items():
        verdict = "better" if found.better else "not better: kept what is in use"
        table.add_row(kind.value, f"{found.in_use:.3f}", f"{found.left_out:.3f}", f"{found.alpha:g}", verdict)
    Console().print(table)


def _described(found: Fit) -> dict[str, object]:
    weights = {name: round(float(w), 4) for name, w in zip(SIGNALS, found.weights, strict=True)}
    return {"in_use": found.in_use, "left_out": found.left_out, "alpha": found.alpha, "weights": weights}


def _from_qrels(folder: Path) -> dict[Kind, Fit]:
    with catalogue() as matcher:
        return {
            kind: fit(judge(matcher, kind, read_qrels(folder / f"{kind.value}.qrels.tsv")), kind)
            for kind in CUTS
        }


def _from_logs(settings: configuration.Settings) -> dict[Kind, Fit]:
    fits = {}
    with open_matcher(settings) as matcher:
        for kind in CUTS:
            judged, weights = from_feedback(matcher, kind)
            if len(judged) >= LEAST_QUERIES:
                fits[kind] = fit(judged, kind, weights)
    if not fits:
        raise InvalidRequest(
            f"There is not enough feedback yet: {LEAST_QUERIES} organisations with a wanted answer "
            "are needed."
        )
    return fits
