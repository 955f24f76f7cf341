"""Free-text expertise as ESCO skills."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import NotReady
from matcher.knowledge.read import DIGITAL, ENGLISH, SKILLS, VOCABULARY, read_skills
from matcher.knowledge.skills import ENOUGH, SkillFinder, SkillLabels

LABELS = [
    SkillLabels("S1", "gestion de projets", ("gérer des projets",)),
    SkillLabels("S2", "Python", digital=True),
    SkillLabels("S3", "sécurité informatique", ("cybersécurité",), digital=True),
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nous gérons des projets", "gérons des projets"),
        ("elle gère des projets", "gère des projets"),
        ("la gestion d'un projet", "gestion d'un projet"),
        ("un projet et sa gestion", None),
    ],
)
def test_verb_and_noun_say_one_skill(text: str, said: str | None) -> None:
    finder = SkillFinder([SkillLabels("S1", "gérer des projets", ("gestion de projets importants",))])
    assert [skill.text for skill in finder.find(text)] == ([said] if said else [])


def test_light_words_may_be_missing_and_others_may_not() -> None:
    finder = SkillFinder(
        [
            SkillLabels("S1", "utiliser des techniques de géolocalisation", digital=True),
            SkillLabels("S2", "démonter des appareils mobiles", digital=True),
            SkillLabels("S3", "systèmes de commerce électronique", digital=True),
        ]
    )
    found = finder.find("la géolocalisation d'appareils mobiles, le commerce électronique")
    assert [(skill.id, skill.confidence) for skill in found] == [
        ("S3", 0.7),
        ("S1", round(0.85 * 0.9 * 0.7, 4)),
    ]


def test_one_word_is_surer_for_a_digital_skill_and_must_be_that_word() -> None:
    finder = SkillFinder([SkillLabels("S1", "Python", digital=True), SkillLabels("S2", "électricité")])
    found = finder.find("une équipe qui parle de Python et d'électricité aux voisins")
    assert [(skill.id, skill.confidence) for skill in found] == [("S1", 0.9), ("S2", 0.55)]
    assert finder.find("une voiture électrique") == []


def test_acronyms_must_be_written_as_they_are() -> None:
    finder = SkillFinder([SkillLabels("S1", "principes de l’IA", digital=True)])
    assert [skill.text for skill in finder.find("notre laboratoire d'IA travaille")] == ["IA"]
    assert finder.find("le chant du ia, un paresseux") == []


def test_what_says_more_wins_a_place() -> None:
    finder = SkillFinder(
        [SkillLabels("S1", "bases de données"), SkillLabels("S2", "sécurité des bases de données")]
    )
    assert [skill.id for skill in finder.find("Nous vendons la sécurité des bases de données.")] == ["S2"]


def write(path: Path, *lines: str) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(("conceptUri,skillType,preferredLabel,altLabels", *lines)))


def test_the_shipped_skills_can_be_read(tmp_path: Path) -> None:
    write(
        tmp_path / SKILLS,
        'u:1,knowledge,Python,"langage Python\nPython 3"',
        "u:2,knowledge,pain,",
        "u:3,skill,coder,",
    )
    write(tmp_path / DIGITAL, "u:1,knowledge,Python (programming),Py | CPython", "u:3,skill,write code,")
    write(tmp_path / ENGLISH, "u:1,knowledge,Python (computer programming),", "u:2,knowledge,bread,")
    assert read_skills(tmp_path) == [
        SkillLabels(
            "u:1",
            "Python",
            ("langage Python", "Python 3", "Python (programming)", "Py", "CPython"),
            digital=True,
            english="Python (computer programming)",
        ),
        SkillLabels("u:2", "pain", english="bread"),
        SkillLabels("u:3", "coder", digital=True),
    ]


def test_newer_digital_skills_get_the_french_names_of_the_vocabulary(tmp_path: Path) -> None:
    esco, vocabulary = tmp_path / "esco", tmp_path / "catalogue" / VOCABULARY
    esco.mkdir()
    vocabulary.parent.mkdir()
    write(esco / SKILLS, "u:1,knowledge,forge,")
    write(esco / DIGITAL, "u:2,knowledge,Augmented reality,AR", "u:3,knowledge,crowdfunding,")
    write(esco / ENGLISH)
    vocabulary.write_text(
        "id,canonical_fr,canonical_en,synonyms,domain,not_synonym_of\n"
        "V1,réalité augmentée,augmented reality,RA;réalité mixte,,\nV2,forge,forge,forge logicielle,,\n",
        encoding="utf-8",
    )
    assert read_skills(esco) == [
        SkillLabels("u:1", "forge"),
        SkillLabels(
            "u:2", "réalité augmentée", ("RA", "réalité mixte", "Augmented reality", "AR"), digital=True
        ),
        SkillLabels("u:3", "crowdfunding", digital=True),
    ]


@pytest.mark.parametrize("missing", [SKILLS, DIGITAL, ENGLISH])
def test_missing_skills_say_which_file(tmp_path: Path, missing: str) -> None:
    for there in {SKILLS, DIGITAL, ENGLISH} - {missing}:
        write(tmp_path / there)
    with pytest.raises(NotReady, match=missing):
        read_skills(tmp_path)
