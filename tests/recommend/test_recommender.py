"""The use case over the exact index and the weightless encoder: what users may rely on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from matcher.market.introduction_plan import IntroductionPlan, Planned
from matcher.recommend import Recommender, Scored
from matcher.recommend.rerank import diversify
from tests.recommend.asking import NOW, Held, build, gaps, ids, is_exact, notices, told

SOON = NOW + timedelta(days=30)
KINDS = [Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD]

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
MAPS = Organisation(
    id="ORG5", name="Atlas", description="Cartographie des sols.", expertise=("cartographie",)
)
AWAY = HOST.model_copy(update={"id": "ORG4", "name": "Absente", "opted_out": True})
CATALOGUE: tuple[AnyItem, ...] = (
    CARTO,
    HOST,
    GAMES,
    MAPS,
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
BY_ID = {item.id: item for item in CATALOGUE}


def stocked(catalogue: Iterable[AnyItem] = CATALOGUE) -> Recommender:
    return build(Held(catalogue))


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    return stocked()


@pytest.mark.parametrize("left", [None, HOST.model_copy(update={"opted_out": True})])
def test_who_is_erased_or_opts_out_is_not_shown_though_the_index_lags_behind(
    left: Organisation | None,
) -> None:
    held = Held(CATALOGUE)
    recommender = build(held)
    before = recommender.recommend(CARTO, Kind.PARTNER, k=2, on=NOW)
    assert ids(before.items) == ["ORG2", "ORG5"]
    if left is None:
        del held.items["ORG2"]
    else:
        held.items["ORG2"] = left
    after = recommender.recommend(CARTO, Kind.PARTNER, k=2, on=NOW)
    assert ids(after.items) == ["ORG5"]
    assert "ORG2" not in str(after)


def test_only_what_changed_since_it_was_scored_is_read_again() -> None:
    held = Held(CATALOGUE)
    recommender = build(held)
    before = recommender.recommend(CARTO, Kind.PARTNER, k=2, on=NOW)
    held.read.clear()
    assert recommender.recommend(CARTO, Kind.PARTNER, k=2, on=NOW) == before
    assert held.read == []
    held.items["ORG2"] = HOST.model_copy(update={"city": "Albi"})
    assert ids(recommender.recommend(CARTO, Kind.PARTNER, k=2, on=NOW).items) == ["ORG2", "ORG5"]
    assert held.read == ["ORG2"]


def test_a_member_sees_the_factory_of_its_theme_and_the_others_apart(recommender: Recommender) -> None:
    answer = recommender.recommend(CARTO, Kind.FACTORY, k=2, on=NOW)
    assert ids(answer.items) == ["FAC1"]
    assert ids(answer.weaker) == ["FAC2"]
    assert notices(answer) == ["nothing_else"]
    assert gaps(answer.items[0]) == {"inferred", "no_next_date"}


def test_partners_gain_both_ways_and_the_reasons_say_so(recommender: Recommender) -> None:
    best = recommender.recommend(CARTO, Kind.PARTNER, k=3, on=NOW).items[0]
    assert best.item_id == "ORG2"
    said = {reason.signal: reason for reason in best.reasons}
    assert (
        said["needs"].fr
        == "Carto cherche « hébergement certifié » ; Hébergeur propose « hébergement certifié »."
    )
    assert said["asked"].en == "Hébergeur looks for “cartographie”; Carto offers “cartographie”."


@pytest.mark.parametrize("kind", KINDS)
def test_every_reason_quotes_both_texts_exactly(recommender: Recommender, kind: Kind) -> None:
    answer = recommender.recommend(CARTO, kind, k=10, on=NOW)
    for found in (*answer.items, *answer.weaker):
        sides = {"query": CARTO, "item": BY_ID[found.item_id]}
        for reason in found.reasons:
            assert {quote.side for quote in reason.quotes} == {"query", "item"}
            assert all(is_exact(quote, sides[quote.side]) for quote in reason.quotes), reason


def test_where_no_evidence_is_clear_the_nearest_labels_are_not_called_related(
    recommender: Recommender,
) -> None:
    far = told(recommender.recommend(CARTO, Kind.FACTORY, 5).weaker, "FAC2")
    assert "no_theme" in gaps(far)
    (reason,) = far.reasons
    assert not reason.clear
    assert reason.fr.startswith("Pas de lien net ; au plus proche : «")
    assert reason.en.startswith("No clear link; closest: “")


def test_only_what_is_open_on_the_day_asked_is_shown(recommender: Recommender) -> None:
    def shown(on: datetime | None) -> set[str]:
        answer = recommender.recommend(CARTO, Kind.INTERNATIONAL, k=9, on=on)
        return set(ids([*answer.items, *answer.weaker]))

    assert shown(NOW) == {"INT1", "INT3"}
    assert shown(SOON) == {"INT3"}
    assert shown(None) == {"INT1", "INT2", "INT3"}


def test_what_is_missing_is_said(recommender: Recommender) -> None:
    call = told(recommender.recommend(CARTO, Kind.INTERNATIONAL, k=9, on=NOW).items, "INT1")
    assert gaps(call) == {"confirm_evidence", "consortium"}
    assert call.needs_confirmation


def test_members_to_alert_of_a_call_and_nobody_of_a_closed_one(recommender: Recommender) -> None:
    assert ids(recommender.recommend(BY_ID["INT1"], Kind.ALERT, k=1, on=NOW).items) == ["ORG1"]
    refused = recommender.recommend(BY_ID["INT2"], Kind.ALERT, k=1, on=NOW)
    assert (refused.items, refused.weaker) == ((), ())
    assert notices(refused) == ["closed"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_asker_does_not_say_weighs_nothing_and_the_rest_weighs_all(kind: Kind) -> None:
    silent = Organisation(id="ORG9", name="Neuve", description="Trace des cartes.", expertise=("données",))
    answer = stocked([*CATALOGUE, silent]).recommend(silent, kind, on=NOW)
    assert answer.items or answer.weaker
    for item in [*answer.items, *answer.weaker]:
        weights = {signal.name: signal.weight for signal in item.signals}
        assert not {name for name in ("needs", "territory", "words", "facts") if weights.get(name)}, item.name
        assert sum(weights.values()) == pytest.approx(1, abs=1e-3)


def test_a_free_text_finds_who_offers_it(recommender: Recommender) -> None:
    answer = recommender.recommend(Profile(description="hébergement certifié"), Kind.PARTNER, k=3, on=NOW)
    assert answer.items[0].item_id == "ORG2"
    assert answer.query_id is None
    assert (
        answer.items[0].reasons[0].fr
        == "Demandé : « hébergement certifié » ; Hébergeur propose « hébergement certifié »."
    )


def test_who_opted_out_is_never_shown_even_while_the_index_still_holds_it() -> None:
    late = stocked([*CATALOGUE, AWAY])
    assert "ORG4" not in str(late.recommend(CARTO, Kind.PARTNER, k=9, on=NOW))
    refused = late.recommend(AWAY, Kind.PARTNER, k=9, on=NOW)
    assert (refused.items, refused.weaker) == ((), ())
    assert notices(refused) == ["opted_out"]


def test_same_question_same_answer_whatever_was_asked_before() -> None:
    first, second = stocked(), stocked(reversed(CATALOGUE))
    second.recommend(GAMES, Kind.PARTNER, k=3, on=NOW)
    for kind in KINDS:
        assert first.recommend(CARTO, kind, 5, NOW) == second.recommend(CARTO, kind, 5, NOW)


def test_a_changed_item_is_matched_as_it_is_now(recommender: Recommender) -> None:
    changed = CARTO.model_copy(update={"expertise": ("jeu vidéo", "3D"), "description": "Jeux vidéo en 3D."})
    assert ids(recommender.recommend(changed, Kind.FACTORY, k=1, on=NOW).items) == ["FAC2"]


@pytest.mark.parametrize(
    ("query", "kind", "k", "on", "says"),
    [
        (Profile(), Kind.PARTNER, 5, NOW, "no text to match on"),
        (CARTO, Kind.PARTNER, 0, NOW, "ask for 1 to 100"),
        (CARTO, Kind.PARTNER, 101, NOW, "ask for 1 to 100"),
        (CARTO, Kind.PARTNER, 5, datetime(2026, 11, 22), "no time zone"),  # noqa: DTZ001  # the fault under test
        (CARTO, Kind.ALERT, 5, NOW, "asked of an item of type opportunity"),
        (BY_ID["FAC1"], Kind.PARTNER, 5, NOW, "asked of an item of type organisation"),
    ],
)
def test_bad_questions_say_what_to_mend(
    recommender: Recommender, query: Item | Profile, kind: Kind, k: int, on: datetime, says: str
) -> None:
    with pytest.raises(InvalidRequest, match=says):
        recommender.recommend(query, kind, k, on)  # type: ignore[arg-type]


def test_partners_follow_the_plan_and_fall_back_to_scores_without_one() -> None:
    planned = stocked()
    by_score = planned.recommend(CARTO, Kind.PARTNER, k=3, on=NOW)
    assert ids(by_score.items) == ["ORG2", "ORG5"]
    lists = {
        "ORG1": (Planned("ORG5", 0.4, 0.7),),
        "ORG2": (),
        "ORG3": (),
        "ORG5": (Planned("ORG1", 0.7, 0.4),),
    }
    planned.follow(IntroductionPlan("p7", NOW, "g1", lists, ()))
    answer = planned.recommend(CARTO, Kind.PARTNER, k=3, on=NOW)
    assert answer.plan == "p7"
    assert ids(answer.items) == ["ORG5", "ORG2"]
    assert (answer.items[0].gain, answer.items[0].gain_of_other) == (0.4, 0.7)
    assert answer.items[1].gain is None
    assert answer.items[0].planned is not None
    assert "vous êtes n° 1 de sa liste" in answer.items[0].planned.fr
    assert answer.items[1].planned is None
    assert planned.recommend(GAMES, Kind.PARTNER, k=3, on=NOW).plan is None
    planned.follow(None)
    assert planned.recommend(CARTO, Kind.PARTNER, k=3, on=NOW) == by_score


def test_an_organisation_that_joined_after_the_plan_is_in_lists_by_its_score() -> None:
    recommender = stocked()
    first, second = ids(recommender.recommend(CARTO, Kind.PARTNER, k=3, on=NOW).items)
    lists = {"ORG1": (Planned(second, 0.4, 0.7),), second: ()}
    recommender.follow(IntroductionPlan("p7", NOW, "g1", lists, ()))
    assert ids(recommender.recommend(CARTO, Kind.PARTNER, k=3, on=NOW).items) == [first, second]


def test_a_second_record_of_the_asker_is_not_recommended_to_it() -> None:
    twin = CARTO.model_copy(update={"id": "ORG9", "name": f"{CARTO.name.upper()} SAS"})
    recommender = stocked([*CATALOGUE, twin])
    assert "ORG9" not in str(recommender.recommend(CARTO, Kind.PARTNER, k=5, on=NOW))
    assert "'ORG1'" not in str(recommender.recommend(twin, Kind.PARTNER, k=5, on=NOW))


def test_a_plan_does_not_bring_in_what_nothing_speaks_clearly_for() -> None:
    planned = stocked()
    planned.follow(IntroductionPlan("p7", NOW, "g1", {"ORG1": (Planned("ORG3", 0.4, 0.7),)}, ()))
    answer = planned.recommend(CARTO, Kind.PARTNER, k=3, on=NOW)
    assert ids(answer.items) == ["ORG2", "ORG5"]


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
