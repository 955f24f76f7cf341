"""Partner recommendations as one plan for everybody: a market in which both sides of each pair must gain.

Each organisation's own ranking gives what it gains from another; a pair counts only if each is among the
other's. :func:`matcher.market.planner.plan_pairs` then orders all lists together, so that introductions are
spread over those who want them instead of flooding the best known.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from matcher.errors import InvalidRequest
from matcher.market.fairness import gini, ndcg_cost
from matcher.market.pairs import Pairs
from matcher.market.planner import Limits, Plan, evaluate, exact_crowd, plan_pairs
from matcher.market.position_bias import Floats

LIST_LENGTH = 40
"""Introductions kept for each organisation. Planning uses longer lists: cutting them earlier costs a sixth of
the expected matches when tastes are alike."""

FLOOR = 0.25
"""Nobody is seen less than this share of an even distribution of views, where its partners allow it."""


SPARE = 0.05
"""Share of all who may expect less than from the ranking by mutual score, for the good of the others."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned introduction: what each side gains, in [0, 1]."""

    item_id: str
    gain: float
    gain_of_other: float


@dataclass(frozen=True, slots=True)
class Member:
    """What the plan does for one organisation.

    ``views``: how often it is expected to be looked at; ``share``: that over the mean of all;
    ``relevance``: nDCG of its list against its own unconstrained ranking, so ``1 - relevance`` is the cost;
    ``matches`` and ``matches_before``: introductions both sides are expected to want, with the plan and with
    the ranking by mutual score.
    """

    organisation_id: str
    views: float
    share: float
    under_floor: bool
    relevance: float
    matches: float
    matches_before: float

    @property
    def keeps(self) -> bool:
        """Whether it expects at least as many introductions as before."""
        return self.matches >= self.matches_before


@dataclass(frozen=True, slots=True)
class IntroductionPlan:
    """A version of the plan: lists by organisation, best first, and what it does for each."""

    version: str
    created_at: datetime
    generation: str
    lists: Mapping[str, tuple[Planned, ...]]
    members: tuple[Member, ...]

    def among(self, ids: Set[str]) -> "IntroductionPlan":
        """Leave out whoever is not in ``ids``, in lists too; the figures of the others stay as planned."""
        lists = {
            name: tuple(entry for entry in entries if entry.item_id in ids)
            for name, entries in self.lists.items()
            if name in ids
        }
        members = tuple(member for member in self.members if member.organisation_id in ids)
        return replace(self, lists=lists, members=members)

    def summary(self) -> dict[str, float]:
        """Add up: expected matches before and after, inequality (Gini) of views, mean relevance kept.

        ``kept`` is the share of organisations that expect what the ranking by mutual score gave them. Of
        nobody all are 0.
        """
        count = len(self.members) or 1  # all of them may have been erased
        return {
            "organisations": float(len(self.members)),
            "matches": sum(member.matches for member in self.members),
            "matches_before": sum(member.matches_before for member in self.members),
            "gini_views": gini([member.views for member in self.members]),
            "mean_relevance": sum(member.relevance for member in self.members) / count,
            "under_floor": float(sum(member.under_floor for member in self.members)),
            "kept": sum(member.keeps for member in self.members) / count,
        }


def plan_introductions(
    scores: Mapping[str, Mapping[str, float]],
    *,
    version: str,
    created_at: datetime,
    generation: str = "",
    met: Iterable[tuple[str, str]] = (),
) -> IntroductionPlan:
    """Plan everybody's introductions.

    Parameters
    ----------
    scores
        For each organisation, what it gains from each of the others it may meet, in [0, 1]; its best ones
        are enough.
    version, created_at, generation
        Name and time of the plan, and the index generation it was made from.
    met
        Pairs not to introduce (again), in any order.

    Returns
    -------
    IntroductionPlan
        At most :data:`LIST_LENGTH` entries a list. An organisation that nobody wants back gets an empty
        list: it is served by mutual score until it is. Members by ascending id.

    Raises
    ------
    InvalidRequest
        Fewer than two organisations, or a score outside [0, 1].

    Examples
    --------
    >>> # b is wanted most by a and c alike; c, who likes a better, is the surer introduction for a
    >>> scores = {"a": {"b": 0.9, "c": 0.8}, "b": {"a": 0.5, "c": 0.4}, "c": {"a": 0.6, "b": 0.1}}
    >>> plan = plan_introductions(scores, version="1", created_at=datetime(2026, 11, 22))
    >>> [entry.item_id for entry in plan.lists["a"]]
    ['c', 'b']
    """
    names = sorted(scores)
    if len(names) < 2:
        raise InvalidRequest(f"A plan needs at least two organisations, not {len(names)}.")
    for name, listed in scores.items():
        wrong = [other for other, score in listed.items() if not 0 <= score <= 1]
        if wrong:
            raise InvalidRequest(
                f"The score of {name} for {wrong[0]} is {listed[wrong[0]]}: scores lie in [0, 1]."
            )
    pairs = _mutual(names, scores, {frozenset(pair) for pair in met})
    if not pairs.allowed.any():
        raise InvalidRequest("No two organisations want each other: there is nothing to plan.")
    usual = np.argsort(-pairs.f * pairs.g, axis=1, kind="stable")
    before = evaluate(pairs, usual, crowd=exact_crowd(pairs))
    limits = Limits(
        min_views=_floor(pairs),
        left_floor=before.left_matches + before.right_matches,
        together=True,
        spare=SPARE,
    )
    found = plan_pairs(pairs, limits=limits)
    lists = {name: _entries(row, names, found) for row, name in enumerate(names)}
    return IntroductionPlan(version, created_at, generation, lists, _members(names, found, before, limits))


def _mutual(names: list[str], scores: Mapping[str, Mapping[str, float]], met: set[frozenset[str]]) -> Pairs:
    """Rows of one width: the organisations each lists, padded with others that are not allowed."""
    row_of = {name: row for row, name in enumerate(names)}
    width = max(1, *(len(listed) for listed in scores.values()))
    items = np.zeros((len(names), width), dtype=np.int64)
    f, g = np.zeros(items.shape), np.zeros(items.shape)
    for row, name in enumerate(names):
        listed = [other for other in sorted(scores[name]) if other in row_of and other != name]
        absent = (r for r in range(len(names)) if names[r] not in scores[name])
        numbers = [row_of[other] for other in listed]
        items[row] = (numbers + [number for number, _ in zip(absent, range(width), strict=False)])[:width]
        for place, other in enumerate(listed):
            if name in scores[other] and frozenset((name, other)) not in met:
                f[row, place], g[row, place] = scores[name][other], scores[other][name]
    return Pairs(items, f, g, (f > 0) & (g > 0), len(names))


def _floor(pairs: Pairs) -> Floats:
    """Compute the views each must get: a share of the mean, at most half of what its pairs can give."""
    reach = np.bincount(pairs.items[pairs.allowed], minlength=pairs.receivers).astype(float)
    offered = [sum(1.0 / rank for rank in range(1, count + 1)) for count in pairs.allowed.sum(axis=1)]
    return np.minimum(FLOOR * float(np.mean(offered)), reach / 2)


def _entries(row: int, names: list[str], plan: Plan) -> tuple[Planned, ...]:
    order = plan.order[row]
    kept = [place for place in order.tolist() if plan.pairs.allowed[row, place]][:LIST_LENGTH]
    pairs = plan.pairs
    return tuple(
        Planned(names[pairs.items[row, at]], float(pairs.f[row, at]), float(pairs.g[row, at])) for at in kept
    )


def _members(names: list[str], plan: Plan, before: Plan, limits: Limits) -> tuple[Member, ...]:
    shown = np.where(np.take_along_axis(plan.pairs.allowed, plan.order, axis=1), plan.order, -1)
    relevance = ndcg_cost(shown[:, :LIST_LENGTH], plan.pairs.f * plan.pairs.allowed)
    mean = float(plan.views.mean()) or 1.0
    floor = np.asarray(limits.min_views)
    matches, matches_before = (p.left_matches + p.right_matches for p in (plan, before))
    return tuple(
        Member(
            organisation_id=name,
            views=round(float(plan.views[row]), 4),
            share=round(float(plan.views[row]) / mean, 4),
            under_floor=bool(plan.views[row] < floor[row] * 0.999),
            relevance=round(float(relevance[row]), 4),
            matches=round(float(matches[row]), 4),
            matches_before=round(float(matches_before[row]), 4),
        )
        for row, name in enumerate(names)
    )
