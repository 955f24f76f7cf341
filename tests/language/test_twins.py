"""Two records of one organisation: by SIREN, or by name where one has none."""

import pytest

from matcher.domain.items import Organisation
from matcher.language import are_twins, twin_pairs


def record(name: str, siret: str = "", key: str = "a") -> Organisation:
    return Organisation(id=key, name=name, siret=siret)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Société Lumen Data SAS", ""), ("LUMEN-DATA", ""), True),
        (("Lumen", "12345678900011"), ("Autre nom", "12345678900029"), True),  # two establishments
        (("Lumen", "12345678900011"), ("Autre nom", "123456789"), True),
        (("Lumen Data", "12345678900011"), ("Lumen Data", "98765432100011"), False),
        (("Lumen Data", "12345678900011"), ("LUMEN DATA", ""), True),
        (("Lumen", ""), ("Lumière", ""), False),
    ],
)
def test_twins(one, other, same):
    assert are_twins(record(*one), record(*other)) is same
    assert are_twins(record(*other), record(*one)) is same


def test_pairs_are_found_once_and_in_order():
    records = [
        record("Koovea", "123456789", "c"),
        record("KOOVEA SAS", "12345678900011", "a"),
        record("Itk", key="b"),
    ]
    assert [(one.id, other.id) for one, other in twin_pairs(records)] == [("a", "c")]


def test_names_written_in_one_word_or_two_are_twins() -> None:
    names = {"a": "I-Trust", "b": "ITrust SAS", "c": "I Trust", "d": "Trust"}
    pairs = twin_pairs(Organisation(id=key, name=name) for key, name in names.items())
    assert [(one.id, other.id) for one, other in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
