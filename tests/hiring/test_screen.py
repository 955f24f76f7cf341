"""Leads are found by the job: words that say who is wanted are left out, and quoted."""

from pathlib import Path

import pytest

from matcher.domain.items import Profile
from matcher.hiring import read_ground_check, screened

CHECK = read_ground_check(Path(__file__).parents[2] / "data")


def left_of(text: str) -> str:
    profile, _ = screened(CHECK, Profile(description=text))
    return " ".join(profile.description.split())


@pytest.mark.parametrize(
    ("text", "left", "quoted"),
    [
        (
            "une femme de moins de 30 ans développeuse Python à Rodez",
            "de développeuse Python à Rodez",
            "« une femme » (le sexe), « moins de 30 ans » (l'âge)",
        ),
        ("un jeune technicien réseau à Albi", "un technicien réseau à Albi", "« jeune » (l'âge)"),
        ("technicien, homme de préférence", "technicien,", "« homme de préférence » (le sexe)"),
        (
            "a woman under 30, Python developer in Rodez",
            ", Python developer in Rodez",
            "« a woman » (le sexe), « under 30 » (l'âge)",
        ),
        ("pas trop vieux, expert Java", "pas , expert Java", "« trop vieux » (l'âge)"),
    ],
)
def test_age_and_sex_are_left_out_and_quoted(text: str, left: str, quoted: str) -> None:
    profile, (notice,) = screened(CHECK, Profile(description=text))
    assert left_of(text) == left
    assert quoted in notice.fr
    assert len(profile.description) == len(text), "what is quoted of the rest keeps its place"


@pytest.mark.parametrize(
    "text",
    [
        "développeuse Python en alternance à Rodez",
        "recruter plus de femmes dans la tech à Rodez",
        "développeur à Nîmes, dispositif public pour les moins de 26 ans",
        "apprentie développeuse de 16 à 29 ans, contrat d'apprentissage",
        "more women in tech in Rodez",
        "Java, response under 30 ms, team of under 50 people",
        "profil senior en cybersécurité, cinq ans d'expérience",
        "recruter des personnes handicapées à Toulouse",
        "data analyst habitant à Toulouse",
    ],
)
def test_schemes_aims_levels_and_places_stay(text: str) -> None:
    profile = Profile(description=text)
    assert screened(CHECK, profile) == (profile, ())


def test_entries_of_lists_are_read_too() -> None:
    profile, (notice,) = screened(CHECK, Profile(description="Python", needs=("un homme de terrain", "data")))
    assert profile.needs[1] == "data"
    assert "homme" not in profile.needs[0]
    assert "un homme" in notice.fr


@pytest.mark.parametrize(
    "text",
    ["dev web toulouse, pas de femmes ni de seniors", "dev rodez, pas d'arabe", "dev rodez, pas de seniors"],
)
def test_nobody_is_said_to_be_left_out_of_a_search(text: str) -> None:
    profile, (notice,) = screened(CHECK, Profile(description=text))
    assert profile.description.rstrip(" ,") == text.partition(",")[0]
    assert text.partition(", ")[2] in notice.fr
    assert "L1132-1" in notice.fr


def test_what_a_job_is_about_stays_in_a_request() -> None:
    profile = Profile(description="un outil de suivi des religions, pas de développeur junior")
    assert screened(CHECK, profile) == (profile, ())
