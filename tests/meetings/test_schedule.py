"""Meeting rounds: no conflict, no repeat, minimum first, close to the bound, what is settled stays."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from matcher.meetings import Rules, Schedule, plan_meetings, reopen
from tests.examples import draws


def random_scores(n: int, seed: int = 0):
    gains = np.random.default_rng(seed).random((n, n))
    return gains * gains.T


def check_laws(schedule: Schedule, veto=None, fixed=None, tables: int | None = None) -> None:
    partner = schedule.partner
    for a, r in zip(*np.nonzero(partner >= 0), strict=True):
        b = partner[a, r]
        assert a != b
        assert partner[b, r] == a
        assert schedule.table[a, r] == schedule.table[b, r] >= 0
        if veto is not None:
            assert not veto[a, b]
            assert not veto[b, a]
        if fixed is not None and fixed[a] >= 0:
            assert schedule.table[a, r] == fixed[a]
    for row in partner.tolist():
        met = [b for b in row if b >= 0]
        assert len(met) == len(set(met))
    for r in range(partner.shape[1]):
        used = [table for _, _, table in schedule.meetings(r)]
        assert len(used) == len(set(used))
        assert tables is None or len(used) <= tables
    assert schedule.total <= schedule.bound + 1e-6


@settings(max_examples=draws(40), deadline=None)
@given(st.integers(2, 13), st.integers(1, 6), st.integers(0, 10**6), st.integers(1, 6))
def test_nobody_is_in_two_places_and_vetoes_hold(n, rounds, seed, tables):
    rng = np.random.default_rng(seed)
    veto = rng.random((n, n)) < 0.2
    veto[0, 1] = veto[1, 0] = False
    fixed = np.full(n, -1)
    fixed[n - 1] = int(rng.integers(tables)) if n > 2 else -1
    schedule = plan_meetings(
        rng.random((n, n)), rounds, Rules(veto=veto, tables=tables, fixed=fixed), seed=seed
    )
    check_laws(schedule, veto, fixed, tables)


@pytest.mark.parametrize(("n", "rounds"), [(40, 5), (41, 5), (60, 10)])
def test_the_total_is_within_a_thousandth_of_the_bound(n, rounds):
    schedule = plan_meetings(random_scores(n), rounds)
    check_laws(schedule)
    assert schedule.gap < 2e-3
    assert schedule.total >= (1 - schedule.gap) * schedule.bound - 1e-9


def test_the_bound_is_never_under_the_best_schedule():
    scores = random_scores(4, 5)
    pairings = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
    worth = [sum((scores[a, b] + scores[b, a]) / 2 for a, b in pairs) for pairs in pairings]
    best = max(x + y for x, y in itertools.combinations(worth, 2))
    schedule = plan_meetings(scores, 2)
    assert schedule.total == pytest.approx(best)
    assert schedule.bound >= best - 1e-9


def test_the_same_seed_gives_the_same_rounds():
    first, second = (plan_meetings(random_scores(30), 6, seed=3) for _ in range(2))
    assert np.array_equal(first.partner, second.partner)
    assert np.array_equal(first.table, second.table)


def test_everybodys_minimum_comes_before_the_total():
    scores = np.full((6, 6), 0.9)
    scores[5] = scores[:, 5] = 0.0  # meeting the last one is worth nothing
    assert plan_meetings(scores, 3, Rules(tables=2)).counts[5] == 0
    schedule = plan_meetings(scores, 3, Rules(tables=2, minimum=2))
    assert schedule.counts.min() == 2
    check_laws(schedule, tables=2)


def test_an_infeasible_minimum_says_who_misses_how_many():
    veto = np.zeros((6, 6), dtype=bool)
    veto[0, 2:] = True
    with pytest.raises(InvalidRequest, match=r"Anna \(misses 2 of 3\)"):
        plan_meetings(
            np.ones((6, 6)), 3, Rules(veto=veto, minimum=3, names=["Anna", "B", "C", "D", "E", "F"])
        )
    with pytest.raises(InvalidRequest, match="misses"):
        plan_meetings(np.ones((5, 5)), 4, Rules(minimum=4))  # five people need five rounds to meet four each


def test_an_odd_number_leaves_one_person_free_a_round():
    schedule = plan_meetings(random_scores(7), 3)
    assert ((schedule.partner == -1).sum(axis=0) == 1).all()


def test_more_rounds_than_partners_leaves_rounds_free():
    schedule = plan_meetings(np.ones((3, 3)), 5)
    assert schedule.counts.tolist() == [2, 2, 2]


def test_two_people_meet_once():
    assert plan_meetings(np.ones((2, 2)), 4).total == 1


def test_a_round_holds_no_more_meetings_than_tables():
    schedule = plan_meetings(random_scores(20), 6, Rules(tables=4))
    check_laws(schedule, tables=4)
    assert len(schedule.meetings(0)) == 4
    assert schedule.gap < 5e-3


def test_people_who_keep_a_table_never_meet_each_other():
    fixed = np.array([0, 1, 2, -1, -1, -1, -1, -1])
    schedule = plan_meetings(random_scores(8), 4, Rules(fixed=fixed))
    check_laws(schedule, fixed=fixed)
    assert not np.isin(schedule.partner[:3], [0, 1, 2]).any()


def test_late_changes_do_not_move_what_is_settled():
    scores = random_scores(13)
    before = plan_meetings(scores[:12, :12], 5)
    settled, available = reopen(before, 2, absent=[4], arrivals=1)
    after = plan_meetings(scores, 5, Rules(available=available), settled=settled)
    check_laws(after)
    assert np.array_equal(after.partner[:12, :2], before.partner[:, :2])
    assert (after.partner[4, 2:] == -2).all()
    kept = (before.partner >= 0) & (before.partner != 4) & (np.arange(12) != 4)[:, None]
    assert np.array_equal(after.partner[:12][kept], before.partner[kept])
    assert (after.partner[12, :2] == -2).all()
    assert after.counts[12] > 0  # the newcomer meets those whom the absent one left free


@pytest.mark.parametrize(
    ("scores", "rounds", "rules", "said"),
    [
        (np.ones((1, 1)), 1, Rules(), "at least two people"),
        (np.empty((0, 0)), 1, Rules(), "at least two people"),
        (np.ones((2, 3)), 1, Rules(), "square"),
        (np.ones((3, 3)), 0, Rules(), "at least one round"),
        (np.array([[0, np.nan], [1, 0]]), 1, Rules(), "0 with 1 is nan"),
        (np.array([[0, -1], [1, 0]]), 1, Rules(), "not negative"),
        (np.ones((3, 3)), 1, Rules(veto=np.ones((3, 3), bool)), "No two people may meet"),
        (np.ones((3, 3)), 1, Rules(veto=np.ones((2, 2), bool)), "vetoes must have the shape"),
        (np.ones((3, 3)), 1, Rules(tables=0), "At least one table"),
        (np.ones((4, 4)), 1, Rules(fixed=[0, 0, -1, -1], names=list("abcd")), "a, b"),
        (np.ones((4, 4)), 1, Rules(fixed=[3, -1, -1, -1]), "Table 4 is asked for"),
        (np.ones((3, 3)), 1, Rules(minimum=-1), "cannot be negative"),
        (np.ones((3, 3)), 2, Rules(available=np.ones((3, 1), bool)), "presence"),
    ],
)
def test_bad_input_is_refused_and_says_why(scores, rounds, rules, said):
    with pytest.raises(InvalidRequest, match=said):
        plan_meetings(scores, rounds, rules)


@pytest.mark.parametrize(
    "settled", [[[1], [2], [1]], [[1], [-1], [-1]], [[0], [-1], [-1]], [[7], [-1], [-1]]]
)
def test_settled_meetings_in_conflict_are_refused(settled):
    with pytest.raises(InvalidRequest, match="settled"):
        plan_meetings(np.ones((3, 3)), 1, settled=settled)


def test_settled_repeats_are_refused():
    with pytest.raises(InvalidRequest, match="twice"):
        plan_meetings(np.ones((3, 3)), 2, settled=[[1, 1], [0, 0], [-1, -1]])
