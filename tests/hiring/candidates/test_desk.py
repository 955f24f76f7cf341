"""A candidate enters, is seen by skills alone, is opened by a person, and leaves without a trace."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from matcher.adapters.sql import utc_now
from matcher.domain import MessageRequest
from matcher.errors import InvalidRequest, NotAllowed, NotFound
from matcher.hiring import CandidateProfile, HeldSkill, JobSkill, UnlawfulWords
from matcher.hiring.candidates import (
    CURRENT,
    ERASED_ORGANISATION,
    MOST_SKILLS,
    Candidate,
    CandidateState,
    Certifications,
    CvRefused,
    Entry,
    KeepList,
    OwnDesk,
    SealedCandidate,
    Source,
    Wishes,
    read_cv,
)
from matcher.mail import Message
from matcher.people import LinkGone, Purpose
from matcher.rights import find_subject
from tests.hiring.candidates.room import NOW, FewSkills, Room, bytes_of

ADDRESS, NAME = "ada.exemple@courriel.example", "Ada Exemplaire"
REASON = "Poste de développement à Nîmes"


def recoded(candidate: Candidate, code: str) -> Candidate:
    return replace(candidate, profile=replace(candidate.profile, code=code))


def queued(room: Room) -> list[Message]:
    return list(room.matcher.store.mail.all())


def test_entering_sends_a_link_and_shows_nobody_yet(room: Room) -> None:
    candidate = room.enter()
    (mail,) = queued(room)
    assert (mail.event.value, mail.person_id) == ("candidate_link", candidate.id)
    assert room.desk.listed() == []
    assert (candidate.source, candidate.consent.notice_version) == (Source.SIGN_UP, CURRENT)


@pytest.mark.process
def test_a_cv_becomes_skills_and_shows_the_profile_without_the_person(room: Room) -> None:
    changed, read = room.own.take_cv(room.enter(), b"Ada Exemplaire\nPython et Docker", NOW)
    assert [held.skill.label for held in changed.profile.skills] == ["Docker", "Python"]
    assert room.desk.listed() == [changed]
    assert read.dropped == {}
    assert NAME not in repr(changed)


@pytest.mark.process
def test_a_bad_file_is_refused_and_changes_nothing(room: Room) -> None:
    candidate = room.enter()
    with pytest.raises(CvRefused):
        room.own.take_cv(candidate, b"%PDF-1.4 nothing", NOW)
    assert room.matcher.store.candidates.get(candidate.id) == candidate


def test_corrections_pick_from_the_lists_alone(room: Room) -> None:
    candidate, new = room.own.add_skills(room.enter(), "Python, gestion de projet, sculpture, mariée", NOW)
    assert [held.skill.label for held in new] == ["gestion de projet", "Python"]
    kept = room.own.keep_only(candidate, {"term:python": 40, "term:unknown": 3}, NOW)
    assert [(held.skill.id, held.years) for held in kept.profile.skills] == [("term:python", 10)]
    wishes = Wishes(zone=("34", "30"), remote=True, languages=("en",), shown_to=("ORG2",))
    chosen = room.own.choose(kept, wishes, {"30", "34"}, NOW)
    assert (chosen.profile.zone, chosen.profile.remote, chosen.shown_to) == (("30", "34"), True, ("ORG2",))
    assert chosen.may_be_shown_to("ORG2")
    assert not chosen.may_be_shown_to("ORG1")
    with pytest.raises(InvalidRequest, match="department"):
        room.own.choose(kept, Wishes(zone=("Mirail",)), {"30", "34"}, NOW)
    with pytest.raises(InvalidRequest, match="language"):
        room.own.choose(kept, Wishes(languages=("wolof",)), {"30"}, NOW)


def test_a_write_that_began_before_a_pause_does_not_undo_it(room: Room) -> None:
    before, _ = room.own.add_skills(room.enter(), "Python", NOW)
    room.own.keep_only(before, {"term:python": 3}, NOW)
    room.own.pause(before, NOW)
    after, _ = room.own.add_skills(before, "Docker", NOW)
    assert after.state is CandidateState.PAUSED
    assert [(held.skill.label, held.years) for held in after.profile.skills] == [
        ("Docker", None),
        ("Python", 3),
    ]
    assert room.desk.listed() == []


def test_a_choice_of_organisations_becomes_all_members_only_when_that_is_said(room: Room) -> None:
    chosen = room.own.choose(room.enter(), Wishes(shown_to=("ORG2",)), (), NOW)
    with pytest.raises(InvalidRequest, match="all members"):
        room.own.choose(chosen, Wishes(remote=True), (), NOW)
    assert room.own.choose(chosen, Wishes(to_everyone=True), (), NOW).shown_to == ()


@pytest.mark.parametrize("unknown", ["NOSUCH", "  ", ERASED_ORGANISATION])
def test_an_organisation_that_is_not_there_is_not_chosen(room: Room, unknown: str) -> None:
    chosen = room.own.choose(room.enter(), Wishes(shown_to=("ORG2",)), (), NOW)
    with pytest.raises(InvalidRequest, match="No organisation has the id"):
        room.own.choose(chosen, Wishes(shown_to=("ORG2", unknown)), (), NOW)
    rows = room.matcher.store.candidates
    assert rows.get(chosen.id).shown_to == ("ORG2",)
    gone = rows.change(chosen.id, lambda current: replace(current, shown_to=(unknown,)))
    assert room.own.choose(gone, Wishes(shown_to=(unknown, "ORG2")), (), NOW).may_be_shown_to("ORG2")


def test_a_full_profile_takes_no_more_skills_and_loses_none(room: Room) -> None:
    candidate = room.enter()
    many = tuple(HeldSkill(JobSkill(f"term:{number:03}", f"S{number}")) for number in range(MOST_SKILLS))
    full = replace(candidate, profile=replace(candidate.profile, skills=many))
    room.matcher.store.candidates.change(candidate.id, lambda _current: full)
    with pytest.raises(InvalidRequest, match="150"):
        room.own.add_skills(full, "Python", NOW)
    assert room.matcher.store.candidates.get(candidate.id).profile.skills == many


@pytest.mark.process
def test_a_cv_of_more_skills_than_a_profile_holds_is_refused_with_the_count(room: Room) -> None:
    class ManySkills:
        def kept(self, text: str, *, listed: bool = False) -> CandidateProfile:
            skills = (HeldSkill(JobSkill(f"term:{number:03}", "S")) for number in range(MOST_SKILLS + 1))
            return CandidateProfile(code="", skills=tuple(skills))

    own = OwnDesk(room.parts, room.desk, ManySkills, read_cv, lambda: room.matcher.rights)
    candidate = room.enter()
    with pytest.raises(InvalidRequest, match=f"{MOST_SKILLS + 1} skills"):
        own.take_cv(candidate, b"Python", NOW)
    assert room.matcher.store.candidates.get(candidate.id) == candidate


NO_SKILLS = KeepList(FewSkills(), Certifications([]))


class Overtaken:
    """Candidates among whom another request enters just before the one that is adding."""

    def __init__(self, room: Room, entry: Entry) -> None:
        self._room, self._entry = room, entry
        self.late: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._room.parts.rows, name)

    def add(self, sealed: SealedCandidate, *given: Any) -> None:
        self.late.append(sealed.candidate.id)
        self._room.own.enter(self._entry, NOW)
        self._room.parts.rows.add(sealed, *given)


@pytest.mark.parametrize("invited", [False, True])
def test_a_second_click_at_the_same_moment_enters_nobody_twice(room: Room, invited: bool) -> None:
    entry = Entry(ADDRESS, NAME, CURRENT, invitation=room.desk.invite(NOW) if invited else "")
    rows = Overtaken(room, entry)
    parts = replace(room.parts, rows=rows)
    own = OwnDesk(parts, room.desk, lambda: NO_SKILLS, read_cv, lambda: room.matcher.rights)
    own.enter(entry, NOW)
    (kept,) = room.matcher.store.candidates.all()
    assert [mail.person_id for mail in queued(room)] == [kept.id]
    assert rows.late != [kept.id]
    assert room.matcher.links.of(rows.late[0], Purpose.CANDIDATE) == []


def test_nobody_is_kept_whose_mail_cannot_be_queued(room: Room) -> None:
    token = room.desk.invite(NOW)
    link = room.matcher.links.open(token, Purpose.INVITATION, NOW)
    ada = room.enter()
    mail = MessageRequest("key", "C9", "no such event", NOW)
    sealed = SealedCandidate(recoded(replace(ada, id="C9"), "444-44"), "sealed", "hash 9")
    with pytest.raises(InvalidRequest):
        room.matcher.store.candidates.add(sealed, link.id, [mail])
    assert room.matcher.store.candidates.find(code="444-44") is None
    assert room.matcher.links.open(token, Purpose.INVITATION, NOW) == link, "the invitation still lets in"


def test_pausing_hides_a_profile_until_it_is_resumed(room: Room) -> None:
    candidate, _ = room.own.add_skills(room.enter(), "Python", NOW)
    room.own.pause(candidate, NOW)
    assert room.desk.listed() == []
    with pytest.raises(NotFound):
        room.desk.by_code(candidate.profile.code)
    paused = room.matcher.store.candidates.get(candidate.id)
    resumed = room.own.resume(paused, NOW)
    assert room.desk.listed() == [resumed]


def test_a_contact_is_opened_by_a_person_with_a_reason_that_the_candidate_reads(room: Room) -> None:
    candidate, _ = room.own.add_skills(room.enter(), "Python", NOW)
    contact = room.desk.open_contact(candidate.profile.code, room.hr.id, REASON, NOW)
    assert (contact.name, contact.email) == (NAME, ADDRESS)
    (opening,) = room.own.copy(candidate)["opened"]
    assert (opening["by"], opening["reason"]) == ("Léa Durand", REASON)
    assert {mail.event.value for mail in queued(room)} == {"candidate_link", "candidate_opened"}
    acts = [entry["act"] for entry in room.matcher.audit.export()]
    assert acts[-2:] == ["candidate.enter", "candidate.open"]
    content = bytes_of(room.matcher.settings.home)
    assert REASON.encode() not in content, "the reason is sealed"
    assert ADDRESS.encode() not in content, "the address is sealed"


@pytest.mark.parametrize("reason", ["", "   ", "court", "x" * 501])
def test_a_reason_says_something(room: Room, reason: str) -> None:
    candidate, _ = room.own.add_skills(room.enter(), "Python", NOW)
    with pytest.raises(InvalidRequest):
        room.desk.open_contact(candidate.profile.code, room.hr.id, reason, NOW)
    assert room.desk.openings(candidate.id) == []


def test_a_program_opens_no_contact(room: Room) -> None:
    candidate, _ = room.own.add_skills(room.enter(), "Python", NOW)
    with pytest.raises(NotAllowed):
        room.desk.open_contact(candidate.profile.code, "", REASON, NOW)


def test_the_notice_must_be_the_one_in_force(room: Room) -> None:
    with pytest.raises(InvalidRequest, match="notice"):
        room.own.enter(Entry(ADDRESS, NAME, "2020-01-01"), NOW)
    assert room.desk.find(ADDRESS) is None


def test_an_invitation_lets_one_person_in(closed: Room) -> None:
    closed.desk.enable("DPIA-2026-04", "Inès Garcia", NOW)
    closed.own.by_invitation = True
    with pytest.raises(InvalidRequest, match="invitation"):
        closed.own.enter(Entry(ADDRESS, NAME, CURRENT), NOW)
    token = closed.desk.invite(NOW)
    closed.own.enter(Entry(ADDRESS, NAME, CURRENT, invitation=token), NOW)
    with pytest.raises(LinkGone):
        closed.own.enter(Entry("other@courriel.example", "", CURRENT, invitation=token), NOW)
    candidate = closed.desk.find(ADDRESS)
    assert candidate is not None
    assert candidate.source is Source.INVITATION


def test_of_two_entries_with_one_invitation_at_once_one_is_refused(room: Room) -> None:
    link = room.matcher.links.open(room.desk.invite(NOW), Purpose.INVITATION, NOW)
    first, second = replace(room.enter(), id="C1"), replace(room.enter(), id="C2")
    rows = room.matcher.store.candidates
    rows.add(SealedCandidate(recoded(first, "222-22"), "sealed", "hash 1"), link.id)
    with pytest.raises(LinkGone):
        rows.add(SealedCandidate(recoded(second, "333-33"), "sealed", "hash 2"), link.id)
    assert rows.find(code="333-33") is None


def test_a_known_address_is_told_nothing_and_gets_its_link_at_most_every_ten_minutes(room: Room) -> None:
    room.enter()
    for minutes in (1, 5, 11):
        room.own.enter(Entry(ADDRESS.upper(), "Somebody else", CURRENT), NOW + timedelta(minutes=minutes))
    room.own.send_link_again("nobody@courriel.example", NOW)
    assert len(queued(room)) == 2
    room.own.send_link_again(ADDRESS, NOW - timedelta(days=1))
    assert len(queued(room)) == 3, "nobody waits for a clock that was set back"
    candidate = room.desk.find(ADDRESS)
    assert candidate is not None
    assert room.desk.contact(candidate.id).name == NAME


def test_withdrawal_leaves_no_byte(room: Room) -> None:
    candidate, _ = room.own.add_skills(room.enter(), "Python", NOW)
    room.desk.open_contact(candidate.profile.code, room.hr.id, REASON, NOW)
    texts = [*room.desk.texts(candidate.id), candidate.id]
    erasure = room.own.withdraw(candidate, utc_now())
    assert erasure.removal.rows["candidates"] == 1
    (done,) = room.matcher.rights.finish(utc_now)
    assert (done.kind.value, done.found_in, done.done_at is not None) == ("candidate", (), True)
    content = bytes_of(room.matcher.settings.home)
    assert [text for text in texts if text.encode() in content] == []
    room.enter()  # and may come back


def test_an_operator_finds_and_erases_a_candidate_by_address_or_code(room: Room) -> None:
    candidate = room.enter()
    store = room.matcher.store
    for named in (ADDRESS, candidate.profile.code, candidate.profile.code.lower()):
        assert find_subject(named, store.items, store.people, room.desk).id == candidate.id


def test_after_two_years_without_an_act_everything_goes(room: Room) -> None:
    candidate, _ = room.own.add_skills(room.enter(), "Python", NOW)
    assert room.own.sweep(NOW + timedelta(days=729)) == 0
    assert room.own.sweep(NOW + timedelta(days=730)) == 1
    with pytest.raises(NotFound):
        room.matcher.store.candidates.get(candidate.id)


def test_an_address_that_was_never_confirmed_goes_after_two_days(room: Room) -> None:
    room.enter()
    assert room.own.sweep(NOW + timedelta(days=1)) == 0
    assert room.own.sweep(NOW + timedelta(days=2)) == 1


def test_a_contact_is_not_opened_for_a_ground_of_discrimination(room: Room) -> None:
    candidate = room.enter()
    with pytest.raises(UnlawfulWords, match="enceinte"):
        room.desk.open_contact(candidate.profile.code, room.hr.id, "Savoir si elle est enceinte.", NOW)
    assert room.desk.openings(candidate.id) == []
