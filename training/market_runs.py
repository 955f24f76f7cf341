"""Measurements behind ``matcher-lab market``: rows with all peers, the mutual market, newcomers, growth."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matcher.exposure import gini, losers
from matcher.market import Effort, Limits, Plan, evaluate, naive, plan, reciprocal, transferable_utility
from matcher.market_estimate import Estimate, estimate, expected_matches
from matcher.market_limits import per_receiver
from matcher.market_mutual import match_probabilities, plan_mutual
from matcher.market_newcomers import place_looker, place_receiver
from matcher.market_truncated import plan_short, short_pairs
from training.market_rows import Floats, Row, agency, crowd

PEERS = {"naive": naive, "reciprocal": reciprocal, "TU/IPFP": transferable_utility}


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: simulated matches by method, seconds, and who loses against reciprocal."""

    row: Row
    matches: dict[str, Estimate]
    seconds: float
    exact: float
    kept: dict[str, float]  # share of people who expect at least what the reciprocal ranking gives them
    kept_se: dict[str, float]  # the same, within two standard errors of a simulation of as many draws
    guarded: float  # expected matches of the plan that aims to keep everybody at that level
    losing: dict[str, list[str]]  # who falls short by more than two standard errors, worst first
    gini: dict[str, float]

    @property
    def bar(self) -> float:
        """Highest figure of anyone else, published or measured here."""
        here = [estimate.mean for name, estimate in self.matches.items() if name != "plan"]
        return max(*self.row.published, *self.row.measured, *here)

    @property
    def verdict(self) -> str:
        """``above``, ``equal`` (within two standard errors) or ``below`` the best figure of anyone else."""
        ours = self.matches["plan"]
        if ours.mean >= self.bar:
            return "above"
        return "equal" if ours.mean + 2 * ours.standard_error >= self.bar else "below"


def median_seconds(
    work: Callable[[], object], times: int = 5, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Time several runs, by the wall unless another clock is given; the median."""
    taken = []
    for _ in range(times):
        start = clock()
        work()
        taken.append(clock() - start)
    return float(np.median(taken))


def measure(row: Row, draws: int, seed: int = 0) -> Measured:
    """Run all peers and the plan on one market; simulation seeds are the same for all."""
    f, g = row.draw()
    law = row.examination
    lists = {name: peer(f, g) for name, peer in PEERS.items()}
    ours = plan(f, g, law)
    lists["plan"] = ours.left
    runs = {name: expected_matches(ids, f, g, law, draws=draws, seed=seed) for name, ids in lists.items()}
    exact = {name: estimate(ids, f, g, law) for name, ids in lists.items()}
    floor = exact["reciprocal"]
    limits = Limits(left_floor=floor.left_matches, right_floor=floor.right_matches, spare=0.03)
    guarded = estimate(plan(f, g, law, limits=limits, effort=Effort(steps=25)).left, f, g, law)
    both = {"plan": exact["plan"], "guarded plan": guarded}
    return Measured(
        row=row,
        matches=runs,
        seconds=median_seconds(lambda: plan(f, g, law)),
        exact=exact["plan"].expected,
        kept={name: 1 - len(behind(floor, found, 0)) / sum(f.shape) for name, found in both.items()},
        kept_se={name: 1 - len(behind(floor, found, draws)) / sum(f.shape) for name, found in both.items()},
        guarded=guarded.expected,
        losing={name: behind(floor, found, draws) for name, found in both.items()},
        gini={name: gini(np.r_[found.left_matches, found.right_matches]) for name, found in exact.items()},
    )


def behind(floor: Plan, found: Plan, draws: int) -> list[str]:
    """Name who expects fewer matches than under ``floor``: worst first, candidates before employers.

    With ``draws`` a shortfall within two standard errors of their simulated difference is forgiven; matches
    of one person are taken as independent. 0 forgives nothing.
    """
    named = []
    for side, side_name in enumerate(("candidate", "employer")):
        before, after = ((plan_.left_matches, plan_.right_matches)[side] for plan_ in (floor, found))
        error = np.sqrt(_variance(floor)[side] + _variance(found)[side]) * (
            2 / np.sqrt(draws) if draws else 0
        )
        named += [f"{side_name} {i + 1}" for i in losers(before, after + error)]
    return named


def _variance(found: Plan) -> tuple[Floats, Floats]:
    """Variance of the number of matches of each looker and each receiver."""
    match = found.applications * found.values.accept
    spread = match * (1 - match)
    return np.asarray(spread.sum(axis=1), dtype=float), np.asarray(
        per_receiver(found.pairs, spread), dtype=float
    )


def mutual() -> dict[str, dict[str, float]]:
    """Measure the 400 x 400 market of CyberAgent: expected matches and Gini over people, by method."""
    f, g = agency()
    start = time.perf_counter()
    ours = plan_mutual(f, g)
    seconds = time.perf_counter() - start
    found = {name: match_probabilities(peer(f, g), peer(g, f), f, g) for name, peer in PEERS.items()}
    found["plan"] = ours.match
    table = {
        name: {"matches": float(match.sum()), "gini": gini(np.r_[match.sum(axis=1), match.sum(axis=0)])}
        for name, match in found.items()
    }
    table["plan"]["seconds"] = seconds
    return table


def newcomer(n: int = 400) -> dict[str, float]:
    """Time a plan of ``n`` members, and placing one more on both sides."""
    gains = crowd(np.random.default_rng(0).random((n + 1, n + 1)), 0.5)
    members = gains[:n, :n]
    standing = plan(members)

    def place() -> None:
        place_looker(standing, gains[n, :n], gains[:n, n])
        place_receiver(standing, gains[:n, n], gains[n, :n])

    return {
        "plan_s": median_seconds(lambda: plan(members)),
        "plan_cpu_s": median_seconds(lambda: plan(members), clock=time.process_time),
        "place_s": median_seconds(place, 11),
        "place_cpu_s": median_seconds(place, 11, clock=time.process_time),
    }


def growth(sizes: tuple[int, ...], length: int = 100) -> list[dict[str, float]]:
    """Time and peak memory of short lists for ``n`` x ``n``, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    table = []
    for n in sizes:
        with context.Pool(1) as pool:
            table.append(pool.apply(_grow, (n, length)))
    return table


def _grow(n: int, length: int) -> dict[str, float]:
    rng = np.random.default_rng(n)
    popular = np.linspace(0.5, 0, n, endpoint=False, dtype=np.float32)
    f, g = (rng.random((n, n), dtype=np.float32) * np.float32(0.5) + popular for _ in range(2))
    start = time.perf_counter()
    ours = plan_short(f, g, length=length)
    seconds = time.perf_counter() - start
    pairs = short_pairs(f, g, length=length)
    usual: Plan = evaluate(pairs, np.argsort(-pairs.f * pairs.g, axis=1, kind="stable"))
    return {
        "n": n,
        "length": min(length, n),
        "seconds": seconds,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "matches": ours.expected,
        "reciprocal": usual.expected,
        "least_views": float(ours.views.min()),
    }
