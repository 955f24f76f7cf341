"""One process at a time builds a shared index, and one writes the changes."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.adapters.encoder import HashingEncoder
from matcher.adapters.qdrant.edge import EdgeIndex
from matcher.adapters.qdrant.folders import FolderGenerations
from matcher.adapters.sql import Store, open_store, utc_now
from matcher.backends import make_generations
from matcher.domain.items import Lead
from matcher.errors import BackendUnavailable
from matcher.index import Bm25Lexical, Indexer, SyncReport, only_run
from matcher.index.turn import draining
from matcher.mail import HOLD
from matcher.settings import Settings
from service.cli.index import reindex
from tests.samples import migrated

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

    def ticks(self) -> float:
        return self.now.timestamp()


def until(store: Store) -> datetime:
    held = store.turns.holder("bulk")
    assert held is not None
    return held[1]


def test_the_turn_is_kept_while_the_run_is_silent(store: Store) -> None:
    clock = Clock()
    with only_run(store.turns, clock, 0.01, clock.ticks) as check:
        clock.now += timedelta(minutes=4)
        end = time.monotonic() + WITHIN_S
        while until(store) < clock.now + timedelta(minutes=4):
            assert time.monotonic() < end, "the turn is not renewed"
            time.sleep(0.01)
        check()
    assert store.turns.holder("bulk") is None


def test_a_run_that_lost_its_turn_ends(store: Store) -> None:
    clock = Clock()
    with only_run(store.turns, clock, 0.01, clock.ticks) as check:
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
    from training.servers.qdrant_http import faulty_server  # noqa: PLC0415  # seconds, of every worker

    assert store.turns.take("bulk", OTHER, utc_now() + timedelta(minutes=5), seen=None)
    with faulty_server() as server:
        settings = Settings(home=tmp_path, encoder="hashing", qdrant_url=server.url)
        with pytest.raises(BackendUnavailable, match="Another reindex is under way"):
            reindex(settings)
        store.turns.leave("bulk", OTHER)
        reindex(settings)
        assert make_generations(settings).current() is not None


@pytest.fixture
def indexer(tmp_path: Path, store: Store) -> Indexer:
    generations = FolderGenerations(tmp_path / "index", EdgeIndex)
    store.items.put([Lead(id=f"L{n}", name=f"École {n}") for n in range(4)], source="test")
    return Indexer(store, generations, HashingEncoder(), Bm25Lexical(), turns=store.turns)


def test_the_first_index_is_built_by_one_process(indexer: Indexer, store: Store) -> None:
    assert store.turns.take("bulk", OTHER, utc_now() + timedelta(minutes=5), seen=None)
    with pytest.raises(BackendUnavailable, match=r"first build of the index\. Let it end"):
        indexer.refresh()
    assert indexer.generations.names() == []
    store.turns.leave("bulk", OTHER)
    indexer.refresh().index.close()
    assert store.turns.holder("bulk") is None


class Late(FolderGenerations):
    """Has no index at the first look; another process has built one at the second."""

    looks = 0

    def current(self) -> str | None:
        self.looks += 1
        return None if self.looks == 1 else super().current()


def test_an_index_that_another_process_has_built_meanwhile_is_opened(
    indexer: Indexer, tmp_path: Path
) -> None:
    built = indexer.refresh()
    built.index.close()
    opened = replace(indexer, generations=Late(tmp_path / "index", EdgeIndex)).refresh()
    opened.index.close()
    assert opened.name == built.name


def test_changes_wait_while_another_process_writes_into_the_index(indexer: Indexer, store: Store) -> None:
    generation = indexer.refresh()
    store.items.put([Lead(id="L9", name="Neuve")], source="test")
    assert store.turns.take("drain", OTHER, utc_now() + timedelta(minutes=5), seen=None)
    assert indexer.sync(generation, most=8) == SyncReport(0, 0, 0, 4)
    leaving = threading.Timer(0.2, store.turns.leave, ("drain", OTHER))
    leaving.start()
    assert indexer.sync(generation) == SyncReport(1, 0, 0, 5)
    leaving.join()
    assert store.turns.holder("drain") is None
    generation.index.close()


def test_a_process_killed_before_the_clock_was_set_back_is_followed_after_minutes(store: Store) -> None:
    clock = Clock()
    assert store.turns.take("drain", OTHER, clock.now + timedelta(days=1), seen=None)
    found = []
    for _ in range(3):
        with draining(store.turns, 0, clock, clock.ticks) as check:
            found.append(check is not None)
        clock.now += HOLD / 2
    assert found == [False, False, True]


def test_a_process_that_lost_its_turn_leaves_the_changes_to_the_other(indexer: Indexer, store: Store) -> None:
    generation = indexer.refresh()
    store.items.put([Lead(id="L9", name="Neuve")], source="test")
    clock = Clock()
    with draining(store.turns, clock=clock, ticks=clock.ticks) as check:
        assert check is not None
        check()
        mine = store.turns.holder("drain")
        assert mine is not None
        assert store.turns.take("drain", OTHER, clock.now + timedelta(hours=1), seen=mine[0])
        clock.now += timedelta(minutes=2)
        with pytest.raises(BackendUnavailable, match="took the changes of the index over"):
            check()
    assert store.turns.holder("drain") is not None
    generation.index.close()
