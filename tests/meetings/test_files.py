"""Participants read from files, rounds written for people, and the command that does both."""

import json
from datetime import UTC, datetime

import icalendar
import pandas as pd
import pytest
from typer.testing import CliRunner

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.meetings import (
    Timetable,
    read_participants,
    read_rounds,
    read_scores,
    read_tables,
    write_calendars,
    write_rounds,
)
from service.cli.events.meetings import meetings

PEOPLE = """Nom;Organisation;Thèmes;Ville;Offres;Besoins;Ne pas rencontrer;Déjà rencontré;Table
Zoé Martin;Alpha;data, IA;Toulouse;conseil en données;cybersécurité;Ali Ben;;1
Ali Ben;Beta;cyber;Rodez;audit cybersécurité;données;;;
Chloé Dupont;Gamma;santé;Montpellier;logiciel hospitalier;intelligence artificielle;;Eva Roux;
David Petit;Delta;green IT;Nîmes;écoconception web;clients;;;
Eva Roux;Epsilon;data;Toulouse;plateforme de données;hébergement;;;
Fanny Blanc;Alpha;IA;Albi;modèles;données de santé;;;
Gaël Noir;Eta;cloud;Tarbes;hébergement cloud;audit cybersécurité;;;
Hugo Vert;Theta;data;Alès;données ouvertes;cloud;;;
"""


@pytest.fixture(autouse=True)
def no_catalogue(tmp_path, monkeypatch):
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(meetings, ["plan", *map(str, arguments)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_office_files_are_read(tmp_path, encoding, separator):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE.replace(";", separator), encoding=encoding)
    roster = read_participants(path)
    zoe = roster.people[0]
    assert (zoe.name, zoe.themes, zoe.avoids, zoe.table) == ("Zoé Martin", ("data", "IA"), ("Ali Ben",), 1)
    assert roster.find("zoe martin") == 0


def test_a_workbook_is_read(tmp_path, people):
    path = tmp_path / "people.xlsx"
    pd.read_csv(people, sep=";", dtype=str, keep_default_na=False).to_excel(path, index=False)
    assert read_participants(path).names == read_participants(people).names


def test_people_who_match_are_worth_more_than_people_who_do_not(people):
    roster = read_participants(people)
    worth = roster.scores()
    zoe, ali, david = (roster.find(name) for name in ("Zoé Martin", "Ali Ben", "David Petit"))
    assert worth[zoe, ali] > worth[zoe, david] > 0
    assert (worth == worth.T).all()
    assert roster.apart()[zoe, ali]
    assert roster.apart()[zoe, roster.find("Fanny Blanc")]  # one organisation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ville\nToulouse\n", "no column of names"),
        ("Nom\n", "no rows"),
        ("Nom\nAnna\nanna\n", r"Anna is listed 2 times \(lines 2, 3\)"),
        ("Nom;Table\nAnna;zéro\n", "Line 2: the table"),
        ("Nom;Ville\n;Albi\n", "no name"),
    ],
)
def test_bad_lists_are_refused_with_their_line(tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequest, match=said):
        read_participants(path)


def test_an_unknown_name_comes_with_suggestions(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Nom;Veto\nAnna Roux;Bob Noire\nBob Noir;\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"'Bob Noire' \(line 2, .*did you mean Bob Noir\?"):
        read_participants(path).apart()


def test_a_file_of_scores_replaces_the_texts(tmp_path, people):
    roster = read_participants(people)
    path = tmp_path / "scores.csv"
    path.write_text("a;b;score\nZoé Martin;Hugo Vert;0,8\n", encoding="utf-8")
    assert read_scores(path, roster) == [(0, 7, 0.8)]
    path.write_text("a;b;score\nZoé Martin;Hugo Vert;beaucoup\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="line 2"):
        read_scores(path, roster)


@pytest.mark.parametrize("score", ["7.0", "-0,1", "nan", "inf"])
def test_a_score_outside_its_range_is_refused_with_its_line(tmp_path, people, score):
    path = tmp_path / "scores.csv"
    path.write_text(f"a;b;score\nZoé Martin;Hugo Vert;{score}\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"line 2: the score .* is not a number from 0 to 1"):
        read_scores(path, read_participants(people))


@pytest.mark.parametrize("number", ["²", "0", "9" * 5000, "un"])
def test_what_is_no_number_of_a_round_or_a_table_is_refused_with_its_line(tmp_path, people, number):
    path = tmp_path / "rounds.csv"
    path.write_text(f"tour;personne;rencontre;table\n{number};Zoé Martin;Hugo Vert;1\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="line 2: the round"):
        read_rounds(path, read_participants(people))
    path.write_text(f"tour;personne;rencontre;table\n1;Zoé Martin;Hugo Vert;{number}\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"The table .* line 2"):
        read_tables(path, read_participants(people))


@pytest.mark.parametrize(
    ("kept", "said"), [(0, "empty"), (1, "people.xlsx"), (200, "Excel"), (3000, "Excel")]
)
def test_a_workbook_cut_short_is_refused(tmp_path, people, kept, said):
    path = tmp_path / "people.xlsx"
    pd.read_csv(people, sep=";", dtype=str, keep_default_na=False).to_excel(path, index=False)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InvalidRequest, match=said):
        read_participants(path)


@pytest.mark.parametrize(
    ("rows", "said"), [("Anna;Albi\nBob;Sète;x\n", "line 3: 3 cells"), ("Anna;Albi\nBob\n", "line 3: 1 cell")]
)
def test_rows_that_do_not_fit_under_the_header_are_refused_with_their_line(tmp_path, rows, said):
    path = tmp_path / "people.csv"
    path.write_text(f"Nom;Ville\n{rows}", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=said):
        read_participants(path)


def test_a_delimiter_at_the_end_of_each_row_is_no_cell(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Nom;Ville\nAnna;Albi;\nBob;Sète;\n", encoding="utf-8")
    assert read_participants(path).names == ("Anna", "Bob")


def test_the_command_writes_rounds_and_a_calendar_for_each_person(tmp_path, people):
    out, folder = tmp_path / "rounds.csv", tmp_path / "ics"
    options = [
        "--rounds",
        3,
        "--min",
        2,
        "--out",
        out,
        "--ics",
        folder,
        "--start",
        "2026-12-03T09:00",
        "--json",
    ]
    answer = run("--participants", people, *options)
    assert answer.exit_code == 0
    summary = json.loads(answer.stdout)["summary"]
    assert summary["fewest"] >= 2
    assert 0 <= summary["gap"] < 0.01
    assert len(list(folder.glob("*.ics"))) == 8
    events = icalendar.Calendar.from_ical((folder / "zoe-martin.ics").read_bytes()).walk("VEVENT")
    assert 2 <= len(events) <= 3
    assert all(str(event["location"]) == "Table 1" for event in events)  # the table Zoé keeps
    roster = read_participants(people)
    written = read_rounds(out, roster)
    assert len(written) == 2 * summary["meetings"]


def test_a_late_change_keeps_what_is_settled(tmp_path, people):
    out, again = tmp_path / "rounds.csv", tmp_path / "again.csv"
    run("--participants", people, "--rounds", 3, "--out", out)
    people.write_text(PEOPLE + "Inès Bleu;Iota;data;Albi;données;cloud;;;\n", encoding="utf-8")
    options = ["--settled", out, "--from-round", 2, "--absent", "Eva Roux", "--out", again]
    assert run("--participants", people, "--rounds", 3, *options).exit_code == 0
    roster = read_participants(people)
    eva = roster.find("Eva Roux")
    before, after = set(read_rounds(out, roster)), set(read_rounds(again, roster))
    assert {m for m in before if m[0] == 0 or eva not in m[1:]} <= after
    assert not any(eva in m[1:] for m in after if m[0] >= 1)


def test_tables_are_planned_again_without_moving_who_is_seated(tmp_path, people):
    out, again = tmp_path / "tables.csv", tmp_path / "again.csv"
    sized = ["--rounds", 2, "--table-size", 4]
    assert run("--participants", people, *sized, "--out", out).exit_code == 0
    people.write_text(PEOPLE + "Inès Bleu;Iota;data;Albi;données;cloud;;;\n", encoding="utf-8")
    options = ["--settled", out, "--from-round", 2, "--absent", "Eva Roux", "--out", again]
    assert run("--participants", people, *sized, *options).exit_code == 0
    roster = read_participants(people)
    eva, ines = roster.find("Eva Roux"), roster.find("Inès Bleu")
    before, after = set(read_tables(out, roster)), set(read_tables(again, roster))
    left = {seat for seat in before if seat[0] == 1 and seat[1] == eva}
    assert before - after == left  # only Eva's place of round 2 is gone, and Inès takes it
    assert {(r, who, t) for r, who, t in after - before} == {(1, ines, left.pop()[2])}


def test_a_workbook_holds_the_rounds_and_a_sheet_by_person(tmp_path, people):
    out = tmp_path / "rounds.xlsx"
    assert run("--participants", people, "--rounds", 2, "--out", out).exit_code == 0
    book = pd.read_excel(out, sheet_name=None)
    assert list(book) == ["Tours", "Participants"]
    assert len(book["Participants"]) == 16


def test_tables_of_four_come_from_the_same_command(people):
    answer = run("--participants", people, "--rounds", 2, "--table-size", 4, "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["summary"]["tables"] == 2


@pytest.mark.parametrize(
    "options",
    [
        ["--ics", "somewhere"],
        ["--start", "demain"],
        ["--absent", "Personne"],
        ["--from-round", "2"],
        ["--min", "9"],
        ["--table-size", "2"],
        ["--settled", "nothing.csv"],
        ["--out", "rounds.pdf"],
    ],
)
def test_wrong_options_are_refused(people, options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert isinstance(run("--participants", people, "--rounds", 2, *options).exception, InvalidRequest)


def test_a_name_is_never_run_as_a_formula(tmp_path):
    out = tmp_path / "rounds.csv"
    write_rounds([{"tour": 1, "personne": "=1+1", "rencontre": "Ali"}], out)
    assert "'=1+1" in out.read_text(encoding="utf-8-sig")


def test_calendars_need_a_time_zone_and_a_folder(tmp_path):
    row = {"tour": 1, "table": 1, "personne": "A", "rencontre": "B"}
    with pytest.raises(InvalidRequest, match="time zone"):
        Timetable(datetime(2026, 12, 3, 9))  # noqa: DTZ001 - the naive instant is the test
    (tmp_path / "file").write_text("")
    now = datetime(2026, 12, 3, 9, tzinfo=UTC)
    with pytest.raises(BackendUnavailable):
        write_calendars([row], tmp_path / "file", Timetable(now), now)


def test_a_control_character_in_a_name_is_a_space_in_a_workbook_and_back(tmp_path):
    path, rounds = tmp_path / "people.csv", tmp_path / "rounds.xlsx"
    path.write_text("nom\nZoé\x0bMartin\nAli Ben\n", encoding="utf-8")
    roster = read_participants(path)
    assert roster.names == ("Zoé Martin", "Ali Ben")
    rows = [{"tour": 1, "table": 1, "personne": "Zoé\x0bMartin", "rencontre": "Ali Ben"}]
    write_rounds(rows, rounds)
    assert read_rounds(rounds, roster) == [(0, 0, 1)]
