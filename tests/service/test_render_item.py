from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from matcher.domain.items import ITEM_CLASSES, Eligibility, Factory, Opportunity, Organisation
from service.cli.render.item import card
from service.words import field_label

PARIS = ZoneInfo("Europe/Paris")
CALL = Opportunity(
    id="INT1",
    name="Appel",
    opens_at=datetime.fromisoformat("2026-12-03T23:30:00+00:00"),
    availability="dated",
    eligibility=Eligibility(min_countries=3),
    budget_eur=7_200_000,
    funding_rate=0.5,
)


def printed(item, lang="fr"):
    out = StringIO()
    Console(file=out, width=100, force_terminal=False).print(card(item, lang, PARIS))
    return out.getvalue().replace("\u202f", " ").replace("\u00a0", " ")


def test_every_field_has_a_name_of_its_own_in_both_languages():
    told = {"id", "name", "illustrative"}
    fields = {name for cls in (*ITEM_CLASSES.values(), Eligibility) for name in cls.model_fields} - told
    coded = {name for name in fields if "_" in name}
    assert [name for name in coded for lang in ("fr", "en") if field_label(name, lang) == name] == []


@pytest.mark.parametrize("item_class", ITEM_CLASSES.values())
def test_an_item_that_says_nothing_is_shown(item_class):
    text = printed(item_class(id="X1", name="Exemple"))
    assert "Exemple" in text
    assert "déclaré par l'organisation" in text


def test_empty_fields_are_left_out_and_the_others_named_in_the_language_asked_for():
    item = Organisation(id="ORG1", name="Exemple", sectors=("santé",), inferred_fields=("sectors",))
    assert "secteurs servis  santé" in printed(item)
    assert "déduits  secteurs servis" in printed(item)
    assert "besoins" not in printed(item)
    assert "sectors served  santé" in printed(item, "en")


def test_invented_offers_and_needs_are_marked_where_they_stand():
    item = Organisation(id="ORG1", name="Exemple", needs=("un stand",), illustrative=True)
    title, *_, legend = printed(item).strip().splitlines()
    assert "◆ besoins illustratifs" in title
    assert "besoins ◆  un stand" in printed(item)
    assert legend.startswith("◆")
    assert "◆" not in printed(item.model_copy(update={"illustrative": False}))


def test_what_is_to_be_confirmed_is_marked():
    text = printed(Factory(id="FAC1", name="Tech", evidence_level="background_only_not_seen"))
    assert text.count("◇") == 2
    assert "connaissance générale seule" in text


def test_dates_amounts_and_conditions_are_written_out():
    text = printed(CALL)
    assert "ouverture  4 déc. 2026, 00:30" in text
    assert "pays, au moins  3" in text
    assert "taux d'aide  50 %" in text
    assert "budget  7 200 000 €" in text
    assert "budget  7,200,000 €" in printed(CALL, "en")
