"""What ships in ``data/`` keeps what its card says."""

import csv
import gzip
import io
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from matcher.domain.items import ItemType
from matcher.importing import import_table, read, write_items
from matcher.knowledge import read_territory
from service.cli.demo import import_catalogue

DATA = Path(__file__).resolve().parents[2] / "data"
CATALOGUE = DATA / "catalogue"
FILES = {
    "organisations": (ItemType.ORGANISATION, 162),
    "factories": (ItemType.FACTORY, 20),
    "opportunities": (ItemType.OPPORTUNITY, 74),
    "calls": (ItemType.OPPORTUNITY, 512),
    "leads": (ItemType.LEAD, 17),
}
TODAY = datetime.fromisoformat("2026-11-22T12:00:00+01:00")


@pytest.fixture(scope="module")
def items():
    return {
        name: [row.item for row in read(CATALOGUE / f"{name}.csv", kind).rows]
        for name, (kind, _) in FILES.items()
    }


def cells(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline="")))


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_read_as_its_entity(name):
    kind, count = FILES[name]
    table = read(CATALOGUE / f"{name}.csv", kind)
    assert [row.rejects for row in table.rows if row.item is None] == []
    assert len(table.rows) == count
    assert table.notices == ()


@pytest.mark.parametrize("name", FILES)
def test_the_type_of_a_file_needs_no_telling(name):
    assert read(CATALOGUE / f"{name}.csv").rows[0].item.item_type == FILES[name][0]


@pytest.mark.parametrize("name", FILES)
def test_exported_and_read_again_the_items_are_the_same(name, items, tmp_path):
    kind, _ = FILES[name]
    write_items(tmp_path / "again.csv", items[name], kind)
    assert [row.item for row in read(tmp_path / "again.csv", kind).rows] == items[name]


def test_ids_are_those_that_were_handed_over_and_all_distinct(items):
    ids = [item.id for file in items.values() for item in file]
    assert len(ids) == len(set(ids))
    assert [o.id for o in items["organisations"]] == [f"ORG{n:03}" for n in range(1, 163)]
    assert [f.id for f in items["factories"]] == [f"FAC{n:02}" for n in range(1, 21)]
    assert [o.id for o in items["opportunities"]] == [f"INT{n:03}" for n in range(1, 75)]
    assert all(c.id == f"EU-{c.code}" for c in items["calls"])


def test_the_card_tells_where_city_and_size_come_from(items):
    card = " ".join((DATA / "README.md").read_text("utf-8").split())
    towns = sum("city" in o.inferred_fields for o in items["organisations"])
    assert f"the city in the {towns} rows" in card
    told = [o.id for o in items["organisations"] if o.member_type == "PME" and o.size_band]
    assert f"three whose page gives the headcount ({', '.join(told)})" in card


def test_every_item_names_how_far_its_source_is_evidence(items):
    everything = [item for file in items.values() for item in file]
    assert [item.id for item in everything if item.evidence_level == "declared"] == []
    told = [f for f in items["factories"] if "description" in f.inferred_fields]
    assert [f.id for f in told if f.evidence_level == "seen_in_source"] == []
    unknown = [item.id for item in everything if not item.source_url]
    assert unknown == ["ORG111", "ORG112", "FAC11"]
    card = " ".join((DATA / "README.md").read_text("utf-8").split())
    assert "FAC11, ORG111 and ORG112 rest on slides" in card


def test_a_source_is_an_address_that_everybody_can_open_or_nothing():
    tables = [path for folder in (CATALOGUE, DATA / "reference") for path in folder.glob("*.csv")]
    sources = {row.get("source_url") or "" for path in tables for row in cells(path)} - {""}
    assert [url for url in sources if not re.fullmatch(r"https?://\S+", url)] == []


def test_public_data_hold_no_needs(items):
    assert not any(o.needs or o.offers or o.illustrative for o in items["organisations"])


def test_what_a_page_did_not_say_is_marked_as_inferred(items):
    background = [o for o in items["organisations"] if o.evidence_level == "background_only_not_seen"]
    assert len(background) == 20
    assert all("description" in o.inferred_fields for o in background)
    assert sum(f.is_inferred for f in items["factories"]) == 9
    assert all("existence" in f.inferred_fields for f in items["factories"] if f.is_inferred)


def test_every_factory_stands_on_one_of_the_five_axes(items):
    axes = {row["fr"] for row in cells(DATA / "reference" / "axes.csv")}
    assert len(axes) == 5
    assert {f.axis for f in items["factories"]} == axes


def test_dates_are_kept_as_they_were_published(items):
    assert all(o.dates_as_published for o in items["opportunities"] + items["calls"])


@pytest.mark.parametrize(
    ("item_id", "closes"),
    [
        ("INT001", "2017-02-01T00:00:00+01:00"),  # "janvier 2017"
        ("INT007", "2016-08-02T00:00:00+02:00"),  # the application date, not the fair's
        ("INT032", "2026-03-19T14:00:00+01:00"),  # "19 mars 2026 14h00"
        ("INT037", "2026-04-15T17:00:00+02:00"),  # a European call's day
        ("INT035", None),  # the day of a publication is no deadline
    ],
)
def test_published_dates_are_read_by_the_rules_of_the_card(items, item_id, closes):
    found = next(o for o in items["opportunities"] if o.id == item_id)
    assert found.closes_at == (datetime.fromisoformat(closes) if closes else None)


def test_every_european_call_has_a_window_in_brussels_time(items):
    for call in items["calls"]:
        assert call.availability == "dated"
        assert call.opens_at < call.closes_at
        assert call.closes_at.hour == 17
        assert call.closes_at.utcoffset().seconds in (3600, 7200)


def test_past_calls_are_not_open_and_standing_services_are(items):
    opened = {o.id for o in items["opportunities"] if o.is_open(TODAY)}
    assert opened == {"INT029", "INT030", "INT031", "INT044", "INT045", "INT054", "INT069"}
    assert sum(c.is_open(TODAY) for c in items["calls"]) == 54
    kinds = Counter(o.availability for o in items["opportunities"])
    assert kinds == {"dated": 44, "unconfirmed": 22, "standing": 4, "closed": 4}


@pytest.mark.parametrize(
    ("item_id", "condition", "value"),
    [
        ("INT006", "department_codes", ("12",)),  # "entreprises de l'Aveyron"
        ("INT030", "size_bands", ("TPE", "PE", "ME")),  # "PME"
        ("INT035", "size_bands", ()),  # "universités, clusters, PME"
        ("INT057", "min_countries", 3),  # "au moins trois organisations de trois pays"
        ("INT032", "min_countries", 2),  # "deux pays au moins"
        ("INT009", "department_codes", ()),  # "startups"
    ],
)
def test_eligibility_is_typed_only_where_the_text_says_it_plainly(items, item_id, condition, value):
    found = next(o for o in items["opportunities"] if o.id == item_id)
    assert getattr(found.eligibility, condition) == value


def test_illustrative_needs_complete_forty_organisations_and_leave_the_rest_alone(tmp_path):
    rows = read(CATALOGUE / "illustrative_needs.csv", ItemType.ORGANISATION).rows
    assert 0 < len(rows) <= 40
    assert all(row.item.illustrative and row.item.offers and row.item.needs for row in rows)
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    files = [
        read(CATALOGUE / f"{name}.csv") for name in ("organisations", "illustrative_needs", "organisations")
    ]
    reports = [import_table(file, store, source="test").put for file in files]
    assert [(r.inserted, r.updated) for r in reports] == [(162, 0), (0, len(rows)), (0, 0)]
    completed = store.items.get("ORG001")
    assert completed.illustrative
    assert completed.expertise
    store.close()


def test_a_second_demo_leaves_what_staff_have_entered(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'matcher.db'}") as store:
        store.migrate()
        import_catalogue(store, CATALOGUE)
        mended = store.items.get("ORG001").model_copy(
            update={"description": "Corrigée.", "needs": ("un vrai besoin",), "illustrative": False}
        )
        store.items.put([mended], source="staff")
        seq = store.outbox.last_seq()
        import_catalogue(store, CATALOGUE)
        assert store.items.get("ORG001") == mended
        assert store.outbox.last_seq() == seq, "nothing else changed either"


def test_an_interrupted_demo_is_completed(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'matcher.db'}") as store:
        store.migrate()
        import_table(read(CATALOGUE / "organisations.csv"), store, source="test")
        import_catalogue(store, CATALOGUE)
        assert store.items.get("ORG001").illustrative
        assert store.items.counts()[ItemType.OPPORTUNITY] == 74 + 512


def test_every_organisation_and_antenna_has_its_place_on_the_map(items):
    territory = read_territory(DATA / "reference")
    places = [territory.locate(o.city, o.department_code) for o in items["organisations"]]
    assert all(place is not None and place.precise for place in places)
    assert {a.id for a in territory.antennas if a.role != "antenna"} == {"toulouse", "montpellier"}
    assert Counter(a.status for a in territory.antennas) == {"open": 5, "opening": 4}
    known = [territory.locate(name) for name in ("Toulouse", "Montpellier")]
    assert round(territory.distance_km(*known)) == 196


def test_the_thirteen_departments_have_their_prefectures():
    communes = cells(DATA / "reference" / "communes.csv")
    departments = cells(DATA / "reference" / "departments.csv")
    assert len(departments) == 13
    chief = {c["department_code"]: c["name"] for c in communes if c["prefecture"] == "oui"}
    assert chief == {d["code"]: d["prefecture"] for d in departments}
    assert all(c["insee_code"].startswith(c["department_code"]) for c in communes)
    assert all(42.3 < float(c["latitude"]) < 45.1 and -0.4 < float(c["longitude"]) < 4.9 for c in communes)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("catalogue/vocabulary.csv", 154),
        ("catalogue/legal_rules.csv", 26),
        ("esco/occupations_en.v1.1.1.csv.gz", 3007),
        ("esco/skills_en.v1.1.1.csv.gz", 13_896),
        ("rome/appellations.v4.60.csv.gz", 13_120),
        ("rome/metiers.v4.60.csv.gz", 1584),
        ("gender/esco_title_pairs_dev.csv", 1117),
    ],
)
def test_vocabularies_have_the_rows_their_card_says(path, count):
    assert len(cells(DATA / path)) == count


def test_the_card_carries_the_notices_the_licences_ask_for():
    card = (DATA / "README.md").read_text("utf-8")
    for notice in (
        "This service uses the ESCO classification of the European Commission.",
        "Licence Ouverte 2.0",
        "2011/833/EU",
        "CC BY 4.0",
        "MIT",
    ):
        assert notice in card
    assert "400 members" not in card


def test_the_card_names_every_file_that_ships():
    card = (DATA / "README.md").read_text("utf-8")
    shipped = [p for p in DATA.rglob("*") if p.is_file() and "model" not in p.relative_to(DATA).parts]
    assert [p.name for p in shipped if p.name not in card and p.name != "README.md"] == []
