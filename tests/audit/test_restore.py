"""`matcher restore`: what the audit had since the backup is lost, and it says so for ever."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.build import open_matcher
from matcher.people import new_person
from matcher.settings import load
from service.cli.main import main
from tests.samples import migrated


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MATCHER_ENCODER", "hashing")
    migrated(tmp_path / "home" / "matcher.db")
    return tmp_path / "home"


def enter(*names: str) -> None:
    """Enter something of each name in the audit, and sign the state."""
    with open_matcher(load()) as matcher:
        for name in names:
            matcher.store.people.put(new_person(f"{name}@example.org", name))
        matcher.audit.checkpoint(datetime.now(UTC))


def lose_the_database(home: Path) -> None:
    for path in home.glob("matcher.db*"):
        path.unlink()


def test_a_restore_in_place_is_told_for_ever_and_twice_if_done_twice(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = str(tmp_path / "backup.tar.gz")
    enter("anne", "bob")
    assert main(["backup", backup]) == 0
    for more in ("carla", "david"):
        enter(more)
        lose_the_database(home)
        assert main(["restore", backup]) == 0
        enter(f"after-{more}")
        capsys.readouterr()
        assert main(["audit", "verify"]) == 0
        told = capsys.readouterr().out
        assert "the store was restored" in told
        assert "are sound" in told
    with open_matcher(load()) as matcher:
        acts = [entry.act for entry in matcher.store.audit.entries()]
    assert acts == ["person.add", "person.add", "audit.resume", "backup.restore", "person.add"]


def test_a_database_put_back_by_other_means_is_a_fault_until_that_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enter("anne")
    former = (home / "matcher.db").read_bytes()
    enter("bob")
    lose_the_database(home)
    (home / "matcher.db").write_bytes(former)
    assert main(["audit", "verify"]) == 3
    assert main(["audit", "resume", "--yes"]) == 0
    capsys.readouterr()
    assert main(["audit", "verify"]) == 0
    assert "the store was restored" in capsys.readouterr().out


def test_in_a_new_home_a_checkpoint_kept_elsewhere_tells_what_is_lost(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, kept = str(tmp_path / "backup.tar.gz"), tmp_path / "kept.json"
    enter("anne")
    assert main(["backup", backup]) == 0
    enter("bob")
    kept.write_bytes((home / "audit.checkpoint").read_bytes())
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "new"))
    assert main(["restore", backup]) == 0
    assert main(["audit", "verify"]) == 0
    assert main(["audit", "verify", "--against", str(kept)]) == 3
    assert main(["audit", "resume", "--yes", "--against", str(kept)]) == 0
    capsys.readouterr()
    assert main(["audit", "verify", "--against", str(kept)]) == 0
    assert "are lost" in capsys.readouterr().out
