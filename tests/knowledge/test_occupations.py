"""Digital jobs named in a text, in every gender and number."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import NotReady
from matcher.knowledge import OccupationFinder, read_occupations

FINDER = read_occupations(Path(__file__).resolve().parents[2] / "data")


def jobs(text: str) -> dict[str, str]:
    return {job.concept: job.text for job in FINDER.in_text(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("développeur Python junior à Nîmes", {"job:M1805": "développeur Python"}),
        ("deux développeuses web", {"job:M1805": "développeuses web"}),
        ("Développeur·se full-stack (H/F)", {"job:M1805": "Développeur·se full-stack"}),
        ("reconversion vers le développement web", {"job:M1805": "développement web"}),
        ("postes d'ingénieure data", {"job:M1802": "ingénieure data"}),
        ("Data analyst en apprentissage", {"job:M1403": "Data analyst"}),
        ("administratrices systèmes et réseaux", {"job:M1801": "administratrices systèmes et réseaux"}),
        ("technicienne support", {"job:M1810": "technicienne support"}),
        ("community management", {"job:E1101": "community management"}),
        ("We need a software engineer", {"job:M1805": "software engineer"}),
        ("chargée de communication digitale", {"job:E1103": "chargée de communication"}),
    ],
)
def test_a_job_is_found_in_every_form_of_its_name(text: str, expected: dict[str, str]) -> None:
    found = jobs(text)
    assert {code: found.get(code, "")[: len(quote)] for code, quote in expected.items()} == expected


@pytest.mark.parametrize(
    "text",
    [
        "développement commercial",
        "lauréate du programme",
        "pas de développeur",
        "animation 3D",
        "",
        "boulanger",
    ],
)
def test_what_only_looks_like_a_job_is_none(text: str) -> None:
    assert jobs(text) == {}


def test_both_genders_name_one_job() -> None:
    assert jobs("développeuse").keys() == jobs("développeur").keys()


def test_jobs_are_read_in_descriptions_and_needs_only() -> None:
    fields = [("name", "Data analyst"), ("themes", "data analyst"), ("needs", "un data analyst")]
    assert [(job.field, job.concept) for job in FINDER.in_fields(fields)] == [("needs", "job:M1403")]


@given(st.text(alphabet="développeuse web data analyst,.·(H/F)", max_size=60))
def test_every_job_quotes_the_text(text: str) -> None:
    assert all(text[job.start : job.end] == job.text for job in FINDER.in_text(text))


def test_a_finder_without_names_finds_nothing() -> None:
    assert OccupationFinder().in_text("développeuse web") == []


def test_a_missing_file_says_where_to_find_it(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"appellations.*MATCHER_DATA_DIR"):
        read_occupations(tmp_path)
