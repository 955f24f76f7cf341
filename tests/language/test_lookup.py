"""Which item a person means."""

import pytest

from matcher.errors import NotFound
from matcher.language.lookup import the_one, whole

NAMES = [("ORG1", "Makina Corpus"), ("ORG2", "Transmission Sud"), ("ORG3", "L'Atelier  des\u00a0Données")]


@pytest.mark.parametrize(
    ("typed", "item_id"),
    [("Makina  Corpus", "ORG1"), ("makina\u00a0corpus", "ORG1"), ("atelier des données", "ORG3")],
)
def test_spaces_are_counted_in_neither_name(typed, item_id):
    assert the_one(typed, NAMES) == item_id


def test_a_part_of_a_name_begins_where_a_word_does():
    assert the_one("corp", NAMES) == "ORG1"
    assert the_one("mission", [*NAMES, ("INT1", "Petite mission à Montréal")]) == "INT1"
    with pytest.raises(NotFound):
        the_one("mission", NAMES)


def test_signs_stand_for_themselves():
    assert the_one("(31", [("ORG1", "Atelier"), ("ORG2", "Cosmos (31)")]) == "ORG2"


def test_a_whole_name_is_known_whatever_its_spaces():
    assert whole("l'atelier des  données", NAMES) == "ORG3"
    assert whole("atelier des données", NAMES) is None
