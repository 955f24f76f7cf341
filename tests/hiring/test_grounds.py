"""What staff write about a person: the grounds on which the law forbids to decide are found and said."""

import csv
from pathlib import Path

import pytest

from matcher.errors import InvalidRequest
from matcher.hiring import UnlawfulWords, read_ground_check
from matcher.hiring.grounds import read_ground_wordings
from matcher.knowledge import read_job_skills
from matcher.knowledge.tables import read_rows
from training.motives import measure

DATA = Path(__file__).parents[2] / "data"
CHECK = read_ground_check(DATA)


@pytest.mark.parametrize(("name", "precision", "recall"), [("dev", 0.98, 0.98), ("held-out", 0.96, 0.86)])
def test_the_shipped_phrases_keep_their_floor(name: str, precision: float, recall: float) -> None:
    found = measure(CHECK, DATA / "benchmarks" / "motives" / f"{name}.csv")
    assert found.precision >= precision, found.wrong
    assert found.recall >= recall, found.wrong


def test_each_of_the_25_grounds_has_words() -> None:
    named = [row["criterion"] for row in read_rows(DATA / "hr" / "grounds.csv", ("criterion",))]
    assert len(set(named)) == 25
    assert {one.ground.criterion for one in read_ground_wordings(DATA)} == set(named)


@pytest.mark.parametrize(
    ("text", "words", "criterion"),
    [
        ("Trop vieux.", "Trop vieux", "age"),
        ("TROP VIEILLE pour ça", "TROP VIEILLE", "age"),
        ("Candidat\u00b7e trop vieil pour nous", "trop vieil", "age"),
        ("Il est trop agé", "trop agé", "age"),
        ("trop âgé·e", "trop âgé", "age"),
        ("trop vielle", "trop vielle", "age"),
        ("She’s pregnant", "pregnant", "grossesse"),
        ("Handicapé·e, non merci", "Handicapé", "handicap"),
        ("Elle n'est pas enceinte", "pas enceinte", "grossesse"),
    ],
)
def test_words_are_quoted_as_they_are_written_in_any_gender(text: str, words: str, criterion: str) -> None:
    assert [(one.words.text, one.ground.criterion) for one in CHECK.found(text)] == [(words, criterion)]


def test_what_did_not_count_may_be_said() -> None:
    assert CHECK.found("Retenue quel que soit son âge.") == []
    assert CHECK.found("Quel que soit son âge. Trop vieille.") != []


@pytest.mark.parametrize(
    "reason",
    [
        "Ne connaît ni les clés étrangères ni les jointures SQL.",
        "Algorithme RSA demandé et non indiqué.",
        "Le besoin demande dix ans de réseau, et plus de 20 ans de réseau sont indiqués.",
        "Le besoin demande un niveau natif en Swift.",
        "Trois ans en natif sur Android.",
        "Maîtrise un framework en fin de carrière.",
        "Un accent est mis sur les tests.",
        "A dénoncé le contrat proposé.",
    ],
)
def test_words_of_the_trade_are_no_ground(reason: str) -> None:
    assert CHECK.found(reason) == []


@pytest.mark.parametrize(
    "text",
    [
        "Une plateforme pour les personnes âgées.",
        "Refonte d'un site trop vieux.",
        "Des serveurs trop vieux à remplacer.",
        "Notre équipe est très jeune.",
        "Une femme ou un homme, en développement web.",
        "Plus de 15 ans de réseau.",
    ],
)
def test_what_a_job_is_about_is_no_ground(text: str) -> None:
    assert CHECK.found(text, of_job=True) == []


def test_no_skill_of_the_lists_speaks_of_a_person() -> None:
    labels = sorted(set(read_job_skills(DATA).skills().values()))
    wrong = [label for label in labels if CHECK.found(f"Ne connaît pas encore {label}.")]
    assert wrong == []


def test_the_refusal_says_ground_words_and_what_to_write() -> None:
    with pytest.raises(UnlawfulWords) as refused:
        CHECK.require_lawful("Trop vieux, et en plus il porte le voile.")
    assert "« Trop vieux » (l'âge), « le voile » (les convictions religieuses)" in refused.value.french
    assert "exigence du besoin" in refused.value.french
    assert "'Trop vieux' (age)" in str(refused.value)
    assert "L1132-1" in str(refused.value)


def test_a_job_may_name_what_the_law_sets_but_not_prefer() -> None:
    assert CHECK.found("Condition d'âge de l'apprentissage.", of_job=True) == []
    assert CHECK.found("On ne veut pas de trop vieux.", of_job=True) != []


def test_a_row_of_an_unknown_ground_names_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "hr"
    folder.mkdir()
    (folder / "grounds.csv").write_text("criterion,name_fr,name_en\nage,l'âge,age\n", "utf-8")
    with (folder / "motive_phrases.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("criterion", "in_offers", "pattern", "unless"))
        rows.writerow(("humeur", "no", "x", ""))
    with pytest.raises(InvalidRequest, match=r"motive_phrases\.csv, line 2: the ground 'humeur'"):
        read_ground_wordings(tmp_path)
