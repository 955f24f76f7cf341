"""After a restore from an older backup the audit goes on, and says for ever what is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.audit import RESUME, AuditLog, Checkpoint, Head, Note, Of, hash_of_entry, read_checkpoint, verify
from matcher.errors import InvalidRequest
from tests.samples import migrated

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
KEY = b"a key of this test"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store as it was restored: three entries; of the home's audit six were signed."""
    for name, count in (("lost", 6), ("restored", 3)):
        with open_store(migrated(tmp_path / name / "matcher.db")) as opened:
            for number in range(count):
                opened.audit.append([Note("plan.make", Of.PLAN, f"{number} of {name}")], NOW)
            if name == "lost":
                log_of(opened, tmp_path).checkpoint(NOW)
            else:
                yield opened


def log_of(store: Store, folder: Path, key: bytes = KEY) -> AuditLog:
    return AuditLog(store.audit, lambda: key, folder)


@pytest.fixture
def lost(store: Store, tmp_path: Path) -> Checkpoint:
    return read_checkpoint(tmp_path / "audit.checkpoint")


def test_a_restore_is_a_fault_until_it_is_said(store: Store, tmp_path: Path, lost: Checkpoint) -> None:
    log, later = log_of(store, tmp_path), NOW + timedelta(hours=2)
    assert not log.verify().is_sound
    with pytest.raises(InvalidRequest, match="audit resume"):
        log.checkpoint(later)
    assert log.resume(later) == lost
    verdict = log.verify(lost)
    assert verdict.is_sound, "the state that was signed elsewhere is known to be lost"
    assert [(one.seq, one.lost, one.at) for one in verdict.resumptions] == [(4, 6, later)]
    for number in range(4):  # past the number that was signed before
        store.audit.append([Note("plan.make", Of.PLAN, f"later {number}")], later)
    assert log.checkpoint(later + timedelta(hours=2)) is not None
    assert log.verify(lost).is_sound
    assert log.resume(later) is None, "nothing is lost twice"


def test_nothing_is_said_where_nothing_is_lost(store: Store, tmp_path: Path) -> None:
    log = log_of(store, tmp_path / "new")
    assert log.resume(NOW) is None
    (tmp_path / "new").mkdir()
    log.checkpoint(NOW)
    assert log.resume(NOW) is None
    assert store.audit.head().seq == 3


def test_without_the_key_no_restore_can_be_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="not signed with the key"):
        log_of(store, tmp_path, b"another key").resume(NOW)
    assert store.audit.head().seq == 3


@pytest.mark.parametrize("forged", ["9:00:", "9:00:00", "no number:00:00", "", "::"])
def test_who_can_only_write_to_the_database_cannot_say_it(store: Store, tmp_path: Path, forged: str) -> None:
    store.audit.append([Note(RESUME, Of.REPORT, "audit", version=forged)], NOW)
    verdict = log_of(store, tmp_path).verify()
    assert not verdict.is_sound
    assert verdict.resumptions == ()


def test_what_was_said_of_one_restore_is_of_no_use_for_another(
    store: Store, tmp_path: Path, lost: Checkpoint
) -> None:
    log_of(store, tmp_path).resume(NOW)
    said = list(store.audit.entries())[-1]
    store.audit.append([Note(RESUME, Of.REPORT, "audit", version=said.version)], NOW)
    entries = list(store.audit.entries())
    assert len(verify(entries, Head(5, entries[-1].hash), [], KEY).resumptions) == 1
    after = replace(lost, seq=9)
    assert not verify(entries, Head(5, entries[-1].hash), [after], KEY).is_sound


def test_the_date_of_what_is_said_is_signed(store: Store, tmp_path: Path, lost: Checkpoint) -> None:
    log = log_of(store, tmp_path)
    log.resume(NOW + timedelta(hours=2))
    store.audit.append([Note("subject.view", Of.ORGANISATION, "A")], NOW + timedelta(hours=3))
    signed = log.checkpoint(NOW + timedelta(hours=4))
    said = list(store.audit.entries())[3]
    later = replace(said, at=datetime(2099, 1, 1, tzinfo=UTC), hash="")
    later = replace(later, hash=hash_of_entry(later))
    entries = [*list(store.audit.entries())[:3], later]
    assert signed is not None
    assert not verify(entries, Head(4, later.hash), [lost, signed], KEY).is_sound


class Busy:
    """The rows of a store into which a running service writes at every chance it has."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store.audit, name)
        if name == "append_to":
            self._store.audit.append([Note("plan.make", Of.PLAN, "meanwhile")], NOW)
        return found


def test_a_service_that_runs_meanwhile_does_not_spoil_it(
    store: Store, tmp_path: Path, lost: Checkpoint
) -> None:
    AuditLog(Busy(store), lambda: KEY, tmp_path).resume(NOW)
    verdict = log_of(store, tmp_path).verify(lost)
    assert verdict.is_sound
    assert [(one.seq, one.lost) for one in verdict.resumptions] == [(5, 6)]


@pytest.mark.parametrize("entered", [0, 5])
def test_a_checkpoint_that_was_kept_tells_of_a_loss_in_a_new_home(
    store: Store, tmp_path: Path, lost: Checkpoint, entered: int
) -> None:
    (tmp_path / "new").mkdir()
    log = log_of(store, tmp_path / "new")
    for number in range(entered):
        store.audit.append([Note("plan.make", Of.PLAN, f"since {number}")], NOW)
    log.checkpoint(NOW)
    assert not log.verify(lost).is_sound
    assert log.resume(NOW, lost) == lost
    assert log.verify(lost).is_sound
    assert [one.lost for one in log.verify().resumptions] == [6]
    assert log.resume(NOW, lost) is None, "it is said already"
