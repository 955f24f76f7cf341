"""Measurements behind ``matcher-lab market``: rows with all peers, the mutual market, newcomers, growth."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from matcher.arrays import Floats, Ints
from matcher.errors import InvalidRequest
from matcher.market import Limits, Plan, gini, plan
from matcher.market.planner import evaluate
from training.market.estimate import Estimate, estimate, expected_matches
from training.market.instances import Market, add_popularity, cyberagent_market
from training.market.mutual import match_probabilities, plan_mutual
from training.market.newcomers import place_proposer, place_receiver
from training.market.peers import naive, reciprocal, transferable_utility
from training.market.truncated import plan_short, short_pairs

PEERS = {"naive": naive, "reciprocal": reciprocal, "TU/IPFP": transferable_utility}

EXEMPT_SHARE = 0.05
"""Share of people whom the guarded plan may leave with less than the reciprocal ranking gives them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One market: simulated matches and seconds by method.

    ``losing`` names who expects less than with the reciprocal ranking, by the exact estimate, worst first.
    """

    market: Market
    matches: dict[str, Estimate]
    seconds: dict[str, float]
    exact: dict[str, float]
    losing: dict[str, list[str]]
    gini: dict[str, float]

    @property
    def bar(self) -> float:
        """Highest figure of anyone else, published or measured here."""
        return max(
            *self.market.published, *self.market.measured, *(self.matches[name].mean for name in PEERS)
        )

    def verdict(self, name: str) -> str:
        """``above``, ``equal`` (within two standard errors) or ``below`` the best figure of anyone else."""
        ours = self.matches[name]
        if ours.mean >= self.bar:
            return "above"
        return "equal" if ours.mean + 2 * ours.standard_error >= self.bar else "below"

    def kept(self, name: str) -> float:
        """Share of people who expect at least what the reciprocal ranking gives them."""
        return 1 - len(self.losing[name]) / (self.market.candidates + self.market.employers)


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


def measure(market: Market, draws: int, seed: int = 0) -> Measured:
    """Run all peers and the plan on one market; simulation seeds are the same for all."""
    f, g = market.draw()
    law = market.position_bias
    floor = estimate(reciprocal(f, g), f, g, law)
    limits = Limits(min_matches=floor.matches, exempt_share=EXEMPT_SHARE)
    methods: dict[str, Callable[[], Ints]] = {name: partial(peer, f, g) for name, peer in PEERS.items()}
    methods["plan"] = lambda: plan(f, g, law).lists
    methods["guarded plan"] = lambda: plan(f, g, law, limits=limits).lists
    matches, seconds, exact = {}, {}, {}
    for name, method in methods.items():
        lists = method()
        matches[name] = expected_matches(lists, f, g, law, draws=draws, seed=seed)
        exact[name] = estimate(lists, f, g, law)
        seconds[name] = median_seconds(method, 1 if name == "guarded plan" else 5)
    return Measured(
        market=market,
        matches=matches,
        seconds=seconds,
        exact={name: found.expected for name, found in exact.items()},
        losing={name: behind(floor, exact[name]) for name in ("plan", "guarded plan")},
        gini={name: gini(found.matches) for name, found in exact.items()},
    )


def behind(floor: Plan, found: Plan) -> list[str]:
    """Name the people who expect fewer matches than under ``floor``, candidates first, then by loss."""
    sides = (
        ("candidate", losers(floor.proposer_matches, found.proposer_matches)),
        ("employer", losers(floor.receiver_matches, found.receiver_matches)),
    )
    return [f"{side} {i + 1}" for side, numbers in sides for i in numbers]


def mutual() -> dict[str, dict[str, float]]:
    """Measure the 400 x 400 market of CyberAgent: expected matches and Gini over people, by method."""
    f, g = cyberagent_market()
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
    gains = add_popularity(np.random.default_rng(0).random((n + 1, n + 1)), 0.5)
    members = gains[:n, :n]
    current = plan(members)

    def place() -> None:
        place_proposer(current, gains[n, :n], gains[:n, n])
        place_receiver(current, gains[:n, n], gains[n, :n])

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
    by_product: Plan = evaluate(pairs, np.argsort(-pairs.f * pairs.g, axis=1, kind="stable"), error=1e-3)
    return {
        "n": n,
        "length": min(length, n),
        "seconds": seconds,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "matches": ours.expected,
        "reciprocal": by_product.expected,
        "least_views": float(ours.views.min()),
    }


def losers(before: Floats, after: Floats) -> Ints:
    """Return the numbers of those who expect less than before, worst loss first, ties to the lower number.

    Raises
    ------
    InvalidRequest
        Two vectors of different lengths.

    Examples
    --------
    >>> losers(np.array([1.0, 1.0, 1.0]), np.array([0.5, 1.2, 0.9])).tolist()
    [0, 2]
    """
    if before.shape != after.shape:
        raise InvalidRequest(f"Two vectors of one length are compared, not {before.shape} and {after.shape}.")
    order: Ints = np.argsort(after - before, kind="stable")
    worse: Ints = order[(before - after)[order] > 1e-12]
    return worse
