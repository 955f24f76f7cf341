"""Instruments for all companies, what is for others, and subjects that complete each other."""

from pathlib import Path

import pytest

from matcher.domain.items import Kind, Opportunity, Organisation, Profile
from matcher.knowledge import Knowledge
from matcher.knowledge.read import read_knowledge
from tests.recommend.asking import ask, french, ids, told

SPACE_CALL = Opportunity(
    id="INT1",
    name="Appel spatial",
    description="Charges utiles en orbite.",
    themes=("nanosatellites",),
    eligibility_text="consortium européen",
    availability="standing",
)
GRANT = Opportunity(
    id="INT2",
    name="Aide",
    description="Subvention régionale.",
    themes=("toutes filières",),
    opportunity_type="aide régionale",
    eligibility_text="micro, petites et moyennes entreprises d'Occitanie",
    availability="standing",
)
WELCOME = Opportunity(
    id="INT3",
    name="Accueil",
    themes=("capteurs",),
    eligibility_text="entreprises étrangères",
    availability="standing",
)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge(Path("data"))


def member(**fields: object) -> Organisation:
    given = {"id": "ORG1", "name": "Une", "expertise": ("capteurs",), "member_type": "TPE", **fields}
    return Organisation.model_validate(given)


def test_the_regional_grant_reaches_the_small_company_of_the_region(knowledge: Knowledge) -> None:
    answer = ask(member(), SPACE_CALL, GRANT, kind=Kind.INTERNATIONAL, knowledge=knowledge)
    assert ids(answer.items) == ["INT2"]
    grant = told(answer.items, "INT2")
    assert grant.group == "for_all"
    assert "petite entreprise de la région" in french(grant)


def test_an_instrument_without_a_theme_is_not_scored_on_themes(knowledge: Knowledge) -> None:
    answer = ask(member(), SPACE_CALL, GRANT, kind=Kind.INTERNATIONAL, knowledge=knowledge)
    names = {signal.name for signal in told(answer.items, "INT2").signals}
    assert names.isdisjoint({"theme", "echo", "clients"})
    assert sum(signal.weight for signal in told(answer.items, "INT2").signals) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(
    ("description", "found"),
    [("Capteurs.", []), ("Capteurs ; entreprise américaine, siège aux États-Unis.", ["INT3"])],
)
def test_what_is_for_foreign_companies_is_shown_to_them_alone(
    knowledge: Knowledge, description: str, found: list[str]
) -> None:
    answer = ask(member(description=description), WELCOME, kind=Kind.INTERNATIONAL, knowledge=knowledge)
    assert ids([*answer.items, *answer.weaker]) == found


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("cartographie", "imagerie satellite"),
        ("objets connectés", "cartes SIM"),
        ("paiement en ligne", "cybersécurité mobile"),
        ("jeu vidéo", "édition de jeux"),
    ],
)
def test_a_value_chain_is_seen_from_both_its_ends(knowledge: Knowledge, ours: str, theirs: str) -> None:
    one = Organisation(id="ORG1", name="Une", expertise=(ours,))
    other = Organisation(id="ORG2", name="Deux", expertise=(theirs,))
    for asker, item in ((one, other), (other, one)):
        answer = ask(asker, item, knowledge=knowledge)
        assert "Vos sujets se complètent" in french(answer.items[0])


def test_a_sector_that_is_served_is_no_subject_of_a_company(knowledge: Knowledge) -> None:
    seller = Organisation(id="ORG1", name="Une", expertise=("vente en ligne",))
    navigator = Organisation(id="ORG2", name="Deux", expertise=("navires",), sectors=("logistique",))
    answer = ask(seller, navigator, knowledge=knowledge)
    assert not any("se complètent" in french(item) for item in (*answer.items, *answer.weaker))


def test_the_name_of_a_programme_is_no_theme_of_its_calls(knowledge: Knowledge) -> None:
    biofuel = Opportunity(
        id="INT4",
        name="Demonstration of solid biofuel supply",
        lang="en",
        themes=("Climat, énergie et mobilité", "Climate, Energy and Mobility"),
        availability="standing",
    )
    solar = biofuel.model_copy(update={"id": "INT5", "themes": ("énergie",)})
    asker = member(expertise=("énergie",), member_type="")
    answer = ask(asker, biofuel, solar, kind=Kind.INTERNATIONAL, knowledge=knowledge)
    assert ids(answer.items) == ["INT5"]


def test_what_is_looked_for_does_not_complete_anything(knowledge: Knowledge) -> None:
    scans = Organisation(id="ORG2", name="Autre", expertise=("dématérialisation",))
    asks = Profile(description="cherche une signature électronique")
    does = member(expertise=("signature électronique",))
    assert "se complètent" in french(ask(does, scans, knowledge=knowledge).items[0])
    answer = ask(asks, scans, knowledge=knowledge)
    assert "se complètent" not in str([*answer.items, *answer.weaker])
