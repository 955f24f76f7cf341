"""``matcher-lab answers``: lists as users get them, against graded free-text requests.

A folder holds ``queries.tsv`` (query_id, kind, text) and ``grades.tsv`` (query_id, item_id, judge_a,
judge_b): 3 put first, 2 clearly useful, 1 defensible, 0 or no line not useful. A grade is the mean of both
judges. What is measured is :class:`matcher.domain.answers.Answer` alone, judged by fit, whatever the date.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from matcher.build import Matcher
from matcher.domain.items import Kind, Profile
from matcher.errors import InvalidRequest
from training.ranking.cluster import FILES, catalogue
from training.ranking.metrics import ndcg

CUT = 5
HIGHEST = 3.0
USEFUL = 2.0
"""Mean grade from which an item is clearly useful."""

Grades = dict[str, float]


@dataclass(frozen=True, slots=True)
class Request:
    """A free-text request and the mean grade, in [0, 3], of every item that has one."""

    id: str
    kind: Kind
    text: str
    grades: Grades

    @property
    def has_match(self) -> bool:
        """Whether any item of the catalogue is clearly useful."""
        return any(grade >= USEFUL for grade in self.grades.values())


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Figures of one kind.

    ``ndcg`` is the mean nDCG@5 over requests with a relevant item, gain ``2 ** grade - 1``. ``useful`` and
    ``ungraded`` are shares of all shown items: clearly useful, and without any grade. ``without_match``
    requests have no clearly useful item, ``rightly_empty`` of them got an empty list, ``wrongly_empty`` is
    the number of the others that did. ``unknown`` graded ids are not in the catalogue. Shares of nothing
    are None.
    """

    requests: int
    shown: int
    ndcg: float | None
    useful: float | None
    ungraded: float | None
    without_match: int
    rightly_empty: int
    wrongly_empty: int
    unknown: int


def read_requests(folder: Path) -> list[Request]:
    """Read the requests of a folder, in the order of ``queries.tsv``.

    Raises
    ------
    InvalidRequest
        A file or column is missing, a kind or grade is none, a grade is not in [0, 3], or it is of an unknown
        request; the message names file and line.
    """
    grades: dict[str, Grades] = {}
    for where, row in _rows(folder / "grades.tsv", ("query_id", "item_id", "judge_a", "judge_b")):
        mean = (_grade(row["judge_a"], where) + _grade(row["judge_b"], where)) / 2
        grades.setdefault(row["query_id"], {})[row["item_id"]] = mean
    requests = []
    for where, row in _rows(folder / "queries.tsv", ("query_id", "kind", "text")):
        try:
            kind = Kind(row["kind"])
        except ValueError as fault:
            raise InvalidRequest(f"{where}: '{row['kind']}' is not a kind of question.") from fault
        requests.append(Request(row["query_id"], kind, row["text"].strip(), grades.pop(row["query_id"], {})))
    if grades:
        raise InvalidRequest(f"{folder / 'grades.tsv'}: {', '.join(sorted(grades))} not in queries.tsv.")
    return requests


def _grade(text: str, where: str) -> float:
    try:
        grade = float(text)
    except ValueError as fault:
        raise InvalidRequest(f"{where}: a grade is not a number. Write 0, 1, 2 or 3.") from fault
    if not 0 <= grade <= HIGHEST:  # neither is NaN, which ``float`` reads too
        raise InvalidRequest(f"{where}: the grade {text} is not between 0 and 3. Write 0, 1, 2 or 3.")
    return grade


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise InvalidRequest(f"There is no file {path}. Name a folder that holds queries.tsv and grades.tsv.")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t")
        absent = [name for name in columns if name not in (reader.fieldnames or ())]
        if absent:
            raise InvalidRequest(f"{path}: the first line lacks the column {', '.join(absent)}.")
        rows = []
        for number, row in enumerate(reader, start=2):
            rows.append((f"{path}, line {number}", {name: row[name] or "" for name in columns}))
        return rows


def figures(requests: Sequence[Request], lists: Mapping[str, Sequence[str]], known: set[str]) -> KindFigures:
    """Score the lists of one kind.

    Parameters
    ----------
    requests
        Requests of one kind.
    lists
        Item ids shown for each request id, best first.
    known
        Ids of the catalogue.

    Examples
    --------
    >>> one = Request("Q", Kind.PARTNER, "", {"A": 3.0, "B": 1.0})
    >>> found = figures([one], {"Q": ["A", "C"]}, {"A", "B", "C"})
    >>> found.useful, found.ungraded, round(found.ndcg or 0, 3)  # 7 / (7 + 1 / log2(3))
    (0.5, 0.5, 0.917)
    """
    shown = np.array([one.grades.get(item, np.nan) for one in requests for item in lists[one.id]])
    empty = [one for one in requests if not lists[one.id]]
    graded: set[str] = set()
    for one in requests:
        graded.update(one.grades)
    return KindFigures(
        requests=len(requests),
        shown=len(shown),
        ndcg=_mean_ndcg(requests, lists),
        useful=_share(shown >= USEFUL),
        ungraded=_share(np.isnan(shown)),
        without_match=sum(not one.has_match for one in requests),
        rightly_empty=sum(not one.has_match for one in empty),
        wrongly_empty=sum(one.has_match for one in empty),
        unknown=len(graded - known),
    )


def _mean_ndcg(requests: Sequence[Request], lists: Mapping[str, Sequence[str]]) -> float | None:
    """Mean over the requests that have a relevant item; None if none has."""
    values = [ndcg(lists[one.id], one.grades, CUT, "exponential") for one in requests]
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else None


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if flags.size else None


def measure(matcher: Matcher, requests: Sequence[Request]) -> dict[str, KindFigures]:
    """Ask every request and score the lists, by kind in the order of the requests."""
    lists = {}
    for one in requests:
        found = matcher.recommender.recommend(Profile(description=one.text), one.kind, CUT, None)
        lists[one.id] = [item.item_id for item in found.items]
    known = {item.id for item in matcher.store.items.all()}
    by_kind: dict[str, list[Request]] = {}
    for one in requests:
        by_kind.setdefault(one.kind.value, []).append(one)
    return {kind: figures(asked, lists, known) for kind, asked in by_kind.items()}


def answers(
    folder: Annotated[Path, typer.Argument(help="Folder of queries.tsv and grades.tsv")] = Path(
        "data/benchmarks/answers-dev"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Measure lists as users get them against graded free-text requests."""
    requests = read_requests(folder)
    with catalogue((*FILES, "leads.csv")) as matcher:
        found = measure(matcher, requests)
    console = Console()
    if as_json:
        console.print_json(json.dumps({kind: asdict(one) for kind, one in found.items()}))
        return
    console.print(_table(found))


def _table(found: Mapping[str, KindFigures]) -> Table:
    table = Table("measure", *found, title="Lists as users get them, judged by fit")
    for name in KindFigures.__slots__:
        table.add_row(name, *(_cell(getattr(one, name)) for one in found.values()))
    return table


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
