"""The keep-list: what is found as a skill, what never is, and how skills are related."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidRequest, NotReady
from matcher.knowledge import JobSkillFinder, KeptSkill, Relation, Technology, Telling, read_job_skills

DATA = Path(__file__).resolve().parents[2] / "data"
FINDER = read_job_skills(DATA)


def labels(text: str) -> list[str]:
    return [skill.label for skill in FINDER.in_text(text)]


def id_of(label: str) -> str:
    return next(skill.id for skill in FINDER.in_text(label))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Python, docker et Symfony", ["Python", "Docker", "Symfony"]),
        ("C, C++, R, Go", ["C", "C++", "R", "Go"]),
        ("langage Julia", ["Julia"]),
        ("programmation en R", ["R"]),
        ("Node.js. Puis C#.", ["Node.js", "C#"]),
        ("Requêtes sous PostgreSQL ; API RESTful", ["PostgreSQL", "API REST"]),
        ("gestion de projets", ["gestion de projets"]),
        ("tableaux de bord", ["Tableaux de bord"]),
        ("commutation et routage", ["Commutation", "Routage"]),
    ],
)
def test_skills_are_found_where_they_are_named(text: str, expected: list[str]) -> None:
    assert labels(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Julia Martin",
        "Pascal, Ruby, Ada",
        "Jasmine Go",
        "plan C",
        "le nuage et la passerelle",
        "administratrice de bases de données",
        "Développeuse informatique",
        "pas de Java",
        "rigueur et esprit d'équipe",
        "née le 3 mai 1988 à Alès",
    ],
)
def test_names_titles_and_denials_are_no_skills(text: str) -> None:
    assert labels(text) == []


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("3 ans de Python", 3),
        ("5 ans d'expérience en Python", 5),
        ("2 années de pratique de Python", 2),
        ("4 years of experience in Python", 4),
        ("Python (3 ans)", 3),
        ("Python : 6 ans", 6),
        ("Python, 3 ans d'expérience", 3),
        ("Python depuis 4 ans", 4),
        ("Python, 3 ans", 3),
        ("Python 5 ans; le reste", 5),
        ("Python - 3 ans.", 3),
        ("Python, 2 ans en alternance", None),
        ("25 ans de Python", 15),
        ("Python", None),
        ("Python depuis 2019", None),
        ("Python (42 ans)", None),
        ("35 ans, Python", None),
        ("Python, 35 ans", None),
        ("Python 3", None),
        ("Python 3 ans", 3),
        ("Python 3 (5 ans)", 5),
        ("Python 3.11, 12 ans", 12),
        ("Python 2 (12 ans)", 12),
        ("Python 3 ans / le reste", 3),
        ("Python 3 ans + le reste", 3),
        ("Python 3 ans - le reste", 3),
        ("Python 3 ans puis le reste", 3),
        ("Python 3 ans minimum.", 3),
        ("Python 3 ans et plus", 3),
        ("Python, 3 ans et demi de gestion", None),
        ("Python, 3 ans et 6 mois de gestion", None),
        ("Python 2019, 35 ans et demi", None),
    ],
)
def test_years_are_those_of_the_skill_and_never_an_age(text: str, years: int | None) -> None:
    assert [(skill.label, skill.years) for skill in FINDER.in_text(text)] == [("Python", years)]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Python 3 ans et Docker 2 ans", [3, 2]),
        ("Python 3 ans / Java 5 ans", [3, 5]),
        ("Python 3 ans - Java", [3, None]),
        ("Python 3 years and Docker 2 years", [3, 2]),
        ("Python, 3 ans et demi de Java", [None, None]),
        ("Excel 2010 2 ans, SQL Server 2016 (3 ans)", [2, 3]),
        ("SQL Server 2016, Docker 2 ans", [None, 2]),
    ],
)
def test_each_skill_of_a_list_has_its_own_years(text: str, years: list[int | None]) -> None:
    assert [skill.years for skill in FINDER.in_text(text)] == years


def test_a_skill_named_twice_keeps_the_longer_duration() -> None:
    assert [skill.years for skill in FINDER.in_text("Python. Ailleurs, 3 ans de Python.")] == [3]


def test_ids_say_their_list() -> None:
    assert [id_of(name).split(":")[0] for name in ("Python", "Linux", "MQTT")] == ["esco", "rome", "term"]


@given(st.text(alphabet="Python, C#·R(3 ans)\nGo développeuse SQL", max_size=80))
def test_every_skill_quotes_the_text_and_none_overlaps(text: str) -> None:
    found = FINDER.in_text(text)
    assert all(text[skill.start : skill.end] == skill.text for skill in found)
    assert len({skill.id for skill in found}) == len(found)
    ends = [0, *(skill.end for skill in found)]
    assert all(skill.start >= end for skill, end in zip(found, ends[:-1], strict=True))


@pytest.mark.parametrize(
    ("skill", "other", "relation"),
    [
        ("Python", "Java", Relation.TRANSFERABLE),
        ("Symfony", "Laravel", Relation.TRANSFERABLE),
        ("Docker", "Symfony", None),
    ],
)
def test_relations_of_technologies(skill: str, other: str, relation: Relation | None) -> None:
    assert FINDER.related(id_of(skill)).get(id_of(other)) is relation
    assert FINDER.related(id_of(other)).get(id_of(skill)) is relation


def test_relations_of_small_lists() -> None:
    finder = JobSkillFinder(
        [
            KeptSkill("esco:1", "programmation", digital=True),
            KeptSkill("esco:2", "Python (programmation)", digital=True, broader="esco:1"),
            KeptSkill("esco:3", "Lisp", digital=True, broader="esco:1"),
            KeptSkill("rome:4", "Programmation en Python", digital=True, occupations=("M1805",)),
        ],
        [Technology("Python", ("Python",), "langage", Telling.PLAIN)],
    )
    assert finder.related("esco:2") == {
        "esco:1": Relation.BROADER,
        "esco:3": Relation.TRANSFERABLE,
        "rome:4": Relation.SAME,
    }
    assert finder.related("esco:1")["esco:2"] is Relation.NARROWER
    assert finder.related("esco:9") == {}
    assert finder.occupations("rome:4") == {"M1805"}
    assert finder.occupations("term:docker") == frozenset()


def test_no_skill_is_related_to_itself() -> None:
    ids = list(FINDER.skills())[::50]
    assert all(skill not in FINDER.related(skill) for skill in ids)


def test_a_missing_list_says_where_to_find_it(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"job_skills.*MATCHER_DATA_DIR"):
        read_job_skills(tmp_path)


def test_a_wrong_row_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "hr").mkdir()
    (tmp_path / "hr" / "job_skills.csv.gz").write_bytes((DATA / "hr" / "job_skills.csv.gz").read_bytes())
    (tmp_path / "hr" / "technologies.csv").write_text("label,names,family,said\nC,C,langage,perhaps\n")
    with pytest.raises(InvalidRequest, match=r"technologies\.csv, line 2"):
        read_job_skills(tmp_path)
