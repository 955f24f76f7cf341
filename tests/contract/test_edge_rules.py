"""What was learnt by breaking Qdrant Edge 0.9.0: each rule of the design has a test that fails without it."""

import csv
import hashlib
import importlib.metadata
import multiprocessing
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, Self

import numpy as np
import pytest
import qdrant_edge as qe

from matcher.adapters.qdrant import edge
from matcher.adapters.qdrant.disk import LEAST_FREE_BYTES
from matcher.adapters.qdrant.edge import EdgeIndex, optimize_folder, request_of
from matcher.adapters.qdrant.schema import search_of
from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable, IndexLocked, NotReady
from matcher.index import UPSERT_LIMIT, Bm25Lexical, ExactIndex, Sparse, Where, check_query
from matcher.locks import FileLock
from tests.contract.indexes import DIM, NOON, ORGANISATIONS, crowd, point, terms, unit

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "edge"


@pytest.fixture
def index(folder: Path) -> Iterator[EdgeIndex]:
    opened = EdgeIndex(folder, DIM)
    yield opened
    opened.close()


def in_another_process(code: str, *arguments: object) -> str:
    """Run Python code that prints one line, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


OPEN = """
import sys
from pathlib import Path
from matcher.adapters.qdrant.edge import EdgeIndex
from matcher.errors import IndexLocked
try:
    EdgeIndex(Path(sys.argv[1]), 16).close()
    print("opened")
except IndexLocked as error:
    print(error)
"""


# 1. One owner process; our lock before the engine opens anything.


def test_rule_1_a_second_process_is_refused_by_name_and_harms_nothing(folder: Path, index: EdgeIndex) -> None:
    index.upsert([point("A", 1)])
    assert f"process {os.getpid()}" in in_another_process(OPEN, folder)
    index.upsert([point("B", 2)])
    index.flush()  # without our lock the refused opening breaks this
    index.close()
    again = EdgeIndex(folder, DIM)
    assert again.versions() == {"A": "v1", "B": "v1"}
    again.close()


def test_rule_1_a_second_opening_in_this_process_is_refused_too(folder: Path, index: EdgeIndex) -> None:
    with pytest.raises(IndexLocked, match=str(os.getpid())):
        EdgeIndex(folder, DIM)
    index.close()
    assert in_another_process(OPEN, folder) == "opened"


def test_rule_1_the_lock_of_a_dead_process_is_free(folder: Path) -> None:
    dying = OPEN.replace(", 16).close()", ", 16)").replace('print("opened")', "import os; os._exit(9)")
    done = subprocess.run([sys.executable, "-c", dying, str(folder)], cwd=ROOT, check=False)
    assert done.returncode == 9
    EdgeIndex(folder, DIM).close()


# 2. Never across a fork.


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_rule_2_a_forked_child_is_refused_and_cannot_harm_the_parent(folder: Path, index: EdgeIndex) -> None:
    index.upsert([point("A", 1)])
    told, tell = multiprocessing.Pipe(duplex=False)

    def child() -> None:
        try:
            index.query(unit(1), None, ORGANISATIONS, 1)
        except BackendUnavailable as error:
            tell.send(str(error))
        index.close()

    process = multiprocessing.get_context("fork").Process(target=child, daemon=True)
    process.start()
    assert told.poll(20)
    assert "before a fork" in told.recv()
    process.join()
    for end in (told, tell):
        end.close()
    index.upsert([point("B", 2)])
    index.flush()
    assert index.count() == 2


# 3. Optimising stops the interpreter: only in a child process, and only when it pays.


def segments(folder: Path) -> set[str]:
    return {segment.name for segment in (folder / "shard" / "segments").iterdir()}


def not_here(_: EdgeIndex) -> None:
    raise AssertionError("optimised by this process, or by a copy of it")


def test_rule_2_and_rule_3_optimising_happens_in_a_fresh_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = EdgeIndex(folder, DIM)
    index.upsert(points := crowd(1_500))
    index.delete([p.id for p in points[300:]])  # so many that there is something to do
    index.close()
    before = segments(folder)
    # A forked child is a copy of this process and stumbles over the same.
    monkeypatch.setattr(EdgeIndex, "optimize", not_here)
    optimize_folder(folder, DIM)
    assert segments(folder) != before
    opened = EdgeIndex(folder, DIM)
    reference = ExactIndex(DIM)
    reference.upsert(points[:300])
    question = (unit(5), Sparse((1, 2, 9), (1.0,) * 3), ORGANISATIONS, 10)
    assert [h.id for h in opened.query(*question)] == [h.id for h in reference.query(*question)]
    opened.close()


def test_rule_3_a_failed_child_is_told(
    folder: Path, index: EdgeIndex, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BackendUnavailable, match="exit 1"):
        optimize_folder(folder, DIM)  # this process still holds the lock
    assert "IndexLocked" in capfd.readouterr().err
    assert edge.OPTIMIZE_ABOVE == 10_000


# 4. Small writes, write-ahead log on.


class Counting:
    """The engine's shard, as the adapter opens it; notes how often it is written to."""

    engine = qe.EdgeShard
    opened: ClassVar[list["Counting"]] = []

    def __init__(self, shard: qe.EdgeShard) -> None:
        self.shard, self.writes = shard, 0
        self.opened.append(self)

    @classmethod
    def create(cls, path: str, config: qe.EdgeConfig) -> Self:
        return cls(cls.engine.create(path, config))

    def update(self, operation: qe.UpdateOperation) -> None:
        self.writes += 1
        self.shard.update(operation)

    def __getattr__(self, name: str) -> object:
        return getattr(self.shard, name)


def test_rule_4_writes_hold_at_most_500_points(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qe, "EdgeShard", Counting)
    index = EdgeIndex(folder, DIM)
    counting = Counting.opened.pop()
    before = counting.writes
    index.upsert([point(f"P{n}", n) for n in range(1_001)])
    assert UPSERT_LIMIT == 500
    assert counting.writes == before + 3
    index.delete([f"P{n}" for n in range(501)])
    assert counting.writes == before + 5
    index.close()


def test_rule_4_an_acknowledged_write_survives_a_kill_without_a_flush(folder: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from matcher.adapters.qdrant.edge import EdgeIndex
from tests.contract.indexes import point
EdgeIndex(Path(sys.argv[1]), 16).upsert([point(f"P{n}", n) for n in range(30)])
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert list((folder / "shard" / "wal").glob("open-*"))  # the log that it is replayed from
    again = EdgeIndex(folder, DIM)
    assert len(again.versions()) == 30
    again.close()


def contents(folder: Path) -> dict[Path, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_rule_4_closing_has_written_everything_when_it_gives_the_lock_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = EdgeIndex(folder, DIM)
    index.upsert(crowd(30))
    left: list[dict[Path, str]] = []
    release = FileLock.release

    def noting(lock: FileLock) -> None:
        left.append(contents(folder))
        release(lock)

    monkeypatch.setattr(FileLock, "release", noting)
    before = contents(folder)
    index.close()
    assert left == [contents(folder)], "the engine still wrote after the next owner could have come"
    assert left != [before]


# 5. What the engine swallows is refused before it: the index contract has the cases; here is why.


@contextmanager
def engine_of(folder: Path, index: EdgeIndex) -> Iterator[qe.EdgeShard]:
    """Close an index and open its shard with the engine alone."""
    index.close()
    shard = qe.EdgeShard.load(str(folder / "shard"))
    yield shard
    shard.close()


def test_rule_5_the_engine_itself_accepts_what_we_refuse(folder: Path, index: EdgeIndex) -> None:
    with engine_of(folder, index) as shard:
        for vector in ([float("nan")] * DIM, [0.0] * DIM):
            bad = qe.Point("5f0c2f8e-0000-5000-8000-000000000001", {"text": vector}, {})
            shard.update(qe.UpdateOperation.upsert_points([bad]))
        assert shard.count(qe.CountRequest(exact=True)) == 1


# 6. Deterministic fusion, our own order; statistics without memory.


def test_rule_6_the_same_question_has_the_same_answer(index: EdgeIndex) -> None:
    index.upsert([point(f"P{n:03d}", n % 5, terms(n % 3)) for n in range(200)])
    question = (unit(3), Sparse((0, 1, 2), (1.0,) * 3), ORGANISATIONS, 20)
    first = index.query(*question)
    assert first == sorted(first, key=lambda hit: (-hit.score, hit.id))
    for _ in range(20):
        assert index.query(*question) == first


def test_rule_6_equal_points_score_equal(index: EdgeIndex) -> None:
    """Ranks would set them apart, by chance; fused scores do not."""
    index.upsert([point(f"P{n:03d}", n % 5, terms(n % 3)) for n in range(45)])
    hits = index.query(unit(3), Sparse((0, 1, 2), (1.0,) * 3), ORGANISATIONS, 45)
    scores: dict[tuple[int, int], set[float]] = {}
    for hit in hits:
        number = int(hit.id[1:])
        scores.setdefault((number % 5, number % 3), set()).add(hit.score)
    assert sorted(len(of_kind) for of_kind in scores.values()) == [1] * 15


def test_rule_6_deleted_points_do_not_weigh_on_term_rarity(index: EdgeIndex) -> None:
    index.upsert([point("A", 1, terms(1)), point("B", 2, terms(2))])
    before = index.query(None, Sparse((1,), (1.0,)), ORGANISATIONS, 5)
    index.upsert([point(f"X{n}", n, terms(1)) for n in range(50)])
    index.delete([f"X{n}" for n in range(50)])
    assert index.query(None, Sparse((1,), (1.0,)), ORGANISATIONS, 5) == before


# 7. No aliases: the swap is ours. Our own term weights: 32-bit ids, and our mean length, not 256 words.


def test_rule_7_the_engine_offers_no_alias_to_swap() -> None:
    assert not [name for name in dir(qe.EdgeShard) if "alias" in name]


def test_rule_7_a_word_of_a_text_as_long_as_ours_weighs_about_one() -> None:
    with (ROOT / "data/catalogue/organisations.csv").open(encoding="utf-8") as file:
        texts = [f"{row['description']} {row['expertise']}" for row in csv.DictReader(file)]
    once = [min(vector.values) for vector in Bm25Lexical().encode_passages(texts)]
    assert 0.7 < np.median(once) < 1.4
    by_the_engine = [min(vector.values) for vector in Bm25Lexical(avg_len=256).encode_passages(texts)]
    assert np.median(by_the_engine) > 1.4, "its default length would no longer harm"


def test_rule_7_term_ids_use_all_32_bits(index: EdgeIndex) -> None:
    index.upsert([point("A", 1, terms(0, 2**32 - 1)), point("B", 2, terms(7))])
    assert [hit.id for hit in index.query(None, terms(2**32 - 1), ORGANISATIONS, 5)] == ["A"]


# No numbers of the design's, but learnt the same way: without these answers are the same, only slow.

OPEN_CALLS = Where(ItemType.OPPORTUNITY, NOON)


def request_for(lexical: Sparse | None) -> qe.QueryRequest:
    search = search_of(check_query(unit(1), lexical, OPEN_CALLS, 5, DIM), OPEN_CALLS)
    assert search is not None
    return request_of(search)


def test_every_field_that_is_filtered_on_has_a_payload_index(folder: Path, index: EdgeIndex) -> None:
    request = request_for(None)
    assert request.filter is not None
    assert isinstance(request.filter.must, list)
    filtered = {one.key for one in request.filter.must if isinstance(one, qe.FieldCondition)}
    assert len(filtered) == len(request.filter.must)
    assert filtered == {"item_type", "open_from", "open_until"}
    index.upsert(crowd(10))
    with engine_of(folder, index) as shard:
        schema = shard.info().payload_schema
    assert {name: field.points for name, field in schema.items()} == dict.fromkeys(filtered, 10)


@pytest.mark.parametrize("lexical", [None, terms(1)])
def test_a_question_asks_for_no_payload(lexical: Sparse | None) -> None:
    request = request_for(lexical)
    assert request.with_payload is False


# 8. A beta: pinned, and known to one place only.


def test_rule_8_the_engine_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"qdrant-edge-py=={importlib.metadata.version('qdrant-edge-py')}" in project["dependencies"]


def test_rule_8_only_its_adapter_knows_it() -> None:
    knowing = {
        path.parent
        for room in ("matcher", "service", "training")
        for path in (ROOT / room).rglob("*.py")
        if "import qdrant_edge" in path.read_text(encoding="utf-8")
    }
    assert knowing == {ROOT / "matcher" / "adapters" / "qdrant"}


# Damage: exceptions and panics of the engine become one error that names the command.


@pytest.mark.parametrize(
    ("pattern", "how"),
    [
        ("shard/edge_config.json", "cut"),
        ("shard/segments/*/segment.json", "cut"),
        ("shard/segments/*/vector_storage-text/vectors/status.dat", "cut"),  # a panic, not an exception
        ("shard/wal/first-index", "noise"),
        ("shard", "gone"),
    ],
)
def test_a_damaged_folder_names_the_command(folder: Path, pattern: str, how: str) -> None:
    index = EdgeIndex(folder, DIM)
    index.upsert(crowd(30))
    index.close()
    [target] = folder.glob(pattern)
    if how == "gone":
        target.rename(folder / "away")
    elif how == "cut":
        os.truncate(target, target.stat().st_size // 2)
    else:
        target.write_bytes(np.random.default_rng(1).bytes(target.stat().st_size))
    with pytest.raises(NotReady, match="matcher reindex"):
        EdgeIndex(folder, DIM)
    with pytest.raises(NotReady, match="matcher reindex"):  # and the lock is free again
        EdgeIndex(folder, DIM)


# Files are mapped: on a full disk the engine does not fail, the process dies.


def leave(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))


def test_an_index_is_not_opened_on_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        leave(full, 1_500_000)
        with pytest.raises(
            BackendUnavailable, match=r"1\.5 MB are free, 32\.0 MB are needed.*Free disk space"
        ):
            EdgeIndex(folder / "1", DIM)
    index = EdgeIndex(folder / "2", DIM)
    index.upsert([point("A", 1)])
    index.close()
    with monkeypatch.context() as full:
        leave(full, 0)
        with pytest.raises(BackendUnavailable, match="Free disk space"):
            EdgeIndex(folder / "2", DIM)
    again = EdgeIndex(folder / "2", DIM)
    assert list(again.ids()) == ["A"]
    again.close()


def test_a_write_that_the_disk_cannot_hold_is_refused_whole(
    index: EdgeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.upsert([point("A", 1)])
    with monkeypatch.context() as full:
        leave(full, LEAST_FREE_BYTES)
        with pytest.raises(BackendUnavailable, match="Free disk space"):
            index.upsert(crowd(100))
        assert [hit.id for hit in index.query(unit(1), None, ORGANISATIONS, 1)] == ["A"]
    assert index.count() == 1
