"""What every index does, whoever implements it; the exact numpy index is the reference."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from matcher.adapters.qdrant.edge import EdgeIndex
from matcher.adapters.qdrant.server import QdrantIndex, Server, create_collection
from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.index import ExactIndex, Hit, Index, Point, Sparse, Where
from tests.contract.indexes import DIM, NOON, ORGANISATIONS, crowd, point, terms, unit
from tests.contract.qdrant_http import running_server
from training.servers.qdrant_http import unique_prefix

Opener = Callable[[], Index]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as url:
        yield url


@contextmanager
def collection(url: str) -> Iterator[Opener]:
    """Opens the same new collection each time it is called; dropped at the end."""
    server, name = Server(url), unique_prefix()
    with server.client() as client:
        create_collection(client, name, DIM)
        yield lambda: QdrantIndex(server, name, DIM)
        client.delete_collection(name)


@pytest.fixture(params=["edge", "qdrant"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same stored index each time it is called."""
    if request.param == "edge":
        yield lambda: EdgeIndex(tmp_path / "edge", DIM)
        return
    with collection(request.getfixturevalue("server")) as opener:
        yield opener


@pytest.fixture(params=["exact", "edge", "qdrant"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """An empty index of every kind, the reference in memory included."""
    if request.param == "qdrant":
        with collection(request.getfixturevalue("server")) as opener, closing(opener()) as opened:
            yield opened
        return
    made = ExactIndex(DIM) if request.param == "exact" else EdgeIndex(tmp_path / "edge", DIM)
    with closing(made) as opened:
        yield opened


def assert_same_ranking(found: list[Hit], expected: list[Hit]) -> None:
    """Equal scores at every rank, and equal ids above the last score: ties at the cut may differ."""
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=2e-5)
    if expected:
        last = expected[-1].score + 1e-4
        assert [h.id for h in found if h.score > last] == [h.id for h in expected if h.score > last]


# Agreement with the reference


@pytest.mark.parametrize("parts", ["both", "dense", "lexical"])
@pytest.mark.parametrize("limit", [1, 5, 30])
def test_ranks_as_the_exact_reference_does(index: Index, parts: str, limit: int) -> None:
    points = crowd(300)
    reference = ExactIndex(DIM)
    for one in (index, reference):
        one.upsert(points)
        one.delete([p.id for p in points[:40]])
        one.upsert([replace(p, dense=unit(7_000 + n)) for n, p in enumerate(points[40:80])])
    for number in range(12):
        asked = points[100 + number]
        where = Where(
            list(ItemType)[number % 4],
            NOON if number % 2 else None,
            frozenset({asked.id, points[5].id}) if number % 3 else frozenset(),
        )
        dense = asked.dense if parts != "lexical" else None
        sparse = (
            Sparse(asked.sparse.indices, (1.0,) * len(asked.sparse.indices)) if parts != "dense" else None
        )
        found = index.query(dense, sparse, where, limit)
        assert_same_ranking(found, reference.query(dense, sparse, where, limit))
        assert found == sorted(found, key=lambda hit: (-hit.score, hit.id))


def test_only_asked_type_decides_how_rare_a_term_is(index: Index) -> None:
    index.upsert([point("A", 1, terms(1, 2)), point("B", 2, terms(2, 3))])
    before = index.query(None, Sparse((1, 2), (1.0, 1.0)), ORGANISATIONS, 5)
    index.upsert([point(f"L{n}", n, terms(1), ItemType.LEAD) for n in range(20)])
    assert index.query(None, Sparse((1, 2), (1.0, 1.0)), ORGANISATIONS, 5) == before


def test_history_leaves_no_trace_in_scores(opener: Opener, tmp_path: Path) -> None:
    points = crowd(60)
    changed = opener()
    changed.upsert(points)
    changed.upsert([replace(p, sparse=terms(1, 2, 3)) for p in points[:30]])
    changed.delete([p.id for p in points[30:45]])
    changed.upsert(points[:30])
    fresh = ExactIndex(DIM)
    fresh.upsert(points[:30] + points[45:])
    question = (unit(1), Sparse((1, 2, 5, 8), (1.0,) * 4), ORGANISATIONS, 10)
    assert_same_ranking(changed.query(*question), fresh.query(*question))
    changed.close()
    again = opener()
    assert_same_ranking(again.query(*question), fresh.query(*question))
    again.close()


def test_points_without_terms_do_not_count_as_documents(index: Index) -> None:
    index.upsert([point("A", 1, terms(1)), point("B", 2, terms(2)), point("C", 3), point("D", 4)])
    [hit] = index.query(None, Sparse((1,), (1.0,)), ORGANISATIONS, 5)
    # n = 2 points with terms, df = 1: idf = ln(1.5 / 1.5 + 1) = ln 2; the stored weight is 1.1
    assert hit.score == pytest.approx(1.1 * np.log(2), abs=1e-5)


# Conditions


def test_filters_by_type(index: Index) -> None:
    index.upsert([point("A", 1), point("F", 1, item_type=ItemType.FACTORY)])
    assert [hit.id for hit in index.query(unit(1), None, Where(ItemType.FACTORY), 5)] == ["F"]


def test_the_window_includes_its_start_and_excludes_its_end(index: Index) -> None:
    start, end = NOON.timestamp(), (NOON + timedelta(hours=1)).timestamp()
    index.upsert([point("O", 1, item_type=ItemType.OPPORTUNITY, window=(start, end))])

    def found(at: datetime) -> bool:
        return bool(index.query(unit(1), None, Where(ItemType.OPPORTUNITY, at), 5))

    assert not found(NOON - timedelta(seconds=1))
    assert found(NOON)
    assert found(NOON + timedelta(minutes=59))
    assert not found(NOON + timedelta(hours=1))
    assert index.query(unit(1), None, Where(ItemType.OPPORTUNITY), 5)


def test_excluded_ids_do_not_take_the_place_of_others(index: Index) -> None:
    index.upsert([point(f"A{n}", n, terms(n + 1)) for n in range(8)])
    where = Where(ItemType.ORGANISATION, None, frozenset({"A0", "A1", "unknown"}))
    hits = index.query(unit(0), terms(1, 2, 3), where, 6)
    assert sorted(hit.id for hit in hits) == [f"A{n}" for n in range(2, 8)]


def test_equal_scores_come_in_id_order(index: Index) -> None:
    index.upsert([point(name, 1, terms(4)) for name in ("C", "A", "D", "B")])
    for dense, lexical in ((unit(1), None), (None, terms(4)), (unit(1), terms(4))):
        assert [hit.id for hit in index.query(dense, lexical, ORGANISATIONS, 10)] == ["A", "B", "C", "D"]


def test_a_lexical_part_without_terms_leaves_the_dense_one(index: Index) -> None:
    index.upsert([point("A", 1, terms(1)), point("B", 2, terms(2))])
    assert index.query(None, Sparse(), ORGANISATIONS, 5) == []
    assert [hit.id for hit in index.query(unit(2), Sparse(), ORGANISATIONS, 5)] == ["B", "A"]


def test_an_empty_index_answers_nothing(index: Index) -> None:
    assert index.query(unit(1), terms(1), ORGANISATIONS, 5) == []
    assert index.count() == 0
    assert list(index.ids()) == []
    assert index.versions() == {}
    assert index.fetch(["A"]) == {}


# Writing and reading back


def test_gives_points_back_as_they_were(index: Index) -> None:
    points = crowd(7)
    index.upsert(points)
    found = index.fetch([p.id for p in points] + ["unknown"])
    assert sorted(found) == [p.id for p in points]
    for expected in points:
        assert_equal_points(found[expected.id], expected)


def assert_equal_points(found: Point, expected: Point) -> None:
    assert (found.id, found.item_type, found.version) == (expected.id, expected.item_type, expected.version)
    assert (found.open_from, found.open_until) == (expected.open_from, expected.open_until)
    assert found.dense == pytest.approx(expected.dense, abs=1e-6)
    assert found.sparse.indices == expected.sparse.indices
    assert found.sparse.values == pytest.approx(expected.sparse.values, rel=1e-6)
    if expected.labels is None:
        assert found.labels is None
    else:
        assert found.labels == pytest.approx(expected.labels, abs=1e-6)


def test_replaces_and_removes(index: Index) -> None:
    index.upsert([point("A", 1, terms(1)), point("B", 2, terms(2))])
    index.upsert([point("A", 3, terms(9), version="v2")])
    index.delete(["B", "unknown"])
    assert index.versions() == {"A": "v2"}
    assert index.query(None, terms(1), ORGANISATIONS, 5) == []
    assert [(hit.id, hit.version) for hit in index.query(None, terms(9), ORGANISATIONS, 5)] == [("A", "v2")]


def test_counts_and_lists(index: Index) -> None:
    index.upsert(
        [point("B", 1), point("A", 2), point("A", 3, version="v2"), point("L", 1, item_type=ItemType.LEAD)]
    )
    assert index.count() == 3
    assert list(index.ids()) == ["A", "B", "L"]
    assert index.versions(["A", "L", "unknown"]) == {"A": "v2", "L": "v1"}
    assert index.counts() == {
        ItemType.ORGANISATION: 2,
        ItemType.FACTORY: 0,
        ItemType.OPPORTUNITY: 0,
        ItemType.LEAD: 1,
    }


def test_takes_more_points_than_one_write_may_hold(index: Index) -> None:
    index.upsert([point(f"P{n:04d}", n, terms(n % 50)) for n in range(1203)])
    assert index.count() == 1203
    index.delete([f"P{n:04d}" for n in range(1200)])
    assert list(index.ids()) == ["P1200", "P1201", "P1202"]


def test_writing_nothing_is_allowed(index: Index) -> None:
    index.upsert([])
    index.delete([])
    assert index.count() == 0


def test_closed_and_opened_again_it_holds_the_same(opener: Opener) -> None:
    first = opener()
    points = crowd(20)
    first.upsert(points)
    first.close()
    second = opener()
    assert second.versions() == {p.id: p.version for p in points}
    assert_equal_points(second.fetch(["I00003"])["I00003"], points[3])
    second.close()


def test_a_closed_index_says_so(index: Index) -> None:
    closed = index
    closed.close()
    closed.close()
    for use in (
        lambda: closed.upsert([point("A")]),
        lambda: closed.delete(["A"]),
        lambda: closed.query(unit(1), None, ORGANISATIONS, 5),
        lambda: closed.fetch(["A"]),
        closed.versions,
        lambda: list(closed.ids()),
        closed.count,
        closed.counts,
        closed.flush,
    ):
        with pytest.raises(BackendUnavailable, match="closed"):
            use()


# Refusals


NAN = np.full(DIM, np.nan, dtype=np.float32)
INFINITE = np.full(DIM, np.inf, dtype=np.float32)
ZERO = np.zeros(DIM, dtype=np.float32)


@pytest.mark.parametrize(
    ("dense", "fault"),
    [(NAN, "NaN"), (INFINITE, "infinite"), (ZERO, "zero"), (unit(1, DIM + 1), "16 numbers")],
)
def test_refuses_vectors_that_mean_nothing(index: Index, dense: np.ndarray, fault: str) -> None:
    bad = replace(point("BAD"), dense=dense)
    with pytest.raises(InvalidRequest, match=rf"'BAD'.*{fault}"):
        index.upsert([point("GOOD", 1), bad])
    with pytest.raises(InvalidRequest, match=fault):
        index.query(dense, None, ORGANISATIONS, 5)
    with pytest.raises(InvalidRequest, match="labels"):
        index.upsert([replace(point("BAD"), labels=dense[None, :])])
    assert index.count() == 0


@pytest.mark.parametrize(
    "sparse",
    [
        Sparse((3, 3), (1.0, 1.0)),
        Sparse((4, 3), (1.0, 1.0)),
        Sparse((1,), (0.0,)),
        Sparse((1,), (float("nan"),)),
        Sparse((1,), (float("inf"),)),
        Sparse((1,), (-1.0,)),
        Sparse((1, 2), (1.0,)),
        Sparse((-1,), (1.0,)),
        Sparse((2**32,), (1.0,)),
    ],
)
def test_refuses_lexical_vectors_that_mean_nothing(index: Index, sparse: Sparse) -> None:
    with pytest.raises(InvalidRequest, match="BAD"):
        index.upsert([point("BAD", 1, sparse)])
    with pytest.raises(InvalidRequest):
        index.query(None, sparse, ORGANISATIONS, 5)
    assert index.count() == 0


def test_refuses_questions_without_sense(index: Index) -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001  # the fault under test
    for dense, sparse, where, limit in (
        (None, None, ORGANISATIONS, 5),
        (unit(1), None, ORGANISATIONS, 0),
        (unit(1), None, Where(ItemType.OPPORTUNITY, naive), 5),
    ):
        with pytest.raises(InvalidRequest):
            index.query(dense, sparse, where, limit)


def test_refuses_windows_without_end(index: Index) -> None:
    with pytest.raises(InvalidRequest, match="open_from"):
        index.upsert([point("A", window=(float("-inf"), 1.0))])
