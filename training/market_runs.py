"""Measurements behind ``matcher-lab market``: rows with all peers, the mutual market, newcomers, growth."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matcher.exposure import gini, losers
from matcher.market import Limits, Plan, evaluate, naive, plan, reciprocal, transferable_utility
from matcher.market_estimate import Estimate, estimate, expected_matches
from matcher.market_mutual import match_probabilities, plan_mutual
from matcher.market_newcomers import place_looker, place_receiver
from matcher.market_truncated import plan_short, short_pairs
from training.market_rows import Row, agency, crowd

PEERS = {"naive": naive, "reciprocal": reciprocal, "TU/IPFP": transferable_utility}


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: simulated matches by method, seconds, and who loses against reciprocal."""

    row: Row
    matches: dict[str, Estimate]
    seconds: float
    exact: float
    kept: dict[str, float]  # method -> share of people who expect at least what reciprocal gives them
    guarded: float  # expected matches of the plan that keeps everybody at that level
    losing: list[str]
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


def median_seconds(work: Callable[[], object], times: int = 5) -> float:
    """Median wall time of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
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
    limits = Limits(left_floor=floor.left_matches, right_floor=floor.right_matches)
    guarded = estimate(plan(f, g, law, limits=limits).left, f, g, law)
    kept, losing = {}, []
    for name, found in {"plan": exact["plan"], "guarded plan": guarded}.items():
        lost = [f"candidate {c + 1}" for c in losers(floor.left_matches, found.left_matches)]
        lost += [f"employer {j + 1}" for j in losers(floor.right_matches, found.right_matches)]
        kept[name] = 1 - len(lost) / sum(f.shape)
        losing = lost
    return Measured(
        row=row,
        matches=runs,
        seconds=median_seconds(lambda: plan(f, g, law)),
        exact=exact["plan"].expected,
        kept=kept,
        guarded=guarded.expected,
        losing=losing,
        gini={name: gini(np.r_[found.left_matches, found.right_matches]) for name, found in exact.items()},
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

    return {"plan_s": median_seconds(lambda: plan(members)), "place_s": median_seconds(place, 11)}


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
