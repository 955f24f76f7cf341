"""``matcher-lab cluster``: the real pipeline on the real catalogue, against judged answers.

Each query is an organisation. Relevance grades run from 0 to 6, two judges added up, and count as gains of
``2 ** (grade / 2) - 1``. International is judged by fit, whatever the date, among the records named ``INT``;
partners among all other organisations. A kind's figure is the mean over its queries.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from matcher import settings as configuration
from matcher.adapters.sql import open_store
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.importing import import_file
from matcher.recommend.policies import POLICIES, SIGNALS
from training.ranking.metrics import ndcg

CUTS = {Kind.FACTORY: 5, Kind.PARTNER: 10, Kind.INTERNATIONAL: 10}
FILES = ("organisations.csv", "factories.csv", "opportunities.csv")

Qrels = dict[str, dict[str, float]]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """One query: ids of the hits, their signals (rows as ids, columns as ``SIGNALS``), and the judgements."""

    query: str
    ids: list[str]
    table: Floats
    grades: dict[str, float]

    def ndcg(self, weights: Floats, cut: int) -> float:
        """Score the ranking these weights give; ties by id."""
        scores = np.round(self.table @ weights, 6)
        ranking = [
            self.ids[row] for row in sorted(range(len(scores)), key=lambda r: (-scores[r], self.ids[r]))
        ]
        return ndcg(ranking, self.grades, cut, gain="exponential", halving=2.0)


def read_qrels(path: Path) -> Qrels:
    """Read ``organisation_id, item_id, grade`` rows; InvalidRequest names a line of another form."""
    if not path.is_file():
        raise InvalidRequest(f"There are no judgements at {path}. Name a folder that holds {path.name}.")
    found: Qrels = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t"), start=2):
            try:
                found.setdefault(row["organisation_id"], {})[row["item_id"]] = float(row["grade"])
            except (KeyError, TypeError, ValueError) as error:
                raise InvalidRequest(
                    f"{path}, line {number}: expected organisation_id, item_id and a numeric grade"
                ) from error
    return found


@contextmanager
def catalogue(files: Sequence[str] = FILES) -> Iterator[Matcher]:
    """Open the product on a fresh store that holds the judged part of the shipped catalogue.

    The 512 calls are left out: they were not judged. ``files`` are names in ``data/catalogue``.
    """
    base = configuration.load()
    with TemporaryDirectory() as folder:
        encoder = base.encoder or str(base.home / configuration.MODEL_FOLDER)
        settings = base.model_copy(
            update={
                "home": Path(folder),
                "database_url": f"sqlite:///{folder}/matcher.db",
                "encoder": encoder,
                "index_backend": "edge",
            }
        )
        with open_store(settings.database_url) as store:
            store.migrate()
            for name in files:
                import_file(base.data_dir / "catalogue" / name, store)
        with open_matcher(settings) as matcher:
            matcher.index_now()
            yield matcher


def judge(matcher: Matcher, kind: Kind, qrels: Qrels) -> list[Judged]:
    """Signals of every eligible hit of every judged query, whatever the date."""
    judged = []
    for query, grades in sorted(qrels.items()):
        scored = matcher.recommender.scores(matcher.store.items.get(query), kind)
        ids = [entry.id for entry in scored]
        table = np.array([entry.signals for entry in scored], dtype=np.float64)
        judged.append(Judged(query, ids, table, grades))
    return judged


def ablation(judged: list[Judged], kind: Kind) -> dict[str, float]:
    """Figure of the policy as shipped, of each signal alone, and without each signal."""
    cut = CUTS[kind]
    weights = np.array([POLICIES[kind].weights[name] for name in SIGNALS])

    def mean(trial: Floats) -> float:
        return float(np.mean([one.ndcg(trial, cut) for one in judged]))

    figures = {"pipeline": mean(weights)}
    for place, name in enumerate(SIGNALS):
        if weights[place]:
            alone = np.zeros(len(SIGNALS))
            alone[place] = 1.0
            figures[f"{name} alone"] = mean(alone)
            figures[f"without {name}"] = mean(weights * (1.0 - alone))
    return figures


def as_served(matcher: Matcher, kind: Kind, qrels: Qrels) -> float:
    """Figure of the lists as a user gets them: first what is shown, then the weaker ones."""
    cut = CUTS[kind]
    found = []
    for query, grades in sorted(qrels.items()):
        answer = matcher.recommender.recommend(matcher.store.items.get(query), kind, cut, None)
        ranking = [item.item_id for item in (*answer.items, *answer.weaker)]
        found.append(ndcg(ranking, grades, cut, gain="exponential", halving=2.0))
    return float(np.mean(found))


def cluster(
    qrels: Annotated[
        Path, typer.Option(help="Folder of factory, partner and international .qrels.tsv")
    ] = Path("data/benchmarks/cluster-dev"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Measure the pipeline on the judged catalogue, with what each signal adds."""
    figures: dict[str, dict[str, float]] = {}
    with catalogue() as matcher:
        for kind in CUTS:
            wanted = read_qrels(qrels / f"{kind.value}.qrels.tsv")
            served = as_served(matcher, kind, wanted)
            figures[kind.value] = {"as served": served, **ablation(judge(matcher, kind, wanted), kind)}
    console = Console()
    if as_json:
        console.print_json(json.dumps(figures))
        return
    for name, column in figures.items():
        table = Table("ranking", f"nDCG@{CUTS[Kind(name)]}", title=name)
        for label, value in column.items():
            table.add_row(label, f"{value:.3f}")
        console.print(table)
