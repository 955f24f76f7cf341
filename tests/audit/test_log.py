"""The audit in the store: entered with the act, never forked, and silent about people."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from matcher.adapters.sql import open_store, utc_now
from matcher.audit import AuditLog, Note, Of
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Organisation
from matcher.errors import InvalidRequest
from matcher.introductions import Act, Actor, Details, Ground, Party
from matcher.people import Role, new_person
from matcher.rights import Subject, SubjectKind
from matcher.settings import Settings
from tests.samples import migrated

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def matcher(tmp_path: Path) -> Iterator[Matcher]:
    settings = Settings(home=tmp_path, encoder="hashing")
    with open_store(migrated(settings.home / "matcher.db")) as store:
        store.items.put([Organisation(id=f"ORG{n}", name=f"Membre {n}") for n in (1, 2)], source="test")
    with open_matcher(settings) as opened:
        yield opened


def acts(matcher: Matcher) -> list[str]:
    return [entry["act"] for entry in matcher.audit.export()]


def test_what_people_decide_is_entered_with_it_and_names_nobody(matcher: Matcher) -> None:
    person = new_person("claire@example.org", "Claire Martin", roles=[Role.STAFF])
    matcher.store.people.put(person)
    staff = Actor(Party.STAFF, person.id)
    one = matcher.introductions.propose(("ORG1", "ORG2"), staff, NOW)
    refusal = Details(ground=Ground.COMPETITOR, note="Ils se connaissent trop bien")
    matcher.introductions.act(one.id, Act.REFUSE, staff, NOW, refusal)
    matcher.rights.export(Subject(SubjectKind.PERSON, person.id), NOW)
    matcher.rights.erase(Subject(SubjectKind.PERSON, person.id), NOW)
    expected = ["person.add", "introduction.propose", "introduction.refuse", "subject.export"]
    assert acts(matcher) == [*expected, "subject.erase", "subject.erase"]
    told = str(list(matcher.audit.export()))
    for secret in (person.id, "claire", "Claire", "ORG1", "competitor", "trop bien"):
        assert secret not in told
    assert matcher.audit.verify().is_sound, "an erasure does not break the chain"


def test_a_refused_act_leaves_no_entry(matcher: Matcher) -> None:
    with pytest.raises(InvalidRequest):
        matcher.introductions.propose(("ORG1", "ORG1"), Actor(Party.STAFF), NOW)
    assert acts(matcher) == []


def test_writers_at_once_make_one_chain(matcher: Matcher) -> None:
    def write(name: str) -> None:
        with open_store(matcher.settings.database_url) as store:
            for number in range(15):
                store.audit.append([Note("plan.make", Of.PLAN, f"{name}{number}")], utc_now())

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verdict = matcher.audit.verify()
    assert (verdict.entries, verdict.faults) == (60, ())


def test_a_clock_that_jumps_breaks_no_chain_and_stops_no_checkpoint(matcher: Matcher) -> None:
    at = NOW
    for jump in (timedelta(days=1), -timedelta(days=1), -timedelta(days=1), timedelta(minutes=1)):
        at += jump
        matcher.audit.enter(Note("plan.make", Of.PLAN, str(at)), at)
        matcher.audit.checkpoint(at)
    verdict = matcher.audit.verify()
    assert (verdict.entries, verdict.faults) == (4, ())
    kept = [mark.at - NOW for mark in matcher.store.audit.checkpoints()]
    assert kept == [timedelta(days=days) for days in (1, 0, -1)]


def test_what_is_entered_during_the_check_is_no_fault(matcher: Matcher) -> None:
    matcher.store.audit.append([Note("plan.make", Of.PLAN, "1")], NOW)
    with matcher.store.audit.state() as (head, entries):
        matcher.store.audit.append([Note("plan.make", Of.PLAN, "2")], NOW)
        assert [entry.seq for entry in entries] == [head.seq] == [1]


EDITS = {
    "changed": "UPDATE audit_entries SET actor = 'person:0' WHERE seq = 3",
    "acting": "UPDATE audit_entries SET acting = 'member' WHERE seq = 3",
    "removed": "DELETE FROM audit_entries WHERE seq = 3",
    "cut off": "DELETE FROM audit_entries WHERE seq > 3",
    "emptied": "DELETE FROM audit_entries",
    "head": "UPDATE audit_head SET seq = 3",
    "no instant": "UPDATE audit_entries SET at = 'hier' WHERE seq = 3",
    "no zone": "UPDATE audit_entries SET at = '2026-12-01T09:00:00' WHERE seq = 3",
    "bytes": "UPDATE audit_entries SET actor = x'ff00' WHERE seq = 3",
    "signed at": "UPDATE audit_checkpoints SET at = 'hier'",
    "signature": "UPDATE audit_checkpoints SET signature = 'é'",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_table_that_somebody_edited_is_found(matcher: Matcher, edit: str) -> None:
    notes = [Note("plan.make", Of.PLAN, str(number)) for number in range(6)]
    matcher.store.audit.append(notes, NOW)
    matcher.audit.checkpoint(NOW)
    assert matcher.audit.verify().is_sound
    engine = create_engine(matcher.settings.database_url)
    with engine.begin() as connection:
        connection.execute(text(edit))
    engine.dispose()
    assert not matcher.audit.verify().is_sound


def test_what_is_cut_off_with_its_head_and_checkpoints_is_seen_from_the_home(matcher: Matcher) -> None:
    notes = [Note("plan.make", Of.PLAN, str(number)) for number in range(6)]
    matcher.store.audit.append(notes[:3], NOW)
    head = matcher.store.audit.head()
    matcher.store.audit.append(notes[3:], NOW)
    signed = matcher.audit.checkpoint(NOW)
    assert signed is not None
    assert matcher.audit.checkpoint(NOW) is None, "nothing new to sign"
    engine = create_engine(matcher.settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entries WHERE seq > 3"))
        connection.execute(text("DELETE FROM audit_checkpoints"))
        changed = text("UPDATE audit_head SET seq = 3, hash = :hash")
        connection.execute(changed, {"hash": head.hash})
    engine.dispose()
    (fault,) = matcher.audit.verify().faults
    assert fault.what == "entries 4 to 6 were signed and are gone"
    matcher.store.audit.append([Note("plan.make", Of.PLAN, "later")], NOW)
    with pytest.raises(InvalidRequest, match="does not continue"):
        matcher.audit.checkpoint(NOW)
    assert matcher.worker.round() is not None, "mails go on"
    assert not matcher.audit.verify().is_sound, "no later signature makes it sound"
    elsewhere = AuditLog(matcher.store.audit, lambda: b"lost", matcher.settings.home / "other")
    assert not elsewhere.verify(signed).is_sound


def test_the_key_and_the_checkpoint_are_for_their_owner_alone(matcher: Matcher) -> None:
    matcher.store.audit.append([Note("plan.make", Of.PLAN, "1")], NOW)
    matcher.audit.checkpoint(NOW)
    for name in ("audit-key", "audit.checkpoint"):
        assert (matcher.settings.home / name).stat().st_mode & 0o777 == 0o600
