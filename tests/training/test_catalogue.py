import doctest
import json

import pytest

from matcher.domain.items import Lead
from matcher.errors import InvalidRequest
from training.sources import catalogue, places, published

PROGRAMMES = [
    {"code_prefix": "HORIZON", "type": "appel", "fr": "Horizon Europe", "en": "Horizon Europe"},
    {"code_prefix": "HORIZON-CL4", "type": "appel", "fr": "Numérique", "en": "Digital"},
]


def call(code, name="A call", opens="2026-11-17", budget=""):
    closes = "2027-03-18 00:00:00"
    return {
        "code": code,
        "name": name,
        "openDate": opens,
        "closeDate": closes,
        "budget": budget,
        "link": "https://x",
    }


def test_a_repeated_code_gets_distinct_ids_whatever_the_order_of_the_file():
    rows = [call("HORIZON-CL4-1", "B"), call("HORIZON-CL4-1", "A"), call("HORIZON-CL5-1")]
    ids = {c.id: c.name for c in catalogue.eu_calls(rows, PROGRAMMES)}
    assert ids == {"EU-HORIZON-CL4-1": "A", "EU-HORIZON-CL4-1.2": "B", "EU-HORIZON-CL5-1": "A call"}
    assert ids == {c.id: c.name for c in catalogue.eu_calls(rows[::-1], PROGRAMMES)}


def test_a_call_is_themed_by_the_longest_programme_its_code_starts_with():
    four, other = catalogue.eu_calls([call("HORIZON-CL4-1"), call("HORIZON-X")], PROGRAMMES)
    assert four.themes == ("Numérique", "Digital")
    assert other.themes == ("Horizon Europe",)


def test_a_list_entry_that_holds_the_separator_is_refused():
    lead = Lead(id="L1", name="École", themes=("code; web",))
    with pytest.raises(InvalidRequest, match="code; web"):
        catalogue.cells(lead)


def test_a_lead_is_placed_only_where_its_text_names_one_town():
    row = {"kind": "école", "theme": "mixité", "evidence_level": "seen_in_source", "source_url": "https://x"}
    names = ["Simplon Toulouse et Montpellier", "42 Perpignan", "Ada"]
    cities = {"Toulouse": "31", "Montpellier": "34", "Perpignan": "66"}
    found = catalogue.leads([row | {"name": name, "description_fr": "Un campus."} for name in names], cities)
    assert [(lead.id, lead.city, lead.department_code) for lead in found] == [
        ("LEAD001", "", ""),
        ("LEAD002", "Perpignan", "66"),
        ("LEAD003", "", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027",
        "annuel, date à vérifier",
        "27-28 novembre (édition 9)",
        "31 mars 2017 (publication)",
        "clos (2021)",
    ],
)
def test_a_text_without_a_whole_date_closes_at_no_time(text):
    assert published.closing(text, published.PARIS) is None


@pytest.mark.parametrize(
    "text", ["12 à 13 M€, 2 projets", "4 à 8 M€ par projet", "jusqu'à 300 000 euros", "selon appel"]
)
def test_ranges_and_ceilings_are_no_budget(text):
    assert published.budget(text) is None


def test_a_missing_source_folder_is_a_clear_error(tmp_path):
    with pytest.raises(InvalidRequest, match=r"departments\.csv is missing"):
        catalogue.build(tmp_path, tmp_path)
    with pytest.raises(InvalidRequest, match=r"communes\.json is missing"):
        places.build(tmp_path, tmp_path / "cities500.json", tmp_path)


def test_towns_that_cannot_be_told_apart_are_left_out(tmp_path):
    def commune(code, name, people, region="76"):
        kind = {"type": "commune-actuelle", "region": region, "departement": code[:2]}
        return kind | {"code": code, "nom": name, "population": people}

    def town(number, name, latitude):
        where = {"countrycode": "FR", "admin1code": "76", "latitude": latitude, "longitude": 2.0}
        return where | {"geonameid": number, "name": name, "alternatenames": []}

    communes = [
        commune("12202", "Rodez", 24_000),
        commune("12001", "Valence", 5_000),
        commune("26362", "Valence", 64_000, region="84"),
        commune("12002", "Mirepoix", 3_000),
        commune("12003", "Mirepoix", 200),
        commune("12004", "Hameau", 90),
    ]
    towns = [
        town(1, "Rodez", 44.0),
        town(2, "Valence", 45.0),
        town(3, "Mirepoix", 43.0),
        town(4, "Hameau", 43.5),
    ]
    department = {"code": "12", "region": "76", "nom": "Aveyron", "chefLieu": "12202"}
    (tmp_path / "communes.json").write_text(json.dumps(communes), "utf-8")
    (tmp_path / "departements.json").write_text(json.dumps([department]), "utf-8")
    (tmp_path / "cities.json").write_text(json.dumps({str(t["geonameid"]): t for t in towns}), "utf-8")
    assert places.build(tmp_path, tmp_path / "cities.json", tmp_path) == {"communes": 2, "departments": 1}
    lines = (tmp_path / "communes.csv").read_text("utf-8").splitlines()
    assert lines[1:] == [
        "12001,Valence,12,5000,45.0000,2.0000,2,,oui",
        "12202,Rodez,12,24000,44.0000,2.0000,1,oui,",
    ]
    # (24 x 44 + 5 x 45) / 29
    assert (tmp_path / "departments.csv").read_text("utf-8").splitlines()[
        1
    ] == "12,Aveyron,Rodez,44.1724,2.0000"


def test_the_examples_of_the_reading_rules_hold():
    assert doctest.testmod(published).failed == 0


@pytest.mark.parametrize(
    ("inferred", "level"),
    [
        ("description partielle", "named_in_source_activity_from_background"),
        ("ateliers;livrables", "seen_in_source"),
    ],
)
def test_a_factory_described_in_part_from_elsewhere_is_not_seen_in_its_source(inferred, level):
    texts = ("aliases", "service_axis", "status", "description_fr", "ateliers_fr", "livrables_fr", "keywords")
    row = dict.fromkeys((*texts, "rendez_vous_fr", "animateur_organisation"), "")
    row |= {"id": "FAC1", "name": "Tech", "is_inferred": "non", "inferred_fields": inferred}
    found = catalogue.factory(row | {"source_url": "slides (page not identified)"})
    assert (found.evidence_level, found.source_url) == (level, "")
