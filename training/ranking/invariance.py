"""How far apart the rankings of masculine and feminine forms of the same titles are, method by method."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matcher.errors import InvalidRequest, NotFound
from training.ranking import metrics
from training.ranking.baselines import Method, Scores

DEPTH = 100
TOP = 10


@dataclass(frozen=True, slots=True)
class Likeness:
    """Means over pairs, in [0, 1]; ``equal`` is the share of pairs whose first 100 places are identical."""

    method: str
    rbo: float
    overlap: float
    equal: float


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Read the columns ``masculine`` and ``feminine`` of a CSV file.

    Raises
    ------
    NotFound
        There is no such file.
    InvalidRequest
        A column or a cell is missing; the message gives the line.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}. Give a CSV file with the columns masculine and feminine.")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines, restval="")
        if not {"masculine", "feminine"} <= set(rows.fieldnames or ()):
            raise InvalidRequest(f"{path} needs the columns masculine and feminine in its first line.")
        pairs = [(row["masculine"], row["feminine"], rows.line_num) for row in rows]
    for masculine, feminine, line in pairs:
        if not (masculine.strip() and feminine.strip()):
            raise InvalidRequest(f"{path}, line {line}: a form is empty.")
    if not pairs:
        raise InvalidRequest(f"{path} holds no pair.")
    return [(masculine, feminine) for masculine, feminine, _ in pairs]


def likeness(name: str, method: Method, pairs: Sequence[tuple[str, str]], corpus: Sequence[str]) -> Likeness:
    """Compare the rankings a method gives the two forms of every pair; ties by place in the corpus."""
    scores = method([form for pair in pairs for form in pair], corpus)
    rankings = [_first(line) for line in scores]
    both = list(zip(rankings[::2], rankings[1::2], strict=True))
    return Likeness(
        name,
        float(np.mean([metrics.rbo(one, other, depth=DEPTH) for one, other in both])),
        float(np.mean([metrics.overlap(one, other, TOP) for one, other in both])),
        float(np.mean([one == other for one, other in both])),
    )


def _first(line: Scores) -> list[int]:
    ranking: list[int] = np.argsort(-line, kind="stable")[:DEPTH].tolist()
    return ranking
