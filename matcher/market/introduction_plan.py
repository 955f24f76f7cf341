"""Partner recommendations as one plan for all: a market in which both sides of each pair must gain.

Each organisation's own ranking gives what it gains from another; a pair counts only if each is among the
other's. :func:`matcher.market.planner.plan_pairs` then orders all lists together, so that introductions are
spread over those who want them instead of flooding the best known.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import numpy as np

from matcher.arrays import Bools, Floats
from matcher.errors import InvalidRequest
from matcher.market.fairness import gini, relevance_kept
from matcher.market.limits import Limits
from matcher.market.pairs import Pairs
from matcher.market.planner import Plan, evaluate, plan_pairs

LIST_LENGTH = 40
"""Introductions kept for each organisation. Planning uses longer lists: cutting them earlier costs a sixth of
the expected matches when tastes are alike."""

FLOOR = 0.25
"""Share of an even distribution of views that each organisation gets, where its partners allow it."""

EXEMPT_SHARE = 0.05
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
    ``relevance``: nDCG of its list against its own ranking, so ``1 - relevance`` is the cost;
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
    """A version of the plan: lists by organisation, best first, and what it does for each.

    ``members`` are by ascending id.
    """

    version: str
    created_at: datetime
    generation: str
    lists: Mapping[str, tuple[Planned, ...]]
    members: tuple[Member, ...]

    def among(self, ids: Set[str]) -> "IntroductionPlan":
        """Keep only the organisations in ``ids``, in lists too; their figures stay as planned."""
        lists = {}
        for name, entries in self.lists.items():
            if name in ids:
                lists[name] = tuple(entry for entry in entries if entry.item_id in ids)
        members = tuple(member for member in self.members if member.organisation_id in ids)
        return replace(self, lists=lists, members=members)

    def share_of(self, organisation_id: str) -> float:
        """How often an organisation is seen, over the mean; 0 for one that the plan has no figures on."""
        place = bisect_left(self.members, organisation_id, key=lambda member: member.organisation_id)
        found = self.members[place : place + 1]
        return found[0].share if found and found[0].organisation_id == organisation_id else 0.0

    def pairs(self) -> list[tuple[str, str]]:
        """Return every planned pair once, most gain for both first (by product), ties by ids.

        First in a pair is the one that gains less: it is likelier to say no, so it is asked first.

        >>> lists = {"a": (Planned("b", 0.5, 0.9), Planned("c", 0.9, 0.8)), "b": (Planned("a", 0.9, 0.5),)}
        >>> IntroductionPlan("1", datetime(2026, 11, 30), "", lists, ()).pairs()
        [('c', 'a'), ('a', 'b')]
        """
        gains: dict[tuple[str, str], float] = {}
        for name, entries in self.lists.items():
            for entry in entries:
                sides = sorted([(entry.gain, name), (entry.gain_of_other, entry.item_id)])
                gains[sides[0][1], sides[1][1]] = entry.gain * entry.gain_of_other
        return sorted(gains, key=lambda pair: (-gains[pair], pair))

    def summary(self) -> dict[str, float]:
        """Add up: expected matches before and after, inequality (Gini) of views, mean relevance kept.

        ``kept`` is the share of organisations that expect at least what the ranking by mutual score gave
        them. Without members all figures are 0.
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
    """Plan the introductions of all organisations.

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
        At most :data:`LIST_LENGTH` entries a list. An organisation that no other wants back gets an empty
        list: it is served by mutual score until it is wanted. Members by ascending id.

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
    _refuse_scores(scores)
    pairs = _mutual_pairs(names, scores, {frozenset(pair) for pair in met})
    if not pairs.allowed.any():
        raise InvalidRequest("No two organisations want each other: there is nothing to plan.")
    by_score = np.argsort(-pairs.f * pairs.g, axis=1, kind="stable")
    before = evaluate(pairs, by_score)
    floor = _view_floor(pairs)
    limits = Limits(min_views=floor, min_matches=before.matches, exempt_share=EXEMPT_SHARE)
    found = plan_pairs(pairs, limits=limits)
    lists = {name: _entries(row, names, found) for row, name in enumerate(names)}
    members = _members(names, found, before.matches, found.views < floor * 0.999)
    return IntroductionPlan(version, created_at, generation, lists, members)


def _refuse_scores(scores: Mapping[str, Mapping[str, float]]) -> None:
    for name, listed in scores.items():
        wrong = [other for other, score in listed.items() if not 0 <= score <= 1]
        if wrong:
            raise InvalidRequest(
                f"The score of {name} for {wrong[0]} is {listed[wrong[0]]}: scores lie in [0, 1]."
            )


def _mutual_pairs(
    names: Sequence[str], scores: Mapping[str, Mapping[str, float]], met: Set[frozenset[str]]
) -> Pairs:
    """Lay out what each organisation lists in rows of one width; only mutual, new pairs are allowed."""
    row_of = {name: row for row, name in enumerate(names)}  # names are sorted
    width = min(len(names), max(1, *map(len, scores.values())))
    receiver = np.zeros((len(names), width), dtype=np.int64)
    f, g = np.zeros(receiver.shape), np.zeros(receiver.shape)
    for row, name in enumerate(names):
        columns = _columns(name, row_of, scores[name], width)
        receiver[row] = [row_of[other] for other in columns]
        for column, other in enumerate(columns):
            both = other in scores[name] and name in scores[other]
            if both and frozenset((name, other)) not in met:
                f[row, column], g[row, column] = scores[name][other], scores[other][name]
    return Pairs(receiver, f, g, (f > 0) & (g > 0), len(names), one_population=True)


def _columns(name: str, row_of: Mapping[str, int], listed: Mapping[str, float], width: int) -> list[str]:
    """Return the organisations that ``name`` lists, then others, by id, ``width`` in all.

    The market's arrays need distinct receivers in each row; the others pad shorter rows and are not allowed.
    """
    wanted = sorted(other for other in listed if other in row_of and other != name)
    taken = set(wanted)
    # As many others as are needed, and no more: to sort them all for each is what grows with the square.
    others = (other for other in row_of if other not in taken)
    return [*wanted, *islice(others, max(0, width - len(wanted)))][:width]


def _view_floor(pairs: Pairs) -> Floats:
    """Compute the views each must get: a share of the mean, at most half of what its pairs can give."""
    reach = np.bincount(pairs.receiver[pairs.allowed], minlength=pairs.receivers).astype(float)
    views_of_ranks = np.r_[0.0, np.cumsum(1.0 / np.arange(1, pairs.receiver.shape[1] + 1))]
    offered = views_of_ranks[pairs.allowed.sum(axis=1)]
    return np.minimum(FLOOR * float(np.mean(offered)), reach / 2)


def _entries(row: int, names: Sequence[str], plan: Plan) -> tuple[Planned, ...]:
    pairs = plan.pairs
    columns = [column for column in plan.order[row].tolist() if pairs.allowed[row, column]]
    return tuple(
        Planned(names[pairs.receiver[row, at]], float(pairs.f[row, at]), float(pairs.g[row, at]))
        for at in columns[:LIST_LENGTH]
    )


def _members(
    names: Sequence[str], plan: Plan, matches_before: Floats, under_floor: Bools
) -> tuple[Member, ...]:
    shown = np.where(np.take_along_axis(plan.pairs.allowed, plan.order, axis=1), plan.order, -1)
    relevance = relevance_kept(shown[:, :LIST_LENGTH], plan.pairs.f * plan.pairs.allowed)
    mean = float(plan.views.mean()) or 1.0
    matches = plan.matches
    return tuple(
        Member(
            organisation_id=name,
            views=round(float(plan.views[row]), 4),
            share=round(float(plan.views[row]) / mean, 4),
            under_floor=bool(under_floor[row]),
            relevance=round(float(relevance[row]), 4),
            matches=round(float(matches[row]), 4),
            matches_before=round(float(matches_before[row]), 4),
        )
        for row, name in enumerate(names)
    )
