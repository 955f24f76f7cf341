"""Towns in requests as people type them: without capitals, accents or "à"."""

from pathlib import Path

import pytest

from matcher.knowledge import read_territory, town_in

TERRITORY = read_territory(Path(__file__).resolve().parents[2] / "data" / "reference")


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("partenaire iot castres", "Castres"),
        ("dev web rodez", "Rodez"),
        ("toulouse cybersécurité", "Toulouse"),
        ("hebergeur hds sete", "Sète"),
        ("technicien reseau mende", "Mende"),
        ("formation ia lunel", "Lunel"),
        ("agence de communication bessieres", "Bessières"),
        ("ESN montpellier java", "Montpellier"),
        ("alternance cyber albi", "Albi"),
        ("startup sante balma", "Balma"),
        ("recruter developpeur a tarbes", "Tarbes"),
        ("pres de figeac, un partenaire drone", "Figeac"),
        ("drone saint gaudens", "Saint-Gaudens"),
        ("integrateur erp st affrique", "Saint-Affrique"),
        ("accompagnement rgpd perpignan", "Perpignan"),
        ("la grande motte tourisme numerique", "La Grande-Motte"),
        ("audit securite, nimes", "Nîmes"),
        ("data analyst ales", "Alès"),
        ("FORMATION CYBERSECURITE AUCH", "Auch"),
        ("Foix développement web", "Foix"),
    ],
)
def test_a_town_counts_without_capital_accent_or_preposition(text: str, town: str) -> None:
    found = town_in(text, TERRITORY, typed=True)
    assert found is not None
    span, place = found
    assert place is not None
    assert place.name == town
    assert text[span.start : span.end] == span.text


@pytest.mark.parametrize(
    "text",
    [
        "salles de reunion connectees",
        "logistique de charges lourdes",
        "capteurs pour muret et terrasse",
        "jeu de tir avec grenade",
        "lattes de bois connectees",
        "clapiers et elevages",
        "bilan carbonne de notre site",
        "quarante salariés",
        "dunes et littoral suivis par drone",
        "appel à projets de l'union européenne",
        "projet pia pour l'industrie",
        "logiciel de suivi vic",
        "fontes et aciers",
        "LOGISTIQUE DE CHARGES LOURDES",
        "valence électrique",
        "colombiers et pigeons",
        "audit pour contact@mairie-albi.fr",
        "refonte de www.castres.fr",
        "le monastere et ses archives",
        "cerbere pare-feu",
    ],
)
def test_a_word_or_an_address_is_no_town(text: str) -> None:
    assert town_in(text, TERRITORY, typed=True) is None


def test_a_word_that_is_also_a_town_is_one_behind_a_or_with_a_capital() -> None:
    for text in ("hébergeur à lourdes", "hébergeur de Lourdes", "un hébergeur à Muret"):
        found = town_in(text, TERRITORY, typed=True)
        assert found is not None
        assert found[1] is not None


def test_a_town_with_a_capital_comes_before_one_without() -> None:
    found = town_in("albi ou rodez, sinon Castres", TERRITORY, typed=True)
    assert found is not None
    assert found[0].text == "Castres"


def test_a_text_that_is_not_typed_needs_the_capital() -> None:
    assert town_in("dev web rodez", TERRITORY) is None
