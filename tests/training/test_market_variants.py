"""Limits, newcomers, short lists and mutual lists."""

import numpy as np
import pytest

from matcher.errors import InvalidRequest
from matcher.market import Limits, plan
from matcher.market.position_bias import examination_probabilities
from tests.samples import crowded
from training.market.estimate import estimate
from training.market.mutual import match_probabilities, plan_mutual
from training.market.newcomers import change, join, place_proposer, place_receiver
from training.market.peers import naive, reciprocal, transferable_utility
from training.market.runs import losers
from training.market.truncated import plan_short, short_pairs


def test_nobody_falls_under_the_floor_of_views():
    f, g = crowded(30, 20, 0.9)
    free = plan(f, g)
    floor = float(free.views.mean()) * 0.8
    assert (free.views < floor).any()
    assert (plan(f, g, limits=Limits(min_views=floor)).views >= floor).all()


def test_an_impossible_floor_says_by_how_much():
    with pytest.raises(InvalidRequest, match=r"lower them by 1\.00 in total"):
        plan([[0.5, 0.5]], [[0.5], [0.5]], limits=Limits(min_views=1.25))
    with pytest.raises(InvalidRequest, match=r"Receiver 0 can get at most 1\.00"):
        plan([[0.5, 0.5]], [[0.5], [0.5]], limits=Limits(min_views=np.array([1.2, 0.0])))


@pytest.mark.parametrize(
    "limits", [Limits(min_views=-1.0), Limits(min_views=np.array([1.0])), Limits(min_matches=np.array([1.0]))]
)
def test_limits_that_make_no_sense_are_refused(limits):
    with pytest.raises(InvalidRequest):
        plan([[0.5, 0.5]], [[0.5], [0.5]], limits=limits)


@pytest.mark.parametrize("law", ["inverse", "log", "exponential"])
def test_a_guarded_plan_leaves_nobody_behind_but_those_to_spare_and_still_gains(law):
    f, g = crowded(45, 30)
    floor = estimate(reciprocal(f, g), f, g, law)
    limits = Limits(min_matches=floor.matches, exempt_share=0.05)
    free, guarded = (estimate(plan(f, g, law, limits=x).lists, f, g, law) for x in (None, limits))
    lost = [len(losers(floor.matches, found.matches)) for found in (guarded, free)]
    assert lost[0] <= 3 < lost[1]  # 5 % of 75
    assert floor.expected < guarded.expected < free.expected


def test_in_one_population_a_floor_is_on_what_a_member_matches_on_both_sides():
    f = crowded(40, 40)[0]
    before = estimate(reciprocal(f), f)
    assert len(before.matches) == 40
    guarded = estimate(plan(f, limits=Limits(min_matches=before.matches, exempt_share=0.05)).lists, f)
    assert len(losers(before.matches, guarded.matches)) <= 2
    assert guarded.expected > before.expected
    with pytest.raises(InvalidRequest, match="one number or 40"):
        plan(f, limits=Limits(min_matches=np.r_[before.matches, before.matches]))


def test_a_floor_of_matches_and_a_floor_of_views_hold_together():
    f, g = crowded(40, 30)
    before, views = estimate(reciprocal(f, g), f, g), float(plan(f, g).views.mean()) * 0.5
    limits = Limits(min_views=views, min_matches=before.matches, exempt_share=0.1)
    guarded = plan(f, g, limits=limits)
    assert (guarded.views >= views * (1 - 1e-6)).all()
    assert len(losers(before.matches, estimate(guarded.lists, f, g).matches)) <= 7


def test_a_newcomer_gets_nearly_what_a_new_plan_would_give():
    gains = crowded(60, 60)[0]
    before = plan(gains[:59, :59])
    placed, after = join(before, gains[59, :59], gains[:59, 59])
    assert sorted(placed.list.tolist()) == list(range(59))
    assert after.lists.shape == (60, 60)
    assert after.expected > 0.99 * plan(gains).expected
    assert all(i not in row for i, row in enumerate(after.lists.tolist()))


def test_a_quote_for_one_more_proposer_is_what_then_happens():
    f, g = crowded(20, 12)
    before = plan(f[:19], g[:, :19])
    quoted = place_proposer(before, f[19], g[:, 19])
    lists = np.vstack([before.lists, quoted.list])
    assert estimate(lists, f, g).proposer_matches[19] == pytest.approx(quoted.expected, rel=0.02)


def test_a_receiver_nobody_wants_is_listed_nowhere():
    f, g = crowded(10, 8)
    assert (place_receiver(plan(f, g), np.zeros(10), np.ones(10)).ranks == -1).all()


def test_changing_a_member_moves_only_that_member():
    gains = crowded(30, 30)[0]
    before = plan(gains)
    after = change(before, 7, gains[7] * 0.5, gains[:, 7] * 0.5)
    others = np.arange(30) != 7
    for old, new in zip(before.lists[others].tolist(), after.lists[others].tolist(), strict=True):
        assert [j for j in old if j != 7] == [j for j in new if j != 7]


def test_newcomers_of_the_wrong_size_are_refused():
    f, g = crowded(5, 4)
    current = plan(f, g)
    with pytest.raises(InvalidRequest):
        place_proposer(current, [0.5], [0.5])
    with pytest.raises(InvalidRequest):
        place_receiver(current, [0.5], [0.5])
    with pytest.raises(InvalidRequest, match="one population"):
        join(current, [0.5] * 4, [0.5] * 4)
    with pytest.raises(InvalidRequest, match="Member 9"):
        change(plan(np.full((3, 3), 0.5)), 9, [0.5] * 3, [0.5] * 3)


def test_short_lists_come_near_the_plan_over_all_pairs():
    f, g = crowded(120, 120)
    first_twenty = np.where(np.arange(120) < 20, examination_probabilities("inverse", 120), 0)
    whole = plan(f, g, first_twenty).expected
    short = plan_short(f, g, length=20)
    assert short.lists.shape == (120, 20)
    assert short.expected > 0.97 * whole


def test_short_lists_of_one_population_hold_no_self_and_no_repeat():
    lists = plan_short(crowded(50, 50)[0], length=10).lists
    for i, row in enumerate(lists.tolist()):
        assert i not in row
        assert len(set(row)) == 10


def test_short_lists_as_long_as_the_market_are_full_lists():
    f, g = crowded(6, 5)
    assert (plan_short(f, g, length=50).lists >= 0).all()
    assert short_pairs(f, g, length=50).receiver.shape == (6, 5)


def test_short_lists_refuse_bad_input():
    with pytest.raises(InvalidRequest, match="at least one entry"):
        plan_short([[0.5]], [[0.5]], length=0)
    with pytest.raises(InvalidRequest, match="shape"):
        plan_short([[0.5, 0.5]], [[0.5, 0.5]])


@pytest.mark.parametrize("law", ["inverse", "exponential", "log"])
def test_mutual_lists_beat_their_peers(law):
    f, g = crowded(40, 30)
    ours = plan_mutual(f, g, law)
    assert (np.sort(ours.left, axis=1) == np.arange(30)).all()
    assert (np.sort(ours.right, axis=1) == np.arange(40)).all()
    for peer in (naive, reciprocal, transferable_utility):
        assert ours.match.sum() >= match_probabilities(peer(f, g), peer(g, f), f, g, law).sum() - 1e-9
