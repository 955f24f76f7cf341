"""Nothing of a CV but skills, languages and certifications of closed lists enters a profile."""

from dataclasses import dataclass
from functools import cache

import pytest

from matcher.hiring import CandidateProfile
from matcher.hiring.candidates import KeepList, read_certifications
from matcher.knowledge import FoundJobSkill, read_job_skills
from matcher.settings import Settings
from training.hiring.plantings import FOLDER, Planter, tally

DATA = Settings().data_dir


@cache
def keep_list() -> KeepList:
    return KeepList(read_job_skills(DATA), read_certifications(DATA))


def kept(text: str) -> CandidateProfile:
    return keep_list().kept(text)


def skills(text: str) -> dict[str, int | None]:
    return {held.skill.label: held.years for held in kept(text).skills}


CV = """Julia Roux
34 ans, mariée, deux enfants
12 rue Ada Lovelace, 31000 Toulouse
julia.roux@courriel.fr - 06 12 34 56 78 - linkedin.com/in/juliaroux
Compétences
- Langages : Python (5 ans), Java, C, Rust
- Docker, Kubernetes ; 3 ans de Symfony
Langues : anglais courant (C1), langue maternelle arabe
Présidente de l'Association des développeurs sourds
Titre professionnel (RNCP37873), École Docker de Nîmes, 2016
Permis B, véhicule. Centres d'intérêt : rugby, Kafka
Pascal Martin, référence"""


def test_a_whole_cv() -> None:
    assert skills(CV) == {
        "C": None,
        "Docker": None,
        "Java": None,
        "Kubernetes": None,
        "Python": 5,
        "Rust": None,
        "Symfony": 3,
    }
    assert kept(CV).languages == ("en",)
    assert kept(CV).certifications == ("RNCP37873",)


@pytest.mark.parametrize(
    "text",
    [
        "Julia Roux",
        "Ada",
        "Kafka",
        "Pascal Swift, Ruby Perl",
        "Développeur au sein de l'Association des développeurs sourds",
        "École Python de Nîmes, promotion 2016",
        "née à Java en 1990",
        "M. Kafka",
        "Dubois Python",
        "Talya Docker",
        "Nom de jeune fille : Flask",
        "Nationalité espagnole",
        "restaurant italien",
        "Langue maternelle : anglais",
        "Permis de conduire",
        "langue des signes",
        "https://docker.fr/ada",
        "cv-java-roux.pdf",
        "",
    ],
)
def test_what_tells_of_a_person_is_no_skill(text: str) -> None:
    assert kept(text) == CandidateProfile(code="")


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Python (3 ans)", 3),
        ("Python - 3 ans", 3),
        ("Python, 4 ans", 4),
        ("3 ans de Python", 3),
        ("34 ans, Python", None),
        ("25 ans de Python", 10),
    ],
)
def test_years_are_those_of_a_skill_and_ten_at_most(text: str, years: int | None) -> None:
    assert skills(text) == {"Python": years}


@dataclass(frozen=True, slots=True)
class FindsOne:
    """Finds a skill of one label whatever the text."""

    label: str

    def in_text(self, text: str) -> list[FoundJobSkill]:
        return [FoundJobSkill("esco:1", self.label, 0, len(text), text)]


@pytest.mark.parametrize(
    ("label", "enters"),
    [
        ("Gestion des utilisateurs et des permissions", True),
        ("Accompagner des élèves en difficultés", True),
        ("Permis de conduire", False),
        ("Célébrer un culte", False),
    ],
)
def test_a_label_is_left_out_for_a_whole_word_that_tells_a_trait(label: str, *, enters: bool) -> None:
    profile = KeepList(FindsOne(label), read_certifications(DATA)).kept("Git", listed=True)
    assert bool(profile.skills) is enters


def test_the_clauses_beside_one_left_out_are_read_as_neighbours() -> None:
    assert skills("Docker, mariée, C, Git") == skills("Docker, C, Git")


def test_a_field_of_skills_may_name_tools_that_are_names() -> None:
    (held,) = keep_list().kept("Java", listed=True).skills
    assert held.skill.label == "Java"


def test_a_profile_is_the_same_for_the_same_text_in_any_order_of_lines() -> None:
    lines = ["Python, Docker", "PostgreSQL", "Anglais courant"]
    assert kept("\n".join(lines)) == kept("\n".join(reversed(lines)))


def test_a_certification_is_a_code_or_a_title_after_its_heading() -> None:
    assert kept("RNCP37873").certifications == ("RNCP37873",)
    assert kept("RNCP99999").certifications == ()
    assert kept("Concepteur développeur d'applications").certifications == ()


def test_planted_identities_reach_no_profile() -> None:
    counted = tally(keep_list(), Planter(DATA / FOLDER, seed=113).plantings(230))
    assert len(counted.made) >= 20
    assert [(one.phrase, one.after) for one in counted.leaked] == []
