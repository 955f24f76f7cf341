"""Trainings by the job that is asked for, and the place that a request names."""

from pathlib import Path

import pytest

from matcher.domain.answers import Missing
from matcher.domain.items import Kind, Lead, Organisation, Profile
from matcher.knowledge import Knowledge
from matcher.knowledge.read import read_knowledge
from tests.recommend.asking import NOW, Held, ask, build, ids, told

OTHER_JOBS = ("H1202", "H1209", "H1210", "H1504", "I1304", "H1208", "I1302")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge(Path("data"))


def training(item_id: str, **fields: object) -> Lead:
    given = {"id": item_id, "name": f"École {item_id}", "themes": ("Cursus",), "city": "Nîmes", **fields}
    return Lead.model_validate(given)


def test_a_training_that_leads_to_many_jobs_leads_to_each_of_them_less(knowledge: Knowledge) -> None:
    few = training("PRV2", rome_codes=("M1805",))
    many = training("PRV1", rome_codes=("M1805", *OTHER_JOBS))
    answer = ask(
        Profile(description="développeur Python à Nîmes"), few, many, kind=Kind.LEAD, knowledge=knowledge
    )
    assert ids(answer.items) == ["PRV2"]
    assert "PRV1" in ids(answer.weaker)


def test_apprenticeship_in_another_job_is_no_evidence(knowledge: Knowledge) -> None:
    other = training("PRV1", rome_codes=("H1209",), apprenticeship=True)
    right = training("PRV2", rome_codes=("M1403",), apprenticeship=True)
    service = training("PRV3", apprenticeship=True)
    answer = ask(
        Profile(description="data analyst en apprentissage à Nîmes"),
        other,
        right,
        service,
        kind=Kind.LEAD,
        knowledge=knowledge,
    )
    assert ids(answer.items)[0] == "PRV2"
    assert "PRV3" in ids(answer.items)  # it names no job: it takes apprentices of any
    assert "PRV1" not in ids(answer.items)


PLACES = [("Rodez", "12"), ("Decazeville", "12"), ("Perpignan", "66")]


@pytest.mark.parametrize("text", ["capteurs pour l'industrie à Rodez", "capteurs pour l'industrie Rodez"])
def test_the_town_asked_for_moves_the_order_visibly(knowledge: Knowledge, text: str) -> None:
    makers = [
        Organisation(
            id=f"ORG{n}", name=f"Maison {n}", expertise=("capteurs",), city=city, department_code=code
        )
        for n, (city, code) in enumerate(reversed(PLACES))
    ]
    answer = ask(Profile(description=text), *makers, knowledge=knowledge)
    assert ids(answer.items) == ["ORG2", "ORG1", "ORG0"]
    near, far = (told(answer.items, item_id).score for item_id in ("ORG2", "ORG0"))
    assert near - far > 0.05


@pytest.mark.parametrize(
    ("need", "is_found"),
    [("développeurs Python", True), ("partenaire de développement logiciel", False)],
)
def test_who_looks_for_a_partner_looks_for_nobody_to_hire(
    knowledge: Knowledge, need: str, is_found: bool
) -> None:
    asker = Organisation(id="ORG1", name="Une", description="Conseil.", needs=(need,))
    answer = ask(asker, training("PRV1", rome_codes=("M1805",)), kind=Kind.LEAD, knowledge=knowledge)
    assert ("cette formation y mène" in str(answer.items)) is is_found


@pytest.mark.parametrize("name", ["École Lumen", "École Lumen et Campus Sud, Hackeuses"])
def test_a_school_is_not_sent_to_itself(knowledge: Knowledge, name: str) -> None:
    asker = Organisation(id="ORG1", name="École Lumen", description="Un cursus.", expertise=("Cursus",))
    own, other = training("PRV1", name=name), training("PRV2", name="École Lumière")
    answer = ask(asker, own, other, kind=Kind.LEAD, knowledge=knowledge)
    assert ids([*answer.items, *answer.weaker]) == ["PRV2"]


def test_words_on_who_is_wanted_count_for_no_lead_and_are_said(knowledge: Knowledge) -> None:
    women = Lead(id="LEAD1", name="Femmes", description="Réseau de femmes de moins de 30 ans.")
    school = training("PRV1", rome_codes=("M1805",))
    recommender = build(Held([women, school]), knowledge)
    said = Missing(code="person_words", fr="« une femme »", en="“une femme”")

    def without(profile: Profile) -> tuple[Profile, tuple[Missing, ...]]:
        left = profile.description.replace("une femme", " " * 9)
        return profile.model_copy(update={"description": left}), (said,)

    recommender.screen(without)
    asked = Profile(description="une femme développeur Python")
    plain = recommender.recommend(Profile(description="développeur Python"), Kind.LEAD, on=NOW)
    answer = recommender.recommend(asked, Kind.LEAD, on=NOW)
    assert [(one.item_id, one.score) for one in answer.items] == [
        (one.item_id, one.score) for one in plain.items
    ]
    assert answer.notices[0] == said
    prepared = recommender.prepare(asked, Kind.LEAD)
    assert recommender.recommend(asked, Kind.LEAD, on=NOW, features=prepared) == answer
    assert said not in recommender.recommend(asked, Kind.PARTNER, on=NOW).notices


@pytest.mark.parametrize("city", ["Nîmes", "Alès", "Toulouse"])
def test_where_a_lead_is_stands_among_the_reasons_that_lists_show(city: str, knowledge: Knowledge) -> None:
    department = {"Toulouse": "31"}.get(city, "30")
    school = training(
        "PRV1", rome_codes=("M1805",), apprenticeship=True, city=city, department_code=department
    )
    text = "développeur Python, cartographie et cybersécurité, en alternance à Nîmes"
    answer = ask(Profile(description=text), school, kind=Kind.LEAD, knowledge=knowledge)
    places = [reason.fr for reason in answer.items[0].reasons[:3] if reason.signal == "territory"]
    assert len(places) == 1
    assert ("Même ville" in places[0]) if city == "Nîmes" else (" km à vol d'oiseau" in places[0])
