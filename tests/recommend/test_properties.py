"""What holds for every list, whatever the items say."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, Factory, Kind, Opportunity, Organisation, Profile
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
KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL)

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
askers = organisations.filter(lambda asker: not asker.is_empty)
requests = st.builds(Profile, description=st.sampled_from(SENTENCES))
others = st.lists(st.one_of(organisations, factories, calls), min_size=1, max_size=8)


def numbered(items: Sequence[AnyItem]) -> list[AnyItem]:
    """Give every item an id and a name of its own."""
    return [
        item.model_copy(update={"id": f"{item.id}{number}", "name": f"{item.name} {number}"})
        for number, item in enumerate(items, start=1)
    ]


@given(
    asker=st.one_of(askers, requests),
    items=others,
    kind=st.sampled_from(KINDS),
    k=st.integers(1, 8),
    least=st.sampled_from([0.0, 0.2, 0.5]),
)
@settings(max_examples=draws(25), deadline=None)
def test_a_list_is_of_clear_items_only_best_first_and_apart_from_the_weaker(
    asker: Organisation | Profile,
    items: list[AnyItem],
    kind: Kind,
    k: int,
    least: float,
) -> None:
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


@given(asker=askers, items=others, kind=st.sampled_from(KINDS))
@settings(max_examples=draws(20), deadline=None)
def test_clear_items_come_first_then_by_score_then_by_id(
    asker: Organisation, items: list[AnyItem], kind: Kind
) -> None:
    scored = build(Held([asker, *numbered(items)]), KNOWLEDGE).scores(asker, kind)
    keys = [(not entry.is_clear, -entry.score, entry.id) for entry in scored]
    assert keys == sorted(keys)


@given(asker=askers, items=others, k=st.integers(1, 8))
@settings(max_examples=draws(20), deadline=None)
def test_a_longer_list_begins_with_the_shorter(asker: Organisation, items: list[AnyItem], k: int) -> None:
    recommender = build(Held([asker, *numbered(items)]), KNOWLEDGE)
    shorter = recommender.recommend(asker, Kind.PARTNER, k)
    longer = recommender.recommend(asker, Kind.PARTNER, k + 1)
    assert longer.items[:k] == shorter.items
    assert longer.weaker[:k] == shorter.weaker


@pytest.mark.parametrize("text", ["asdfgh qwerty", "Lorem ipsum dolor", "xxxx", "42"])
@pytest.mark.parametrize("kind", KINDS)
def test_nonsense_gets_an_empty_list_that_says_what_would_help(text: str, kind: Kind) -> None:
    items: list[AnyItem] = [
        Organisation(id="ORG1", name="Une", description=SENTENCES[0], expertise=THEMES[:2]),
        Factory(id="FAC1", name="Drones", keywords=THEMES[:3]),
        Opportunity(id="INT1", name="Cartes", themes=THEMES[:3], availability="standing"),
    ]
    answer = ask(Profile(description=text), *items, kind=kind)
    assert answer.items == ()
    assert notices(answer) == ["nothing"]
