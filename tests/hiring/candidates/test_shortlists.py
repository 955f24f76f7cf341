"""Shortlists: who is on them, what a person decides, who is told, and what an erasure leaves."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.domain.items import Organisation
from matcher.domain.messages import MessageRequest
from matcher.errors import IllegalStep, InvalidRequest, MatcherError, NotAllowed, NotFound
from matcher.hiring import JobNeed, JobSkill, Requirement, UnlawfulWords
from matcher.hiring.candidates import Candidate, CandidatesClosed, Sealing, Wishes
from matcher.hiring.needs import SavedNeed
from matcher.hiring.shortlists import (
    DECIDED_EVENT,
    Apart,
    Decided,
    Decision,
    NeedMatcher,
    Relatedness,
    Shortlist,
    ShortlistDesk,
    ShortlistParts,
)
from matcher.hiring.shortlists.phrases import summary_of
from matcher.rights import Subject, SubjectKind
from tests.hiring.candidates.room import GROUNDS, NOW, Room, bytes_of

PYTHON, DOCKER = JobSkill("term:python", "Python"), JobSkill("term:docker", "Docker")
NEED = JobNeed(
    id="N1",
    title="Développeuse ou développeur Python",
    text="",
    created_at=NOW,
    expires_at=datetime(2027, 3, 1, tzinfo=UTC),
    requirements=(Requirement(PYTHON), Requirement(DOCKER)),
    department="30",
)
REASON = "Le projet commence par la base de données."


class OneNeed:
    """A desk of needs with one need."""

    def __init__(self) -> None:
        self.need = NEED

    def get(self, need_id: str) -> JobNeed:
        if need_id != self.need.id:
            raise NotFound("There is no such need.")
        return self.need


class NoLists:
    """Skills that stand in no relation."""

    def related(self, _skill_id: str, /) -> dict[str, object]:
        return {}


class Hall:
    """The use cases of shortlists over a room of candidates."""

    def __init__(self, room: Room) -> None:
        self.room, self.needs = room, OneNeed()
        store = room.matcher.store
        matcher = NeedMatcher(NoLists(), Relatedness({}), "lists-1")  # type: ignore[arg-type]  # no relation
        seals = Sealing(lambda: b"a key of these tests")
        self.desk = ShortlistDesk(
            ShortlistParts(
                store.shortlists,
                self.needs,
                room.desk,
                lambda: matcher,
                seals,
                room.matcher.links,
                GROUNDS.require_lawful,
            )
        )

    def candidate(self, name: str, words: str, **wishes: object) -> Candidate:
        candidate = self.room.enter(f"{name}@courriel.example", name.title())
        added, _ = self.room.own.add_skills(candidate, words, NOW)
        chosen = replace(Wishes(), **wishes)  # type: ignore[arg-type]  # any wish, by its name
        return self.room.own.choose(added, chosen, {"30", "34"}, NOW)

    def decide(self, shortlist: Shortlist, code: str, **changes: object) -> Shortlist:
        given = Decided(Decision.KEEP, REASON, self.room.hr.id, NOW)
        return self.desk.decide(shortlist.id, code, replace(given, **changes))  # type: ignore[arg-type]


@pytest.fixture
def hall(room: Room) -> Hall:
    return Hall(room)


def test_everyone_who_may_be_shown_is_listed_with_what_they_meet(hall: Hall) -> None:
    full = hall.candidate("ada", "Python Docker")
    half = hall.candidate("bea", "Python")
    none = hall.candidate("cleo", "Java")
    away = hall.candidate("dora", "Python Docker", zone=("34",))
    hall.candidate("eve", "Python Docker", shown_to=("ORG009",))
    shortlist = hall.desk.make("N1", hall.room.hr.id, NOW)
    found = [(entry.candidate_id, entry.match.score, entry.apart) for entry in shortlist.listed]
    assert found == [
        (full.id, 1.0, None),
        (half.id, 0.5, None),
        (none.id, 0.0, None),
        (away.id, 1.0, Apart.ELSEWHERE),
    ]


def test_a_shortlist_is_kept_as_it_was_made(hall: Hall) -> None:
    for name in ("ada", "bea", "cleo"):
        hall.candidate(name, "Python")
    made = hall.desk.make("N1", hall.room.hr.id, NOW, seed=113)
    assert hall.desk.get(made.id) == made
    assert (made.seed, made.skills_version) == (113, "lists-1")
    assert [entry.rank for entry in made.listed] == [1, 1, 1]
    assert [one.id for one in hall.desk.all("N1")] == [made.id]
    assert hall.desk.make("N1", "", NOW, seed=113).listed == made.listed


def test_a_shortlist_is_not_current_once_its_need_or_the_profiles_changed(hall: Hall) -> None:
    hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    assert hall.desk.is_current(made)
    assert not hall.desk.is_current(replace(made, model="requirements-1")), "its scores would be others now"
    hall.needs.need = replace(NEED, requirements=(Requirement(DOCKER),))
    assert not hall.desk.is_current(made)


def test_a_skill_that_is_taken_back_leaves_the_shortlists(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    hall.room.own.resume(candidate, NOW)
    assert hall.desk.is_current(made), "what is the same changes nothing"
    hall.room.own.keep_only(candidate, {}, NOW)
    after = hall.desk.get(made.id)
    assert after.listed[0].has_changed
    assert after.listed[0].match.lines == ()
    assert "changed" in summary_of(after.listed[0])[1]
    assert not hall.desk.is_current(after)
    assert hall.desk.is_current(hall.desk.make("N1", "", NOW))


def test_a_person_decides_with_a_reason_and_the_candidate_is_told(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    code = candidate.profile.code
    after = hall.decide(made, code, decision=Decision.NOT_FOR_THIS_JOB)
    (entry,) = after.listed
    assert entry.decided is not None
    assert hall.desk.reason(entry.decided) == REASON
    (mail,) = [one for one in hall.room.matcher.store.mail.all() if one.event.value == DECIDED_EVENT]
    assert mail.person_id == candidate.id
    changed = hall.decide(made, code, at=NOW + timedelta(days=1))
    assert changed.listed[0].decided.decision is Decision.KEEP  # type: ignore[union-attr]  # just decided
    (own,) = hall.desk.decisions_on(candidate.id)
    assert own[1].decision is Decision.KEEP


def test_of_two_decisions_at_once_the_second_is_refused(hall: Hall) -> None:
    candidate = hall.candidate("ines", "Python")
    made = hall.desk.make("N1", hall.room.hr.id, NOW)
    rows, read = hall.room.matcher.store.shortlists, made.of(candidate.profile.code)
    assert read is not None
    hall.decide(made, candidate.profile.code)
    late = Decided(Decision.NOT_NOW, "sealed", hall.room.hr.id, NOW)
    mail = MessageRequest("late", candidate.id, DECIDED_EVENT, NOW)
    with pytest.raises(IllegalStep, match="Somebody else decided"):
        rows.decide(made, read, late, mail)
    kept = hall.desk.get(made.id).of(candidate.profile.code)
    assert kept is not None
    assert kept.decided is not None
    assert kept.decided.decision is Decision.KEEP


def test_what_cannot_be_told_is_not_kept(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    with sqlite3.connect(hall.room.matcher.settings.home / "matcher.db") as connection:
        connection.execute(
            "CREATE TRIGGER no_mail BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no mail'); END"
        )
    with pytest.raises(MatcherError):
        hall.decide(made, candidate.profile.code)
    with pytest.raises(MatcherError):
        hall.room.desk.open_contact(candidate.profile.code, hall.room.hr.id, REASON, NOW)
    assert hall.desk.get(made.id).listed[0].decided is None
    assert hall.room.desk.openings(candidate.id) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": "non"}, InvalidRequest),
        ({"reason": "x" * 501}, InvalidRequest),
        ({"by": ""}, NotAllowed),
    ],
)
def test_a_decision_without_a_person_or_a_reason_is_refused(hall: Hall, changes, error) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    with pytest.raises(error):
        hall.decide(made, candidate.profile.code, **changes)
    assert hall.desk.get(made.id).listed[0].decided is None


def test_who_withdraws_leaves_every_shortlist_and_no_byte(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    other = hall.candidate("bea", "Python")
    made = hall.desk.make("N1", "", NOW)
    hall.decide(made, candidate.profile.code)
    rights = hall.room.matcher.rights
    rights.erase(Subject(SubjectKind.CANDIDATE, candidate.id), NOW)
    assert [entry.candidate_id for entry in hall.desk.get(made.id).listed] == [other.id]
    with pytest.raises(NotFound):
        hall.decide(made, candidate.profile.code)
    rights.finish(lambda: NOW)
    content = bytes_of(hall.room.matcher.settings.home)
    assert candidate.profile.code.encode() not in content
    assert REASON.encode() not in content


def test_a_shortlist_goes_with_its_need(hall: Hall) -> None:
    hall.candidate("ada", "Python")
    hall.desk.make("N1", "", NOW)
    store = hall.room.matcher.store
    store.needs.add(SavedNeed(NEED))
    store.needs.drop_needs(NOW)
    assert len(store.shortlists.all()) == 1
    store.needs.drop_needs(NEED.expires_at)
    assert store.shortlists.all() == []


def test_the_copy_of_who_decides_holds_nothing_of_candidates(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", hall.room.hr.id, NOW)
    hall.decide(made, candidate.profile.code)
    hall.room.desk.open_contact(candidate.profile.code, hall.room.hr.id, REASON, NOW)
    rights = hall.room.matcher.rights
    held = rights.export(Subject(SubjectKind.PERSON, hall.room.hr.id), NOW)["held"]
    assert held["shortlist_entries"][0]["decision"] == "keep"
    assert held["candidate_openings"][0]["at"]
    assert candidate.id not in str(held)
    assert candidate.profile.code not in str(held)
    own = rights.export(Subject(SubjectKind.CANDIDATE, candidate.id), NOW)["held"]
    assert own["shortlist_entries"][0]["code"] == candidate.profile.code


def test_an_organisation_whose_skill_a_profile_has_too_is_erased_for_good(hall: Hall) -> None:
    hall.candidate("ada", "gestion de projet")
    hall.desk.make("N1", "", NOW)
    matcher = hall.room.matcher
    member = Organisation(id="ORG901", name="Untel Numérique", expertise=["gestion de projet"])
    matcher.store.items.put([member], source="test")
    matcher.rights.erase(Subject(SubjectKind.ORGANISATION, member.id), NOW)
    (settled,) = matcher.rights.finish(lambda: NOW)
    assert settled.done_at is not None


def test_who_pauses_is_not_shown_until_they_come_back(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    hall.room.own.pause(candidate, NOW)
    assert hall.desk.get(made.id).listed == ()
    hall.room.own.resume(candidate, NOW)
    assert len(hall.desk.get(made.id).listed) == 1


def test_nothing_is_shown_while_candidates_are_off(hall: Hall) -> None:
    hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    hall.room.desk.disable("Inès Garcia", NOW)
    for call in (lambda: hall.desk.make("N1", "", NOW), lambda: hall.desk.get(made.id)):
        with pytest.raises(CandidatesClosed):
            call()


def test_an_expired_need_gets_no_shortlist(hall: Hall) -> None:
    with pytest.raises(InvalidRequest, match="expired"):
        hall.desk.make("N1", "", NEED.expires_at)


def test_the_audit_has_codes_and_versions_and_no_reason(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", hall.room.hr.id, NOW)
    hall.decide(made, candidate.profile.code)
    entries = list(hall.room.matcher.audit.export())
    acts = [entry["act"] for entry in entries]
    assert {"shortlist.make", "shortlist.keep"} <= set(acts)
    assert REASON not in str(entries)
    assert candidate.id not in str([entry["subject"] for entry in entries])


def test_the_mail_of_a_decision_says_that_a_person_decided(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    made = hall.desk.make("N1", "", NOW)
    hall.decide(made, candidate.profile.code, decision=Decision.NOT_NOW)
    (mail,) = [one for one in hall.room.matcher.store.mail.all() if one.event.value == DECIDED_EVENT]
    assert mail.subjects["decision"] == "not_now"


def test_no_code_of_the_product_decides_by_itself() -> None:
    """The one place that writes a decision asks for a person and their reason; nothing else calls it."""
    root = Path(__file__).resolve().parents[3]
    callers = set()
    for folder in ("matcher", "service"):
        for path in (root / folder).rglob("*.py"):
            if "shortlists.decide(" in path.read_text(encoding="utf-8"):
                callers.add(path.relative_to(root).parts[0])
    assert callers <= {"service"}, "only routes and pages, behind a signed-in person, decide"


def test_a_reason_about_the_person_is_refused_and_nothing_is_kept(hall: Hall) -> None:
    candidate = hall.candidate("ada", "Python")
    shortlist = hall.desk.make("N1", hall.room.hr.id, NOW)
    with pytest.raises(UnlawfulWords, match="Trop senior"):
        hall.decide(shortlist, candidate.profile.code, reason="Trop senior pour l'équipe.")
    (entry,) = hall.desk.get(shortlist.id).listed
    assert entry.decided is None
