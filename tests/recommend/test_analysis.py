"""The analysis of a text: what is evidence, what is not, and where it stands."""

from dataclasses import replace

import pytest

from matcher.domain.items import Factory, Organisation, Profile
from matcher.index import Role
from matcher.knowledge import ConceptFinder, FactFinder, FactRow, Knowledge, Place, Territory
from matcher.language import Spelling
from matcher.recommend import Analyser
from matcher.recommend.free_text import asker_clauses, blanked, clauses

KNOWLEDGE = Knowledge(
    territory=Territory([Place("Albi", "81", 43.9298, 2.148)], []),
    concepts=ConceptFinder([("cloud", "cloud"), ("legal", "avocat"), ("finance", "fintech")]),
    facts=FactFinder([FactRow("research", ("laboratoire",))]),
)
ANALYSE = Analyser(KNOWLEDGE)


# Clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("un hébergeur", ["un hébergeur"]),
        (
            "Fintech de Toulouse cherche un avocat, et de la cryptographie.",
            ["Fintech de Toulouse", "cherche un avocat", "et de la cryptographie"],
        ),
        ("Capteurs 2,5 GHz. Recherchons clients", ["Capteurs 2,5 GHz", "Recherchons clients"]),
        ("We build drones; looking for a lab", ["We build drones", "looking for a lab"]),
        ("et, de, la", []),
        ("", []),
    ],
)
def test_a_request_is_cut_where_its_sentences_are(text: str, parts: list[str]) -> None:
    found = clauses(text)
    assert [clause.text for clause in found] == parts
    assert all(text[clause.start : clause.end] == clause.text for clause in found)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Fintech de Toulouse cherche un avocat", ["Fintech de Toulouse"]),
        ("PME de 40 salariés, nous recherchons un hébergeur", ["PME de 40 salariés, nous"]),
        ("Start-up looking for a lab", ["Start-up"]),
        ("Nous cherchons un avocat", []),
        ("un avocat", []),
        ("", []),
    ],
)
def test_who_asks_is_what_stands_before_the_verb_that_seeks(text: str, who: list[str]) -> None:
    found = asker_clauses(text)
    assert [clause.text for clause in found] == who
    assert all(text[clause.start : clause.end] == clause.text for clause in found)


def test_blanks_keep_every_other_place() -> None:
    text = "Fintech cherche un avocat"
    assert blanked(text, asker_clauses(text)) == "        cherche un avocat"


# Requests


def test_a_request_has_one_need_a_clause_at_its_place() -> None:
    text = "Fintech d'Albi cherche un avocat, pas de cloud."
    needs = ANALYSE(Profile(description=text)).labels
    assert [(label.role, label.text) for label in needs] == [
        (Role.NEEDS, "Fintech d'Albi"),
        (Role.NEEDS, "cherche un avocat"),
    ]
    assert all(text[label.start : label.start + len(label.text)] == label.text for label in needs)


def test_only_what_is_sought_is_evidence_where_a_partner_is_to_complete_the_asker() -> None:
    request = Profile(description="Fintech mutualiste cherche un avocat")
    whole, sought = ANALYSE(request), ANALYSE(request, sought_only=True)
    assert set(whole.mentions) == {"finance", "legal"}
    assert set(sought.mentions) == {"legal"}
    assert {"mutualiste", "avocat"} <= whole.words.keys()
    assert "mutualiste" not in sought.words
    assert [label.text for label in sought.labels] == ["cherche un avocat"]
    assert sought.exclusions == ()
    assert "Fintech" in sought.affirmed
    assert "Fintech" not in sought.evidence_text


def test_what_is_sought_concerns_requests_only() -> None:
    stored = Organisation(id="ORG1", name="Une", description="Fintech mutualiste, cherche un avocat")
    assert ANALYSE(stored, sought_only=True) == ANALYSE(stored)


@pytest.mark.parametrize(
    "text",
    [
        "hébergement, pas de cloud",
        "hébergement sans cloud",
        "hébergement, hormis le cloud",
        "hébergement, tout sauf cloud",
        "hébergement ; non au cloud",
        "hébergement : nous ne voulons plus de cloud",
        "hébergement, pas besoin de cloud",
    ],
)
def test_what_a_request_excludes_is_no_evidence_and_is_known(text: str) -> None:
    analysis = ANALYSE(Profile(description=text))
    assert len(analysis.exclusions) == 1
    assert "cloud" in analysis.exclusions[0].text
    assert "cloud" not in analysis.mentions
    assert "cloud" not in analysis.words
    assert all("cloud" not in label.text for label in analysis.labels)
    assert "cloud" not in analysis.affirmed
    assert "hébergement" in analysis.affirmed


@pytest.mark.parametrize("text", ["Des capteurs sans laboratoire.", "Nous n'avons pas de laboratoire."])
def test_what_a_stored_profile_denies_is_no_evidence(text: str) -> None:
    analysis = ANALYSE(Organisation(id="ORG1", name="Une", description=text, expertise=("capteurs",)))
    assert analysis.facts == ()
    assert "laboratoire" not in analysis.words
    assert "laboratoire" not in analysis.evidence_text


def test_what_a_request_only_lacks_may_well_be_wanted() -> None:
    analysis = ANALYSE(Profile(description="Nous n'avons pas de cloud"))
    assert analysis.exclusions == ()
    assert "cloud" in analysis.mentions


# Words as they are typed


def test_a_request_is_analysed_as_it_is_meant() -> None:
    knowledge = replace(KNOWLEDGE, spelling=Spelling(["cloud souverain", "hébergement"]))
    request = Profile(description="hebergemnt cloud")
    analysis = Analyser(knowledge)(request)
    assert analysis.subject == Profile(description="hébergement cloud")
    assert [reading.typed.text for reading in analysis.readings] == ["hebergemnt"]
    assert analysis.mentions["cloud"].start == len("hébergement ")


def test_the_name_of_an_organisation_is_read_as_it_is_typed() -> None:
    knowledge = replace(KNOWLEDGE, spelling=Spelling(["hébergement"]))
    analyse = Analyser(knowledge, lambda: ["Hebergemnt SAS"])
    assert analyse(Profile(description="comme chez hebergemnt")).readings == ()


# Places


def test_a_town_is_a_place_and_no_theme() -> None:
    analysis = ANALYSE(Profile(description="un hébergeur à Albi"))
    assert analysis.place is not None
    assert analysis.town is not None
    assert (analysis.place.name, analysis.town.text, analysis.unknown_place) == ("Albi", "Albi", None)
    assert set(analysis.words) == {"hébergeur"}


def test_a_town_in_lower_case_is_a_place_and_no_theme() -> None:
    analysis = ANALYSE(Profile(description="hébergeur albi"))
    assert analysis.place is not None
    assert analysis.place.name == "Albi"
    assert set(analysis.words) == {"hébergeur"}


def test_a_place_that_is_not_known_is_kept_as_it_is_written() -> None:
    analysis = ANALYSE(Profile(description="un hébergeur à Lille"))
    assert analysis.place is None
    assert analysis.unknown_place is not None
    assert analysis.unknown_place.text == "Lille"


def test_the_name_of_an_organisation_is_no_evidence_of_what_it_does() -> None:
    analysis = ANALYSE(Organisation(id="ORG1", name="Cloud Avocat", description="Pain"))
    assert analysis.mentions == {}
    assert set(analysis.words) == {"pain"}


def test_what_a_group_works_with_is_not_its_subject() -> None:
    analyse = Analyser(
        Knowledge(
            means={"capteurs": frozenset({"internet des objets"})},
            concepts=ConceptFinder([("sensors", "capteurs"), ("sport", "sport connecté")]),
        )
    )
    sport = analyse(Factory(id="FAC1", name="Sportech", keywords=("capteurs", "sport connecté")))
    things = analyse(Factory(id="FAC2", name="Internet des objets", keywords=("capteurs",)))
    assert [label.text for label in sport.labels if label.is_frame] == ["capteurs"]
    assert set(sport.mentions) == {"sport"}
    assert not any(label.is_frame for label in things.labels)
    assert set(things.mentions) == {"sensors"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("réduire l'empreinte carbone de nos serveurs", set()),
        ("refonte de nos serveurs", {"servers"}),
        ("cherche des serveurs à empreinte carbone faible", {"servers"}),
    ],
)
def test_a_thing_of_one_s_own_inside_a_fact_is_not_looked_for(text: str, named: set[str]) -> None:
    knowledge = Knowledge(
        concepts=ConceptFinder([("servers", "serveurs")]),
        facts=FactFinder([FactRow("green_it", ("empreinte carbone serveurs", "empreinte carbone"))]),
    )
    request = Profile(description=text)
    sought = Analyser(knowledge)(request, sought_only=True)
    assert set(sought.mentions) == named
    assert ("serveurs" in sought.evidence_text) == bool(named)
    assert ("serveurs" in {word.text for word in sought.words.values()}) == bool(named)
    assert set(Analyser(knowledge)(request).mentions) == {"servers"}
