"""Measurements behind ``matcher-lab market``: rows with all peers, the mutual market, newcomers, growth."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from matcher.market.acceptance import Ints
from matcher.market.fairness import gini, losers
from matcher.market.planner import Limits, Plan, evaluate, naive, plan, reciprocal, transferable_utility
from training.market.estimate import Estimate, estimate, expected_matches
from training.market.instances import Row, agency, crowd
from training.market.mutual import match_probabilities, plan_mutual
from training.market.newcomers import place_looker, place_receiver
from training.market.truncated import plan_short, short_pairs

PEERS = {"naive": naive, "reciprocal": reciprocal, "TU/IPFP": transferable_utility}


SPARE = 0.05
"""Share of people whom the guarded plan may leave with less than the reciprocal ranking gives them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: simulated matches and seconds by method, and who loses against reciprocal."""

    row: Row
    matches: dict[str, Estimate]
    seconds: dict[str, float]
    exact: dict[str, float]
    losing: dict[
        str, list[str]
    ]  # who expects less than with the reciprocal ranking, without chance, worst first
    gini: dict[str, float]

    @property
    def bar(self) -> float:
        """Highest figure of anyone else, published or measured here."""
        return max(*self.row.published, *self.row.measured, *(self.matches[name].mean for name in PEERS))

    def verdict(self, name: str) -> str:
        """``above``, ``equal`` (within two standard errors) or ``below`` the best figure of anyone else."""
        ours = self.matches[name]
        if ours.mean >= self.bar:
            return "above"
        return "equal" if ours.mean + 2 * ours.standard_error >= self.bar else "below"

    def kept(self, name: str) -> float:
        """Share of people who expect at least what the reciprocal ranking gives them."""
        return 1 - len(self.losing[name]) / (self.row.lookers + self.row.receivers)


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
    floor = estimate(reciprocal(f, g), f, g, law)
    limits = Limits(left_floor=floor.left_matches, right_floor=floor.right_matches, spare=SPARE)
    methods: dict[str, Callable[[], Ints]] = {name: partial(peer, f, g) for name, peer in PEERS.items()}
    methods["plan"] = lambda: plan(f, g, law).left
    methods["guarded plan"] = lambda: plan(f, g, law, limits=limits).left
    lists = {name: method() for name, method in methods.items()}
    exact = {name: estimate(ids, f, g, law) for name, ids in lists.items()}
    times = {name: 1 if name == "guarded plan" else 5 for name in methods}
    return Measured(
        row=row,
        matches={
            name: expected_matches(ids, f, g, law, draws=draws, seed=seed) for name, ids in lists.items()
        },
        seconds={name: median_seconds(method, times[name]) for name, method in methods.items()},
        exact={name: found.expected for name, found in exact.items()},
        losing={name: behind(floor, exact[name]) for name in ("plan", "guarded plan")},
        gini={name: gini(np.r_[found.left_matches, found.right_matches]) for name, found in exact.items()},
    )


def behind(floor: Plan, found: Plan) -> list[str]:
    """Name who expects fewer matches than under ``floor``: candidates before employers, worst first."""
    sides = (
        ("candidate", losers(floor.left_matches, found.left_matches)),
        ("employer", losers(floor.right_matches, found.right_matches)),
    )
    return [f"{side} {i + 1}" for side, numbers in sides for i in numbers]


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
