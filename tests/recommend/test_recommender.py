"""The use case over the exact index and the weightless encoder: what users may rely on."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.adapters.encoder.hashing import HashingEncoder
from matcher.domain.answers import Quote, Recommendation
from matcher.domain.items import (
    AnyItem,
    Eligibility,
    Factory,
    Item,
    Kind,
    Lead,
    Opportunity,
    Organisation,
    Profile,
)
from matcher.errors import InvalidRequest
from matcher.index.documents import to_points
from matcher.index.exact import ExactIndex
from matcher.index.lexical import Bm25Lexical
from matcher.knowledge.places import Territory
from matcher.knowledge.skills import NO_SKILLS, SkillFinder, SkillLabels
from matcher.market.introduction_plan import IntroductionPlan, Planned
from matcher.recommend.analysis import Analyser
from matcher.recommend.policies import POLICIES
from matcher.recommend.recommender import Recommender
from matcher.recommend.rerank import Scored, diversify

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SOON = NOW + timedelta(days=30)

CARTO = Organisation(
    id="ORG1",
    name="Carto",
    description="Conçoit des cartes et des projets de données pour les collectivités.",
    expertise=("cartographie", "données"),
    sectors=("collectivités",),
    needs=("hébergement certifié",),
    city="Toulouse",
    department_code="31",
    member_type="PME",
)
HOST = Organisation(
    id="ORG2",
    name="Hébergeur",
    description="Centre de données pour les hôpitaux et les collectivités.",
    expertise=("hébergement certifié", "cloud"),
    sectors=("santé", "collectivités"),
    needs=("cartographie",),
    city="Montpellier",
    department_code="34",
    member_type="PME",
)
GAMES = Organisation(
    id="ORG3",
    name="Studio",
    description="Crée des jeux vidéo.",
    expertise=("jeu vidéo",),
    sectors=("loisirs",),
)
AWAY = HOST.model_copy(update={"id": "ORG4", "name": "Absente", "opted_out": True})
CATALOGUE: tuple[AnyItem, ...] = (
    CARTO,
    HOST,
    GAMES,
    Factory(id="FAC1", name="Valorisation des datas", keywords=("données", "open data"), is_inferred=True),
    Factory(id="FAC2", name="Réalité virtuelle", keywords=("3D", "jeu vidéo")),
    Opportunity(
        id="INT1",
        name="Espace européen de données",
        themes=("données",),
        availability="dated",
        opens_at=NOW - timedelta(days=1),
        closes_at=SOON,
        eligibility=Eligibility(min_countries=3),
        evidence_level="background_only_not_seen",
    ),
    Opportunity(
        id="INT2", name="Données, appel clos", themes=("données", "cartographie"), availability="closed"
    ),
    Opportunity(id="INT3", name="Réseau", themes=("toutes filières",), availability="standing"),
    Lead(
        id="LEAD1",
        name="École du numérique",
        description="Forme à la cartographie.",
        themes=("reconversion",),
    ),
)


class Held:
    """Items in memory."""

    def __init__(self, items: Iterable[AnyItem]) -> None:
        self.items = {item.id: item for item in items}

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        return {item_id: self.items[item_id] for item_id in ids if item_id in self.items}


def build(catalogue: Iterable[AnyItem], skills: SkillFinder = NO_SKILLS) -> Recommender:
    encoder, lexical = HashingEncoder(), Bm25Lexical()
    held = Held(catalogue)
    index = ExactIndex(encoder.dim)
    index.upsert(to_points(list(held.items.values()), encoder, lexical, skills))
    return Recommender(held, index, encoder, lexical, Analyser(Territory([], []), skills), generation="g1")


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    return build(CATALOGUE)


def names(items: Iterable[Recommendation]) -> list[str]:
    return [item.item_id for item in items]


def field_texts(item: AnyItem | Profile) -> Iterator[tuple[str, str]]:
    yield from item.fields()
    for name in ("city", "member_type", "eligibility_text", "size_band"):
        if getattr(item, name, None):
            yield name, str(getattr(item, name))


def quoted(quote: Quote, item: AnyItem | Profile) -> bool:
    return any(
        text[quote.start : quote.end] == quote.text for name, text in field_texts(item) if name == quote.field
    )


@pytest.mark.parametrize("left", [None, HOST.model_copy(update={"opted_out": True})])
def test_who_is_erased_or_opts_out_is_not_shown_though_the_index_lags_behind(
    left: Organisation | None,
) -> None:
    recommender = build(CATALOGUE)
    before = recommender.recommend(CARTO, Kind.PARTNER, k=2, on=NOW)
    assert names(before.items)[0] == "ORG2"
    held = recommender._items
    assert isinstance(held, Held)
    if left is None:
        del held.items["ORG2"]
    else:
        held.items["ORG2"] = left
    after = recommender.recommend(CARTO, Kind.PARTNER, k=2, on=NOW)
    assert names(after.items) == names(before.items)[1:]
    assert "ORG2" not in str(after)


def test_a_member_sees_the_factory_of_its_theme_first(recommender: Recommender) -> None:
    answer = recommender.recommend(CARTO, Kind.FACTORY, k=2, on=NOW)
    assert names(answer.items) == ["FAC1", "FAC2"]
    assert {gap.code for gap in answer.items[0].missing} == {"inferred", "no_next_date"}


def test_partners_gain_both_ways_and_the_reasons_say_so(recommender: Recommender) -> None:
    best = recommender.recommend(CARTO, Kind.PARTNER, k=3, on=NOW).items[0]
    assert best.item_id == "ORG2"
    said = {reason.signal: reason for reason in best.reasons}
    assert (
        said["needs"].fr
        == "Carto cherche « hébergement certifié » ; Hébergeur propose « hébergement certifié »."
    )
    assert said["asked"].en == "Hébergeur looks for “cartographie”; Carto offers “cartographie”."


@pytest.mark.parametrize("kind", [Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD])
def test_every_reason_quotes_both_texts_exactly(recommender: Recommender, kind: Kind) -> None:
    held = {item.id: item for item in CATALOGUE}
    for found in recommender.recommend(CARTO, kind, k=10, on=NOW).items:
        sides = {"query": CARTO, "item": held[found.item_id]}
        for reason in found.reasons:
            assert {quote.side for quote in reason.quotes} == {"query", "item"}
            assert all(quoted(quote, sides[quote.side]) for quote in reason.quotes), reason


def test_where_no_evidence_is_clear_the_nearest_labels_are_not_called_related(
    recommender: Recommender,
) -> None:
    far = next(
        found for found in recommender.recommend(CARTO, Kind.FACTORY, 5).items if found.item_id == "FAC2"
    )
    assert "no_theme" in {gap.code for gap in far.missing}
    (reason,) = far.reasons
    assert reason.fr.startswith("Pas de lien net ; au plus proche : «")
    assert reason.en.startswith("No clear link; closest: “")


def test_only_what_is_open_on_the_day_asked_is_recommended(recommender: Recommender) -> None:
    assert set(names(recommender.recommend(CARTO, Kind.INTERNATIONAL, k=9, on=NOW).items)) == {"INT1", "INT3"}
    assert names(recommender.recommend(CARTO, Kind.INTERNATIONAL, k=9, on=SOON).items) == ["INT3"]
    by_fit = recommender.recommend(CARTO, Kind.INTERNATIONAL, k=9, on=None)
    assert set(names(by_fit.items)) == {"INT1", "INT2", "INT3"}


def test_what_is_missing_is_said(recommender: Recommender) -> None:
    found = {
        item.item_id: item for item in recommender.recommend(CARTO, Kind.INTERNATIONAL, k=9, on=NOW).items
    }
    assert {gap.code for gap in found["INT1"].missing} == {"confirm_evidence", "consortium"}
    assert found["INT1"].needs_confirmation
    assert "no_theme" in {gap.code for gap in found["INT3"].missing}


def test_members_to_alert_of_a_call_and_nobody_of_a_closed_one(recommender: Recommender) -> None:
    by_id = {item.id: item for item in CATALOGUE}
    assert names(recommender.recommend(by_id["INT1"], Kind.ALERT, k=1, on=NOW).items) == ["ORG1"]
    refused = recommender.recommend(by_id["INT2"], Kind.ALERT, k=1, on=NOW)
    assert refused.items == ()
    assert [notice.code for notice in refused.notices] == ["closed"]


def test_a_free_text_finds_who_offers_it(recommender: Recommender) -> None:
    answer = recommender.recommend(Profile(description="hébergement certifié"), Kind.PARTNER, k=3, on=NOW)
    assert answer.items[0].item_id == "ORG2"
    assert answer.query_id is None
    assert (
        answer.items[0].reasons[0].fr
        == "Demandé : « hébergement certifié » ; Hébergeur propose « hébergement certifié »."
    )


def test_who_opted_out_is_never_shown_even_while_the_index_still_holds_it() -> None:
    late = build([*CATALOGUE, AWAY])
    assert "ORG4" not in names(late.recommend(CARTO, Kind.PARTNER, k=9, on=NOW).items)
    refused = late.recommend(AWAY, Kind.PARTNER, k=9, on=NOW)
    assert refused.items == ()
    assert [notice.code for notice in refused.notices] == ["opted_out"]


@pytest.mark.parametrize("kind", [Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD])
def test_scores_are_the_sum_of_their_signals_and_lists_are_ordered(
    recommender: Recommender, kind: Kind
) -> None:
    found = recommender.recommend(CARTO, kind, k=10, on=NOW).items
    assert [item.rank for item in found] == list(range(1, len(found) + 1))
    assert [(-item.score, item.item_id) for item in found] == sorted((-i.score, i.item_id) for i in found)
    for item in found:
        assert 0 <= item.score <= 1
        assert item.score == pytest.approx(sum(signal.contribution for signal in item.signals), abs=1e-3)


def test_same_question_same_answer_whatever_was_asked_before() -> None:
    first, second = build(CATALOGUE), build(reversed(CATALOGUE))
    second.recommend(GAMES, Kind.PARTNER, k=3, on=NOW)
    for kind in (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL):
        assert first.recommend(CARTO, kind, 5, NOW) == second.recommend(CARTO, kind, 5, NOW)


def test_a_changed_item_is_matched_as_it_is_now(recommender: Recommender) -> None:
    changed = CARTO.model_copy(update={"expertise": ("jeu vidéo", "3D"), "description": "Jeux vidéo en 3D."})
    assert recommender.recommend(changed, Kind.FACTORY, k=1, on=NOW).items[0].item_id == "FAC2"


def test_weights_are_shares() -> None:
    for policy in POLICIES.values():
        assert sum(policy.weights.values()) == pytest.approx(1.0)
        assert all(np.isfinite(weight) and weight >= 0 for weight in policy.weights.values())


@pytest.mark.parametrize(
    ("query", "kind", "k", "on", "says"),
    [
        (Profile(), Kind.PARTNER, 5, NOW, "no text to match on"),
        (CARTO, Kind.PARTNER, 0, NOW, "ask for 1 to 100"),
        (CARTO, Kind.PARTNER, 101, NOW, "ask for 1 to 100"),
        (CARTO, Kind.PARTNER, 5, datetime(2026, 11, 22), "no time zone"),  # noqa: DTZ001  # the fault under test
        (CARTO, Kind.ALERT, 5, NOW, "asked of an item of type opportunity"),
        (CATALOGUE[3], Kind.PARTNER, 5, NOW, "asked of an item of type organisation"),
    ],
)
def test_bad_questions_say_what_to_mend(
    recommender: Recommender, query: Item | Profile, kind: Kind, k: int, on: datetime, says: str
) -> None:
    with pytest.raises(InvalidRequest, match=says):
        recommender.recommend(query, kind, k, on)  # type: ignore[arg-type]


def test_partners_follow_the_plan_and_fall_back_to_scores_without_one() -> None:
    planned = build(CATALOGUE)
    by_score = planned.recommend(CARTO, Kind.PARTNER, k=3, on=NOW)
    lists = {"ORG1": (Planned("ORG3", 0.4, 0.7),), "ORG2": (), "ORG3": (Planned("ORG1", 0.7, 0.4),)}
    planned.follow(IntroductionPlan("p7", NOW, "g1", lists, ()))
    answer = planned.recommend(CARTO, Kind.PARTNER, k=3, on=NOW)
    assert answer.plan == "p7"
    assert names(answer.items) == ["ORG3", "ORG2"]
    assert (answer.items[0].gain, answer.items[0].gain_of_other) == (0.4, 0.7)
    assert answer.items[1].gain is None
    assert answer.items[0].planned is not None
    assert "vous êtes n° 1 de sa liste" in answer.items[0].planned.fr
    assert answer.items[1].planned is None
    assert planned.recommend(GAMES, Kind.PARTNER, k=3, on=NOW).plan is None
    planned.follow(None)
    assert planned.recommend(CARTO, Kind.PARTNER, k=3, on=NOW) == by_score


def test_an_organisation_that_joined_after_the_plan_is_in_lists_by_its_score() -> None:
    recommender = build(CATALOGUE)
    by_score = recommender.recommend(CARTO, Kind.PARTNER, k=3, on=NOW)
    first, second = names(by_score.items)
    lists = {"ORG1": (Planned(second, 0.4, 0.7),), second: ()}
    recommender.follow(IntroductionPlan("p7", NOW, "g1", lists, ()))
    assert names(recommender.recommend(CARTO, Kind.PARTNER, k=3, on=NOW).items) == [first, second]


def test_a_second_record_of_the_asker_is_not_recommended_to_it() -> None:
    twin = CARTO.model_copy(update={"id": "ORG9", "name": f"{CARTO.name.upper()} SAS"})
    recommender = build([*CATALOGUE, twin])
    assert "ORG9" not in names(recommender.recommend(CARTO, Kind.PARTNER, k=5, on=NOW).items)
    assert "ORG1" not in names(recommender.recommend(twin, Kind.PARTNER, k=5, on=NOW).items)


# ESCO skills

MANAGE = SkillLabels("http://data.europa.eu/esco/skill/1", "gérer une base de données")
FINDER = SkillFinder([MANAGE])
KEEPER = Organisation(id="ORG8", name="Garde", description="Nous gérons des bases de données médicales.")
ADVISER = Organisation(id="ORG9", name="Conseil", description="Conseil en gestion de base de données.")
OTHER = Organisation(id="ORG7", name="Autre", description="Conseil en ressources humaines.")


@pytest.mark.parametrize("asker", [KEEPER, Profile(description=KEEPER.description)])
def test_a_shared_skill_is_a_signal_and_a_reason_that_quotes_both_texts(asker: AnyItem | Profile) -> None:
    found = build([KEEPER, ADVISER, OTHER], FINDER).recommend(asker, Kind.PARTNER, 3)
    value = {
        item.item_id: {signal.name: signal.value for signal in item.signals}["skills"] for item in found.items
    }
    assert value["ORG9"] > value["ORG7"] == 0
    best = next(item for item in found.items if item.item_id == "ORG9")
    reason = next(reason for reason in best.reasons if reason.signal == "skills")
    assert MANAGE.label in reason.fr
    assert {quote.side: quote.text for quote in reason.quotes} == {
        "query": "gérons des bases de données",
        "item": "gestion de base de données",
    }


def test_who_speaks_of_no_skill_is_not_scored_on_skills() -> None:
    found = build([OTHER, ADVISER, KEEPER], FINDER).recommend(OTHER, Kind.PARTNER, 3)
    assert all(signal.name != "skills" for item in found.items for signal in item.signals)


@given(
    worth=st.lists(st.floats(0, 1, width=32), min_size=1, max_size=12),
    k=st.integers(1, 6),
    trade=st.floats(0.01, 1),
    seed=st.integers(0, 99),
)
def test_a_diverse_list_is_chosen_from_everything(
    recommender: Recommender, worth: list[float], k: int, trade: float, seed: int
) -> None:
    """What scores too little to be chosen is not looked at; the choice is that of looking at everything."""
    example = recommender.scores(CARTO, Kind.PARTNER, NOW)[0]
    vectors = np.random.default_rng(seed).normal(size=(len(worth), 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pool = [
        replace(example, item=replace(example.item, rows=vectors[[place]]), score=score)
        for place, score in enumerate(sorted(worth, reverse=True))
    ]
    assert diversify(pool, k, trade, 0.0) == by_looking_at_all(pool, k, trade)


def by_looking_at_all(pool: list[Scored], k: int, trade: float) -> list[Scored]:
    chosen: list[int] = []
    while len(chosen) < min(k, len(pool)):
        alike = {
            place: max([0.0, *(float(pool[place].item.dense @ pool[other].item.dense) for other in chosen)])
            for place in range(len(pool))
            if place not in chosen
        }
        chosen.append(max(alike, key=lambda place: (pool[place].score - trade * alike[place], -place)))
    return [pool[place] for place in sorted(chosen)]
