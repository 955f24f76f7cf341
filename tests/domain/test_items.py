"""Items: leads with their typed facts, and what of a value is taken."""

import json

import pytest
from pydantic import ValidationError

from matcher.domain import LEVEL_NAMES, PUBLIC_NAMES, Factory, Item, Lead, Opportunity, Organisation


def test_whom_a_lead_is_for_can_be_quoted_in_french() -> None:
    lead = Lead(id="L1", name="Wi-Filles", public=("schoolgirls_13_15",), reserved=True)
    assert list(lead.fields()) == [("name", "Wi-Filles"), ("public", "collégiennes de 13 à 15 ans")]


@pytest.mark.parametrize("apprenticeship", [None, False])
def test_only_a_known_apprenticeship_is_said(apprenticeship: bool | None) -> None:
    assert list(Lead(id="L1", name="École", apprenticeship=apprenticeship).fields()) == [("name", "École")]


@pytest.mark.parametrize(
    "wrong", [{"public": ("cats",)}, {"levels": ("9",)}, {"rome_codes": ("dev",)}, {"source_year": 12}]
)
def test_a_value_that_is_not_on_the_list_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Lead.model_validate({"id": "L1", "name": "École", **wrong})


def test_every_public_and_level_has_its_own_name() -> None:
    french = [french for french, _ in PUBLIC_NAMES.values()]
    assert len(set(french)) == len(french)
    assert len(set(LEVEL_NAMES.values())) == len(LEVEL_NAMES)


def test_the_version_changes_with_a_typed_fact() -> None:
    lead = Lead(id="L1", name="École")
    assert lead.version != lead.model_copy(update={"apprenticeship": False}).version


@pytest.mark.parametrize(
    ("item_class", "wrong"),
    [
        (Factory, {"next_meeting": 0}),
        (Factory, {"next_meeting": "2026-12-01"}),
        (Opportunity, {"closes_at": 1.5}),
        (Organisation, {"illustrative": "yes"}),
        (Organisation, {"opted_out": 1}),
        (Lead, {"apprenticeship": "true"}),
        (Factory, {"source_url": "javascript:alert(1)"}),
        (Factory, {"source_url": 'https://a.example/"onclick="x'}),
    ],
)
def test_a_value_of_another_type_is_not_guessed(item_class: type[Item], wrong: dict[str, object]) -> None:
    body = json.dumps({"id": "X1", "name": "Exemple", **wrong})
    with pytest.raises(ValidationError):
        item_class.model_validate_json(body)


def test_signs_that_a_terminal_obeys_are_removed_from_every_text() -> None:
    signs = "a\x1b]0;pwn\x07b\x9bc\nd"
    item = Organisation(id="X1", name=signs, description=signs, expertise=(signs,), city=signs)
    assert {item.name, item.description, *item.expertise, item.city} == {"a]0;pwnbc\nd"}


@pytest.mark.parametrize("end", ["\r", "\r\n", "\x85", "\n"])
def test_a_line_end_of_any_kind_keeps_two_words_apart(end: str) -> None:
    assert Organisation(id="X1", name="Ada", description=f"Cloud{end}Python").description == "Cloud\nPython"


def test_a_wrong_address_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValidationError, match="begin the address with https://"):
        Factory(id="X1", name="Data", source_url="www.digital113.fr")
