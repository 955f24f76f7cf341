"""kill -9 at random moments of index and reindex: reopened, the index equals the store, whatever happened."""

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.encoder import HashingEncoder
from matcher.adapters.qdrant.edge import EdgeIndex
from matcher.adapters.qdrant.folders import FolderGenerations
from matcher.adapters.sql import open_store
from matcher.domain.items import Organisation
from matcher.index import Bm25Lexical, Indexer
from tests.e2e.killing import Driver, kills

ITEMS = 80
KILLS = 5


def database_of(home: Path) -> str:
    return f"sqlite:///{home / 'matcher.db'}"


@contextlib.contextmanager
def opened(home: str) -> Iterator[Indexer]:
    with open_store(database_of(Path(home))) as store:
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


def run(what: str, home: str) -> None:
    with opened(home) as indexer:
        getattr(indexer, what)().index.close()


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver(__name__, "run") as driver:
        yield driver


def stocked(home: Path) -> Path:
    """Make a store at home and put members into it."""
    home.mkdir()
    with open_store(database_of(home)) as store:
        store.migrate()
        store.items.put(members(random.Random(0), ITEMS), source="test")
    return home


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
    chance, home = random.Random(113), stocked(tmp_path / "home")

    def change() -> tuple[str, ...]:
        with open_store(database_of(home)) as store:
            store.items.put(members(chance, ITEMS // 2), source="test")
            store.items.delete([item.id for item in members(chance, ITEMS // 20)])
        return what, str(home)

    for _ in driver.kill_at_random(kills(KILLS), chance, change):
        assert_whole(home)
    assert driver.run("rebuild", str(home))[0]
    assert_whole(home)
    generations = [path for path in (home / "index").iterdir() if path.is_dir()]
    assert len(generations) == 1


def test_the_first_build_killed_is_started_again(tmp_path: Path, driver: Driver) -> None:
    driver.run("refresh", str(stocked(tmp_path / "warm")))
    _, whole = driver.run("refresh", str(stocked(tmp_path / "timed")))
    home = stocked(tmp_path / "home")
    ended = [driver.run("refresh", str(home), kill_after=part * whole)[0] for part in (0, 0.2, 0.4, 0.6, 0.8)]
    assert not all(ended)
    assert_whole(home)
