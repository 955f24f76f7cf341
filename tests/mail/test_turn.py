"""One process at a time delivers; a dead one is followed at once, a silent one after a while."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.mail import HOLD, Turn
from tests.samples import migrated

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db")) as opened:
        yield opened


def turn(store: Store, at: datetime = NOON) -> Turn:
    return Turn(store.turns, "mail", lambda: at)


def test_the_first_takes_over_from_nobody_and_keeps_the_turn(store: Store) -> None:
    ours = turn(store)
    assert ours.take()
    assert ours.taken_over
    assert ours.take()
    assert not ours.taken_over


def test_a_living_process_elsewhere_is_respected_until_it_has_been_silent_for_long(store: Store) -> None:
    store.turns.take("mail", "another-host/1/x", NOON + HOLD, seen=None)
    assert not turn(store).take()
    later = turn(store, NOON + HOLD)
    assert later.take()
    assert later.taken_over


def test_a_process_of_this_machine_that_has_ended_is_followed_at_once(store: Store) -> None:
    say_number = [sys.executable, "-c", "import os; print(os.getpid())"]
    ended = subprocess.run(say_number, capture_output=True, check=True)
    holder = f"{socket.gethostname()}/{int(ended.stdout)}/x"
    store.turns.take("mail", holder, NOON + HOLD, seen=None)
    assert turn(store).take()


def test_a_process_of_this_machine_that_lives_is_respected(store: Store) -> None:
    store.turns.take("mail", f"{socket.gethostname()}/1/x", NOON + HOLD, seen=None)
    assert not turn(store).take()


def test_who_gives_the_turn_up_makes_room(store: Store) -> None:
    ours = turn(store)
    ours.take()
    ours.leave()
    assert store.turns.holder("mail") is None
