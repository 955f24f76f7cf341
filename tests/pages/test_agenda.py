"""*Agenda* and *Appels ouverts*: dates of factories, what is open, by theme and place."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from matcher.build import Matcher
from matcher.domain import Factory, Opportunity
from tests.pages.signing_in import MEMBER, browser_of, visitor_of

SOON = datetime.now(UTC) + timedelta(days=10)


@pytest.fixture
def dated(signed: FastAPI) -> FastAPI:
    matcher: Matcher = signed.state.matcher
    far = SOON + timedelta(days=30)
    calls = [
        Opportunity(id="C1", name="Appel eau", themes=("eau",), availability="dated", closes_at=far),
        Opportunity(
            id="C2",
            name="Appel espace",
            themes=("spatial",),
            availability="dated",
            closes_at=SOON,
            country_region="Espagne",
        ),
    ]
    factory = Factory(id="FAC009", name="Factory Datée", next_meeting=SOON, antenna="Rodez")
    matcher.store.items.put([factory, *calls], source="test")
    return signed


def test_coming_dates_are_listed_and_taken_into_a_calendar(dated: FastAPI) -> None:
    member = browser_of(dated, MEMBER)
    page = member.get("/agenda").text
    assert page.index("Factory Datée") < page.index("Sans date connue") < page.index("Factory Green IT")
    calendar = member.get("/agenda.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Factory Datée" in calendar.text


def test_a_date_keeps_its_identifier_when_it_moves_and_needs_no_hour(dated: FastAPI) -> None:
    matcher, member = dated.state.matcher, browser_of(dated, MEMBER)
    midnight = SOON.astimezone(matcher.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    matcher.store.items.put(
        [Factory(id="FAC009", name="Factory Datée", next_meeting=midnight + timedelta(days=2))], source="test"
    )
    calendar = member.get("/agenda.ics").text
    assert "UID:factory-FAC009@matcher" in calendar
    assert f"DTSTART;VALUE=DATE:{midnight + timedelta(days=2):%Y%m%d}" in calendar
    assert "00:00" not in member.get("/agenda").text


def test_calls_by_deadline_theme_and_place(dated: FastAPI) -> None:
    member = browser_of(dated, MEMBER)
    page = member.get("/appels").text
    assert page.index("Appel espace") < page.index("Appel eau")
    by_theme = member.get("/appels?theme=eau").text
    assert "Appel eau" in by_theme
    assert "Appel espace" not in by_theme
    assert "Appel espace" in member.get("/appels?pres-de=espagne").text


def test_a_place_that_is_not_known_is_said(dated: FastAPI) -> None:
    page = browser_of(dated, MEMBER).get("/appels?pres-de=Atlantide")
    assert page.status_code == 200
    assert "pas connu" in page.text


def test_visitors_read_neither_unless_the_setting_says_so(read_only: FastAPI) -> None:
    assert visitor_of(read_only).get("/agenda").status_code == 401
    assert visitor_of(read_only).get("/appels").status_code == 401
