"""One process at a time delivers; a dead one is followed at once, a silent one after a while."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.mail import HOLD, Turn
from tests.samples import migrated

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Machine:
    """The time of a machine: ``later`` passes, and ``set_clock`` changes what its clock shows alone."""

    def __init__(self) -> None:
        self.at, self.seconds = NOON, 0.0

    def later(self, time: timedelta) -> None:
        self.at += time
        self.seconds += time.total_seconds()

    def set_clock(self, by: timedelta) -> None:
        self.at += by

    def turn(self, store: Store) -> Turn:
        return Turn(store.turns, "mail", lambda: self.at, lambda: self.seconds)


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


@pytest.mark.parametrize("jump", [-DAY, -timedelta(minutes=1), DAY])
def test_a_turn_is_renewed_in_time_though_the_clock_jumps(store: Store, jump: timedelta) -> None:
    machine = Machine()
    ours = machine.turn(store)
    ours.take()
    machine.set_clock(jump)
    machine.later(HOLD / 2)
    assert ours.keep()
    found = store.turns.holder("mail")
    assert found is not None
    assert found[1] == machine.at + HOLD


def test_a_holder_that_died_before_the_clock_was_set_back_is_followed_after_minutes(store: Store) -> None:
    store.turns.take("mail", "another-host/1/x", NOON + DAY + HOLD, seen=None)
    machine = Machine()
    ours = machine.turn(store)
    assert not ours.take(), "it may live, with a clock that is ahead"
    machine.later(HOLD - timedelta(seconds=1))
    assert not ours.take()
    machine.later(timedelta(seconds=1))
    assert ours.take()


def test_a_living_holder_whose_clock_is_ahead_keeps_its_turn(store: Store) -> None:
    machine = Machine()
    ours, theirs = machine.turn(store), "another-host/1/x"
    store.turns.take("mail", theirs, machine.at + DAY, seen=None)
    for _ in range(5):
        store.turns.take("mail", theirs, machine.at + DAY + HOLD, seen=theirs)
        assert not ours.take()
        machine.later(HOLD * 0.9)
