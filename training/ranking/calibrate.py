"""``matcher-lab calibrate``: from scores to the chance that staff call an item clearly useful.

One logistic curve a kind (Platt 1999), fitted on the judged dev sets: organisations of ``cluster-dev`` (two
grades added up, useful from 4 of 6) and free-text requests of ``answers-dev`` (useful from a mean grade of
2). Only items with clear evidence count, since only they can be shown. A request has an intercept of its own.
Quality is measured leaving one query out: each query is predicted by a curve fitted on the others.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from matcher.build import Matcher
from matcher.domain.items import AnyItem, Item, Kind, Profile
from matcher.errors import InvalidRequest
from matcher.files import write_whole
from training.ranking.answers import USEFUL, read_requests
from training.ranking.cluster import CUTS, FILES, catalogue, read_qrels

Floats = NDArray[np.float64]

USEFUL_SUM = 4.0
"""Sum of two judges' grades from which an item is clearly useful."""
BINS = 10
REGULARISATION = 100.0
"""Weak: a curve has two parameters and hundreds of scores; it only keeps separable data finite."""
REQUEST_SCALE = 0.1
"""Size of the column that marks a request. With the regularisation above this is a normal prior of standard
deviation 1 on its intercept: two or three judged requests a kind do not carry more."""
DRAWS = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """One query: the scores of its eligible hits with clear evidence, and which are clearly useful."""

    scores: Floats
    useful: NDArray[np.bool_]
    is_request: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve ``1 / (1 + exp(-(slope * score + intercept + request)))``, the last for requests."""

    slope: float
    intercept: float
    request: float = 0.0

    def __call__(self, scores: Floats, *, is_request: bool = False) -> Floats:
        """Return probabilities, in (0, 1), of scores."""
        shift = self.request if is_request else 0.0
        return np.asarray(1 / (1 + np.exp(-(self.slope * scores + self.intercept + shift))))


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the curves of the other queries predict a query.

    ``auc`` in [0, 1] is the chance that a useful item scores above another; ``ece`` in [0, 1] the expected
    calibration error (Naeini et al. 2015) over ten bins of equal width; ``ece_shown`` the same over the
    items predicted at least ``least``, which are the ones that are shown; ``ece_by_chance`` what true
    probabilities would give over as many: a few items a bin never match their mean.
    """

    queries: int
    scores: int
    useful: int
    auc: float
    ece: float
    ece_shown: float
    ece_by_chance: float


def fit(judged: Sequence[Judged]) -> Curve:
    """Fit a curve on all scores of the queries.

    Raises
    ------
    InvalidRequest
        All items are useful, or none is: no curve can be fitted.
    """
    scores = np.concatenate([one.scores for one in judged])
    useful = np.concatenate([one.useful for one in judged])
    if useful.all() or not useful.any():
        raise InvalidRequest("A curve needs useful items and others among the judged ones.")
    asked = np.concatenate([np.full(len(one.scores), one.is_request) for one in judged])
    # Where all queries are of one sort, the intercept alone serves them.
    marks = asked * REQUEST_SCALE if asked.any() and not asked.all() else np.zeros(len(asked))
    model = LogisticRegression(C=REGULARISATION).fit(np.column_stack([scores, marks]), useful)
    slope, request = model.coef_[0].tolist()
    return Curve(slope, float(model.intercept_[0]), request * REQUEST_SCALE)


def left_out_predictions(judged: Sequence[Judged]) -> Floats:
    """Return the probabilities of every query's scores by the curve of the other queries, joined."""
    predicted = []
    for place, one in enumerate(judged):
        # Whole queries are left out, not items: the items of one query share what makes it easy or hard.
        others = [*judged[:place], *judged[place + 1 :]]
        predicted.append(fit(others)(one.scores, is_request=one.is_request))
    return np.concatenate(predicted)


def calibration_error(predicted: Floats, useful: NDArray[np.bool_]) -> float:
    """Return the expected calibration error: the mean over items of their bin's gap to the outcome.

    Source: Naeini, Cooper and Hauskrecht 2015. No items: 0.

    >>> found = calibration_error(np.array([0.25, 0.25, 0.95]), np.array([False, True, True]))
    >>> round(found, 4)  # (2 * .25 + .05) / 3
    0.1833
    """
    bins = np.minimum((predicted * BINS).astype(int), BINS - 1)
    gaps = [abs(float(predicted[bins == one].sum() - useful[bins == one].sum())) for one in range(BINS)]
    return sum(gaps) / max(1, len(predicted))


def quality(judged: Sequence[Judged], predicted: Floats, least: float) -> Quality:
    """Measure predictions of :func:`left_out_predictions` against the judgements."""
    useful = np.concatenate([one.useful for one in judged])
    shown = predicted >= least
    return Quality(
        len(judged),
        len(useful),
        int(useful.sum()),
        float(roc_auc_score(useful, predicted)),
        calibration_error(predicted, useful),
        calibration_error(predicted[shown], useful[shown]),
        error_by_chance(predicted[shown]),
    )


def error_by_chance(predicted: Floats) -> float:
    """Return the mean calibration error of outcomes drawn with the very probabilities that are predicted.

    >>> error_by_chance(np.array([0.0, 1.0]))
    0.0
    """
    chance = np.random.default_rng(0)
    drawn = [calibration_error(predicted, chance.random(len(predicted)) < predicted) for _ in range(DRAWS)]
    return float(np.mean(drawn))


def judgements(matcher: Matcher, qrels: Path, requests: Path) -> dict[Kind, list[Judged]]:
    """Score the clear hits of every judged query of both dev sets, by kind."""
    found: dict[Kind, list[Judged]] = {}
    for kind in CUTS:
        for query, grades in sorted(read_qrels(qrels / f"{kind.value}.qrels.tsv").items()):
            useful = {item for item, grade in grades.items() if grade >= USEFUL_SUM}
            asked = matcher.store.items.get(query)
            found.setdefault(kind, []).append(_judged(matcher, asked, kind, useful))
    for one in read_requests(requests):
        useful = {item for item, grade in one.grades.items() if grade >= USEFUL}
        asked_text = Profile(description=one.text)
        found.setdefault(one.kind, []).append(_judged(matcher, asked_text, one.kind, useful))
    return found


def _judged(matcher: Matcher, query: AnyItem | Profile, kind: Kind, useful: set[str]) -> Judged:
    scored = [entry for entry in matcher.recommender.scores(query, kind) if entry.is_clear]
    return Judged(
        np.array([entry.score for entry in scored], dtype=np.float64),
        np.array([entry.id in useful for entry in scored], dtype=np.bool_),
        is_request=not isinstance(query, Item),
    )


def calibrate(
    qrels: Annotated[
        Path, typer.Option(help="Folder of factory, partner and international .qrels.tsv")
    ] = Path("data/benchmarks/cluster-dev"),
    requests: Annotated[Path, typer.Option(help="Folder of queries.tsv and grades.tsv")] = Path(
        "data/benchmarks/answers-dev"
    ),
    out: Annotated[Path, typer.Option(help="Where the curves go")] = Path("data/model/calibration.json"),
    picture: Annotated[Path, typer.Option(help="Where the reliability diagram goes")] = Path(
        "docs/calibration.png"
    ),
) -> None:
    """Fit the curves from scores to probabilities, and show how well they hold on queries left out."""
    with catalogue((*FILES, "leads.csv")) as matcher:
        encoder, least = matcher.encoder.name, matcher.settings.least_probability
        judged = judgements(matcher, qrels, requests)
    curves = {kind: fit(found) for kind, found in judged.items()}
    curves[Kind.ALERT] = curves[Kind.INTERNATIONAL]  # the same pairs, asked from the other side
    predicted = {kind: left_out_predictions(found) for kind, found in judged.items()}
    measured = {kind.value: quality(found, predicted[kind], least) for kind, found in judged.items()}
    together = [one for found in judged.values() for one in found]
    measured["all kinds"] = quality(together, np.concatenate(list(predicted.values())), least)
    write_whole(out, _file(encoder, curves).encode())
    draw(judged, predicted, picture)
    Console().print(_table(measured), f"{out}, {picture}", sep="\n")


def _file(encoder: str, curves: dict[Kind, Curve]) -> str:
    rounded: dict[str, dict[str, float]] = {}
    for kind, curve in curves.items():
        rounded[kind.value] = {name: round(value, 3) for name, value in asdict(curve).items()}
    # Two fits of one day differ in their curves, and so in the name that answers give.
    print_of_curves = sha256(json.dumps([encoder, rounded], sort_keys=True).encode()).hexdigest()[:8]
    version = f"{datetime.now(UTC):%Y-%m-%d}-{print_of_curves}"
    return json.dumps({"version": version, "encoder": encoder, "curves": rounded}, indent=2) + "\n"


def draw(judged: dict[Kind, list[Judged]], predicted: dict[Kind, Floats], path: Path) -> None:
    """Draw the reliability diagram: what was predicted against how often it was useful, by kind."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 6))
    axes: Any = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", lw=0.8)
    for kind, found in judged.items():
        points = _reliability(predicted[kind], np.concatenate([one.useful for one in found]))
        axes.plot(*zip(*points, strict=True), "o-", ms=4, label=kind.value)
    axes.set(
        xlabel="predicted, by the curve of the other queries",
        ylabel="share clearly useful",
        title="Reliability, leave one query out",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _reliability(predicted: Floats, useful: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Mean prediction and share useful of each bin that holds an item."""
    bins = np.minimum((predicted * BINS).astype(int), BINS - 1)
    return [
        (float(predicted[bins == one].mean()), float(useful[bins == one].mean()))
        for one in sorted(set(bins.tolist()))
    ]


def _table(measured: dict[str, Quality]) -> Table:
    table = Table("kind", "queries", "items", "useful", "AUC", "ECE", "ECE shown", "by chance")
    table.title = "Items with clear evidence, leave one query out"
    for name, one in measured.items():
        counts = [str(count) for count in (one.queries, one.scores, one.useful)]
        errors = [f"{value:.3f}" for value in (one.auc, one.ece, one.ece_shown, one.ece_by_chance)]
        table.add_row(name, *counts, *errors)
    return table
