"""kill -9 at random moments of index and reindex: reopened, the index equals the store, whatever happened."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.edge import EdgeIndex
from matcher.adapters.generations import FolderGenerations
from matcher.adapters.hashing import HashingEncoder
from matcher.adapters.lexical import Bm25Lexical
from matcher.adapters.sql import SqlStore
from matcher.entities import Organisation
from matcher.indexing import Indexer

ITEMS = 80
ROUNDS = 5
DRIVER = """
import os, sys
from tests.e2e.test_index_kill import opened
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        with opened(sys.argv[1]) as indexer:
            getattr(indexer, line.strip())().index.close()
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Loads the program once; each line it reads starts one run in a process of its own."""


@contextlib.contextmanager
def opened(home: str) -> Iterator[Indexer]:
    with SqlStore(f"sqlite:///{home}/matcher.db") as store:
        generations = FolderGenerations(Path(home) / "index", EdgeIndex)
        yield Indexer(store, generations, HashingEncoder(), Bm25Lexical(), batch=16)


def members(chance: random.Random, count: int) -> list[Organisation]:
    words = ["données", "santé", "cartes", "réseaux", "capteurs", "paiement", "drones", "formation"]
    return [
        Organisation(
            id=f"O{n:04d}",
            name=f"Membre {n}",
            description=" ".join(chance.sample(words, 4)),
            opted_out=chance.random() < 0.05,
        )
        for n in sorted(chance.sample(range(ITEMS), count))
    ]


class Driver:
    """Starts runs and kills them."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def run(self, what: str, kill_after: float | None = None) -> bool:
        """Start ``refresh`` or ``rebuild``, kill it after some seconds, and say whether it had finished."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return self.process.stdout.readline() == "0\n"

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    with opened(str(tmp_path)) as indexer:
        indexer.store.migrate()
        indexer.store.put(members(random.Random(0), ITEMS), source="test")
    started = Driver(tmp_path)
    yield started
    started.close()


def assert_whole(home: Path) -> None:
    """Reopen, take in what is left, and compare every point with the store."""
    with opened(str(home)) as indexer:
        generation = indexer.refresh()
        assert not indexer.differences(generation.index)
        assert generation.index.count() == len(generation.index.versions())
        assert indexer.generations.manifest(generation.name).state == "ready"
        generation.index.close()


@pytest.mark.parametrize("what", ["refresh", "rebuild"])
def test_nothing_is_lost_whenever_it_is_killed(tmp_path: Path, driver: Driver, what: str) -> None:
    chance = random.Random(113)
    start = time.perf_counter()
    assert driver.run("rebuild")  # the whole takes this long: moments are drawn from it
    whole = time.perf_counter() - start
    finished = []
    for _ in range(ROUNDS):
        with opened(str(tmp_path)) as indexer:
            indexer.store.put(members(chance, ITEMS // 2), source="test")
            indexer.store.delete([item.id for item in members(chance, ITEMS // 20)])
        finished.append(driver.run(what, kill_after=chance.uniform(0, whole)))
        assert_whole(tmp_path)
    assert not all(finished)
    assert driver.run("rebuild")
    assert_whole(tmp_path)
    generations = [path for path in (tmp_path / "index").iterdir() if path.is_dir()]
    assert len(generations) == 1


def test_the_first_build_killed_is_started_again(tmp_path: Path, driver: Driver) -> None:
    for moment in (0.0, 0.02, 0.1):
        driver.run("refresh", kill_after=moment)
    assert_whole(tmp_path)
