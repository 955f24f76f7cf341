"""Which item a person means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import Ambiguous, NotFound
from matcher.language import find_by_name, find_one, organisation_key, same_names

NAMES = [("ORG1", "Makina Corpus"), ("ORG2", "Transmission Sud"), ("ORG3", "L'Atelier  des\u00a0Données")]


@pytest.mark.parametrize(
    ("typed", "item_id"),
    [
        ("Makina  Corpus", "ORG1"),
        ("makina\u00a0corpus", "ORG1"),
        ("makina-corpus", "ORG1"),
        ("Makina Corpus SAS", "ORG1"),
        ("SARL Makina Corpus", "ORG1"),
        ("atelier des données", "ORG3"),
        ("l’atelier des donnees", "ORG3"),
        ("org2", "ORG2"),
    ],
)
def test_case_accents_punctuation_and_legal_forms_do_not_matter(typed: str, item_id: str) -> None:
    assert find_one(typed, NAMES) == item_id


def test_a_part_of_a_name_begins_where_a_word_begins() -> None:
    assert find_one("corp", NAMES) == "ORG1"
    assert find_one("mission", [*NAMES, ("INT1", "Petite mission à Montréal")]) == "INT1"
    with pytest.raises(NotFound):
        find_one("mission", NAMES)


def test_a_sign_in_a_query_is_no_pattern() -> None:
    assert find_one("(31", [("ORG1", "Atelier"), ("ORG2", "Cosmos (31)")]) == "ORG2"
    assert find_one("+++", [("ORG1", "Atelier"), ("ORG2", "+++")]) == "ORG2"


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_an_empty_query_means_nothing(query: str) -> None:
    with pytest.raises(NotFound):
        find_one(query, NAMES)


def test_several_names_that_fit_are_listed() -> None:
    names = [("A1", "Atelier Été"), ("A2", "Atelier Cosmos")]
    with pytest.raises(Ambiguous, match=r"fits 2 items: A1 \(Atelier Été\), A2 \(Atelier Cosmos\)"):
        find_one("atelier", names)


def test_similar_names_are_suggested() -> None:
    with pytest.raises(NotFound, match=r"Did you mean ORG1 \(Makina Corpus\)\?"):
        find_one("Makina Corpos", NAMES)


def test_a_whole_name_goes_before_a_name_of_another_legal_form() -> None:
    names = ["Koovea SAS", "Koovea"]
    assert find_by_name("koovea sas", names).found == (0,)
    assert find_by_name("koovea", names).found == (1,)
    assert find_by_name("koovea sarl", names).found == (0, 1)


def test_an_id_goes_before_a_name() -> None:
    assert find_by_name("ORG2", ["ORG2", "Cosmos"], ["ORG1", "ORG2"]).found == (1,)
    assert find_by_name("org1", ["Cosmos", "Atelier"], ["org1", "ORG1"]).found == (0,)


def test_parts_of_names_and_legal_forms_fit_only_where_they_are_allowed() -> None:
    assert find_by_name("atelier des données", ["L'Atelier des données"]).found == ()
    assert find_by_name("Ali", ["Ali Sas"], legal_forms=False).found == ()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Koovea S.A.S.", "koovea"),
        ("KOOVEA (SAS)", "koovea"),
        ("Association Les Cordées", "les cordees"),
        ("Société Générale", "generale"),
        ("Sas Technologies", "technologies"),
        ("SCOP", "scop"),
        ("EURL SARL", "eurl"),
        ("La Sarl", "la"),
        ("Saint-Éloi", "saint eloi"),
        ("…", "..."),
    ],
)
def test_an_organisation_is_compared_without_its_legal_form(name: str, key: str) -> None:
    assert organisation_key(name) == key


def test_twins_are_grouped_in_the_order_of_the_list() -> None:
    names = ["Cosmos", "KOOVEA SAS", "cosmos, SARL", "Koovea", "Atelier"]
    assert same_names(names) == [(0, 2), (1, 3)]
    assert same_names([]) == []


@given(st.text(max_size=40))
def test_every_name_that_says_something_finds_itself(name: str) -> None:
    found = find_by_name(name, [name]).found
    assert found == ((0,) if name.strip() and organisation_key(name).strip() else ())
