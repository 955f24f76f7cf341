"""Papers say what the code does: numbers and versions come from it."""

from datetime import date

from matcher.hiring.candidates import CURRENT, Gate
from matcher.hiring.papers import PaperFacts, papers
from matcher.hiring.shortlists import MODEL
from matcher.rights import Durations, processings

FACTS = PaperFacts("Cluster", "0.1.0", date(2026, 12, 1), "abc", Gate(), processings(Durations(90)))


def test_every_paper_has_its_versions_and_date():
    for name, text in papers(FACTS).items():
        assert text.startswith("# "), name
        for version in ("2026-12-01", "0.1.0", "abc", MODEL, CURRENT):
            assert version in text, (name, version)


def test_the_record_has_the_processings_of_candidates_alone():
    record = papers(FACTS)["registre.md"]
    assert "vivier de profils" in record
    assert "sélections pour un besoin" in record
    assert "annuaire" not in record


def test_the_annex_says_whether_candidates_are_on():
    assert "fermé" in papers(FACTS)["annexe_aipd.md"]
    opened = PaperFacts("C", "0", date(2026, 12, 1), "a", Gate(True, None, "DPIA-4", "Inès Garcia"), ())
    assert "DPIA-4" in papers(opened)["annexe_aipd.md"]


def test_the_technical_file_says_when_it_applies_and_what_a_person_completes():
    text = papers(FACTS)["dossier_technique_ia.md"]
    assert "2 décembre 2027" in text
    assert "À compléter" in text
