"""What is written is read back the same, and runs in no spreadsheet."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.items import AnyItem, Eligibility, Factory, ItemType, Lead, Opportunity, Organisation
from matcher.errors import InvalidRequest
from matcher.importing import escape, read, restore, write_csv, write_items
from tests.examples import draws

SIGNS = "aé\u00a0\u202f=+-@'\"«»’,;|•*·\n\t€🦺<>&#%()[]{}0123456789.:/ "
TEXTS = st.text(SIGNS, max_size=20).map(str.strip)
LABELS = TEXTS.filter(bool)
LISTS = st.lists(LABELS, max_size=3).map(tuple)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ORGANISATIONS = st.builds(
    Organisation, id=st.just("O1"), name=LABELS, description=TEXTS, expertise=LISTS, needs=LISTS, city=TEXTS,
    offers=LISTS, sectors=LISTS, department=TEXTS, member_link=TEXTS, opted_out=st.booleans(),
    size_band=st.none() | st.sampled_from(["TPE", "GE"]), source_year=st.none() | st.integers(1900, 2100),
)  # fmt: skip
OPPORTUNITIES = st.builds(
    Opportunity, id=st.just("I1"), name=LABELS, description=TEXTS, themes=LISTS, closes_at=INSTANTS,
    availability=st.sampled_from(["dated", "closed", "unconfirmed", "standing"]), funding=TEXTS,
    dates_as_published=TEXTS, budget_eur=st.none() | st.floats(0, 1e9),
    eligibility=st.builds(Eligibility, legal_kinds=LISTS, min_countries=st.integers(1, 9)),
)  # fmt: skip
FACTORIES = st.builds(
    Factory, id=st.just("F1"), name=LABELS, ateliers=LISTS, keywords=LISTS, meetings=LISTS, axis=TEXTS,
    next_meeting=st.none() | INSTANTS,
)  # fmt: skip
LEADS = st.builds(Lead, id=st.just("L1"), name=LABELS, themes=LISTS, lead_kind=TEXTS, description=TEXTS)


@given(ORGANISATIONS | OPPORTUNITIES | FACTORIES | LEADS, st.sampled_from([".csv", ".jsonl"]))
@settings(max_examples=draws(80), deadline=None)
def test_what_is_exported_is_imported_the_same(
    tmp_path_factory: pytest.TempPathFactory, item: AnyItem, ending: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"items{ending}"
    write_items(path, [item], item.item_type)
    (row,) = read(path, item.item_type).rows
    assert row.item == item


@given(st.text(SIGNS + "\r", max_size=8))
def test_an_escaped_cell_is_no_formula_and_comes_back(text: str) -> None:
    written = escape(text)
    assert restore(written) == text
    assert written[:1] not in set("=+@\t\r")
    assert written[:1] != "-" or float(written.replace(",", ".")) < 0 or float(written.replace(",", ".")) == 0


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+33 5 61 00 00 00", "@SUM(1)", "-A1", "\t=1", "\r=1"]
)
def test_formulas_are_texts_in_a_csv(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ["nom", text], [[text, -3.5]])
    with path.open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines, delimiter=";")) == [["nom", f"'{text}"], [f"'{text}", "-3.5"]]


def test_json_lines_hold_texts_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    write_items(path, [Lead(id="L1", name="=1+1")])
    assert json.loads(path.read_text("utf-8"))["name"] == "=1+1"


def test_a_csv_needs_a_type_and_a_file_an_ending(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="--kind"):
        write_items(tmp_path / "a.csv", [])
    with pytest.raises(InvalidRequest, match="tells no format"):
        write_items(tmp_path / "a.txt", [], ItemType.LEAD)
