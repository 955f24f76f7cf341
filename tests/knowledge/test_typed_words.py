"""Requests with slips of the pen, read with the vocabulary that ships with the product."""

from pathlib import Path

import pytest

from matcher.knowledge import read_spelling
from matcher.language import as_read

SPELLING = read_spelling(Path(__file__).resolve().parents[2] / "data", ["Montpellier"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cybersécurtié", "cybersécurité"),
        ("inteligence artificielle", "intelligence artificielle"),
        ("bloc chain", "blockchain"),
        ("ia pour l'industrie", "IA pour l'industrie"),
        ("esn montpelier", "ESN montpellier"),
        ("securite des donnees", "sécurité des données"),
        ("hebergment rgpd", "hébergement RGPD"),
        ("recrutment de dévelopeur", "recrutement de développeur"),
        ("acessibilité du logicel", "accessibilité du logiciel"),
        ("télé médecine", "télémédecine"),
    ],
)
def test_what_is_meant_is_read(typed: str, meant: str) -> None:
    assert as_read(typed, SPELLING.readings(typed)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Hôpital de l'Aveyron cherche un partenaire pour auditer la cybersécurité de ses systèmes.",
        "Fintech de Toulouse cherche une entreprise spécialisée dans la signature électronique.",
        "portage salarial, promotion et location de vélos à assistance électrique",
        "des outils qui assistent les consultants qui consultent",
        "an American company looks for a recruiter, a designer and a developer",
        "s'il y a un si, un ami ou une vie",
        "data center, e-commerce, start up et cyber sécurité",
    ],
)
def test_right_words_stay(text: str) -> None:
    assert SPELLING.readings(text) == []
