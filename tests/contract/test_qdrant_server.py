"""The Qdrant server when it stumbles, asks for a key, or is swapped from one generation to the next."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stamina
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse

from matcher.adapters.encoder import HashingEncoder
from matcher.adapters.qdrant.generations import QdrantGenerations
from matcher.adapters.qdrant.server import QdrantIndex, Server, create_collection, try_again
from matcher.adapters.sql import open_store
from matcher.backends import make_generations
from matcher.domain.items import ItemType, Lead
from matcher.errors import BackendUnavailable, NotReady
from matcher.index import Bm25Lexical, Generation, Indexer, Manifest
from matcher.settings import Settings
from tests.contract.indexes import DIM, ORGANISATIONS, point, terms, unit
from training.servers.qdrant_http import LocalServer, faulty_server

WRITE, READ = "write-key-of-the-test", "read-key-of-the-test"
ONE, TWO, THREE, FOUR = (f"2026112{day}T093000000000" for day in range(1, 5))
"""Names of generations, as the indexer gives them."""


@pytest.fixture
def http() -> Iterator[LocalServer]:
    with faulty_server() as server:
        yield server


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    """Tries follow each other at once: how long the pauses are is stamina's business."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
def index(http: LocalServer) -> Iterator[QdrantIndex]:
    server = Server(http.url)
    with server.client() as client:
        create_collection(client, "one", DIM)
    opened = QdrantIndex(server, "one", DIM)
    opened.upsert([point("A", 1, terms(1)), point("B", 2, terms(2))])
    yield opened
    opened.close()


@pytest.mark.parametrize("faults", [[500], [503, 502], [429], ["garbage"], [500, 429, 503]])
def test_passing_faults_are_not_noticed(
    index: QdrantIndex, http: LocalServer, faults: list[int | str]
) -> None:
    http.faults = list(faults)
    assert [hit.id for hit in index.query(unit(1), None, ORGANISATIONS, 1)] == ["A"]
    assert http.faults == []
    http.faults = list(faults)
    index.upsert([point("C", 3)])
    assert index.count() == 3
    assert http.faults == []


def test_lasting_faults_are_told_after_the_fourth_try(index: QdrantIndex, http: LocalServer) -> None:
    http.faults = [500] * 6
    with pytest.raises(BackendUnavailable, match=r"HTTP 500.*MATCHER_QDRANT_URL"):
        index.query(unit(1), None, ORGANISATIONS, 1)
    assert http.faults == [500] * 2


@pytest.mark.parametrize(("asked", "waits"), [(3, 3.0), (600, False)])
def test_waits_as_long_as_the_server_asks_within_reason(asked: int, waits: float | bool) -> None:
    assert try_again(ResourceExhaustedResponse("too many", asked)) == waits


def test_a_server_that_asks_for_too_long_a_wait_is_given_up(index: QdrantIndex, http: LocalServer) -> None:
    http.faults, http.retry_after = [429], "600"
    with pytest.raises(BackendUnavailable, match="too many requests"):
        index.count()


def test_a_slow_server_is_given_up(http: LocalServer) -> None:
    index = QdrantIndex(Server(http.url, timeout=1), "one", DIM)
    http.faults, http.delay = ["slow"] * 4, 20.0  # a busy machine may look away for seconds
    with pytest.raises(BackendUnavailable, match="ReadTimeout"):
        index.count()
    index.close()


def test_a_server_that_is_not_there() -> None:
    index = QdrantIndex(Server("http://127.0.0.1:9", timeout=1), "one", DIM)
    with pytest.raises(BackendUnavailable, match="ConnectError") as caught:
        index.count()
    assert caught.value.place == "http://127.0.0.1:9"
    index.close()


def test_a_missing_collection_names_the_command(http: LocalServer) -> None:
    index = QdrantIndex(Server(http.url), "absent", DIM)
    with pytest.raises(NotReady, match="matcher reindex"):
        index.query(unit(1), None, ORGANISATIONS, 1)
    index.close()


def test_the_read_key_reads_and_the_write_key_writes() -> None:
    with faulty_server(WRITE, READ) as http:
        writer = Server(http.url, api_key=WRITE)
        with writer.client() as client:
            create_collection(client, "one", DIM)
        indexer, service = (
            QdrantIndex(writer, "one", DIM),
            QdrantIndex(replace(writer, api_key=READ), "one", DIM),
        )
        indexer.upsert([point("A", 1)])
        assert [hit.id for hit in service.query(unit(1), None, ORGANISATIONS, 1)] == ["A"]
        assert service.versions() == {"A": "v1"}
        assert sorted(service.fetch(["A"])) == ["A"]
        with pytest.raises(BackendUnavailable, match="MATCHER_QDRANT_WRITE_KEY"):
            service.upsert([point("B", 2)])
        stranger = QdrantIndex(Server(http.url), "one", DIM)
        with pytest.raises(BackendUnavailable, match="HTTP 403"):
            stranger.count()
        for one in (indexer, service, stranger):
            one.close()
        assert WRITE not in repr(writer)


@pytest.mark.parametrize(
    ("given", "reads", "writes"),
    [
        ({"qdrant_api_key": READ, "qdrant_write_key": WRITE}, READ, WRITE),
        ({"qdrant_write_key": WRITE}, WRITE, WRITE),
        ({"qdrant_api_key": WRITE}, WRITE, WRITE),
    ],
)
def test_the_write_key_goes_only_with_what_writes(given: dict[str, str], reads: str, writes: str) -> None:
    with faulty_server(WRITE, READ) as http:
        generations = make_generations(Settings.model_validate({"qdrant_url": http.url} | given))
        assert isinstance(generations, QdrantGenerations)
        for name in (ONE, TWO, THREE):
            built(generations, name)
        assert generations.sweep() == [ONE, TWO]
        index = generations.open(THREE)
        assert [hit.id for hit in index.query(unit(1), terms(1), ORGANISATIONS, 1)] == ["A"]
        assert (index.count(), list(index.ids()), sorted(index.fetch(["A"]))) == (1, ["A"], ["A"])
        index.delete(["A"])
        assert index.counts()[ItemType.ORGANISATION] == 0
        index.close()
        assert http.keys_of == {True: {reads}, False: {writes}}


def test_who_only_asks_needs_the_read_key_alone() -> None:
    with faulty_server(WRITE, READ) as http:
        built(QdrantGenerations(Server(http.url, WRITE), "matcher"), ONE)
        generations = make_generations(Settings(qdrant_url=http.url, qdrant_api_key=READ))
        index = generations.open(str(generations.current()))
        assert [hit.id for hit in index.query(unit(1), None, ORGANISATIONS, 1)] == ["A"]
        index.close()


def test_one_request_asks_for_everything_and_no_payload_beyond_id_and_version(
    index: QdrantIndex, http: LocalServer
) -> None:
    http.requests.clear()
    index.query(unit(1), terms(1), ORGANISATIONS, 5)
    assert len(http.requests) == 1
    [asked] = http.bodies
    assert asked.with_payload == ["id", "version"]
    assert len(asked.prefetch) == 2


def test_strict_mode_would_refuse_a_filter_without_index(http: LocalServer) -> None:
    server = Server(http.url)
    with server.client() as client:
        create_collection(client, "one", DIM)
    http.indexed["one"].discard("item_type")
    index = QdrantIndex(server, "one", DIM)
    with pytest.raises(BackendUnavailable, match="HTTP 400"):
        index.query(unit(1), None, ORGANISATIONS, 1)
    index.close()


# Generations


@pytest.fixture
def generations(http: LocalServer) -> QdrantGenerations:
    return QdrantGenerations(Server(http.url), "matcher")


def manifest(state: str = "building") -> Manifest:
    return Manifest(
        encoder="e",
        dim=DIM,
        template="t",
        analyser="a",
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
        state=state,
    )


def built(generations: QdrantGenerations, name: str) -> None:
    index = generations.create(name, manifest())
    index.upsert([point("A", 1)])
    generations.save(name, manifest("ready"))
    generations.promote(name, index).close()


def test_promoting_moves_the_alias(generations: QdrantGenerations) -> None:
    assert generations.current() is None
    built(generations, ONE)
    assert generations.current() == ONE
    assert generations.manifest(ONE).state == "ready"
    built(generations, TWO)
    assert generations.current() == TWO


def test_sweeping_keeps_the_generation_before_for_services_still_on_it(
    generations: QdrantGenerations, http: LocalServer
) -> None:
    for name in (ONE, TWO, THREE):
        built(generations, name)
    generations.create(FOUR, manifest()).close()
    assert generations.sweep() == [ONE, TWO, FOUR]
    left = sorted(c.name for c in http.local.get_collections().collections)
    assert left == [f"matcher-{TWO}", f"matcher-{THREE}"]


@pytest.mark.parametrize("prefix", ["other", "matcher-dev", "matcher-20261122T093000000000"])
def test_another_service_on_the_same_server_is_left_alone(
    generations: QdrantGenerations, http: LocalServer, prefix: str
) -> None:
    other = QdrantGenerations(Server(http.url), prefix)
    built(other, ONE)
    built(generations, ONE)
    generations.sweep()
    assert other.current() == ONE
    index = other.open(ONE)
    assert index.count() == 1
    index.close()


def test_a_collection_without_manifest_is_not_searched(
    generations: QdrantGenerations, http: LocalServer
) -> None:
    with Server(http.url).client() as client:
        create_collection(client, f"matcher-{ONE}", DIM)
    with pytest.raises(NotReady, match="matcher reindex"):
        generations.open(ONE)


def test_an_index_on_a_server_follows_the_store(generations: QdrantGenerations, tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/matcher.db") as store:
        store.migrate()
        store.items.put([Lead(id=f"L{n}", name=f"École {n}") for n in range(5)], source="test")
        indexer = Indexer(store, generations, HashingEncoder(), Bm25Lexical(), batch=2)
        first = indexer.refresh()
        store.items.put([Lead(id="L0", name="Autre"), Lead(id="L9", name="Neuve")], source="test")
        store.items.delete(["L1"])
        assert indexer.sync(first).seq == 8
        assert not indexer.differences(first.index)
        first.index.close()
        second = indexer.rebuild()
        assert generations.current() == second.name != first.name
        assert not indexer.differences(second.index)
        second.index.close()
        opened = indexer.open()
        assert opened.name == second.name
        opened.index.delete(["L9"])
        opened.index.close()
        with pytest.raises(NotReady, match="matcher reindex"):
            indexer.open()


@pytest.fixture
def followed(generations: QdrantGenerations, tmp_path: Path) -> Iterator[tuple[Indexer, Generation]]:
    """Five leads, indexed on the server; two of them changed since."""
    with open_store(f"sqlite:///{tmp_path}/matcher.db") as store:
        store.migrate()
        store.items.put([Lead(id=f"L{n}", name=f"École {n}") for n in range(5)], source="test")
        indexer = Indexer(store, generations, HashingEncoder(), Bm25Lexical(), batch=2)
        generation = indexer.refresh()
        store.items.put([Lead(id="L0", name="Autre"), Lead(id="L9", name="Neuve")], source="test")
        yield indexer, generation
        generation.index.close()


@pytest.mark.parametrize("fault", [429, 500, "garbage", "cut"])
def test_a_server_that_stumbles_delays_neither_a_drain_nor_a_rebuild_for_good(
    followed: tuple[Indexer, Generation], http: LocalServer, fault: int | str
) -> None:
    """Every second request is spoilt."""
    indexer, generation = followed
    http.faults = [fault, "none"] * 200
    assert indexer.sync(generation).upserted == 2
    assert not indexer.differences(generation.index)
    rebuilt = indexer.rebuild()
    assert not indexer.differences(rebuilt.index)
    assert indexer.generations.current() == rebuilt.name
    rebuilt.index.close()


@pytest.mark.parametrize("fault", [429, 503, "cut"])
def test_a_server_that_is_away_during_a_drain_loses_nothing(
    followed: tuple[Indexer, Generation], http: LocalServer, fault: int | str
) -> None:
    indexer, generation = followed
    for passed in range(8):  # away from the first request on, from the second, ...
        http.faults = [*(["none"] * passed), *([fault] * 40)]
        with suppress(BackendUnavailable):
            indexer.sync(generation)
            break
    http.faults = []
    indexer.sync(generation)
    assert not indexer.differences(generation.index)
    assert not indexer.generations.manifest(generation.name).parked


def test_a_server_that_goes_away_during_a_rebuild_leaves_the_former_index_serving(
    followed: tuple[Indexer, Generation], http: LocalServer
) -> None:
    indexer, generation = followed
    http.faults = ["none"] * 12 + [500] * 40
    with pytest.raises(BackendUnavailable):
        indexer.rebuild()
    http.faults = []
    assert indexer.generations.current() == generation.name
    indexer.sync(generation)
    assert not indexer.differences(generation.index)
    rebuilt = indexer.rebuild()
    assert not indexer.differences(rebuilt.index)
    rebuilt.index.close()
