"""A person's calendar: its secret address, what it holds, and that nothing else tells of it."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Factory
from matcher.domain.participation import Participation
from matcher.introductions import Act, Actor, Details, MeetingPlan, Party
from matcher.people import Purpose
from matcher.settings import Settings
from service.app import create_app
from service.cli.main import main
from service.http import logging
from tests.service.people import Asker, add_person

STARTS = datetime(2027, 3, 10, 9, 30, tzinfo=UTC)
BY_STAFF = Actor(Party.STAFF)


@pytest.fixture
def matcher(stocked: Settings) -> Iterator[Matcher]:
    with open_matcher(stocked) as opened:
        yield opened


@pytest.fixture
def visitor(matcher: Matcher) -> Iterator[Asker]:
    with TestClient(create_app(matcher.settings, matcher)) as client:
        yield Asker(client, {})


@pytest.fixture
def claire(matcher: Matcher, visitor: Asker) -> Asker:
    """The member of ORG001, signed in."""
    token = matcher.visits.begin(add_person(matcher, "member of A").id, utc_now())
    return Asker(visitor.client, {"Cookie": f"matcher-visit={token}"})


def agree_to_meet(matcher: Matcher) -> str:
    """Let ORG001 and ORG002 agree to meet; return the introduction."""
    now = utc_now()
    one = matcher.introductions.propose(("ORG001", "ORG002"), BY_STAFF, now)
    matcher.introductions.act(one.id, Act.APPROVE, BY_STAFF, now)
    for side in (Party.FIRST, Party.SECOND):
        matcher.introduction_worker.due(now)
        matcher.introductions.act(one.id, Act.YES, Actor(side), now)
    matcher.introductions.act(
        one.id, Act.SCHEDULE, BY_STAFF, now, Details(meeting=MeetingPlan(STARTS, 45, "Albi"))
    )
    return one.id


def path_of(answer: Any) -> str:
    path: str = urlsplit(answer.json()["url"]).path
    return path


def entries(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar: Any = icalendar.Calendar.from_ical(answer.content)
    return list(calendar.walk("VEVENT"))


def test_it_holds_agreed_meetings_and_dates_of_own_factories(
    matcher: Matcher, visitor: Asker, claire: Asker
) -> None:
    one = agree_to_meet(matcher)
    matcher.store.items.put(
        [
            Factory(id="FAC001", name="Factory Data", next_meeting=STARTS + timedelta(days=1)),
            Factory(id="FAC002", name="Factory Green IT", next_meeting=STARTS),
        ],
        source="test",
    )
    matcher.store.participations.put([Participation("ORG001", "FAC001")])
    address = path_of(claire("POST", "/v1/me/calendar"))
    found = entries(visitor("GET", address))
    assert [str(entry["summary"]) for entry in found] == [
        "Rencontre : Makina Corpus – Citadelle Sécurité",
        "Factory Data",
    ]
    assert (found[0]["dtstart"].dt, str(found[0]["location"])) == (STARTS, "Albi")
    assert "attendee" not in found[0]
    matcher.introductions.act(one, Act.CANCEL_MEETING, BY_STAFF, utc_now())
    assert [str(entry["summary"]) for entry in entries(visitor("GET", address))] == ["Factory Data"]


def test_a_date_without_an_hour_is_a_whole_day(matcher: Matcher, visitor: Asker, claire: Asker) -> None:
    midnight = datetime(2027, 3, 10, tzinfo=matcher.settings.zone)
    matcher.store.items.put([Factory(id="FAC001", name="Factory Data", next_meeting=midnight)], source="test")
    matcher.store.participations.put([Participation("ORG001", "FAC001")])
    [entry] = entries(visitor("GET", path_of(claire("POST", "/v1/me/calendar"))))
    assert entry["dtstart"].dt == midnight.date()


def test_its_address_is_replaced_and_ended(visitor: Asker, claire: Asker) -> None:
    assert claire("GET", "/v1/me/calendar").json() == {"url": None}
    first = path_of(claire("POST", "/v1/me/calendar"))
    assert path_of(claire("GET", "/v1/me/calendar")) == first
    assert entries(visitor("GET", first)) == []
    second = path_of(claire("POST", "/v1/me/calendar"))
    assert visitor("GET", first).status_code == 404
    assert visitor("GET", second).status_code == 200
    assert claire("DELETE", "/v1/me/calendar").status_code == 204
    assert visitor("GET", second).status_code == 404
    assert claire("DELETE", "/v1/me/calendar").status_code == 404


def test_a_forged_address_and_that_of_a_disabled_person_open_nothing(
    matcher: Matcher, visitor: Asker, claire: Asker
) -> None:
    address = path_of(claire("POST", "/v1/me/calendar"))
    token = address.removeprefix("/calendars/").removesuffix(".ics")
    for forged in (token[:-1], token.swapcase(), "a" * 43, "..", "none"):
        assert visitor("GET", f"/calendars/{forged}.ics").status_code == 404
    person = add_person(matcher, "member of A")
    assert token not in str(matcher.store.people.links_of(person.id, Purpose.CALENDAR))
    matcher.store.people.disable(person.id, utc_now())
    assert visitor("GET", address).status_code == 404


def test_no_log_holds_its_address(matcher: Matcher, visitor: Asker, claire: Asker) -> None:
    logged = io.StringIO()
    address = path_of(claire("POST", "/v1/me/calendar"))
    logging.configure("debug", logged)
    visitor("GET", address)
    visitor("GET", address.replace(".ics", "x.ics"))
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    answered = [line for line in lines if line["event"] == "answered"]
    assert {line["route"] for line in answered} == {"/calendars/{token}.ics"}
    assert address.removeprefix("/calendars/")[:10] not in logged.getvalue()


def test_the_command_prints_renews_and_ends_it(
    matcher: Matcher, visitor: Asker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MATCHER_HOME", str(Path(matcher.settings.home)))
    monkeypatch.setenv("MATCHER_ENCODER", "hashing")
    email = add_person(matcher, "member of A").email
    printed = []
    for option in ((), (), ("--renew",)):
        assert main(["users", "calendar", email, *option]) == 0
        printed.append(urlsplit(capsys.readouterr().out.strip()).path)
    assert printed[0] == printed[1] != printed[2]
    assert [visitor("GET", address).status_code for address in printed] == [404, 404, 200]
    assert main(["users", "calendar", email, "--revoke"]) == 0
    assert visitor("GET", printed[2]).status_code == 404
