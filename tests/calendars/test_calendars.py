"""Calendars as calendar programs read them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from matcher.calendars import CalendarEntry, Method, Participant, write_calendar

PARIS = ZoneInfo("Europe/Paris")
STARTS = datetime(2026, 12, 3, 9, tzinfo=PARIS)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
ENTRY = CalendarEntry("1@example.org", STARTS, STARTS + timedelta(hours=1), "Rencontre", "Albi, salle 2")


def read(entry: CalendarEntry, method: Method = Method.REQUEST) -> tuple[Any, Any]:
    calendar = icalendar.Calendar.from_ical(write_calendar([entry], NOW, method))
    [event] = calendar.walk("VEVENT")
    return calendar, event


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 30), date(2026, 10, 24), date(2026, 10, 26)]
)
def test_an_hour_of_paris_stays_that_hour_on_both_sides_of_a_clock_change(day: date) -> None:
    starts = datetime(day.year, day.month, day.day, 14, 30, tzinfo=PARIS)
    entry = CalendarEntry("1@example.org", starts, starts + timedelta(hours=1), "Rencontre")
    calendar, event = read(entry)
    assert event["dtstart"].dt == starts
    assert event["dtstart"].params["TZID"] == "Europe/Paris"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]
    assert {str(part["tzname"]) for part in calendar.walk("DAYLIGHT")} == {"CEST"}


def test_an_invitation_names_its_organizer_and_both_sides() -> None:
    people = (
        Participant("claire@alpha.example", 'Claire "C" Martin'),
        Participant("j@beta.example", "Roux, J"),
    )
    entry = CalendarEntry(
        "1@example.org",
        STARTS,
        None,
        "Rencontre",
        organizer=Participant("contact@cluster.example", "Digital 113"),
        attendees=people,
        sequence=2,
    )
    calendar, event = read(entry)
    assert (str(calendar["method"]), event["sequence"], str(event["status"])) == ("REQUEST", 2, "CONFIRMED")
    assert str(event["organizer"]) == "mailto:contact@cluster.example"
    assert [str(one) for one in event["attendee"]] == ["mailto:claire@alpha.example", "mailto:j@beta.example"]


@pytest.mark.parametrize(
    ("place", "link"),
    [
        ("https://meet.example/abc", "https://meet.example/abc"),
        ("Albi, salle 2", None),
        ("En ligne : https://meet.example/abc", "https://meet.example/abc"),
    ],
)
def test_a_link_in_the_place_can_be_followed(place: str, link: str | None) -> None:
    _, event = read(CalendarEntry("1@example.org", STARTS, None, "Rencontre", place))
    assert (str(event["location"]), event.get("url")) == (place, link)


@pytest.mark.parametrize("text", ["a\r\nATTENDEE:mailto:x@y.example", "a; b, c \\ d", "é" * 200])
def test_a_text_stays_a_text(text: str) -> None:
    _, event = read(CalendarEntry("1@example.org", STARTS, None, text, text, text))
    assert "attendee" not in event
    assert str(event["summary"]).replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert all(len(line) <= 75 for line in write_calendar([ENTRY], NOW).splitlines())


def test_a_calendar_may_be_empty_and_an_entry_a_whole_day() -> None:
    empty: Any = icalendar.Calendar.from_ical(write_calendar([], NOW, name="Mes rencontres"))
    assert (empty.walk("VEVENT"), str(empty["x-wr-calname"])) == ([], "Mes rencontres")
    _, event = read(CalendarEntry("1@example.org", date(2026, 12, 3), None, "Atelier"), Method.PUBLISH)
    assert event["dtstart"].dt == date(2026, 12, 3)
