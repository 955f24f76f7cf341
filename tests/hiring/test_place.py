"""The place that a need or an offer states, and numbers and towns that are not its place."""

from pathlib import Path

import pytest

from matcher.hiring.place import stated_place
from matcher.knowledge import read_territory

TERRITORY = read_territory(Path(__file__).resolve().parents[2] / "data" / "reference")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Développeur sécurité certifié ISO 27001, CDI",
        "Développeuse certifiée ISO/IEC 27001 Lead Auditor",
        "ISO 27001 Docker",
        "Administrateur systèmes (H/F), parc de 12000 postes, Linux",
        "Plateforme de 30000 utilisateurs",
        "12000 clients nous font confiance",
        "Société au capital de 50000 actions",
        "Réf. 31415 développeur",
        "Réf : 31415 Développeur",
        "Salaire 35000 CHF",
        "package 55000 + variable",
        "Salaire 45000 Python",
        "CDI 32000 à 36000 Brut",
        "Tél 06 12 34 56 78 95000",
        "Nous avons 20 (30) personnes",
        "Contact : Noé",
    ],
)
def test_a_norm_a_count_pay_or_a_person_is_no_place(text: str) -> None:
    assert stated_place(text, TERRITORY) == ("", "")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Développeur Python (H/F) - Montpellier", ("Montpellier", "34")),
        ("Développeur Python | Nîmes | CDI", ("Nîmes", "30")),
        ("nîmes | cdi", ("Nîmes", "30")),
        ("Développeur Python\nLocalisation : Montpellier", ("Montpellier", "34")),
        ("Contract: permanent. Location: Toulouse", ("Toulouse", "31")),
        ("Lieu : Télétravail / Toulouse", ("Toulouse", "31")),
        ("NIMES 30000", ("Nîmes", "30")),
        ("30000 Nîmes", ("Nîmes", "30")),
        ("Poste à Temps plein, Nîmes", ("Nîmes", "30")),
    ],
)
def test_a_town_is_read_wherever_an_offer_puts_it(text: str, place: tuple[str, str]) -> None:
    assert stated_place(text, TERRITORY) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Poste à Villard (30190)", ("Villard", "30")),
        ("Poste à Villard 30190 en CDI", ("Villard", "30")),
        ("poste à villard (30190)", ("", "30")),
        ("CDI\n30190 Villard", ("", "30")),
        ("Code postal : 30190", ("", "30")),
        ("Ingénieur DevOps (F/H) (34)", ("", "34")),
    ],
)
def test_a_postcode_tells_the_department_of_a_town_on_no_list(text: str, place: tuple[str, str]) -> None:
    assert stated_place(text, TERRITORY) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("CDI, basé à Lyon, clients à Toulouse, développeur Java", ("", "")),
        ("Poste de développeur basé à Lyon, clients à Toulouse", ("", "")),
        ("Lieu de travail : Bordeaux. Clients à Toulouse", ("", "")),
        ("Entreprise basée à Paris, poste à Toulouse", ("Toulouse", "31")),
        ("Mission pour un client basé à Paris, à Toulouse", ("Toulouse", "31")),
    ],
)
def test_the_place_is_that_of_the_work_and_not_of_clients(text: str, place: tuple[str, str]) -> None:
    assert stated_place(text, TERRITORY) == place
