"""``matcher reindex --ray`` as an operator runs it: what it writes, what it survives, and what it leaves."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from matcher.adapters.encoder.hashing import HashingEncoder
from matcher.adapters.sql import open_store
from matcher.backends import make_generations
from matcher.domain.items import AnyItem, Lead, Organisation
from matcher.index import Bm25Lexical, Indexer, Manifest, Point, Vectors
from matcher.settings import Settings
from tests.bulk.spoiling import spoil
from tests.e2e.killing import kills
from tests.samples import migrated

if TYPE_CHECKING:
    from training.servers.qdrant_http import LocalServer

pytestmark = [pytest.mark.process, pytest.mark.slow]

WITHIN_S = 600
FAULTS: list[int | str] = [500, "cut", 429, "garbage", "slow", 503, "cut", 500]


def items() -> list[AnyItem]:
    chance = random.Random(113)
    words = ["données", "santé", "cartes", "réseaux", "capteurs", "paiement", "drones", "formation"]
    made: list[AnyItem] = [Lead(id=f"L{n:03d}", name=f"École {n}", themes=("données",)) for n in range(20)]
    for n in range(180):
        labels = tuple(chance.sample(words, 3))
        text = " ".join(chance.choices(words, k=6))
        made.append(
            Organisation(
                id=f"O{n:03d}", name=f"Membre {n}", description=text, expertise=labels, opted_out=n % 20 == 0
            )
        )
    return made


@dataclass
class Place:
    """A store of 200 items and a Qdrant server."""

    home: Path
    http: "LocalServer"
    seconds: float = 30.0
    own: dict[str, Point] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, encoder="hashing", qdrant_url=self.http.url)

    def start(self) -> subprocess.Popen[str]:
        names = {"MATCHER_HOME": str(self.home), "MATCHER_ENCODER": "hashing"}
        environment = {**os.environ, **names, "MATCHER_QDRANT_URL": self.http.url}
        command = [sys.executable, "-m", "service.cli.main", "reindex", "--ray"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)

    def run(self) -> str:
        began = time.monotonic()
        process = self.start()
        said = process.communicate(timeout=WITHIN_S)[1]
        assert process.returncode == 0, said
        self.seconds = time.monotonic() - began
        return said

    def serving(self) -> tuple[str, Manifest, dict[str, Point]]:
        generations = make_generations(self.settings)
        name = generations.current()
        assert name is not None
        index = generations.open(name)
        points = index.fetch(list(index.ids()))
        index.close()
        return name, generations.manifest(name), points

    def workers(self, named: str) -> list[int]:
        """Processes of Ray that were started for this home and whose name holds ``named``."""
        folders = [folder for folder in Path("/proc").iterdir() if folder.name.isdigit()]
        return [int(folder.name) for folder in folders if self._is_ours(folder, named)]

    def _is_ours(self, folder: Path, named: str) -> bool:
        try:
            name = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            ours = f"MATCHER_HOME={self.home}".encode() in (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is another's
            return False
        return ours and named.encode() in name


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    from training.servers.qdrant_http import faulty_server  # noqa: PLC0415  # seconds, of every worker

    home = tmp_path_factory.mktemp("bulk")
    with faulty_server() as http, open_store(migrated(home / "matcher.db")) as store:
        store.items.put(items(), source="test")
        place = Place(home, http)
        indexer = Indexer(store, make_generations(place.settings), HashingEncoder(), Bm25Lexical())
        indexer.rebuild().index.close()
        place.own = place.serving()[2]
        yield place


def assert_equal(found: Mapping[str, Point], expected: Mapping[str, Point]) -> None:
    assert found.keys() == expected.keys()
    for item_id, point in expected.items():
        other = found[item_id]
        assert (other.version, other.item_type, other.sparse) == (
            point.version,
            point.item_type,
            point.sparse,
        )
        assert (other.open_from, other.open_until) == (point.open_from, point.open_until)
        # A norm is rounded by the number of texts that are encoded together.
        np.testing.assert_allclose(other.dense, point.dense, atol=1e-6)
        np.testing.assert_allclose(_or_empty(other.labels), _or_empty(point.labels), atol=1e-6)


def _or_empty(labels: Vectors | None) -> Vectors:
    return np.empty((0, 0), np.float32) if labels is None else labels


def stumble(place: Place, killed: list[int]) -> None:
    """Spoil requests of the server once points arrive, and kill the process that writes them."""
    while not any(path.endswith("/points") and verb == "PUT" for verb, path in place.http.requests):
        time.sleep(0.02)
    place.http.faults = list(FAULTS)
    for pid in place.workers("PointWriter"):
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)


def test_points_are_those_of_our_own_loop_whatever_stumbles_meanwhile(place: Place) -> None:
    before, own = place.serving()[:2]
    with open_store(place.settings.database_url) as store:
        body = spoil(store, "O101")
        place.http.requests.clear()
        killed: list[int] = []
        disturbing = threading.Thread(target=stumble, args=(place, killed))
        disturbing.start()
        try:
            said = place.run()
        finally:
            disturbing.join()
        assert killed
        assert place.http.faults == []
        assert "Left out O101: its row in the store is damaged." in said.replace("\n", " ")
        name, manifest, points = place.serving()
        assert name > before
        assert_equal(points, {key: point for key, point in place.own.items() if key != "O101"})
        assert (manifest.state, manifest.encoder, manifest.seq) == ("ready", own.encoder, own.seq)
        assert f"Generation {name} serves, with 190 items, equal to the store." in said
        spoil(store, "O101", body)


def test_whenever_it_is_killed_the_next_run_ends_the_work(place: Place) -> None:
    chance = random.Random(113)
    served, _, before = place.serving()
    for _ in range(kills(1)):
        process = place.start()
        try:
            process.communicate(timeout=chance.uniform(0.2, 0.9) * place.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        name, _, points = place.serving()
        assert_equal(
            points, before if name == served else place.own
        )  # it ended, or was killed after the swap
        served, before = name, points
    end = time.monotonic() + WITHIN_S
    while place.workers("ray::") or place.workers("raylet"):
        assert time.monotonic() < end, "processes of a killed run are left"
        time.sleep(0.1)
    place.run()
    name, manifest, points = place.serving()
    assert name >= served
    assert_equal(points, place.own)
    assert manifest.usual_terms == pytest.approx(_usual_terms(place))
    left = [one.name for one in place.http.local.get_collections().collections]
    assert len(left) <= 2, "more than the serving generation and the one before"


def _usual_terms(place: Place) -> float:
    with open_store(place.settings.database_url) as store:
        indexer = Indexer(store, make_generations(place.settings), HashingEncoder(), Bm25Lexical())
        built = indexer.rebuild()
        built.index.close()
    assert built.usual_terms is not None
    return built.usual_terms
