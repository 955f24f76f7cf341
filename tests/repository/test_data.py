"""What ships in ``data/`` keeps what its card says."""

import csv
import gzip
import io
import re
from datetime import datetime
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from matcher.domain.items import ItemType, Organisation
from matcher.importing import import_table, read, write_items
from matcher.knowledge import read_territory
from service.cli.demo import import_catalogue
from tests.samples import migrated

DATA = Path(__file__).resolve().parents[2] / "data"
CATALOGUE = DATA / "catalogue"
CARD = (DATA / "README.md").read_text("utf-8")
FILES = {
    "organisations": ItemType.ORGANISATION,
    "factories": ItemType.FACTORY,
    "opportunities": ItemType.OPPORTUNITY,
    "calls": ItemType.OPPORTUNITY,
    "leads": ItemType.LEAD,
}
TODAY = datetime.fromisoformat("2026-11-22T12:00:00+01:00")


@pytest.fixture(scope="module")
def items():
    return {
        name: [row.item for row in read(CATALOGUE / f"{name}.csv", kind).rows] for name, kind in FILES.items()
    }


def cells(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline="")))


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_read_as_its_type_and_nothing_needs_a_remark(name):
    table = read(CATALOGUE / f"{name}.csv", FILES[name])
    assert [row.rejects for row in table.rows if row.item is None] == []
    assert table.notices == ()
    assert read(CATALOGUE / f"{name}.csv").rows == table.rows, "the type is guessed from the header"


@pytest.mark.parametrize("name", FILES)
def test_exported_and_read_again_the_items_are_the_same(name, items, tmp_path):
    write_items(tmp_path / "again.csv", items[name], FILES[name])
    assert [row.item for row in read(tmp_path / "again.csv", FILES[name]).rows] == items[name]


def test_ids_are_distinct(items):
    ids = [item.id for file in items.values() for item in file]
    assert len(ids) == len(set(ids))


COUNTED = re.findall(r"^\| `([\w.]+\.csv)` \| ([\d,]+) \|", CARD, flags=re.MULTILINE)


@pytest.mark.parametrize(("name", "count"), COUNTED)
def test_a_file_has_the_rows_that_the_card_says(name, count):
    (path,) = (path for path in DATA.rglob(name) if path.parent.name in ("catalogue", "reference", "hr"))
    assert len(cells(path)) == int(count.replace(",", ""))


def test_every_item_names_how_far_its_source_is_evidence(items):
    everything = [item for file in items.values() for item in file]
    assert [item.id for item in everything if item.evidence_level == "declared"] == []
    assert [item.id for item in everything if not item.source_url and item.id not in CARD] == []


def test_a_source_is_an_address_that_everybody_can_open_or_nothing():
    tables = [path for folder in (CATALOGUE, DATA / "reference") for path in folder.glob("*.csv")]
    sources = {row.get("source_url") or "" for path in tables for row in cells(path)} - {""}
    assert [url for url in sources if not re.fullmatch(r"https?://\S+", url)] == []


def test_public_data_hold_no_needs(items):
    assert not any(o.needs or o.offers or o.illustrative for o in items["organisations"])


def test_what_no_page_says_is_marked_as_inferred(items):
    background = [o for o in items["organisations"] if o.evidence_level == "background_only_not_seen"]
    assert all("description" in o.inferred_fields for o in background)
    assert all("existence" in f.inferred_fields for f in items["factories"] if f.is_inferred)
    seen = [f for f in items["factories"] if f.evidence_level == "seen_in_source"]
    assert [f.id for f in seen if "description" in f.inferred_fields] == []


def test_every_factory_belongs_to_an_axis_and_every_axis_has_one(items):
    assert {f.axis for f in items["factories"]} == {row["fr"] for row in cells(DATA / "reference/axes.csv")}


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
def test_published_dates_follow_the_rules_of_the_card(items, item_id, closes):
    found = next(o for o in items["opportunities"] if o.id == item_id)
    assert found.closes_at == (datetime.fromisoformat(closes) if closes else None)


def test_every_european_call_has_a_window_in_brussels_time(items):
    for call in items["calls"]:
        assert call.availability == "dated"
        assert call.opens_at < call.closes_at
        assert call.closes_at.hour == 17
        assert call.closes_at.utcoffset().seconds in (3600, 7200)


def test_nothing_is_open_after_its_end_or_without_dates(items):
    opened = [o for o in items["opportunities"] + items["calls"] if o.is_open(TODAY)]
    assert opened
    assert [o.id for o in opened if o.closes_at and o.closes_at < TODAY] == []
    assert {o.availability for o in opened} <= {"dated", "standing"}


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


def test_illustrative_needs_complete_some_organisations_and_leave_the_rest_alone(tmp_path):
    rows = read(CATALOGUE / "illustrative_needs.csv", ItemType.ORGANISATION).rows
    completions = [row.item for row in rows if isinstance(row.item, Organisation)]
    assert len(completions) == len(rows)
    assert all(item.illustrative and item.offers and item.needs for item in completions)
    store = open_store(migrated(tmp_path / "store.db"))
    files = [
        read(CATALOGUE / f"{name}.csv") for name in ("organisations", "illustrative_needs", "organisations")
    ]
    reports = [import_table(file, store, source="test").put for file in files]
    assert [(r.inserted, r.updated) for r in reports] == [
        (len(files[0].rows), 0),
        (0, len(rows)),
        (0, 0),
    ]
    completed = store.items.get("ORG001")
    assert isinstance(completed, Organisation)
    assert completed.illustrative
    assert completed.expertise
    store.close()


def test_a_second_demo_leaves_what_staff_have_entered(tmp_path):
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        import_catalogue(store, CATALOGUE)
        corrected = store.items.get("ORG001").model_copy(
            update={"description": "Corrigée.", "needs": ("un vrai besoin",), "illustrative": False}
        )
        store.items.put([corrected], source="staff")
        seq = store.outbox.last_seq()
        import_catalogue(store, CATALOGUE)
        assert store.items.get("ORG001") == corrected
        assert store.outbox.last_seq() == seq, "nothing else changed either"


def test_an_interrupted_demo_is_completed(tmp_path):
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        import_table(read(CATALOGUE / "organisations.csv"), store, source="test")
        import_catalogue(store, CATALOGUE)
        completed = store.items.get("ORG001")
        assert isinstance(completed, Organisation)
        assert completed.illustrative
        opportunities = [cells(CATALOGUE / f"{name}.csv") for name in ("opportunities", "calls")]
        assert store.items.counts()[ItemType.OPPORTUNITY] == sum(map(len, opportunities))


def test_every_organisation_and_antenna_has_its_place_on_the_map(items):
    territory = read_territory(DATA / "reference")
    places = [territory.locate(o.city, o.department_code) for o in items["organisations"]]
    assert all(place is not None and place.precise for place in places)
    assert {a.id for a in territory.antennas if a.role != "antenna"} == {"toulouse", "montpellier"}
    toulouse, montpellier = territory.locate("Toulouse"), territory.locate("Montpellier")
    assert toulouse is not None
    assert montpellier is not None
    assert round(territory.distance_km(toulouse, montpellier)) == 196


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
        ("esco/occupations_en.v1.1.1.csv.gz", "3,007 occupations"),
        ("esco/skills_en.v1.1.1.csv.gz", "13,896 skills"),
        ("rome/appellations.v4.60.csv.gz", "13,120 job names"),
        ("rome/metiers.v4.60.csv.gz", "1,584 occupations"),
        ("gender/esco_title_pairs_dev.csv", "1,117 masculine and feminine title pairs"),
    ],
)
def test_vocabularies_have_the_rows_their_card_says(path, count):
    assert count in CARD
    assert count.split()[0] == f"{len(cells(DATA / path)):,}"


def test_the_card_carries_the_notices_the_licences_ask_for():
    for notice in (
        "This service uses the ESCO classification of the European Commission.",
        "Licence Ouverte 2.0",
        "2011/833/EU",
        "CC BY 4.0",
        "MIT",
    ):
        assert notice in CARD


def test_the_card_names_every_file_that_ships():
    shipped = [p for p in DATA.rglob("*") if p.is_file() and "model" not in p.relative_to(DATA).parts]
    assert [p.name for p in shipped if p.name not in CARD and p.name != "README.md"] == []
