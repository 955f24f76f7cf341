"""A plan made in another process: the same plan, the same refusals, and a process that was ended is said."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.market import IntroductionPlan
from matcher.market.apart import plan_apart

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Scores = dict[str, dict[str, float]]


class Ending(dict[str, float]):
    """Scores that end the process that reads them."""

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        return os._exit, (9,)


def plan(scores: Scores, above: int) -> IntroductionPlan:
    return plan_apart(
        scores, version="1", created_at=NOW, generation="g", met={("ORG1", "ORG2")}, above=above
    )


def crowd(n: int) -> Scores:
    names = [f"ORG{number}" for number in range(n)]
    return {one: {other: 0.9 - 0.1 * at for at, other in enumerate(names) if other != one} for one in names}


@pytest.mark.slow
def test_the_other_process_makes_the_same_plan() -> None:
    assert plan(crowd(6), above=1) == plan(crowd(6), above=6)


@pytest.mark.slow
def test_what_cannot_be_planned_is_refused_there_as_here() -> None:
    with pytest.raises(InvalidRequest, match="nothing to plan"):
        plan({"a": {"b": 0.5}, "b": {}}, above=1)


@pytest.mark.slow
def test_a_process_that_is_ended_says_what_to_do() -> None:
    with pytest.raises(BackendUnavailable, match=r"2 members was ended.*free memory, then plan again"):
        plan({"a": {"b": 0.5}, "b": Ending(a=0.5)}, above=1)
