"""Free-text expertise as ESCO skills."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.adapters.esco import SKILLS, read_skills
from matcher.adapters.hashing import HashingEncoder
from matcher.errors import NotReady
from matcher.skills import ENOUGH, SkillFinder, SkillLabels

LABELS = [
    SkillLabels("S1", "gestion de projets", ("gérer des projets",)),
    SkillLabels("S2", "Python"),
    SkillLabels("S3", "sécurité informatique", ("cybersécurité",)),
    SkillLabels("S4", "machines"),
    SkillLabels("S5", "apprentissage automatique", ("machine learning",)),
]


def found(text: str) -> dict[str, str]:
    return {skill.id: skill.text for skill in SkillFinder(LABELS).find(text)}


def test_labels_are_found_in_their_inflections_and_quoted() -> None:
    text = "Développeuse Python, gestion de projet et CYBERSÉCURITÉ"
    skills = SkillFinder(LABELS).find(text)
    assert {skill.id for skill in skills} == {"S1", "S2", "S3"}
    assert all(text[skill.start : skill.end] == skill.text for skill in skills)
    assert all(ENOUGH <= skill.confidence <= 1 for skill in skills)


def test_a_keyword_of_two_words_is_taken_as_a_whole() -> None:
    assert found("IA ; machine learning") == {"S5": "machine learning"}


def test_words_far_apart_are_no_skill() -> None:
    assert "S1" not in found("la gestion quotidienne des stocks et des clients puis un projet")


@pytest.mark.parametrize("text", ["", " ", ";;;", "rien de connu", "de la"])
def test_a_text_without_skills_gives_none(text: str) -> None:
    assert SkillFinder(LABELS).find(text) == []


@given(st.text(max_size=80))
def test_any_text_is_read_and_skills_never_overlap(text: str) -> None:
    skills = sorted(SkillFinder(LABELS).find(text), key=lambda skill: skill.start)
    assert all(one.end <= other.start for one, other in pairwise(skills))


def test_an_encoder_keeps_what_means_the_same() -> None:
    skills = SkillFinder(LABELS, HashingEncoder()).find("gestion de projets ; Python")
    assert [(skill.id, skill.confidence) for skill in skills] == [("S1", 1.0), ("S2", 1.0)]


def test_the_shipped_skills_can_be_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / SKILLS, "wt", encoding="utf-8") as file:
        file.write('conceptUri,preferredLabel,altLabels\nu:1,Python,"langage Python\nPython 3"\nu:2,Java,\n')
    assert read_skills(tmp_path) == [
        SkillLabels("u:1", "Python", ("langage Python", "Python 3")),
        SkillLabels("u:2", "Java"),
    ]


def test_missing_skills_say_which_file(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=SKILLS):
        read_skills(tmp_path)
