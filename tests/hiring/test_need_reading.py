"""A need as it is read: from a text, files, and in every gender."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from matcher.hiring import Contract, JobNeed, Remote, Requirement, Weight
from matcher.hiring.needs import NeedFields, both_genders, read_content, read_need_reader, read_table_of_needs

DATA = Path(__file__).resolve().parents[2] / "data"
READER = read_need_reader(DATA)
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def need_of(text: str) -> JobNeed:
    return read_content(READER, text, NOW).need


def labels(need: JobNeed, weight: Weight) -> set[str]:
    return {one.skill.label for one in need.requirements if one.weight is weight}


def test_a_short_need_is_read_whole() -> None:
    read = read_content(READER, "développeuse Python junior à Nîmes", NOW)
    need = read.need
    assert (need.title, need.city, need.department) == ("Développeuse ou développeur Python", "Nîmes", "30")
    assert need.occupation is not None
    assert (need.occupation.rome, need.occupation.words) == ("M1861", "développeuse Python")
    assert labels(need, Weight.REQUIRED) == {"Python"}
    assert [(notice.code, notice.words) for notice in read.notices] == [("seniority", "junior")]
    assert need.expires_at - need.created_at == timedelta(days=60)


def test_an_offer_says_what_is_required_and_what_is_welcome() -> None:
    need = need_of(
        "Développeur·se web (H/F)\n"
        "Nous recherchons à Albi (81) une développeuse ou un développeur web en CDI, 2 "
        "jours de télétravail.\nVous maîtrisez PHP, Symfony et Git, 3 ans de JavaScript. Anglais "
        "professionnel.\nLes plus :\n- Docker\n- Kubernetes\n\nProfil : 5 ans d'expérience exigés."
    )
    assert labels(need, Weight.REQUIRED) == {"PHP", "Symfony", "Git", "JavaScript"}
    assert labels(need, Weight.APPRECIATED) == {"Docker", "Kubernetes"}
    assert [one.years for one in need.requirements if one.skill.label == "JavaScript"] == [3]
    assert (need.contract, need.remote, need.languages) == (Contract.PERMANENT, Remote.PARTLY, ("en",))


@pytest.mark.parametrize(
    ("text", "welcome"),
    [
        ("Python exigé, Docker serait un plus", {"Docker"}),
        ("Python, SQL et Docker appréciés", {"Python", "SQL", "Docker"}),
        ("Python indispensable, SQL et Docker appréciés", {"SQL", "Docker"}),
        ("Python. Idéalement Docker et SQL. Git.", {"Docker", "SQL"}),
        ("Appréciées : Docker, SQL. Compétences demandées : Python.", {"Docker", "SQL"}),
        ("Python, Docker, SQL", set()),
    ],
)
def test_what_is_welcome_is_not_required(text: str, welcome: set[str]) -> None:
    assert labels(need_of(text), Weight.APPRECIATED) == welcome


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("CDI à Nîmes", Contract.PERMANENT),
        ("CDD de 6 mois puis CDI", Contract.FIXED_TERM),
        ("Contrat : CDI. Sortie d'école ou alternance terminée", Contract.PERMANENT),
        ("en alternance", Contract.APPRENTICESHIP),
        ("Apprentie ou apprenti technicien réseaux", Contract.APPRENTICESHIP),
        ("contrat de professionnalisation", Contract.PROFESSIONALISATION),
        ("stage de six mois", Contract.INTERNSHIP),
        ("développeuse web", None),
    ],
)
def test_the_contract_is_that_of_the_offer(text: str, contract: Contract | None) -> None:
    assert need_of(text).contract is contract


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Anglais courant exigé", ("en",)),
        ("anglais langue maternelle", ()),
        ("Anglais apprécié", ()),
        ("pas d'anglais", ()),
        ("Espagnol et anglais professionnels", ("en", "es")),
    ],
)
def test_languages_are_those_the_work_needs(text: str, languages: tuple[str, ...]) -> None:
    assert need_of(text).languages == languages


TITLES = [
    ["développeuse Python", "Développeur Python (H/F)", "développeur·se Python", "développeur(euse) Python"],
    [
        "technicienne réseaux",
        "Technicien réseaux",
        "Technicien·ne réseaux",
        "Technicienne ou technicien réseaux",
    ],
    ["Ingénieure data", "ingénieur data (F/H)", "ingénieur·e data", "Ingénieur ou ingénieure data"],
    ["cheffe de projet informatique", "Chef de projet informatique", "Chef·fe de projet informatique"],
]


@given(
    titles=st.sampled_from(TITLES),
    rest=st.sampled_from([" à Nîmes", " à Albi, CDI. Python, SQL", "\nDocker apprécié. Anglais exigé."]),
)
def test_every_writing_of_a_gender_is_one_need(titles: list[str], rest: str) -> None:
    needs = [comparable(need_of(title + rest)) for title in titles]
    assert all(need == needs[0] for need in needs)


def comparable(need: JobNeed) -> JobNeed:
    """Return the need without the words it quotes, which are those that were written."""
    assert need.occupation is not None
    silent = [Requirement(one.skill, one.weight, "", one.years) for one in need.requirements]
    return replace(
        need, text="", requirements=tuple(silent), occupation=replace(need.occupation, words="", esco="")
    )


@pytest.mark.parametrize(
    ("title", "both"),
    [
        ("UX designer", "UX designer"),
        ("Administratrice systèmes et réseaux", "Administratrice ou administrateur systèmes et réseaux"),
        ("Analyste-programmeur", "Analyste-programmeuse ou analyste-programmeur"),
        ("Architecte cloud senior", "Architecte cloud"),
    ],
)
def test_titles_name_both_genders(title: str, both: str) -> None:
    assert both_genders(title) == both


def test_a_posting_is_read_from_its_fields() -> None:
    posting = {
        "@type": "JobPosting",
        "title": "Data analyst",
        "description": "<p>SQL et <b>Power BI</b></p>",
        "employmentType": "INTERN",
        "jobLocation": {"address": {"addressLocality": "NIMES", "postalCode": "30000"}},
        "jobLocationType": "TELECOMMUTE",
        "validThrough": "2027-01-15",
    }
    need = need_of(json.dumps(posting))
    assert (need.city, need.department, need.remote, need.contract) == (
        "Nîmes",
        "30",
        Remote.FULLY,
        Contract.INTERNSHIP,
    )
    assert labels(need, Weight.REQUIRED) == {"SQL", "Power BI"}
    assert need.expires_at == datetime(2027, 1, 15, tzinfo=UTC)


def test_an_offer_of_france_travail_is_read_from_its_fields() -> None:
    offer = {
        "intitule": "Développeur web (H/F)",
        "description": "Sites de collectivités.",
        "romeCode": "M1855",
        "lieuTravail": {"libelle": "81 - ALBI", "codePostal": "81000"},
        "typeContrat": "CDD",
        "competences": [{"libelle": "PHP", "exigence": "E"}, {"libelle": "Docker", "exigence": "S"}],
        "langues": [{"libelle": "Anglais", "exigence": "E"}],
    }
    need = need_of(json.dumps(offer))
    assert need.occupation is not None
    assert (need.occupation.rome, need.city, need.contract) == ("M1855", "Albi", Contract.FIXED_TERM)
    assert (labels(need, Weight.REQUIRED), labels(need, Weight.APPRECIATED)) == ({"PHP"}, {"Docker"})
    assert need.languages == ("en",)


@pytest.mark.parametrize(
    ("content", "says"), [("  ", "is empty"), ("{broken", "is none"), ('{"name": "x"}', "neither")]
)
def test_other_content_is_refused_with_the_remedy(content: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        read_content(READER, content, NOW)


def test_a_table_of_needs_is_read_row_by_row() -> None:
    needs = [read.need for read in read_table_of_needs(READER, DATA / "hr" / "job_needs_sample.csv", NOW)]
    assert len(needs) == 38
    first = needs[0]
    assert labels(first, Weight.REQUIRED) >= {"HTML", "CSS", "JavaScript", "PHP", "Git"}
    assert labels(first, Weight.APPRECIATED) == {"Symfony", "Tests automatisés"}


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("colour;size\nred;2\n", encoding="utf-8")
    with pytest.raises(InvalidRequest):
        read_table_of_needs(READER, tmp_path / "other.csv", NOW)


def test_skills_of_a_form_that_are_none_are_told() -> None:
    known = NeedFields(required=("R", "bonne humeur"))
    read = READER.read("Data analyst à Nîmes", NOW, known)
    assert labels(read.need, Weight.REQUIRED) == {"R"}
    assert [notice.words for notice in read.notices if notice.code == "unknown_skill"] == ["bonne humeur"]
