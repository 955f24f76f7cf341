"""The figures of a month, counted by hand; and what is not told of small groups."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from matcher.alerts import Alert, Fit
from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.figures import Facts, MemberFacts, Period, Report, count, svg_text, write_report
from matcher.figures.writing import Lang, table_of
from matcher.introductions import Act, Actor, Outcome, Party, Record, State

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), UTC)
TOULOUSE = {f"T{n}": MemberFacts(f"Toulouse {n}", "Toulouse", "TPE", 2) for n in range(6)}
ALBI = {f"A{n}": MemberFacts(f"Albi {n}", "Albi", "PE", 6) for n in range(2)}
RODEZ = {f"R{n}": MemberFacts(f"Rodez {n}", "Rodez", "PE", 6) for n in range(5)}


def record(act: Act, after: State, days: float, asked: str = "", useful: bool | None = None) -> Record:
    outcome = Outcome(True, useful) if act is Act.OUTCOME else None
    at = NOON + timedelta(days=days)
    return Record("IN1", 1, at, act, None, after, Actor(Party.STAFF), asked, outcome=outcome)


STORY = [
    record(Act.PROPOSE, State.PROPOSED, 0),
    record(Act.ASK, State.ASKED_FIRST, 1, "T0"),
    record(Act.YES, State.FIRST_AGREED, 3),
    record(Act.ASK, State.ASKED_SECOND, 3, "T1"),
    record(Act.YES, State.ACCEPTED, 7),
    record(Act.MEET, State.MET, 9),
    record(Act.OUTCOME, State.CLOSED, 12, useful=True),
]


def facts(records: list[Record], members: dict[str, MemberFacts] | None = None) -> Facts:
    return Facts(members or TOULOUSE | ALBI | RODEZ, records, {"IN1": ("T0", "T1")})


def row(report: Report, by: str, group: str = "") -> dict[str, float] | None:
    (found,) = [one for one in report.rows if (one.by, one.group) == (by, group)]
    return None if found.figures is None else dict(found.figures)


def test_a_month_is_counted_as_by_hand() -> None:
    alert = Alert(Fit("C1", "T2", 0.9), "v", NOON, told_at=NOON, digest="2026-W46")
    joins = [Feedback(NOON, Kind.FACTORY, f"T{n}", "F1", Action.JOINED) for n in range(5)]
    given = Facts(TOULOUSE, STORY, {"IN1": ("T0", "T1")}, joins, [alert], {"F1": "Data"})
    report = count(given, NOVEMBER)
    assert row(report, "all") == {
        "members": 6,
        "proposed": 1,
        "asked": 2,
        "answered": 2,
        "days_to_answer": 3.0,  # 2 and 4
        "accepted": 1,
        "met": 1,
        "useful": 1,
        "alerts": 1,
        "joined": 5,
    }
    assert row(report, "factory", "Data") == {"joined": 5}
    assert report.forgotten == ("T3", "T4", "T5")


def test_an_introduction_that_both_sides_found_useful_counts_once() -> None:
    again = record(Act.OUTCOME, State.CLOSED, 13, useful=True)
    figures = row(count(facts([*STORY, again]), NOVEMBER), "all")
    assert figures is not None
    assert (figures["met"], figures["useful"]) == (1, 1)


def test_days_are_counted_from_a_request_before_the_period() -> None:
    december = Period(date(2026, 11, 13), date(2026, 11, 14), UTC)
    figures = row(count(facts(STORY), december), "all")
    assert figures is not None
    assert (figures["asked"], figures["answered"], figures["days_to_answer"]) == (1, 1, 2.0)


def test_small_groups_are_withheld_and_cannot_be_worked_out() -> None:
    report = count(facts(STORY), NOVEMBER)
    assert row(report, "antenna", "Albi") is None
    assert row(report, "antenna", "Rodez") is None, "else Albi would be the total less the others"
    assert row(report, "antenna", "Toulouse") is not None
    one_join = [Feedback(NOON, Kind.FACTORY, "T1", "F1", Action.JOINED)]
    joined = count(Facts(TOULOUSE, [], {}, one_join), NOVEMBER)
    assert row(joined, "factory", "F1") is None


def test_two_small_groups_are_not_the_difference_of_the_total_and_one_other() -> None:
    members = {"A": MemberFacts("A", "Albi"), "R": MemberFacts("R", "Rodez")} | TOULOUSE
    report = count(facts(STORY, members), NOVEMBER)
    assert [row(report, "antenna", name) for name in ("Albi", "Rodez", "Toulouse")] == [None, None, None]


def test_factories_are_counted_by_members_and_one_small_one_withholds_the_next() -> None:
    joins = [Feedback(NOON, Kind.FACTORY, f"T{n}", "F1", Action.JOINED) for n in range(5)]
    joins += [Feedback(NOON, Kind.FACTORY, "T0", "F2", Action.JOINED)] * 6
    report = count(Facts(TOULOUSE, [], {}, joins), NOVEMBER)
    assert [row(report, "factory", name) for name in ("F1", "F2")] == [None, None]
    total = row(report, "all")
    assert total is not None
    assert total["joined"] == 6


def test_who_was_asked_as_often_as_it_bears_is_named() -> None:
    records = [record(Act.ASK, State.ASKED_FIRST, day, "T0") for day in (0, 8)]
    records.append(record(Act.ASK, State.ASKED_FIRST, 1, "T1"))
    assert count(facts(records), NOVEMBER).overloaded == ("T0",)


def test_a_period_without_data_has_a_sentence_in_every_form(tmp_path: Path) -> None:
    report = count(facts([]), NOVEMBER)
    assert report.is_empty
    assert "Aucune activité du 2026-11-01 au 2026-11-30." in svg_text(report, "fr")
    with pytest.raises(InvalidRequest, match="before it begins"):
        Period(date(2026, 12, 1), date(2026, 11, 1), UTC)
    with pytest.raises(InvalidRequest, match=r"\.csv"):
        write_report(report, tmp_path / "report.pdf", "fr")


@pytest.mark.parametrize(("lang", "told"), [("fr", "non montré"), ("en", "not shown")])
def test_a_withheld_group_is_not_said_to_be_small(lang: Lang, told: str) -> None:
    members = {"A": MemberFacts("Albi", "Albi", "TPE")} | TOULOUSE
    _, rows = table_of(count(facts(STORY, members), NOVEMBER), lang)
    withheld = [cells for cells in rows if cells[1] == "Toulouse"]
    assert {cell for cells in withheld for cell in cells[2:]} == {told}, (
        "six members are not shown beside one"
    )


def test_the_files_say_what_the_report_says(tmp_path: Path) -> None:
    members = {name: MemberFacts(one.name, "=HYPERLINK(1)", "TPE", 2) for name, one in TOULOUSE.items()}
    report = count(facts(STORY, members), NOVEMBER)
    for name in ("r.csv", "r.xlsx", "r.svg"):
        write_report(report, tmp_path / name, "en")
    rows = list(csv.reader((tmp_path / "r.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0][:4] == ["by", "group", "members", "introductions proposed"]
    assert rows[1][:4] == ["all", "", "6", "1"]
    assert not rows[2][1].startswith("="), "a spreadsheet runs no formula"
    sheet = load_workbook(tmp_path / "r.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][2:4] == [6, 1]
    assert sheet["B3"].data_type != "f"
    texts = [node.text for node in ElementTree.parse(tmp_path / "r.svg").iter() if node.text]
    assert "found useful" in texts
