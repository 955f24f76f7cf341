"""What holds for every list, whatever the items say."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, Factory, Kind, Lead, Opportunity, Organisation, Profile
from matcher.knowledge import ConceptFinder, Knowledge
from tests.examples import draws
from tests.recommend.asking import Held, ask, build, ids, notices

THEMES = ("cartographie", "drones", "hébergement certifié", "jeu vidéo", "données de santé", "impression 3D")
SENTENCES = (
    "Nous dressons des cartes.",
    "Capteurs pour les hôpitaux.",
    "Des drones en forêt.",
    "Hébergement de données de santé.",
    "Ni drones ni cartes.",
)
KNOWLEDGE = Knowledge(concepts=ConceptFinder([(theme, theme) for theme in THEMES]))
ASKED_BY_MEMBERS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)

lists = st.lists(st.sampled_from(THEMES), max_size=3, unique=True).map(tuple)
texts = st.lists(st.sampled_from(SENTENCES), max_size=2, unique=True).map(" ".join)
organisations = st.builds(
    Organisation,
    id=st.just("ORG0"),
    name=st.sampled_from(("Une", "Deux", "Trois")),
    description=texts,
    expertise=lists,
    needs=lists,
    sectors=lists,
)
factories = st.builds(
    Factory, id=st.just("FAC0"), name=st.sampled_from(THEMES), description=texts, keywords=lists
)
calls = st.builds(
    Opportunity,
    id=st.just("INT0"),
    name=st.sampled_from(THEMES),
    description=texts,
    themes=lists,
    availability=st.just("standing"),
)
leads = st.builds(Lead, id=st.just("LEAD0"), name=st.sampled_from(THEMES), description=texts, themes=lists)
members = organisations.filter(lambda asker: not asker.is_empty)
requests = st.builds(Profile, description=st.sampled_from(SENTENCES))
others = st.lists(st.one_of(organisations, factories, calls, leads), min_size=1, max_size=8)


def askers(kind: Kind) -> st.SearchStrategy[Organisation | Opportunity]:
    """Draw who asks for a kind: an alert is asked of an opportunity, all else of a member."""
    return calls if kind is Kind.ALERT else members


def numbered(items: Sequence[AnyItem]) -> list[AnyItem]:
    """Give every item an id and a name of its own."""
    return [
        item.model_copy(update={"id": f"{item.id}{number}", "name": f"{item.name} {number}"})
        for number, item in enumerate(items, start=1)
    ]


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data(), items=others, k=st.integers(1, 8), least=st.sampled_from([0.0, 0.2, 0.5]))
@settings(max_examples=draws(10), deadline=None)
def test_a_list_is_of_clear_items_only_best_first_and_apart_from_the_weaker(
    data: st.DataObject, items: list[AnyItem], kind: Kind, k: int, least: float
) -> None:
    asker = data.draw(askers(kind) if kind is Kind.ALERT else st.one_of(askers(kind), requests))
    answer = ask(asker, *numbered(items), kind=kind, k=k, knowledge=KNOWLEDGE, least_probability=least)
    assert len(answer.items) <= k
    assert len(answer.weaker) <= k
    check_items(answer, least)
    check_weaker(answer, least)
    assert bool({"nothing", "nothing_sure"}.intersection(notices(answer))) == (not answer.items)
    assert ("nothing_else" in notices(answer)) == (0 < len(answer.items) < k)


def check_items(answer: Answer, least: float) -> None:
    scores = [item.score for item in answer.items]
    assert [item.rank for item in answer.items] == list(range(1, len(scores) + 1))
    assert scores == sorted(scores, reverse=True)
    for item in answer.items:
        assert any(reason.clear for reason in item.reasons), item
        assert least - 1e-4 <= item.score <= 1
        strength = sum(signal.contribution for signal in item.signals)
        assert item.score == pytest.approx(strength, abs=1e-3)


def check_weaker(answer: Answer, least: float) -> None:
    assert not set(ids(answer.items)) & set(ids(answer.weaker))
    for item in answer.weaker:
        assert item.reasons
        assert item.score <= least + 1e-4 or not any(reason.clear for reason in item.reasons)


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data(), items=others)
@settings(max_examples=draws(8), deadline=None)
def test_clear_items_come_first_then_by_score_then_by_id(
    data: st.DataObject, items: list[AnyItem], kind: Kind
) -> None:
    asker = data.draw(askers(kind))
    scored = build(Held([asker, *numbered(items)]), KNOWLEDGE).scores(asker, kind)
    keys = [(not entry.is_clear, -entry.score, entry.id) for entry in scored]
    assert keys == sorted(keys)


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data(), items=others, k=st.integers(1, 8))
@settings(max_examples=draws(8), deadline=None)
def test_a_longer_list_begins_with_the_shorter(
    data: st.DataObject, items: list[AnyItem], kind: Kind, k: int
) -> None:
    asker = data.draw(askers(kind))
    recommender = build(Held([asker, *numbered(items)]), KNOWLEDGE)
    shorter = recommender.recommend(asker, kind, k)
    longer = recommender.recommend(asker, kind, k + 1)
    assert longer.items[:k] == shorter.items
    assert longer.weaker[:k] == shorter.weaker


@pytest.mark.parametrize("text", ["asdfgh qwerty", "Lorem ipsum dolor", "xxxx", "42"])
@pytest.mark.parametrize("kind", ASKED_BY_MEMBERS)
def test_nonsense_gets_an_empty_list_that_says_what_would_help(text: str, kind: Kind) -> None:
    items: list[AnyItem] = [
        Organisation(id="ORG1", name="Une", description=SENTENCES[0], expertise=THEMES[:2]),
        Factory(id="FAC1", name="Drones", keywords=THEMES[:3]),
        Opportunity(id="INT1", name="Cartes", themes=THEMES[:3], availability="standing"),
        Lead(id="LEAD1", name="Hébergement", themes=THEMES[:3]),
    ]
    answer = ask(Profile(description=text), *items, kind=kind)
    assert answer.items == ()
    assert notices(answer) == ["nothing"]


def test_a_call_that_says_nonsense_is_told_to_nobody() -> None:
    call = Opportunity(id="INT1", name="Lorem ipsum", description="xxxx 42", availability="standing")
    member = Organisation(id="ORG1", name="Une", description=SENTENCES[0], expertise=THEMES[:2])
    answer = ask(call, member, kind=Kind.ALERT)
    assert answer.items == ()
    assert notices(answer) == ["nothing"]
