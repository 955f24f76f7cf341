"""``matcher-lab meetings``: rounds of meetings against the linear bound, greedy and sequential matching."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from matcher.arrays import Floats
from matcher.meetings import plan_meetings
from matcher.meetings.bound import Demand, select


@dataclass(frozen=True, slots=True)
class Result:
    """One method: total score, its ratio to the bound, seconds (median of the runs)."""

    method: str
    total: float
    ratio: float
    seconds: float


def meetings(
    *,
    n: Annotated[int, typer.Option("--n", min=2, help="People.")] = 400,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed of the scores.")] = 0,
    runs: Annotated[int, typer.Option(min=1, help="Timed runs of our planner.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plan an event on reciprocal scores with crowding .5 and print total, bound, ratio and seconds."""
    scores = draw(n, seed)
    schedule = plan_meetings(scores, rounds, seed=0)
    bound = schedule.bound
    taken = sorted(_timed(lambda: plan_meetings(scores, rounds, seed=0).total)[1] for _ in range(runs))
    results = [Result("plan", schedule.total, schedule.total / bound, taken[len(taken) // 2])]
    for name, method in (("sequential matching", sequential), ("greedy", greedy)):
        total, seconds = _timed(partial(method, scores, rounds))
        results.append(Result(name, total, total / bound, seconds))
    if as_json:
        figures = {"n": n, "rounds": rounds, "bound": bound, "gap": schedule.gap}
        typer.echo(json.dumps(figures | {"methods": [asdict(result) for result in results]}, indent=2))
        return
    table = Table(title=f"{n} people, {rounds} rounds, linear bound {bound:.2f}, gap {schedule.gap:.4%}")
    for column in ("method", "total", "of the bound", "seconds"):
        table.add_column(column, justify="left" if column == "method" else "right")
    for row in results:
        table.add_row(row.method, f"{row.total:.2f}", f"{row.ratio:.3%}", f"{row.seconds:.2f}")
    Console().print(table)


def draw(n: int, seed: int) -> Floats:
    """Reciprocal scores: the product of both gains, half of each a popularity from 1 to 0 shared by all."""
    rng = np.random.RandomState(seed)
    gains = 0.5 * rng.random_sample((n, n)) + 0.5 * np.linspace(1, 0, n)
    return gains * gains.T


def greedy(scores: Floats, rounds: int) -> float:
    """Take pairs by falling score while both have a round free in common, the first one."""
    n = len(scores)
    first, second = np.triu_indices(n, 1)
    busy = np.zeros((n, rounds), dtype=bool)
    total = 0.0
    for pair in np.argsort(-scores[first, second], kind="stable"):
        a, b = first[pair], second[pair]
        both = ~(busy[a] | busy[b])
        if both.any():
            busy[[a, b], both.argmax()] = True
            total += scores[a, b]
    return float(total)


def sequential(scores: Floats, rounds: int) -> float:
    """Match each round for the most it can give with the pairs that are left (HiGHS, exact)."""
    n = len(scores)
    allowed = ~np.eye(n, dtype=bool)
    one, none = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    total = 0.0
    for _ in range(rounds):
        chosen = select(Demand(scores, allowed, one, none, n // 2))
        total += chosen.total
        a, b = chosen.pairs.T
        allowed[a, b] = allowed[b, a] = False
    return total


def _timed(work: Callable[[], float]) -> tuple[float, float]:
    start = time.perf_counter()
    value = work()
    return value, time.perf_counter() - start
