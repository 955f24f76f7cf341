"""Lists as users get them may not fall below their floors, nor contradict their reasons."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.build import Matcher
from matcher.domain.items import ItemType, Kind, Organisation
from training.ranking.answers import KindFigures, measure, read_requests
from training.ranking.contradictions import DEEP, KINDS, SHOWN, count

HERE = Path(__file__).parent
FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))
ON = datetime(2026, 11, 30, 9, tzinfo=UTC)
EVERY = 6

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def figures(shipped: Matcher) -> dict[str, KindFigures]:
    return measure(shipped, read_requests(HERE.parents[1] / "data" / "benchmarks" / "answers-dev"))


@pytest.mark.parametrize("kind", FLOORS["answers"])
def test_answers_to_requests_keep_their_floors(figures: dict[str, KindFigures], kind: str) -> None:
    found = asdict(figures[kind])
    assert {name: found[name] for name, floor in FLOORS["answers"][kind].items() if found[name] < floor} == {}
    assert found["ungraded"] <= FLOORS["ungraded_at_most"]
    assert found["wrongly_empty"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_lists_does_not_contradict_their_reasons(shipped: Matcher, kind: Kind) -> None:
    members = list(shipped.store.items.all(ItemType.ORGANISATION))[::EVERY]
    ask = shipped.recommender.recommend
    pairs = [
        (ask(one, kind, SHOWN, ON, signals=False), ask(one, kind, DEEP, ON, signals=False))
        for one in members
        if isinstance(one, Organisation) and not one.is_empty
    ]
    found = asdict(count(pairs))
    assert found["lists"]
    most = FLOORS["contradictions_at_most"]
    assert {name: found[name] for name, limit in most.items() if found[name] > limit} == {}
