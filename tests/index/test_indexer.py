"""The index follows the store: syncing, rebuilding, swapping, and every reason not to open an index."""

import errno
import os
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from matcher.adapters.encoder import HashingEncoder
from matcher.adapters.qdrant.edge import EdgeIndex
from matcher.adapters.qdrant.folders import FolderGenerations
from matcher.adapters.sql import Store, open_store
from matcher.backends import make_generations
from matcher.build import open_matcher
from matcher.domain.items import ItemType, Lead, Organisation
from matcher.errors import (
    BackendUnavailable,
    IndexLocked,
    IndexMismatch,
    InvalidRequest,
    MatcherError,
    NotReady,
)
from matcher.files import write_whole
from matcher.index import (
    TEMPLATE,
    Bm25Lexical,
    Differences,
    Generation,
    Index,
    Indexer,
    LabelVectors,
    Manifest,
    Point,
    SyncReport,
    Vectors,
    checksum,
)
from matcher.locks import FileLock, is_held
from matcher.settings import Settings
from tests.samples import copy_home, migrated

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def organisation(number: int, text: str = "données de santé", *, opted_out: bool = False) -> Organisation:
    return Organisation(
        id=f"ORG{number:03d}", name=f"Société {number}", description=text, opted_out=opted_out
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(migrated(tmp_path / "matcher.db"))
    yield opened
    opened.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def indexer(store: Store, root: Path) -> Indexer:
    return Indexer(store, FolderGenerations(root, EdgeIndex), HashingEncoder(), Bm25Lexical(), batch=4)


@pytest.fixture
def generation(indexer: Indexer, store: Store) -> Iterator[Generation]:
    """Ten organisations, indexed."""
    store.items.put([organisation(n) for n in range(10)], source="test")
    built = indexer.rebuild(now=NOW)
    yield built
    built.index.close()


# Syncing


def test_nothing_to_apply_writes_nothing(indexer: Indexer, generation: Generation, root: Path) -> None:
    manifest = root / generation.name / "manifest.json"
    before = manifest.stat().st_mtime_ns
    assert indexer.sync(generation) == SyncReport(0, 0, 0, 10)
    assert manifest.stat().st_mtime_ns == before


def test_applies_what_has_changed(indexer: Indexer, generation: Generation, store: Store) -> None:
    store.items.put(
        [organisation(0, "robotique"), organisation(11), Lead(id="L1", name="École")], source="test"
    )
    store.items.delete(["ORG001", "ORG002"])
    assert indexer.sync(generation) == SyncReport(upserted=3, deleted=2, unchanged=0, seq=15)
    assert not indexer.differences(generation.index)
    assert generation.index.counts()[ItemType.LEAD] == 1
    assert indexer.sync(generation) == SyncReport(0, 0, 0, 15)


def test_what_every_generation_has_seen_leaves_the_outbox(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.outbox.advance("another", 10)
    store.items.delete(["ORG001"])
    indexer.sync(generation)
    assert [change.item_id for change in store.outbox.changes(10, 9)] == ["ORG001"]
    store.outbox.forget("another")
    store.items.put([organisation(2, "neuf")], source="test")
    indexer.sync(generation)
    assert (store.outbox.changes(0, 99), store.outbox.last_seq()) == ([], 12)
    assert not indexer.differences(generation.index)


def test_a_generation_left_unfinished_by_a_kill_is_finalised_at_the_next_opening(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put([organisation(0, "robotique")], source="test")
    indexer.sync(generation)
    finished = indexer.generations.manifest(generation.name)
    indexer.generations.save(generation.name, finished.model_copy(update={"state": "changing", "seq": 10}))
    generation.index.close()
    indexer.refresh().index.close()
    assert indexer.generations.manifest(generation.name) == finished


def test_a_part_of_the_changes_leaves_a_whole_index(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put([organisation(number) for number in range(20, 25)], source="test")
    assert indexer.sync(generation, most=2).seq == 12
    generation.index.close()
    again = indexer.open()
    assert again.index.count() == 12
    assert indexer.sync(again).upserted == 3
    again.index.close()


def test_many_changes_of_one_item_are_encoded_once(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    for text in ("a", "b", "c"):
        store.items.put([organisation(0, text)], source="test")
    store.items.delete(["ORG001"])
    assert indexer.sync(generation) == SyncReport(upserted=1, deleted=1, unchanged=0, seq=14)
    assert generation.index.versions(["ORG000"]) == {"ORG000": store.items.get("ORG000").version}


def test_whoever_opts_out_leaves_and_may_come_back(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put([organisation(3, opted_out=True)], source="test")
    assert indexer.sync(generation).deleted == 1
    assert "ORG003" not in generation.index.versions()
    store.items.put([organisation(3)], source="test")
    assert indexer.sync(generation).upserted == 1


def test_an_opted_out_organisation_never_enters(indexer: Indexer, store: Store) -> None:
    store.items.put([organisation(1, opted_out=True), organisation(2)], source="test")
    built = indexer.rebuild(now=NOW)
    assert list(built.index.ids()) == ["ORG002"]
    assert not indexer.differences(built.index)
    built.index.close()


class Interrupted(HashingEncoder):
    """Another process does something while this one encodes, once."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile = [meanwhile]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if self._meanwhile:
            self._meanwhile.pop()()
        return super().encode_passages(texts)


def test_what_another_indexer_takes_in_meanwhile_is_not_written_over(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put([organisation(0, "robotique"), organisation(1, "drones")], source="test")

    def another() -> None:
        store.items.delete(["ORG000"])
        store.items.put([organisation(1, "robots")], source="test")
        indexer.sync(generation)

    replace(indexer, encoder=Interrupted(another)).sync(generation)
    assert not indexer.differences(generation.index)


class Counting(EdgeIndex):
    """Counts how often it is read whole."""

    read_whole = 0

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, str]:
        self.read_whole += ids is None
        return super().versions(ids)


def test_a_drain_costs_by_its_changes_and_the_next_opening_still_compares_all(
    indexer: Indexer, generation: Generation, store: Store, root: Path
) -> None:
    generation.index.close()
    counting = replace(indexer, generations=FolderGenerations(root, Counting))
    opened = counting.open()
    index = cast(Counting, opened.index)
    index.read_whole = 0
    for text in ("robotique", "drones"):
        store.items.put([organisation(n, text) for n in range(3)] + [organisation(12)], source="test")
        store.items.delete(["ORG012", "ORG009"])
        counting.sync(opened)
    assert index.read_whole == 0
    manifest = indexer.generations.manifest(opened.name)
    assert (manifest.state, manifest.checksum) == ("ready", checksum(index.versions()))
    opened.index.delete(["ORG000"])
    opened.index.close()
    with pytest.raises(NotReady, match="lost or changed points"):
        indexer.open()


def test_an_index_of_an_older_release_is_opened_and_then_summed_up_anew(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    manifest = indexer.generations.manifest(generation.name)
    indexer.generations.save(generation.name, manifest.model_copy(update={"checksum": "0" * 64}))
    generation.index.close()
    opened = indexer.open()
    store.items.put([organisation(0, "robotique")], source="test")
    indexer.sync(opened)
    assert indexer.generations.manifest(opened.name).checksum == checksum(opened.index.versions())
    opened.index.close()


class Poisoned(HashingEncoder):
    """Fails at a text that names poison, or at every text."""

    def __init__(self, poison: str = "poison") -> None:
        super().__init__()
        self._poison = poison

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if any(self._poison in text for text in texts):
            raise IndexError("index out of range in self")
        return super().encode_passages(texts)


def test_an_item_that_cannot_be_indexed_is_set_apart_and_the_rest_goes_on(
    indexer: Indexer, generation: Generation, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned = replace(indexer, encoder=Poisoned())
    store.items.put([organisation(n, "poison" if n == 2 else "neuf") for n in range(6)], source="test")
    assert poisoned.sync(generation).upserted == 5
    manifest = indexer.generations.manifest(generation.name)
    assert (manifest.state, list(manifest.parked)) == ("ready", ["ORG002"])
    assert "ORG002" not in generation.index.versions(), "what it said before is not answered any more"
    assert not indexer.differences(generation.index, manifest.parked)
    assert [line.getMessage() for line in caplog.records] == [
        "item ORG002 cannot be indexed and is left out (IndexError)"
    ]
    store.items.put([organisation(2, "corrigé")], source="test")
    poisoned.sync(generation)
    assert not indexer.generations.manifest(generation.name).parked
    assert not indexer.differences(generation.index)


def test_two_indexers_do_not_lose_what_the_other_set_apart(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    class Both(Poisoned, Interrupted):
        """Fails at poison, and lets another process come in between."""

        def __init__(self, meanwhile: Callable[[], object]) -> None:
            Interrupted.__init__(self, meanwhile)
            self._poison = "poison"

    store.items.put([organisation(1, "poison"), organisation(2, "neuf")], source="test")

    def another() -> None:
        store.items.put([organisation(7, "poison")], source="test")
        replace(indexer, encoder=Poisoned()).sync(generation)

    replace(indexer, encoder=Both(another)).sync(generation)
    manifest = indexer.generations.manifest(generation.name)
    assert sorted(manifest.parked) == ["ORG001", "ORG007"]
    assert not indexer.differences(generation.index, manifest.parked)
    assert manifest.checksum == checksum(generation.index.versions())


def test_a_rebuild_sets_it_apart_too(indexer: Indexer, store: Store) -> None:
    store.items.put([organisation(n, "poison" if n == 2 else "neuf") for n in range(6)], source="test")
    built = replace(indexer, encoder=Poisoned()).rebuild()
    assert list(indexer.generations.manifest(built.name).parked) == ["ORG002"]
    assert sorted(built.index.ids()) == ["ORG000", "ORG001", "ORG003", "ORG004", "ORG005"]
    built.index.close()
    indexer.open().index.close()


def test_an_encoder_that_fails_at_everything_sets_nothing_apart(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put([organisation(2, "neuf")], source="test")
    cursor = store.outbox.cursor(generation.name)
    with pytest.raises(IndexError):
        replace(indexer, encoder=Poisoned("")).sync(generation)
    assert store.outbox.cursor(generation.name) == cursor
    indexer.sync(generation)
    assert not indexer.differences(generation.index)


class Refusing(EdgeIndex):
    """Refuses the organisations below a number."""

    below = 0

    def upsert(self, points: Sequence[Point]) -> None:
        if any(int(one.id.removeprefix("ORG")) < self.below for one in points):
            raise InvalidRequest("The server refuses points.")
        super().upsert(points)


@pytest.mark.parametrize(("below", "is_built"), [(10, False), (2, False), (1, True)])
def test_an_index_that_refuses_too_much_is_not_swapped_in(
    indexer: Indexer, generation: Generation, root: Path, below: int, is_built: bool
) -> None:
    refusing = type("RefusingSome", (Refusing,), {"below": below})
    other = replace(indexer, generations=FolderGenerations(root, refusing))
    if is_built:
        other.rebuild().index.close()
        return
    with pytest.raises(BackendUnavailable, match="of 10 items cannot be indexed; at most 1"):
        other.rebuild()
    assert indexer.generations.current() == generation.name


@pytest.mark.parametrize(("below", "waits"), [(10, True), (3, False)])
def test_an_index_that_refuses_every_change_sets_none_apart(
    indexer: Indexer, generation: Generation, store: Store, root: Path, below: int, waits: bool
) -> None:
    generation.index.close()
    store.items.put([organisation(n, "neuf") for n in range(4)], source="test")
    cursor = store.outbox.cursor(generation.name)
    refusing = replace(
        indexer, generations=FolderGenerations(root, type("RefusingSome", (Refusing,), {"below": below}))
    )
    with closing(refusing.open().index) as index:
        opened = Generation(generation.name, index)
        if waits:
            with pytest.raises(BackendUnavailable, match="refuses all of 4 items alike: The server refuses"):
                refusing.sync(opened)
            assert store.outbox.cursor(generation.name) == cursor
        else:
            assert refusing.sync(opened).upserted == 1
    parked = indexer.generations.manifest(generation.name).parked
    assert sorted(parked) == ([] if waits else ["ORG000", "ORG001", "ORG002"])
    opened = indexer.open()
    indexer.sync(opened)
    assert not indexer.differences(opened.index, parked)
    opened.index.close()


def test_so_it_is_with_what_another_way_of_filling_sets_apart(
    indexer: Indexer, generation: Generation
) -> None:
    def fill(begun: Generation) -> None:
        manifest = indexer.generations.manifest(begun.name)
        parked = {item.id: item.version for item in indexer.store.items.all()}
        indexer.generations.save(begun.name, manifest.model_copy(update={"parked": parked}))

    with pytest.raises(BackendUnavailable, match="10 of 10 items cannot be indexed"):
        indexer.rebuild_with(fill)
    assert indexer.generations.current() == generation.name


class Faulting(HashingEncoder):
    """Is well for a plain text alone at first, and fails at everything from the third call on."""

    calls = 0

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.calls > 2 or len(texts) > 1:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        return super().encode_passages(texts)


def test_a_processor_that_fails_half_way_sets_nothing_apart(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put([organisation(n, "neuf") for n in range(4)], source="test")
    cursor = store.outbox.cursor(generation.name)
    with pytest.raises(RuntimeError, match="CUDA"):
        replace(indexer, encoder=Faulting()).sync(generation)
    assert store.outbox.cursor(generation.name) == cursor


def test_a_sync_repeated_from_an_older_cursor_changes_nothing(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.outbox.advance("another", 10)  # has yet to see what this one has
    store.items.put([organisation(n, "neuf") for n in range(5)], source="test")
    indexer.sync(generation)
    store.outbox.forget(generation.name)
    store.outbox.advance(generation.name, 10)
    assert indexer.sync(generation) == SyncReport(upserted=0, deleted=0, unchanged=5, seq=15)


def test_progress_reaches_its_total(indexer: Indexer, generation: Generation, store: Store) -> None:
    store.items.put([organisation(n, "neuf") for n in range(10)], source="test")
    seen: list[tuple[int, int]] = []
    indexer.sync(generation, lambda done, total: seen.append((done, total)))
    assert seen == [(4, 10), (8, 10), (10, 10)]


class Recorder:
    """A store and an index that write down in which order they are called."""

    def __init__(self, target: object, log: list[str]) -> None:
        self.target, self.log = target, log

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: object) -> Any:
            self.log.append(name)
            return getattr(self.target, name)(*args)

        return call


def recorded(store: Store, log: list[str]) -> SimpleNamespace:
    return SimpleNamespace(items=Recorder(store.items, log), outbox=Recorder(store.outbox, log))


def test_the_cursor_moves_only_after_the_changes_are_durable(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put([organisation(n, "neuf") for n in range(6)], source="test")
    log: list[str] = []
    watched = Indexer(recorded(store, log), indexer.generations, indexer.encoder, indexer.lexical, batch=4)
    watched.sync(Generation(generation.name, cast(Index, Recorder(generation.index, log))))
    steps = [name for name in log if name in ("upsert", "flush", "advance")]
    assert steps == ["upsert", "flush", "advance"] * 2


class PowerCut(BaseException):
    """The machine stops."""


class Failing(Recorder):
    """Stops the machine at the ``nth`` call."""

    def __init__(self, target: object, log: list[str], nth: int) -> None:
        super().__init__(target, log)
        self.nth = nth

    def __getattr__(self, name: str) -> Callable[..., object]:
        call = super().__getattr__(name)

        def counted(*args: object) -> object:
            if len(self.log) == self.nth:
                raise PowerCut
            return call(*args)

        return counted


def failing(store: Store, nth: int) -> SimpleNamespace:
    """A store whose ``nth`` call, of whatever kind, stops the machine."""
    log: list[str] = []
    return SimpleNamespace(items=Failing(store.items, log, nth), outbox=Failing(store.outbox, log, nth))


@pytest.mark.parametrize("nth", range(13))
def test_whatever_call_it_stops_at_the_next_sync_completes_it(
    indexer: Indexer, generation: Generation, store: Store, nth: int
) -> None:
    store.items.put([organisation(n, "neuf") for n in range(12)], source="test")
    store.items.delete(["ORG001"])
    parts = (indexer.generations, indexer.encoder, indexer.lexical, 4)
    try:
        Indexer(failing(store, nth), *parts).sync(generation)
    except PowerCut:
        generation.index.close()
    else:
        pytest.fail("the sync makes fewer calls than this test assumes")
    opened = indexer.refresh()
    assert not indexer.differences(opened.index)
    assert indexer.generations.manifest(opened.name).state == "ready"
    opened.index.close()


# Rebuilding


def test_the_first_refresh_builds_and_the_next_one_syncs(indexer: Indexer, store: Store) -> None:
    store.items.put([organisation(n) for n in range(3)], source="test")
    first = indexer.refresh()
    first.index.close()
    store.items.put([organisation(9)], source="test")
    second = indexer.refresh()
    assert second.name == first.name
    assert not indexer.differences(second.index)
    second.index.close()


def test_a_rebuild_swaps_and_drops_the_old(indexer: Indexer, generation: Generation, root: Path) -> None:
    generation.index.close()
    new = indexer.rebuild()
    assert indexer.generations.current() == new.name != generation.name
    assert [path.name for path in root.iterdir() if path.is_dir()] == [new.name]
    assert not indexer.differences(new.index)
    new.index.close()


def test_the_manifest_says_what_was_built(indexer: Indexer, generation: Generation, store: Store) -> None:
    manifest = indexer.generations.manifest(generation.name)
    assert manifest == Manifest(
        encoder=indexer.encoder.name,
        dim=indexer.encoder.dim,
        template=TEMPLATE,
        analyser=indexer.lexical.name,
        created_at=NOW,
        state="ready",
        counts={kind: 10 if kind is ItemType.ORGANISATION else 0 for kind in ItemType},
        usual_terms=4.0,  # each a name of two words, and "données", "santé"
        checksum=checksum({item.id: item.version for item in store.items.all()}),
        seq=10,
    )


def test_a_generation_keeps_its_usual_terms_until_it_is_rebuilt(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    store.items.put(
        [organisation(11, "une longue description de beaucoup de mots différents")], source="test"
    )
    indexer.sync(generation)
    generation.index.close()
    opened = indexer.open()
    opened.index.close()
    assert opened.usual_terms == generation.usual_terms == 4.0
    rebuilt = indexer.rebuild()
    rebuilt.index.close()
    assert rebuilt.usual_terms is not None
    assert rebuilt.usual_terms > 4.0


def test_an_index_in_use_is_left_alone_until_it_is_let_go(
    indexer: Indexer, generation: Generation, root: Path
) -> None:
    new = indexer.rebuild()
    assert generation.index.count() == 10
    assert (root / generation.name).exists()
    generation.index.close()
    indexer.drop_leftovers()
    assert not (root / generation.name).exists()
    new.index.close()


def test_a_rebuild_that_stops_leaves_the_old_one_serving_and_its_leftovers_are_dropped(
    indexer: Indexer, generation: Generation, store: Store, root: Path
) -> None:
    parts = (indexer.generations, indexer.encoder, indexer.lexical, 4)
    generation.index.close()
    for nth in range(30):
        try:
            Indexer(failing(store, nth), *parts).rebuild().index.close()
        except PowerCut:
            opened = indexer.open()
            assert not indexer.differences(opened.index)
            opened.index.close()
        else:
            break
    else:
        pytest.fail("the rebuild never completed")
    assert nth > 8
    indexer.rebuild().index.close()
    assert len([path for path in root.iterdir() if path.is_dir()]) == 1
    assert store.outbox.prune() == 10


def test_what_is_written_during_a_rebuild_is_in_the_new_index(indexer: Indexer, store: Store) -> None:
    store.items.put([organisation(n) for n in range(10)], source="test")

    def meanwhile(done: int, _total: int) -> None:
        if done == 4:
            store.items.put([organisation(0, "changé"), organisation(99)], source="test")
            store.items.delete(["ORG001"])

    built = indexer.rebuild(meanwhile)
    assert not indexer.differences(built.index)
    assert "ORG099" in built.index.versions()
    built.index.close()


class Full(EdgeIndex):
    """An index on a disk that fills at the second batch."""

    def __init__(self, folder: Path, dim: int) -> None:
        super().__init__(folder, dim)
        self.batches = 0

    def upsert(self, points: Sequence[Point]) -> None:
        self.batches += 1
        if self.batches == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().upsert(points)


def test_a_disk_that_fills_during_a_rebuild_leaves_the_old_index_serving(
    indexer: Indexer, generation: Generation, store: Store, root: Path
) -> None:
    full = replace(indexer, generations=FolderGenerations(root, Full))
    with pytest.raises(OSError, match="No space left"):
        full.rebuild()
    assert indexer.generations.current() == generation.name
    store.items.put([organisation(0, "neuf")], source="test")
    indexer.sync(generation)
    assert not indexer.differences(generation.index), "changes are taken in, and nothing is set apart"
    generation.index.close()
    rebuilt = indexer.rebuild()
    assert not indexer.differences(rebuilt.index)
    assert [path.name for path in root.iterdir() if path.is_dir()] == [rebuilt.name], "no half index is left"
    rebuilt.index.close()


def test_a_disk_that_fills_during_a_drain_keeps_the_changes_for_later(
    indexer: Indexer, generation: Generation, store: Store, root: Path
) -> None:
    generation.index.close()
    store.items.put([organisation(n, "neuf") for n in range(10)], source="test")
    full = replace(indexer, generations=FolderGenerations(root, Full))
    opened = full.open()
    with pytest.raises(OSError, match="No space left"):
        full.sync(opened)
    assert full.sync(opened).seq == store.outbox.last_seq()
    assert not full.differences(opened.index)
    opened.index.close()


class Forgetful(EdgeIndex):
    """An index that loses a point without a word."""

    def upsert(self, points: Sequence[Point]) -> None:
        super().upsert([point for point in points if point.id != "ORG002"])


def test_a_new_index_that_does_not_equal_the_store_is_not_promoted(
    indexer: Indexer, generation: Generation, store: Store, root: Path
) -> None:
    bad = Indexer(store, FolderGenerations(root, Forgetful), indexer.encoder, indexer.lexical)
    with pytest.raises(BackendUnavailable, match="1 points missing"):
        bad.rebuild()
    assert indexer.generations.current() == generation.name


def test_a_rebuild_by_another_means_goes_on_where_it_was_stopped(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    def half(begun: Generation) -> float | None:
        begun.index.upsert(list(generation.index.fetch([f"ORG{n:03d}" for n in range(5)]).values()))
        begun.index.flush()
        raise BackendUnavailable("stopped")

    def rest(begun: Generation) -> float | None:
        assert list(begun.index.ids()) == [f"ORG{n:03d}" for n in range(5)]
        begun.index.upsert(list(generation.index.fetch([f"ORG{n:03d}" for n in range(10)]).values()))
        return 3.5

    with pytest.raises(BackendUnavailable, match="stopped"):
        indexer.rebuild_with(half)
    assert indexer.generations.current() == generation.name
    store.items.put([organisation(1, "robotique")], source="test")
    store.items.delete(["ORG002"])
    built = indexer.rebuild_with(rest)
    assert (indexer.generations.current(), built.usual_terms) == (built.name, 3.5)
    assert not indexer.differences(built.index)
    assert indexer.generations.manifest(built.name).state == "ready"
    built.index.close()


def test_a_half_built_index_of_another_encoder_is_not_gone_on_with(
    indexer: Indexer, generation: Generation
) -> None:
    def nothing(begun: Generation) -> float | None:
        raise BackendUnavailable(begun.name)

    with pytest.raises(BackendUnavailable) as first:
        indexer.rebuild_with(nothing)
    with pytest.raises(BackendUnavailable) as again:
        indexer.rebuild_with(nothing)
    with pytest.raises(BackendUnavailable) as other:
        replace(indexer, encoder=HashingEncoder(16)).rebuild_with(nothing)
    assert str(first.value) == str(again.value) != str(other.value)


def test_two_rebuilds_at_once_are_refused(indexer: Indexer, generation: Generation) -> None:
    with indexer.generations.exclusive(), pytest.raises(IndexLocked):
        indexer.rebuild()


def test_a_large_generation_is_optimised_before_it_serves(store: Store, root: Path) -> None:
    store.items.put([organisation(n) for n in range(5)], source="test")
    optimised: list[tuple[Path, int]] = []

    def optimize(folder: Path, dim: int) -> None:
        optimised.append((folder, dim))
        EdgeIndex(folder, dim).close()  # it can be opened: whoever filled it has let go

    for above, expected in ((5, 0), (4, 1)):
        generations = FolderGenerations(root, EdgeIndex, optimize=optimize, optimize_above=above)
        built = Indexer(store, generations, HashingEncoder(), Bm25Lexical()).rebuild()
        assert len(optimised) == expected
        assert built.index.count() == 5
        built.index.close()
    assert optimised == [(root / built.name, 384)]


def test_a_folder_of_another_name_is_not_a_generation(
    indexer: Indexer, generation: Generation, root: Path
) -> None:
    for name in ("lost+found", "20261122", "old-20261122T120000000000"):
        (root / name).mkdir()
    indexer.rebuild().index.close()
    assert {path.name for path in root.iterdir() if path.is_dir()} > {"lost+found", "20261122"}
    assert all(len(name) == 21 for name in indexer.generations.names())


def test_nobody_opens_a_generation_while_it_is_removed(
    indexer: Indexer, generation: Generation, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation.index.close()
    new = indexer.rebuild()
    new.index.close()
    copy_home(root / new.name, root / generation.name)
    held = []

    def removed(folder: Path) -> None:
        held.append(is_held(folder / "lock"))
        real(folder)

    real = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", removed)
    assert indexer.generations.drop(generation.name)
    assert held == [True]
    assert not (root / generation.name).exists()


# Opening


class Stuck(EdgeIndex):
    """An index that opens and fails at the first call."""

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, str]:
        raise BackendUnavailable("away")

    def flush(self) -> None:
        raise BackendUnavailable("away")


def test_an_index_that_another_process_writes_to_is_no_damaged_one(
    indexer: Indexer, generation: Generation, root: Path
) -> None:
    generation.index.close()

    class Written(EdgeIndex):
        """An index that another process changes while it is read."""

        def versions(self, ids: Sequence[str] | None = None) -> dict[str, str]:
            former = indexer.generations.manifest(generation.name)
            indexer.generations.save(generation.name, former.model_copy(update={"state": "changing"}))
            self.delete(["ORG003"])
            return super().versions(ids)

    replace(indexer, generations=FolderGenerations(root, Written)).open().index.close()


def test_an_index_that_fails_while_it_is_checked_is_let_go(
    indexer: Indexer, generation: Generation, root: Path
) -> None:
    generation.index.close()
    with pytest.raises(BackendUnavailable, match="away") as caught:
        replace(indexer, generations=FolderGenerations(root, Stuck)).open()
    indexer.open().index.close()
    assert caught.tb is not None, "what was open is not let go by chance, with the traceback"


def test_an_index_that_fails_while_it_is_promoted_is_let_go(store: Store, root: Path) -> None:
    store.items.put([organisation(n) for n in range(5)], source="test")
    opened: list[Path] = []

    def open_index(folder: Path, dim: int) -> EdgeIndex:
        opened.append(folder)
        return (EdgeIndex, Stuck)[len(opened) - 1](folder, dim)

    generations = FolderGenerations(root, open_index, optimize=lambda *_: None, optimize_above=0)
    with pytest.raises(BackendUnavailable, match="away") as caught:
        Indexer(store, generations, HashingEncoder(), Bm25Lexical()).rebuild()
    assert len(opened) == 2
    assert not is_held(opened[0] / "lock")
    assert generations.current() is None
    assert caught.tb is not None


def test_without_an_index_the_command_is_named(indexer: Indexer) -> None:
    with pytest.raises(NotReady, match="matcher index"):
        indexer.open()


class OtherEncoder(HashingEncoder):
    """The same vectors under another name."""

    name = "other"


class OtherLexical(Bm25Lexical):
    """The same terms under another name."""

    name = "other"


def test_an_index_of_another_encoder_is_refused(
    indexer: Indexer, generation: Generation, store: Store
) -> None:
    generation.index.close()
    for encoder, lexical, what in (
        (OtherEncoder(), indexer.lexical, "encoder 'hashing"),
        (indexer.encoder, OtherLexical(), "analyser 'bm25"),
    ):
        with pytest.raises(IndexMismatch, match=rf"{what}.*but 'other' is in use.*matcher reindex"):
            Indexer(store, indexer.generations, encoder, lexical).open()


def test_an_index_of_another_store_is_refused(
    indexer: Indexer, generation: Generation, tmp_path: Path
) -> None:
    generation.index.close()
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    other.migrate()
    with pytest.raises(IndexMismatch, match="another store"):
        Indexer(other, indexer.generations, indexer.encoder, indexer.lexical).open()
    other.close()


def damage_segments(segments: Path, *, gone: bool) -> None:
    if gone:
        shutil.rmtree(segments)
        return
    for file in segments.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:5])


@pytest.mark.parametrize(
    "damage", ["points gone", "points cut", "manifest gone", "manifest cut", "current cut", "current zeroed"]
)
def test_a_damaged_index_names_the_command_and_is_rebuilt_by_it(
    indexer: Indexer, generation: Generation, root: Path, damage: str
) -> None:
    generation.index.close()
    folder = root / generation.name
    segments, manifest = folder / "shard" / "segments", folder / "manifest.json"
    if "current" in damage:
        (root / "CURRENT").write_bytes(b"" if "cut" in damage else bytes(22))
    elif "points" in damage:
        damage_segments(segments, gone="gone" in damage)
    else:
        manifest.unlink() if "gone" in damage else manifest.write_bytes(b'{"encoder": ')
    with pytest.raises(NotReady, match="matcher reindex"):
        indexer.open()
    built = indexer.rebuild()
    assert not indexer.differences(built.index)
    assert [path.name for path in root.iterdir() if path.is_dir()] == [built.name]
    built.index.close()


@pytest.mark.parametrize("gone", ["segments", "index"])
def test_an_index_damaged_while_it_serves_gives_way_to_the_new_one(tmp_path: Path, gone: str) -> None:
    settings = Settings(home=tmp_path, encoder="hashing")
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        store.items.put([organisation(n) for n in range(10)], source="test")
    with open_matcher(settings) as serving:
        serving.index_now()
        former = serving.recommender
        [segments] = settings.index_dir.glob("*/shard/segments")
        shutil.rmtree(segments if gone == "segments" else settings.index_dir)
        with open_matcher(settings) as other:
            other.reindex()
        serving.index_now()  # the former one cannot be flushed any more
        assert serving.index.count() == 10
        assert serving.recommender is not former
        serving.index_now()
        held = [is_held(folder / "lock") for folder in settings.index_dir.iterdir() if folder.is_dir()]
        assert held.count(True) == 1


def _refused(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_generation_that_is_served_no_more_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds what was indexed then, erased since or not."""
    settings = Settings(home=tmp_path, encoder="hashing")
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        store.items.put([organisation(0)], source="test")
    with open_matcher(settings) as serving:
        serving.index_now()
        former = settings.index_dir / serving.generation
        with open_matcher(settings) as operator:
            operator.reindex()
        assert former.is_dir(), "in use"
        with monkeypatch.context() as stuck:
            stuck.setattr(shutil, "rmtree", _refused)
            serving.index_now()
        assert serving.generation != former.name, "it serves on, whatever becomes of the old one"
        with open_matcher(settings) as operator:
            operator.reindex()
        former = settings.index_dir / serving.generation
        serving.index_now()
        assert not former.exists()
        assert serving.store.outbox.cursor(former.name) == 0


def test_what_a_killed_rebuild_left_is_dropped_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, encoder="hashing")
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        store.items.put([organisation(0)], source="test")
    with open_matcher(settings) as matcher:
        matcher.index_now()
        current = matcher.generation
    left = settings.index_dir / "20250101T000000000000"
    copy_home(settings.index_dir / current, left)
    with open_matcher(settings) as matcher:
        assert matcher.serving.indexer.generations.leftovers() == [left.name]
        matcher.index_now()
        assert matcher.serving.indexer.generations.leftovers() == []
        assert matcher.generation == current
    assert not left.exists()


def test_an_erasure_that_is_owed_is_settled_at_the_next_look(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, encoder="hashing")
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        store.items.put([organisation(0)], source="test")
    with open_matcher(settings) as matcher, closing(sqlite3.connect(tmp_path / "matcher.db")) as reader:
        matcher.index_now()
        reader.isolation_level = None
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM items").fetchall()
        matcher.store.items.delete(["ORG000"])
        matcher.index_now()
        assert matcher.store.owed_since() is not None
        reader.execute("ROLLBACK")
        matcher.index_now()
        assert matcher.store.owed_since() is None


def test_what_is_closed_stays_closed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, encoder="hashing")
    migrated(tmp_path / "matcher.db")
    with open_matcher(settings) as matcher:
        matcher.index_now()
    with pytest.raises(BackendUnavailable, match="closed"):
        matcher.index_now()
    with open_matcher(settings) as again:
        assert again.index.count() == 0


def fault(call: Callable[[], object]) -> MatcherError:
    with pytest.raises(MatcherError) as found:
        call()
    return found.value


def test_what_the_public_reads_of_an_index_in_trouble_names_no_folder(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "here", encoder="hashing")
    migrated(settings.home / "matcher.db")
    generations = make_generations(settings)
    with open_matcher(settings) as matcher:
        matcher.index_now()
        name, index = matcher.generation, matcher.index
        faults = [fault(lambda: generations.open(name))]  # held
    faults.append(fault(index.count))  # closed
    current = settings.index_dir / "CURRENT"
    for file in [current, current.parent / name / "manifest.json"]:
        whole = file.read_bytes()
        file.write_bytes(b"\0")
        with open_matcher(settings) as matcher:
            faults.append(fault(matcher.index_now))
        file.write_bytes(whole)
    for file in (current.parent / name).rglob("*"):
        if file.is_file() and file.name not in {"manifest.json", "lock"}:
            file.write_bytes(b"spoilt")
    with open_matcher(settings) as matcher:
        faults.append(fault(matcher.index_now))
    shutil.rmtree(settings.index_dir)
    settings.index_dir.write_text("in the way")
    with open_matcher(settings) as matcher:
        faults += [fault(matcher.index_now), fault(matcher.reindex)]
    assert sum("here" in one.detail for one in faults) >= 5
    assert [str(one) for one in faults if "here" in str(one)] == []


def test_an_index_that_lost_points_silently_is_found_out(
    indexer: Indexer, generation: Generation, root: Path
) -> None:
    generation.index.delete(["ORG005"])
    generation.index.close()
    with pytest.raises(NotReady, match=r"lost or changed points.*matcher reindex"):
        indexer.open()


def test_an_older_copy_of_an_index_is_found_out(
    indexer: Indexer, generation: Generation, store: Store, root: Path, tmp_path: Path
) -> None:
    generation.index.close()
    copy_home(root, tmp_path / "copy")
    opened = indexer.open()
    store.items.put([organisation(0, "robotique")], source="test")
    indexer.sync(opened)
    opened.index.close()
    shutil.rmtree(root)
    copy_home(tmp_path / "copy", root)
    with pytest.raises(NotReady, match=r"older copy of itself.*matcher reindex"):
        indexer.open()
    indexer.rebuild().index.close()


def test_differences_are_named(indexer: Indexer, generation: Generation, store: Store) -> None:
    store.items.put([organisation(0, "neuf"), organisation(50)], source="test")
    store.items.delete(["ORG009"])
    found = indexer.differences(generation.index)
    assert found == Differences(missing=("ORG050",), stale=("ORG000",), surplus=("ORG009",))
    assert found


# Files


def test_the_lock_names_its_holder_and_is_free_afterwards(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock"), pytest.raises(IndexLocked, match=f"process {os.getpid()}"):
        FileLock(tmp_path / "lock")
    FileLock(tmp_path / "lock").release()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BackendUnavailable, match="folder cannot be written"):
        write_whole(tmp_path / "folder", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
    write_whole(tmp_path / "file", b"old")
    write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_write_into_no_folder_says_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable, match="Its folder does not exist: make it first") as fault:
        write_whole(tmp_path / "nowhere" / "file", b"new")
    assert "Free space" not in str(fault.value)


def test_two_threads_write_one_file_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def write_meanwhile(_draft: Path) -> None:
        other = threading.Thread(target=write_whole, args=(path, b"other"))
        other.start()
        other.join()
        assert path.read_bytes() == b"other"

    write_whole(path, b"mine", check=write_meanwhile)
    assert path.read_bytes() == b"mine"


# Labels


class CountingEncoder(HashingEncoder):
    """Counts how often each label was encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.update(texts)
        return super().encode_queries(texts)


def test_a_label_is_encoded_once_for_all_batches(store: Store, root: Path) -> None:
    shared = [
        organisation(number).model_copy(update={"expertise": ("cloud", f"métier {number % 3}")})
        for number in range(12)
    ]
    store.items.put(shared, source="test")
    encoder = CountingEncoder()
    indexer = Indexer(store, FolderGenerations(root, EdgeIndex), encoder, Bm25Lexical(), batch=4)
    built = indexer.rebuild(now=NOW)
    assert set(encoder.asked.values()) == {1}
    assert {"cloud", "métier 0", "métier 1", "métier 2"} <= set(encoder.asked)
    ours = built.index.fetch(["ORG011"])["ORG011"].labels
    assert ours is not None
    assert np.allclose(ours, encoder.encode_queries(["cloud", "métier 2"]), atol=1e-6)
    built.index.close()


def test_labels_not_met_for_longest_leave_first() -> None:
    encoder = CountingEncoder()
    labels = LabelVectors(encoder, most=2)
    for asked in (["a", "b"], ["a"], ["c"], ["a"], ["b"]):
        labels.of(asked)
    assert encoder.asked == {"a": 1, "b": 2, "c": 1}
