"""After a restore from an older backup the audit goes on, and says for ever what is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.audit import RESUME, AuditLog, Checkpoint, Head, Note, Of, read_checkpoint, verify
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
