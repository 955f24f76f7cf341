"""The private folder of a Ray that is started here: who may enter it, and what is left of it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from matcher.bulk.folder import private_folder
from matcher.locks import is_held

ENDED_BY = """
import os, sys
from matcher.bulk.folder import private_folder
with private_folder() as folder:
    (folder / "r").mkdir()
    os.kill(os.getpid(), int(sys.argv[1]))
    sys.exit(1)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for temporary files are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def end_one_by(place: Path, number: signal.Signals) -> int:
    command = [sys.executable, "-c", ENDED_BY, str(int(number))]
    return subprocess.run(command, env={**os.environ, "TMPDIR": str(place)}, check=False).returncode


def test_only_its_owner_may_enter_it(place: Path) -> None:
    with private_folder() as folder:
        assert folder.parent == place
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_a_stopped_process_leaves_nothing(place: Path) -> None:
    assert end_one_by(place, signal.SIGTERM) == 128 + signal.SIGTERM
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_no_other_folder(place: Path) -> None:
    with private_folder() as alive:
        assert end_one_by(place, signal.SIGKILL) == -signal.SIGKILL
        being_made = place / "matcher-ray-new"
        being_made.mkdir()
        of_a_clock_ahead = place / "matcher-ray-ahead"
        of_a_clock_ahead.mkdir()
        tomorrow = time.time() + 86_400
        os.utime(of_a_clock_ahead, (tomorrow, tomorrow))
        others = place / "other"
        others.mkdir()
        with private_folder() as own:
            assert set(place.iterdir()) == {alive, being_made, others, own}


def test_nobody_has_a_folder_while_it_is_removed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert end_one_by(place, signal.SIGKILL) == -signal.SIGKILL
    [left] = place.iterdir()
    held = []

    def removed(folder: Path, *, ignore_errors: bool) -> None:
        held.append(is_held(folder / "owner"))
        real(folder, ignore_errors=ignore_errors)

    real = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", removed)
    with private_folder():
        assert held == [True]
        assert not left.exists()


def test_sigterm_is_as_before_afterwards(place: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with private_folder():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
    assert list(place.iterdir()) == []
