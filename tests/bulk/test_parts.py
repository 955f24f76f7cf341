"""Bulk indexing without Ray: poison rows, refused points, lost answers, a server that is away."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import stamina

from matcher.adapters.encoder.hashing import HashingEncoder
from matcher.adapters.sql import Store, open_store
from matcher.bulk import connected, require_ray
from matcher.bulk.labels import KnownLabels, joined, table_of
from matcher.bulk.patience import Patience
from matcher.bulk.pipeline import ours
from matcher.bulk.ranges import KeyRange, key_ranges, read_range
from matcher.bulk.rebuild import BulkParts, rebuild_on_ray
from matcher.bulk.tally import Tally
from matcher.bulk.workers import encoded
from matcher.bulk.writing import write
from matcher.domain.items import Lead
from matcher.errors import BackendUnavailable, InvalidRequest, NotReady
from matcher.index import MOST_PARKED, Bm25Lexical, ExactIndex, Point, Vectors
from matcher.settings import Settings
from tests.bulk.spoiling import spoil
from tests.contract.indexes import DIM, point
from tests.samples import migrated

LEADS = [Lead(id=f"L{n}", name=f"École {n}", themes=("données",)) for n in range(6)]


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db")) as opened:
        opened.items.put(LEADS, source="test")
        yield opened


def test_a_row_that_cannot_be_read_hides_no_other(store: Store) -> None:
    spoil(store, "L3")
    [first, second] = key_ranges(store, 4)
    assert (first, second) == (KeyRange("", "L3"), KeyRange("L3", "L5"))
    rows = read_range(store, first)
    assert sorted(rows.items) == ["L0", "L1", "L2"]
    assert rows.parked == {"L3": "its row in the store is damaged"}
    assert sorted(read_range(store, second).items) == ["L4", "L5"]


class Poisoned(HashingEncoder):
    """Gives no vector for a text that names poison."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = super().encode_passages(texts)
        vectors[["poison" in text for text in texts]] = np.nan
        return vectors


def test_an_item_that_cannot_be_encoded_is_parked_and_the_rest_goes_on() -> None:
    items = [*LEADS, Lead(id="P", name="poison")]
    points, parked = encoded(items, Poisoned(), Bm25Lexical())
    assert [one.id for one in points] == [item.id for item in LEADS]
    assert parked == {"P": "it cannot be encoded (InvalidRequest)"}


class Failing(HashingEncoder):
    """Fails at every text from the ``after``-th call on."""

    def __init__(self, fault: Exception, after: int) -> None:
        super().__init__()
        self._fault, self._left = fault, after

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self._left -= 1
        if self._left < 0:
            raise self._fault
        vectors = super().encode_passages(texts)
        vectors[["poison" in text for text in texts]] = np.nan
        return vectors


@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize(
    "fault",
    [OSError(28, "No space left on device"), MemoryError(), RuntimeError("CUDA error"), NotReady("no model")],
    ids=lambda fault: type(fault).__name__,
)
def test_what_is_no_fault_of_one_item_parks_none(fault: Exception, after: int) -> None:
    items = [Lead(id="P", name="poison"), *LEADS]
    with pytest.raises(type(fault)):
        encoded(items, Failing(fault, after), Bm25Lexical())


class Stumbling(ExactIndex):
    """Refuses some points for good; fails ``faults`` times, after it took in what it was sent if ``late``."""

    def __init__(self, refused: Sequence[str] = (), faults: int = 0, *, late: bool = False) -> None:
        super().__init__(DIM)
        self.refused, self.faults, self.late = set(refused), faults, late
        self.sent: list[int] = []

    def upsert(self, points: Sequence[Point]) -> None:
        self.sent.append(len(points))
        if self.refused & {one.id for one in points}:
            raise InvalidRequest("too large")
        if self.late or not self.faults:
            super().upsert(points)
        if self.faults:
            self.faults -= 1
            raise BackendUnavailable("away")


POINTS = [point(f"A{n:02d}", n) for n in range(20)]
FAST = Patience(tries=4, first_s=0.0)


@pytest.mark.parametrize("refused", [[], ["A00"], ["A07", "A08"], [one.id for one in POINTS]])
def test_refused_points_are_set_apart_and_all_others_written(refused: list[str]) -> None:
    index = Stumbling(refused)
    assert write(index, POINTS, FAST) == dict.fromkeys(refused, "the index refused it (too large)")
    assert sorted(index.ids()) == [one.id for one in POINTS if one.id not in refused]


def test_a_server_that_is_away_for_a_while_is_waited_for() -> None:
    index = Stumbling(faults=3)
    assert write(index, POINTS, FAST) == {}
    assert index.count() == len(POINTS)


def test_what_was_taken_in_though_the_answer_was_lost_is_not_sent_again() -> None:
    index = Stumbling(faults=1, late=True)
    assert write(index, POINTS, FAST) == {}
    assert index.sent == [20, 0]


def test_a_server_that_stays_away_ends_the_run() -> None:
    with pytest.raises(BackendUnavailable, match="away"):
        write(Stumbling(faults=99), POINTS, FAST)


def test_too_many_parked_are_a_fault_and_no_poison() -> None:
    tally = Tally(parked={f"A{n}": "refused" for n in range(MOST_PARKED)})
    tally.check()
    tally.add(Tally(parked={"B": "refused"}))
    with pytest.raises(BackendUnavailable, match="'A0': refused"):
        tally.check()


def test_known_labels_are_looked_up_and_others_encoded() -> None:
    plain = HashingEncoder()
    table = joined([table_of(["web", "ia"], np.flip(plain.encode_queries(["web", "ia"]), axis=1))], plain.dim)
    known = KnownLabels(plain, table)
    assert known.name == plain.name
    found = known.encode_queries(["ia", "cloud", "web", "ia"])
    encoder = plain.encode_queries(["ia", "cloud", "web", "ia"])
    np.testing.assert_array_equal(found[1], encoder[1])
    np.testing.assert_array_equal(found[[0, 2, 3]], np.flip(encoder[[0, 2, 3]], axis=1))
    assert KnownLabels(plain, joined([], plain.dim)).encode_queries([]).shape == (0, plain.dim)


def test_an_embedded_index_is_refused_with_what_to_do(store: Store) -> None:
    parts = BulkParts(Settings(encoder="hashing", index_backend="edge"), store, HashingEncoder())
    with pytest.raises(InvalidRequest, match="MATCHER_QDRANT_URL"):
        rebuild_on_ray(parts)


def test_without_ray_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NotReady, match=r"pip install .* --editable '\.\[bulk\]'"):
        require_ray()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nowhere", "nowhere.invalid:6379"])
def test_an_address_without_a_cluster_is_said_at_once(address: str) -> None:
    with pytest.raises(BackendUnavailable, match="No Ray cluster answers"), connected(address):
        pytest.fail("there is none")


def test_the_products_own_error_is_found_inside_those_of_ray() -> None:
    quoted = "many lines\n    raise\nmatcher.errors.NotReady: Prepare the model.\n\nThe above exception was"
    found = ours(RuntimeError(quoted))
    assert (type(found), str(found)) == (NotReady, "Prepare the model.")
    assert ours(RuntimeError("lost\nnode")).cause == "RuntimeError: node"
    assert ours(RuntimeError("matcher.errors.Unknown: x")).cause == "RuntimeError: matcher.errors.Unknown: x"
