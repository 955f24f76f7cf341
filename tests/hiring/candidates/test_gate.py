"""Tier B is off until it is recorded who turned it on, by which assessment; every way in looks at it."""

from dataclasses import replace

import pytest

from matcher.adapters.sql import utc_now
from matcher.errors import InvalidRequest
from matcher.hiring import CandidateProfile
from matcher.hiring.candidates import (
    CURRENT,
    CandidateDesk,
    CandidatesClosed,
    Entry,
    KeepList,
    OwnDesk,
    SealedCandidate,
    read_cv,
    require_open,
)
from matcher.people import Role, new_person
from matcher.rights import Subject, SubjectKind
from tests.hiring.candidates.room import CONTROLLER, NOW, Room, bytes_of


def test_it_is_closed_until_it_is_enabled_and_closed_again_at_once(closed: Room) -> None:
    assert not closed.desk.gate().is_open
    opened = closed.desk.enable("DPIA-2026-04", "Inès Garcia", NOW)
    assert (opened.is_open, opened.dpia, opened.by) == (True, "DPIA-2026-04", "Inès Garcia")
    require_open(closed.desk.gate())
    closed.desk.disable("Inès Garcia", NOW)
    with pytest.raises(CandidatesClosed, match="matcher candidates enable"):
        closed.desk.listed()


@pytest.mark.parametrize(
    ("dpia", "by"), [("", "Inès"), (" ", "Inès"), ("DPIA", ""), ("a\nb", "Inès"), ("x" * 201, "I")]
)
def test_it_opens_for_no_one_without_reference_and_name(closed: Room, dpia: str, by: str) -> None:
    with pytest.raises(InvalidRequest):
        closed.desk.enable(dpia, by, NOW)
    assert not closed.desk.gate().is_open


def test_it_stays_shut_while_nobody_is_named_who_answers_to_candidates(closed: Room) -> None:
    nameless = CandidateDesk(replace(closed.parts, controller=replace(CONTROLLER, contact=" ")))
    with pytest.raises(InvalidRequest, match="MATCHER_PRIVACY_CONTACT"):
        nameless.enable("DPIA-2026-04", "Inès Garcia", NOW)
    assert not closed.desk.gate().is_open


def test_where_it_opened_before_that_was_asked_nobody_is_invited_and_nobody_enters(room: Room) -> None:
    parts = replace(room.parts, controller=replace(CONTROLLER, contact=" "))
    nameless = CandidateDesk(parts)
    with pytest.raises(InvalidRequest, match="MATCHER_PRIVACY_CONTACT"):
        nameless.invite(NOW)
    own = OwnDesk(parts, nameless, KeepList, read_cv, lambda: room.matcher.rights)  # type: ignore[arg-type]
    with pytest.raises(CandidatesClosed):
        own.enter(Entry("ada.exemple@courriel.example", "", CURRENT), NOW)
    assert room.matcher.store.candidates.all() == []


def test_both_acts_are_in_the_audit(closed: Room) -> None:
    closed.desk.enable("DPIA-2026-04", "Inès Garcia", NOW)
    closed.desk.disable("Inès Garcia", NOW)
    entries = list(closed.matcher.audit.export())
    assert [(one["act"], one["subject"]) for one in entries if one["subject"].startswith("gate")] == [
        ("candidates.enable", "gate:1"),
        ("candidates.disable", "gate:2"),
    ]


def test_an_administrator_who_opened_it_can_be_erased(closed: Room) -> None:
    admin = new_person("zoe@example.org", "Zoé Quintessence", roles=[Role.ADMIN])
    for one in (admin, new_person("ali@example.org", "Ali Autre", roles=[Role.ADMIN])):
        closed.matcher.store.people.put(one)
    assert closed.desk.enable("DPIA-2026-04", admin.name, NOW, admin.id).by == admin.name
    erasure = closed.matcher.rights.erase(Subject(SubjectKind.PERSON, admin.id), utc_now())
    (done,) = closed.matcher.rights.finish(utc_now)
    assert (erasure.removal.named_elsewhere, done.found_in, done.done_at is not None) == ((), (), True)
    gate = closed.desk.gate()
    assert (gate.is_open, gate.by) == (True, "")


def test_nothing_personal_enters_while_it_is_off(closed: Room) -> None:
    with pytest.raises(CandidatesClosed):
        closed.own.enter(Entry("ada.exemple@courriel.example", "Ada Exemplaire", CURRENT), NOW)
    with pytest.raises(CandidatesClosed):
        closed.desk.invite(NOW)
    closed.own.send_link_again("ada.exemple@courriel.example", NOW)
    assert closed.matcher.store.mail.all() == []
    content = bytes_of(closed.matcher.settings.home)
    assert b"courriel.example" not in content
    assert b"Exemplaire" not in content


def test_the_store_itself_refuses_while_it_is_off(room: Room) -> None:
    candidate = room.enter()
    rows = room.matcher.store.candidates
    room.desk.disable("Inès Garcia", NOW)
    with pytest.raises(CandidatesClosed):
        rows.add(SealedCandidate(candidate, "sealed", "hash"))
    with pytest.raises(CandidatesClosed):
        rows.change(candidate.id, lambda current: current)
    for act in (
        lambda: room.own.take_cv(candidate, b"Python", NOW),
        lambda: room.own.add_skills(candidate, "Docker", NOW),
        lambda: room.desk.open_contact(candidate.profile.code, room.hr.id, "pour une offre à Nîmes", NOW),
    ):
        with pytest.raises(CandidatesClosed):
            act()
    assert rows.get(candidate.id).profile == CandidateProfile(code=candidate.profile.code)


def test_a_candidate_still_sees_pauses_and_withdraws_while_it_is_off(room: Room) -> None:
    candidate = room.enter()
    room.desk.disable("Inès Garcia", NOW)
    assert room.own.copy(candidate)["contact"]["name"] == "Ada Exemplaire"
    room.own.pause(candidate, NOW)
    room.own.withdraw(candidate, NOW)
    assert room.desk.find("ada.exemple@courriel.example") is None
