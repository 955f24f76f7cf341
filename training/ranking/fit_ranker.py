"""``matcher-lab fit-ranker``: learn the weights of signals; those in use are replaced only if beaten.

Judgements are few, so the figure of a fit is leave-one-query-out: each query is ranked by weights learnt from
the others. Feedback counts with inverse propensities: an item shown at rank ``r`` was examined with
probability ``1 / r``, so a reaction far down the list says more (Joachims, Swaminathan, Schnabel 2017).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from matcher import settings as configuration
from matcher.build import open_matcher
from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.feedback import Example, examples, read_examples
from matcher.files import write_whole
from matcher.recommend.policies import POLICIES, SIGNALS, WEIGHTS_FILE
from training.ranking.cluster import CUTS, Judged, catalogue, judge, read_qrels
from training.ranking.ranker import MonotoneRanker

Floats = NDArray[np.float64]
ALPHAS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
LEAST_QUERIES = 8
"""Fewer judged queries than this teach nothing that would carry over."""


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
        # Nested: were alpha chosen on all queries, the one left out would have helped to choose it.
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
    # Grades are sums of two judges, 0 to 6, hence the half; scaled, so that no query outweighs another.
    gains = np.array([2 ** (query.grades.get(item, 0.0) / 2) - 1 for item in query.ids])
    return gains / max(float(gains.max(initial=0.0)), 1e-9)


def from_examples(found: Iterable[Example], kind: Kind) -> tuple[list[Judged], list[Floats]]:
    """Questions of a kind as judged queries, and the weights of their hits; wanted items have grade 6."""
    judged, weights = [], []
    for one in found:
        if one.kind is kind:
            ids, table = list(one.ids), np.array(one.signals, dtype=np.float64)
            grades = {item: 6.0 for item, wanted in zip(one.ids, one.wanted, strict=True) if wanted}
            judged.append(Judged(one.query, ids, table, grades))
            weights.append(np.array(one.weights))
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
    feedback: Annotated[
        Path | None, typer.Option(help="A file of `matcher feedback export`; else the store is read")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Use the weights that beat those in use")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Learn signal weights from judgements or logged feedback; never replaces a better ranker."""
    settings = configuration.load()
    fits = _from_qrels(qrels) if qrels else _from_feedback(settings, feedback)
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


def _from_feedback(settings: configuration.Settings, file: Path | None) -> dict[Kind, Fit]:
    found = read_examples(file, SIGNALS) if file else _logged(settings)
    fits = {}
    for kind in CUTS:
        judged, weights = from_examples(found, kind)
        if len(judged) >= LEAST_QUERIES:
            fits[kind] = fit(judged, kind, weights)
    if not fits:
        raise InvalidRequest(
            f"There is not enough feedback yet: {LEAST_QUERIES} organisations with a wanted answer "
            "are needed."
        )
    return fits


def _logged(settings: configuration.Settings) -> list[Example]:
    with open_matcher(settings) as matcher:
        return list(examples(matcher.store.events.feedback(), matcher.hits))
