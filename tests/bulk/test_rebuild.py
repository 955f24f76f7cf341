"""A run of bulk indexing whose passes are made in this process: what comes in between, and what is said."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from matcher.adapters.encoder.hashing import HashingEncoder
from matcher.adapters.sql import Store, open_store
from matcher.backends import make_generations
from matcher.bulk.labels import joined
from matcher.bulk.ranges import KeyRange, read_range
from matcher.bulk.rebuild import BulkParts, Run
from matcher.bulk.tally import Tally
from matcher.bulk.writing import write
from matcher.domain.items import Lead
from matcher.errors import BackendUnavailable
from matcher.index import Bm25Lexical, to_points
from matcher.settings import Settings
from tests.samples import migrated

if TYPE_CHECKING:
    from training.servers.qdrant_http import LocalServer


@pytest.fixture(scope="module")
def server() -> "Iterator[LocalServer]":
    from training.servers.qdrant_http import faulty_server  # noqa: PLC0415  # seconds, of every worker

    with faulty_server() as http:
        yield http


@pytest.fixture
def parts(tmp_path: Path, server: "LocalServer") -> Iterator[BulkParts]:
    url = migrated(tmp_path / "matcher.db")
    settings = Settings(home=tmp_path, encoder="hashing", qdrant_url=server.url)
    for collection in server.local.get_collections().collections:
        server.local.delete_collection(collection.name)
    with open_store(url) as store:
        store.items.put([Lead(id=f"L{n}", name=f"École {n}") for n in range(6)], source="test")
        yield BulkParts(settings, store, HashingEncoder(), range_size=2)


@dataclass
class Here:
    """Passes in this process; ``meanwhile`` happens before the points of the last range are written."""

    parts: BulkParts
    meanwhile: Callable[[], None] = lambda: None
    left_out: int = 0
    ranges: Sequence[KeyRange] = ()

    def labels(self, ranges: Sequence[KeyRange]) -> list[str]:
        assert ranges
        return []

    def label_vectors(self, texts: Sequence[str], dim: int) -> pa.Table:
        return joined([], dim)

    def points(self, ranges: Sequence[KeyRange], generation: str, labels: pa.Table) -> Iterator[Tally]:
        self.ranges = ranges
        index = make_generations(self.parts.settings).open(generation)
        for keys in ranges[: len(ranges) - self.left_out]:
            if keys == ranges[-1]:
                self.meanwhile()
            items = list(read_range(self.parts.store, keys).items.values())
            write(index, to_points(items, self.parts.encoder, Bm25Lexical()))
            yield Tally(read=len(items), listed=len(items), written=len(items))


def run_of(parts: BulkParts, passes: Here) -> Run:
    return Run(parts, passes, cpus=2, keep=lambda: None)


def add(store: Store, item_id: str) -> None:
    store.items.put([Lead(id=item_id, name="Nouvelle école")], source="test")


def test_items_that_come_before_and_during_the_run_are_in_the_index(parts: BulkParts) -> None:
    run = run_of(parts, Here(parts, lambda: add(parts.store, "L9")))
    add(parts.store, "M1")  # a member registers while Ray starts
    assert run.rebuild().count == 8


@pytest.mark.parametrize(("cpus", "cut"), [(1, 3), (2, 6)])
def test_a_small_catalogue_is_cut_into_several_parts_for_each_processor(
    parts: BulkParts, cpus: int, cut: int
) -> None:
    passes = Here(parts)
    Run(replace(parts, range_size=256), passes, cpus=cpus, keep=lambda: None).rebuild()
    assert len(passes.ranges) == cut


def test_an_index_that_does_not_come_out_equal_names_the_command_that_goes_on(parts: BulkParts) -> None:
    with pytest.raises(BackendUnavailable, match=r"2 points missing.* Run: matcher reindex --ray$"):
        run_of(parts, Here(parts, left_out=2)).rebuild()
    assert run_of(parts, Here(parts)).rebuild().count == 6


def test_an_erasure_during_the_run_is_said_and_the_serving_index_untouched(parts: BulkParts) -> None:
    served = run_of(parts, Here(parts)).rebuild().generation
    generations = make_generations(parts.settings)
    with pytest.raises(
        BackendUnavailable, match=r"An erasure .* untouched\. Run again: matcher reindex --ray"
    ):
        run_of(parts, Here(parts, lambda: drop_unfinished(parts))).rebuild()
    assert generations.current() == served


def drop_unfinished(parts: BulkParts) -> None:
    make_generations(parts.settings).sweep()
