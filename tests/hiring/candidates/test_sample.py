"""Invented profiles: only while tier B is on, never beside real ones, and erased again."""

import pytest

from matcher.errors import InvalidRequest
from matcher.hiring.candidates import SAMPLE_PREFIX, CandidatesClosed, SampleDesk, Source
from tests.hiring.candidates.room import NOW, Room


def sample_of(room: Room) -> SampleDesk:
    names = {f"term:skill{number}": f"Skill {number}" for number in range(40)}
    return SampleDesk(room.parts, lambda: names, lambda: room.matcher.rights)


def test_the_sample_says_that_it_is_one_and_the_seed_gives_it_again(room: Room) -> None:
    made = sample_of(room).load(30, NOW)
    assert {one.source for one in made} == {Source.SAMPLE}
    assert all(one.profile.code.startswith(SAMPLE_PREFIX) for one in made)
    assert len({one.profile.code for one in made}) == 30
    assert room.desk.by_code(made[0].profile.code.lower()) == made[0]
    assert sample_of(room).remove(NOW) == 30
    assert [one.profile for one in sample_of(room).load(30, NOW)] == [one.profile for one in made]


def test_nobody_enters_beside_a_sample_until_it_is_erased(room: Room) -> None:
    sample_of(room).load(2, NOW)
    with pytest.raises(InvalidRequest):
        room.enter()
    sample_of(room).remove(NOW)
    assert room.enter().source is Source.SIGN_UP


def test_no_sample_comes_beside_a_real_candidate_and_none_of_them_is_erased(room: Room) -> None:
    real = room.enter()
    with pytest.raises(InvalidRequest):
        sample_of(room).load(2, NOW)
    assert sample_of(room).remove(NOW) == 0
    assert room.desk.find(real.profile.code) == real


@pytest.mark.parametrize("count", [0, 301])
def test_a_sample_has_a_bound(room: Room, count: int) -> None:
    with pytest.raises(InvalidRequest):
        sample_of(room).load(count, NOW)


def test_nothing_is_invented_while_candidates_are_off(closed: Room) -> None:
    with pytest.raises(CandidatesClosed):
        sample_of(closed).load(1, NOW)
