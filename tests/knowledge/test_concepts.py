"""Concepts are found by every form of their names, with their places, and by nothing that looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.knowledge.concepts import ConceptFinder

FINDER = ConceptFinder(
    [
        ("ecodesign", "écoconception web"),
        ("ecodesign", "RGESN"),
        ("funding", "levée de fonds"),
        ("fund", "fonds"),
        ("si", "SI"),
        ("mes", "MES"),
        ("responsible", "sobriété numérique"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Réduire l'empreinte, RGESN", [("ecodesign", "RGESN")]),
        ("écoconceptions Web", [("ecodesign", "écoconceptions Web")]),
        ("deux levées de fonds", [("funding", "levées de fonds")]),  # the longest name alone
        ("un fonds régional", [("fund", "fonds")]),
        ("la sobriété. Numérique aussi", []),  # two sentences
        ("notre SI et nos MES", [("si", "SI"), ("mes", "MES")]),
        ("mes amis, si possible", []),  # the same letters are other words in lower case
        ("", []),
    ],
)
def test_names_are_found_in_their_forms(text: str, found: list[tuple[str, str]]) -> None:
    assert [(mention.concept, mention.text) for mention in FINDER.in_text(text)] == found


@given(st.text(alphabet="levée de fonds RGESN.SI,’-\n", max_size=60))
def test_every_mention_quotes_the_text_at_its_place(text: str) -> None:
    mentions = FINDER.in_text(text)
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)


def test_fields_are_read_in_their_order() -> None:
    fields = [("name", "Fonds"), ("description", "SI"), ("keywords", "fonds")]
    found = [(mention.field, mention.concept) for mention in FINDER.in_fields(fields)]
    assert found == [("name", "fund"), ("description", "si"), ("keywords", "fund")]


def test_a_name_without_a_telling_word_is_ignored() -> None:
    assert ConceptFinder([("nothing", "de la")]).in_text("de la") == []
