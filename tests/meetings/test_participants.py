"""Lists of participants as offices and ticketing programs write them: obeyed, or refused by name."""

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import numpy as np
import pytest
from openpyxl import Workbook

from matcher.errors import InvalidRequest
from matcher.meetings import (
    EventOptions,
    Participant,
    Roster,
    Timetable,
    plan_event,
    read_participants,
    write_calendars,
)

PEOPLE = ("Alba Lac", "Bruno Bol", "Cléo Roc", "Tom Val")
NINE = datetime(2026, 12, 3, 9, tzinfo=UTC)


def listed(folder: Path, column: str, cells: tuple[str, ...], ignored: tuple[str, ...] = ()) -> Roster:
    """Read four people of four companies, with one more column."""
    lines = [f"Nom;Structure;{column}"]
    lines += [f"{name};Firme {n};{cell}" for n, (name, cell) in enumerate(zip(PEOPLE, cells, strict=True))]
    path = folder / "people.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_participants(path, ignored)


def met(roster: Roster, rounds: int = 3, timetable: Timetable | None = None) -> set[frozenset[str]]:
    plan = plan_event(roster, np.ones((len(roster),) * 2), EventOptions(rounds), timetable=timetable)
    return {frozenset((row["personne"], row["rencontre"])) for row in plan.rows if row["rencontre"]}


@pytest.mark.parametrize(
    "title",
    [
        *("Vetos", "Veto", "VÉTO (organisateur)", "Exclusions", "À éviter", "Évite", "Ne pas rencontrer"),
        *(
            "Ne pas placer avec",
            "Ne doit pas croiser",
            "Ne souhaite pas rencontrer",
            "Pas avec",
            "Incompatible avec",
        ),
        *(
            "Must not meet",
            "Do not pair with",
            "Avoid",
            "Keep apart from",
            "Never with",
            "Blocked",
            "Don't seat with",
        ),
        *("Déjà rencontré", "Déjà vus", "Already met", "Connaît", "A déjà rencontré", "Past meetings", "Met"),
    ],
)
def test_people_who_must_not_meet_do_not(tmp_path, title):
    roster = listed(tmp_path, title, ("Bruno BOL", "", "aucun", "néant"))
    assert frozenset(("Alba Lac", "Bruno Bol")) not in met(roster)


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("Présent ?", ("oui", "oui", "oui", "non")),
        ("Présence", ("OUI", "Oui", "oui", "Non")),
        ("Participe", ("oui", "oui", "oui", "non")),
        ("Vient", ("x", "x", "x", "")),
        ("Attending", ("yes", "yes", "yes", "no")),
        ("Attendee Status", ("Attending", "Checked In", "Attending", "Not Attending")),
        ("RSVP", ("going", "going", "going", "declined")),
        ("Statut d'inscription", ("confirmé", "confirmée", "inscrit", "annulé")),
        ("Absent", ("", "", "", "oui")),
        ("Absence", ("non", "non", "non", "x")),
        ("Annulé", ("", "", "", "oui")),
        ("Cancelled", ("no", "no", "no", "yes")),
        ("Ne viendra pas", ("", "", "", "X")),
        ("Présent", ("oui", "oui", "", "non")),
    ],
)
def test_people_who_do_not_come_are_not_placed_and_it_is_said(tmp_path, title, cells):
    roster = listed(tmp_path, title, cells)
    assert not any("Tom Val" in pair for pair in met(roster))
    assert any("Absents, non placés : Tom Val." in notice.fr for notice in roster.notices)


@pytest.mark.parametrize(
    ("title", "cells", "said"),
    [
        (
            "Présent ?",
            ("oui", "peut-être", "oui", "non"),
            "Line 3: 'peut-être' under 'Présent .' is neither yes nor no",
        ),
        ("Présent ?", ("oui", "", "oui", "oui"), "Ligne 3 : « Présent . » est vide"),
        ("Statut", ("adhérent", "adhérent", "prospect", "adhérent"), "Line 2: 'adhérent' under 'Statut'"),
        (
            "Arrivée",
            ("", "bientôt", "", ""),
            "Line 3: 'bientôt' under 'Arrivée' is neither a round nor a time",
        ),
        ("Concurrents", ("Bruno Bol", "", "", ""), "'Concurrents' may decide"),
        ("Disponibilités", ("matin", "", "", ""), "« Disponibilités » peut décider"),
        ("Accepte les mises en relation", ("non", "", "", ""), "peut décider"),
        ("Refus", ("Bruno Bol", "", "", ""), "peut décider"),
        ("Vetos", ("Bruno Bolle", "", "", ""), r"Unknown participant 'Bruno Bolle' \(line 2.*mean Bruno Bol"),
    ],
)
def test_what_decides_and_is_not_understood_is_refused_by_name(tmp_path, title, cells, said):
    with pytest.raises(InvalidRequest, match=said):
        listed(tmp_path, title, cells).apart()


def test_a_column_is_ignored_on_demand_and_one_that_says_nothing_refuses_nothing(tmp_path):
    assert len(listed(tmp_path, "Concurrents", ("Bruno Bol", "", "", ""), ignored=("concurrents",))) == 4
    assert len(listed(tmp_path, "Statut", ("adhérent", "", "", ""), ignored=("Statut",))) == 4
    assert len(listed(tmp_path, "Concurrents", ("", "", "", ""))) == 4


@pytest.mark.parametrize(
    "title", ["Souhaite rencontrer", "Présentation", "Département de départ", "Statut juridique"]
)
def test_columns_that_only_resemble_deciding_ones_are_said_to_be_unread(tmp_path, title):
    roster = listed(tmp_path, title, ("Bruno Bol", "", "", ""))
    assert any(title in notice.fr for notice in roster.notices)


@pytest.mark.parametrize(
    ("title", "cell", "rounds"),
    [
        ("Arrivée", "2", {2, 3}),
        ("Arrivée", "tour 3", {3}),
        ("Heure d'arrivée", "9h30", {3}),
        ("Arrival", "09:20:00", {2, 3}),
        ("Départ", "2", {1, 2}),
        ("Part à", "9h20", {1}),
        ("Leaves at", "9:35", {1, 2}),
    ],
)
def test_who_comes_late_or_leaves_early_meets_in_the_rounds_between(tmp_path, title, cell, rounds):
    roster = listed(tmp_path, title, (cell, "", "", ""))
    plan = plan_event(
        roster, np.ones((4, 4)), EventOptions(3), timetable=Timetable(NINE, minutes=15, pause=5)
    )
    assert {row["tour"] for row in plan.rows if row["personne"] == "Alba Lac"} == rounds


def test_a_time_of_the_day_needs_the_start_of_the_event(tmp_path):
    with pytest.raises(InvalidRequest, match="--start"):
        met(listed(tmp_path, "Arrivée", ("9h30", "", "", "")))


def test_a_ticketing_export_with_homonyms_a_placeholder_and_a_cancellation(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "Order #,First Name,Last Name,Email,Attendee Status,Company\n"
        "1,Alba,Arbre,,Attending,Makina Corpus\n2,Bruno,Bois,,Not Attending,Kaliop\n"
        "3,Alba,Arbre,,Attending,Bonx\n4,Info Requested,Info Requested,,Attending,\n",
        encoding="utf-8",
    )
    roster = read_participants(path)
    assert roster.names == ("Alba Arbre (Makina Corpus)", "Bruno Bois", "Alba Arbre (Bonx)")
    assert [person.present for person in roster.people] == [True, False, True]
    assert roster.find("alba arbre bonx") == 2
    with pytest.raises(InvalidRequest, match="fits 2 participants"):
        roster.find("Alba Arbre")
    assert met(roster) == {frozenset(("Alba Arbre (Makina Corpus)", "Alba Arbre (Bonx)"))}


def test_an_office_workbook_with_a_title_a_total_and_a_failed_formula(tmp_path):
    book = Workbook()
    book.worksheets[0].append(["Notes"])
    sheet = book.create_sheet("Inscrits")
    for row in (
        ["Petit-déjeuner — inscrits au 28/11"],
        [],
        ["N°", "Prénom ", "NOM", "Société / Structure", "Présent ?", "Ne pas placer avec"],
        [1, "Alba", "ARBRE", "Makina", True, "CHÊNE Cléo"],
        [2, "Cléo", "CHÊNE", "e-Citiz", True, None],
        [3, None, "#N/A", None, True, None],
        ["Total", 2, None, None, None, None],
    ):
        sheet.append(row)
    book.save(tmp_path / "inscrits.xlsx")
    roster = read_participants(tmp_path / "inscrits.xlsx")
    assert roster.names == ("Alba ARBRE", "Cléo CHÊNE")
    assert roster.apart()[0, 1]
    said = " ".join(notice.en for notice in roster.notices)
    assert "'#N/A' is a failed formula" in said
    assert "Totals not read, line 7" in said


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "cp1252"])
def test_a_list_in_any_encoding_with_a_line_on_its_separator(tmp_path, encoding):
    path = tmp_path / "people.csv"
    path.write_text("sep=,\nNom,Société\nÉlise Érable,Koovea\n", encoding=encoding)
    assert read_participants(path).names == ("Élise Érable",)


def test_with_an_odd_number_the_free_rounds_go_round():
    roster = Roster([Participant(name) for name in "ABCDEFG"])
    scores = np.outer(np.arange(7), np.arange(7)) / 36  # meeting the first one is worth nothing
    plan = plan_event(roster, scores, EventOptions(rounds=3))
    assert plan.summary["fewest"] == 2
    assert set(plan.summary["free"].values()) == {1}


def test_a_ticketing_export_of_b2match(tmp_path):
    path = tmp_path / "participants.csv"
    path.write_text(
        "First name,Last name,Organization,Job title,Country,Registration status,I am looking for,I offer\n"
        "Alba,Lac,Koovea,CEO,France,Confirmed,capteurs,supervision\n"
        "Bruno,Bol,ITK,CTO,France,Cancelled,,\nCléo,Roc,SMAG,CEO,France,Confirmed,supervision,capteurs\n",
        encoding="utf-8",
    )
    roster = read_participants(path)
    assert [person.present for person in roster.people] == [True, False, True]
    assert (roster.people[0].needs, roster.people[0].offers) == ("capteurs", "supervision")


def test_spellings_of_one_organisation_are_colleagues():
    roster = Roster([Participant("A", "KOOVEA SAS"), Participant("B", "Koovea"), Participant("C", "ITK")])
    assert roster.apart().sum() == 2
    assert roster.apart()[0, 1]


def test_a_veto_on_an_organisation_holds_for_all_its_people():
    people = [
        Participant("A", avoids=("Koovea",)),
        Participant("B", "Koovea SAS"),
        Participant("C", "Koovea"),
    ]
    assert Roster(people).avoided()[0].tolist() == [False, True, True]


def test_the_same_person_twice_is_refused_with_the_lines():
    people = [Participant("Anna", "Koovea", line=2), Participant("ANNA", "KOOVEA SAS", line=5)]
    with pytest.raises(InvalidRequest, match=r"listed 2 times \(lines 2, 5\)"):
        Roster(people)


def test_calendars_hold_the_time_zone_the_company_and_a_lasting_identifier(tmp_path):
    paris = Timetable(datetime(2026, 12, 3, 9, tzinfo=ZoneInfo("Europe/Paris")))
    events = []
    for partner in ("Bruno", "Cléo"):
        row = {
            "tour": 2,
            "table": 1,
            "personne": "Alba",
            "rencontre": partner,
            "organisation_rencontree": "ITK",
        }
        write_calendars([row], tmp_path, paris, NINE)
        calendar = icalendar.Calendar.from_ical((tmp_path / "alba.ics").read_bytes())
        assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]
        events += calendar.walk("VEVENT")
    first, second = events
    assert str(first["summary"]) == "Rencontre : Bruno (ITK)"
    assert first["uid"] == second["uid"]  # the same slot: a calendar replaces it
    assert first.decoded("dtstart").time() == time(9, 20)


def test_two_events_of_one_day_do_not_replace_each_other(tmp_path):
    row = {"tour": 1, "table": 1, "personne": "Alba", "rencontre": "Bruno"}
    uids: set[str] = set()
    for hour in (9, 14):
        start = datetime(2026, 12, 3, hour, tzinfo=ZoneInfo("Europe/Paris"))
        write_calendars([row], tmp_path, Timetable(start), NINE)
        calendar = icalendar.Calendar.from_ical((tmp_path / "alba.ics").read_bytes())
        uids.update(str(event["uid"]) for event in calendar.walk("VEVENT"))
    assert len(uids) == 2
