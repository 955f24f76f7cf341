"""Leads with their typed facts."""

import pytest
from pydantic import ValidationError

from matcher.domain import LEVEL_NAMES, PUBLIC_NAMES, Lead


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
