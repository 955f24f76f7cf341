"""The plan of introductions: mutual, spread, never self, never met, kept whole in the store."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.adapters.sql import open_store
from matcher.domain.items import Organisation
from matcher.errors import InvalidRequest
from matcher.market import LIST_LENGTH, IntroductionPlan, Member, Planned, plan_introductions
from tests.examples import draws
from tests.samples import migrated

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Scores = dict[str, dict[str, float]]


def plan(scores: Scores, met: tuple[tuple[str, str], ...] = ()) -> IntroductionPlan:
    return plan_introductions(scores, version="v1", created_at=NOW, generation="g1", met=met)


def crowd(n: int) -> Scores:
    """Everybody likes the first ones best; liking falls with the number."""
    names = [f"ORG{number:03}" for number in range(n)]
    return {
        name: {other: 0.9 - 0.8 * rank / n for rank, other in enumerate(names) if other != name}
        for name in names
    }


@st.composite
def markets(draw: st.DrawFn) -> Scores:
    names = [f"o{number}" for number in range(draw(st.integers(2, 7)))]
    score = st.one_of(st.none(), st.floats(0.01, 1.0))
    return {
        name: {other: value for other in names if other != name and (value := draw(score)) is not None}
        for name in names
    }


@settings(deadline=None, max_examples=draws(15))
@given(scores=markets())
def test_every_planned_introduction_is_wanted_by_both_and_never_oneself(scores: Scores) -> None:
    mutual = any(a in scores[b] for a in scores for b in scores[a])
    if not mutual:
        with pytest.raises(InvalidRequest, match="nothing to plan"):
            plan(scores)
        return
    found = plan(scores)
    assert set(found.lists) == set(scores)
    for name, entries in found.lists.items():
        others = [entry.item_id for entry in entries]
        assert len(set(others)) == len(others) <= LIST_LENGTH
        for entry in entries:
            assert entry.item_id != name
            assert entry.gain == scores[name][entry.item_id]
            assert entry.gain_of_other == scores[entry.item_id][name]


def test_the_plan_brings_more_wanted_introductions_and_spreads_the_views() -> None:
    found = plan(crowd(40))
    totals = found.summary()
    assert totals["matches"] > totals["matches_before"]
    assert totals["gini_views"] < 0.5
    assert totals["under_floor"] == 0
    assert 0 < totals["mean_relevance"] <= 1


def test_a_plan_whose_members_were_all_erased_adds_up_to_nothing() -> None:
    totals = plan(crowd(4)).among(set()).summary()
    assert set(totals.values()) == {0.0}  # warnings are errors: no mean of nothing


def test_pairs_that_met_are_not_introduced_again() -> None:
    found = plan(crowd(6), met=(("ORG000", "ORG001"),))
    assert "ORG001" not in [entry.item_id for entry in found.lists["ORG000"]]
    assert "ORG000" not in [entry.item_id for entry in found.lists["ORG001"]]


def test_same_scores_same_plan() -> None:
    assert plan(crowd(25)) == plan(dict(reversed(crowd(25).items())))


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        ({}, "at least two"),
        ({"a": {}}, "at least two"),
        ({"a": {"b": 0.5}, "b": {}}, "nothing to plan"),
        ({"a": {"b": 1.5}, "b": {"a": 0.5}}, r"score of a for b is 1\.5"),
        ({"a": {"b": float("nan")}, "b": {"a": 0.5}}, "score of a for b is nan"),
    ],
)
def test_what_cannot_be_planned_is_said(scores: Scores, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        plan(scores)


def test_the_store_keeps_one_plan_whole_and_erasure_reaches_it(tmp_path: Path) -> None:
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        store.items.put([Organisation(id=name, name=name) for name in crowd(8)], source="test")
        plans = store.plans
        assert plans.load() is None
        plans.save(plan(crowd(8)))
        plans.save(plan(crowd(5)))
        assert plans.load() == plan(crowd(5))
        store.items.delete(["ORG001"])
        kept = plans.load()
        assert kept is not None
        assert "ORG001" not in kept.lists
        assert all("ORG001" not in [e.item_id for e in entries] for entries in kept.lists.values())
        assert "ORG001" not in [member.organisation_id for member in kept.members]


def test_a_plan_of_more_entries_than_are_stored_at_once_is_kept_whole(tmp_path: Path) -> None:
    names = [f"ORG{number:03}" for number in range(60)]
    lists = {}
    for name in names:
        others = [other for other in names if other != name][:LIST_LENGTH]
        lists[name] = tuple(Planned(other, 0.5, 0.25) for other in others)
    members = tuple(Member(name, 1.0, 1.0, False, 1.0, 1.0, 1.0) for name in names)
    made = IntroductionPlan("v1", NOW, "g1", lists, members)
    with open_store(f"sqlite:///{tmp_path}/matcher.db") as store:
        store.migrate()
        store.items.put([Organisation(id=name, name=name) for name in names], source="test")
        assert store.plans.save(made) == made
        assert store.plans.load() == made
