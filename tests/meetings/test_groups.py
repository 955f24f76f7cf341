"""Tables of four to eight: everybody seated, mixed, new faces, vetoes kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from matcher.meetings import Company, SettledSeats, seat_groups, table_sizes
from tests.examples import draws


def company(n: int, **more) -> Company:
    themes = [frozenset({("data", "santé", "cyber", "cloud")[i % 4]}) for i in range(n)]
    return Company(themes, [("31", "34", "12")[i % 3] for i in range(n)], **more)


@given(st.integers(4, 200), st.integers(4, 8))
def test_every_table_seats_four_to_eight(n, size):
    sizes = table_sizes(n, size)
    assert sizes.sum() == n
    assert sizes.min() >= 4
    assert sizes.max() <= 8
    assert sizes.max() - sizes.min() <= 1


@settings(max_examples=draws(15), deadline=None)
@given(st.integers(8, 24), st.integers(4, 6), st.integers(1, 3), st.integers(0, 1000))
def test_everybody_sits_at_one_table_a_round_and_hosts_stay(n, size, rounds, seed):
    fixed = np.full(n, -1)
    fixed[0] = 0
    seating = seat_groups(company(n), rounds, size, fixed=fixed, seed=seed)
    for r in range(rounds):
        assert np.array_equal(np.bincount(seating.table[:, r]), table_sizes(n, size))
    assert (seating.table[0] == 0).all()


def test_sixteen_people_meet_new_faces_in_three_rounds_of_four():
    seating = seat_groups(company(16), 3, 4)
    assert seating.repeats <= 4
    assert seating.same_theme < 0.2  # 3 of 15 by chance


def test_vetoes_and_past_meetings_are_respected():
    veto, met = np.zeros((12, 12), bool), np.zeros((12, 12), bool)
    veto[0, 1] = veto[2, 3] = True
    met[4, 5] = True
    table = seat_groups(company(12, veto=veto, met=met), 2, 4).table
    assert (table[0] != table[1]).all()
    assert (table[2] != table[3]).all()
    assert (table[4] != table[5]).all()


def test_the_same_seed_gives_the_same_tables():
    first, second = (seat_groups(company(20), 2, 5, seed=1).table for _ in range(2))
    assert np.array_equal(first, second)


def test_vetoes_nobody_can_keep_are_named():
    veto = np.zeros((5, 5), bool)
    veto[0, 1] = True
    with pytest.raises(InvalidRequest, match="Anna and Bob"):
        seat_groups(company(5, veto=veto, names=["Anna", "Bob", "C", "D", "E"]), 1, 5)


@pytest.mark.parametrize(
    ("n", "rounds", "size", "fixed"),
    [
        (3, 1, 4, None),
        (12, 1, 3, None),
        (12, 1, 9, None),
        (12, 0, 4, None),
        (8, 1, 4, [5] * 8),
        (8, 1, 4, [0] * 8),
    ],
)
def test_sizes_and_hosts_that_cannot_be_are_refused(n, rounds, size, fixed):
    with pytest.raises(InvalidRequest):
        seat_groups(company(n), rounds, size, fixed=fixed)


@settings(max_examples=draws(25), deadline=None)
@given(st.integers(8, 24), st.integers(4, 8), st.integers(0, 5), st.integers(0, 5), st.integers(0, 1000))
def test_after_a_late_change_seats_stay_and_every_table_still_seats_four_to_eight(n, size, gone, new, seed):
    before = seat_groups(company(n), 2, size, seed=seed).table
    absent = np.random.default_rng(seed).permutation(n)[: min(gone, n - 4)]
    table = np.vstack([before, np.full((new, 2), -1)])
    present = np.ones(table.shape, dtype=bool)
    present[n:, 0] = False  # the first round is over
    present[absent, 1] = False
    after = seat_groups(
        company(n + new), 2, size, settled=SettledSeats(np.where(present, table, -1), present)
    ).table
    assert np.array_equal(after[:, 0], table[:, 0])
    assert ((after[:, 1] >= 0) == present[:, 1]).all()
    seats = np.bincount(after[present[:, 1], 1])
    assert set(seats[seats > 0]) <= set(range(4, 9))
    stayed = np.delete(np.arange(n), absent)
    left = np.bincount(before[stayed, 1])
    if left.min() >= 4 and len(left) * 8 >= len(stayed) + new:  # no table too small, room for all
        assert np.array_equal(after[stayed, 1], before[stayed, 1])


def test_a_table_that_falls_under_four_is_closed_unless_it_has_a_host():
    table = np.repeat([0, 1], 5)[:, None]
    present = np.ones((10, 1), dtype=bool)
    present[[5, 6]] = False
    settled = SettledSeats(np.where(present, table, -1), present)
    assert seat_groups(company(10), 1, 5, settled=settled).table[7:, 0].tolist() == [0, 0, 0]
    hosts = np.full(10, -1)
    hosts[9] = 1
    kept = seat_groups(company(10), 1, 5, settled=settled, fixed=hosts).table[:, 0]
    assert np.bincount(kept[kept >= 0]).tolist() == [4, 4]
    assert (kept[:4] == 0).all()
