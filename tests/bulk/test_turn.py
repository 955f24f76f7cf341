"""One rebuild on a server at a time."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store, utc_now
from matcher.backends import make_generations
from matcher.bulk import only_run
from matcher.errors import BackendUnavailable
from matcher.settings import Settings
from service.cli.index import reindex
from tests.samples import migrated
from training.servers import faulty_server

WITHIN_S = 10.0
OTHER = "elsewhere/1/another"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db")) as opened:
        yield opened


class Clock:
    """Shows an instant that tests move on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def until(store: Store) -> datetime:
    held = store.turns.holder("bulk")
    assert held is not None
    return held[1]


def test_the_turn_is_kept_while_the_run_is_silent(store: Store) -> None:
    clock = Clock()
    with only_run(store.turns, clock, renew_s=0.01) as check:
        clock.now += timedelta(minutes=4)
        end = time.monotonic() + WITHIN_S
        while until(store) < clock.now + timedelta(minutes=4):
            assert time.monotonic() < end, "the turn is not renewed"
            time.sleep(0.01)
        check()
    assert store.turns.holder("bulk") is None


def test_a_run_that_lost_its_turn_ends(store: Store) -> None:
    clock = Clock()
    with only_run(store.turns, clock, renew_s=0.01) as check:
        mine = store.turns.holder("bulk")
        assert mine is not None
        assert store.turns.take("bulk", OTHER, clock.now + timedelta(hours=1), seen=mine[0])
        clock.now += timedelta(minutes=2)
        renewing = [one for one in threading.enumerate() if one.name.endswith("(_renew)")]
        for thread in renewing:
            thread.join(WITHIN_S)
        with pytest.raises(BackendUnavailable, match="took this one over"):
            check()


def test_a_reindex_in_one_process_waits_for_one_on_ray(tmp_path: Path, store: Store) -> None:
    assert store.turns.take("bulk", OTHER, utc_now() + timedelta(minutes=5), seen=None)
    with faulty_server() as server:
        settings = Settings(home=tmp_path, encoder="hashing", qdrant_url=server.url)
        with pytest.raises(BackendUnavailable, match="Another reindex is under way"):
            reindex(settings)
        store.turns.leave("bulk", OTHER)
        reindex(settings)
        assert make_generations(settings).current() is not None
