"""Mails about a meeting, as a calendar program reads them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import icalendar
import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain.messages import MessageRequest
from matcher.introductions import Meeting, State, cancellations
from matcher.mail import Event, LetterWriter, Message, Remark, Unwanted, Written
from tests.mail.samples import JEAN, NOON, OneIntroduction, fill, writer_of
from tests.samples import migrated

STARTS = datetime(2026, 12, 10, 9, 30, tzinfo=UTC)
MEETING = Meeting("u1@matcher", STARTS, 45, "https://meet.example/abc", sequence=1)
CANCELLED = replace(MEETING, sequence=2, cancelled=True)
OF_CANCELLED = {"sequence": "2", "uid": "u1@matcher", "starts": STARTS.isoformat(), "minutes": "45"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db"), now=lambda: NOON) as opened:
        fill(opened)
        yield opened


@pytest.fixture
def introductions() -> OneIntroduction:
    found = OneIntroduction()
    found.set(state=State.ACCEPTED, meeting=MEETING)
    return found


@pytest.fixture
def writer(store: Store, introductions: OneIntroduction) -> LetterWriter:
    return writer_of(store, introductions)


def message(event: Event, to: str = "P1", organisation: str = "ORG1", **more: str) -> Message:
    subjects = {"introduction": "IN1", "organisation": organisation, "sequence": "1"} | more
    return Message(1, f"{event}:{to}", to, event, subjects, NOON, NOON)


def read(writer: LetterWriter, wanted: Message) -> tuple[str, Any, Any, Any]:
    """Return the text, the calendar part, the calendar and its entry of a mail, after its way by SMTP."""
    found = writer.write(wanted, NOON)
    assert isinstance(found, Written)
    mail: Any = message_from_bytes(found.mail.as_bytes(policy=policy.SMTP), policy=policy.default)
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert b"\r\n" in part.get_payload(decode=True)  # RFC 5545, 3.1
    calendar = icalendar.Calendar.from_ical(part.get_content())
    [entry] = calendar.walk("VEVENT")
    return text, part, calendar, entry


def test_an_invitation_is_one_for_mail_and_calendar_programs(writer: LetterWriter) -> None:
    text, part, calendar, entry = read(writer, message(Event.MEETING))
    assert "jeudi 10 décembre 2026 à 10:30" in text
    assert "https://meet.example/abc" in text
    assert "Jean Roux" in text
    assert part["content-type"].params["method"] == "REQUEST"
    assert (str(calendar["method"]), str(entry["uid"]), entry["sequence"]) == ("REQUEST", "u1@matcher", 1)
    assert entry["dtstart"].params["TZID"] == "Europe/Paris"
    assert (entry["dtstart"].dt, entry["dtend"].dt - entry["dtstart"].dt) == (STARTS, timedelta(minutes=45))
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]
    assert str(entry["organizer"]) == "mailto:contact@cluster.example"
    people = {str(one) for one in entry["attendee"]}
    assert people == {"mailto:claire@alpha.example", "mailto:jean@beta.example"}
    assert str(entry["summary"]) == "Rencontre : Alpha & Fils – Betacloud"


def test_each_side_reads_its_language_and_the_same_entry(writer: LetterWriter) -> None:
    text, _, _, entry = read(writer, message(Event.MEETING, "P2", "ORG2"))
    assert "Thursday 10 December 2026 at 10:30" in text
    assert "has changed" in text
    assert str(entry["uid"]) == "u1@matcher"


@pytest.mark.parametrize("event", [Event.MEETING_CANCELLED, Event.WITHDRAWN])
def test_a_cancellation_is_a_newer_version_of_the_entry(
    writer: LetterWriter, introductions: OneIntroduction, event: Event
) -> None:
    state = State.WITHDRAWN if event is Event.WITHDRAWN else State.ACCEPTED
    introductions.set(state=state, meeting=CANCELLED)
    text, part, calendar, entry = read(writer, message(event, **OF_CANCELLED))
    assert part["content-type"].params["method"] == str(calendar["method"]) == "CANCEL"
    assert (str(entry["uid"]), entry["sequence"], str(entry["status"])) == ("u1@matcher", 2, "CANCELLED")
    assert "10 décembre 2026 à 10:30" in text


def test_a_withdrawal_without_meeting_holds_no_calendar(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(state=State.WITHDRAWN, meeting=None)
    plain = replace(message(Event.WITHDRAWN), subjects={"introduction": "IN1", "organisation": "ORG1"})
    found = writer.write(plain, NOON)
    assert isinstance(found, Written)
    assert [part.get_content_type() for part in found.mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("now", [CANCELLED, replace(MEETING, sequence=2)])
def test_a_version_that_is_no_longer_the_latest_is_not_sent(
    writer: LetterWriter, introductions: OneIntroduction, now: Meeting
) -> None:
    introductions.set(meeting=now)
    assert writer.write(message(Event.MEETING), NOON) == Unwanted(Remark.SETTLED)


def test_a_cancellation_is_not_sent_once_there_is_another_date(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(meeting=replace(MEETING, sequence=3))
    assert writer.write(message(Event.MEETING_CANCELLED, **OF_CANCELLED), NOON) == Unwanted(Remark.SETTLED)


def test_who_objected_to_mail_is_not_named_to_the_other_side(store: Store, writer: LetterWriter) -> None:
    store.people.put(replace(JEAN, objected_at=NOON))
    _, _, _, entry = read(writer, message(Event.MEETING))
    assert str(entry["attendee"]) == "mailto:claire@alpha.example"


def test_an_erased_organisation_leaves_the_calendars_of_those_it_was_to_meet(
    store: Store, writer: LetterWriter, introductions: OneIntroduction
) -> None:
    assert introductions.kept is not None
    [told] = cancellations(introductions.kept, "ORG1", ["P1"], NOON)
    introductions.kept = None
    store.items.delete(["ORG2"])
    text, part, _, entry = read(writer, as_message(told))
    assert part["content-type"].params["method"] == "CANCEL"
    assert (str(entry["uid"]), entry["sequence"], str(entry["summary"])) == (
        "u1@matcher",
        2,
        "Rencontre : Alpha & Fils",
    )
    assert "ne fait plus partie de ce service" in text
    assert "Beta" not in text


def as_message(asked: MessageRequest) -> Message:
    return Message(1, asked.key, asked.person_id, Event(asked.event), asked.subjects, NOON, NOON)
