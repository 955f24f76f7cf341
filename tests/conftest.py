"""Fixtures that more than one kind of test uses, and the order in which the workers get the files."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

from matcher.settings import Settings

if TYPE_CHECKING:
    from matcher.build import Matcher

REPOSITORY = Path(__file__).resolve().parent.parent

# Tests make stores, erase from them and start processes: with an operator's settings around, in production.
# Setting ``home`` alone does not help, since each address may be set by itself. Case does not matter to them.
for name in [name for name in os.environ if name.upper().startswith("MATCHER_")]:
    if not name.startswith("MATCHER_TEST_"):
        del os.environ[name]

# Tests wait longer for the disk than they compute: SQLite and Qdrant Edge flush at every write. Where memory
# is a folder with room, they write there. A kill -9, which some try, leaves the same files behind in both.
MEMORY, ROOM = Path("/dev/shm"), 4 * 10**9
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# The same examples on every run, so that a red run is about the change under test. They are few: new ones are
# looked for on purpose, with more time: HYPOTHESIS_PROFILE=explore python -m pytest
settings.register_profile("same", settings.get_profile("ci"), max_examples=40)
settings.register_profile("fast", settings.get_profile("ci"), max_examples=10)  # what `make test-fast` draws
settings.register_profile("explore", max_examples=3_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# With the usual thresholds a quarter of the processor time goes into searching for garbage: a session keeps
# a million objects (modules, collected tests, syntax trees), and every search looks at them again.
gc.set_threshold(20_000, 20, 50)

SLOW_MARKS = ("model", "postgres", "process", "browser", "slow")
WHOLE_APPLICATION = frozenset({"service", "pages"})  # folders whose tests build the application


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the workers the files that last longest first.

    A long file that starts last keeps one worker busy after all others have ended. Inside a file, and without
    workers, the order stays as written.
    """
    if not hasattr(config, "workerinput"):
        return
    ranks: dict[Path, tuple[int, bool, int]] = {}
    for item in items:
        marks, whole, count = ranks.get(item.path, (0, item.path.parent.name in WHOLE_APPLICATION, 0))
        own = sum(item.get_closest_marker(name) is not None for name in SLOW_MARKS)
        ranks[item.path] = (max(marks, own), whole, count + 1)
    places = sorted(ranks, key=lambda path: (ranks[path], path), reverse=True)
    place = {path: number for number, path in enumerate(places)}
    items.sort(key=lambda item: place[item.path])


def pytest_collection_finish() -> None:
    """Search what is imported and collected for garbage once: it lives as long as the session."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The prepared encoder, the very one that is served; made once and kept in ``var``."""
    from matcher.adapters.encoder.model.prepare import prepare, shipped_adapter

    return prepare(REPOSITORY / "var" / "models" / "e5-small", adapter=shipped_adapter(REPOSITORY / "data"))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> "Iterator[Matcher]":
    """The shipped catalogue, indexed with the encoder that is served: read it, do not write to it.

    Encoding it takes most of a minute of every core, so all tests that read real lists share it, those of
    other workers too: the first worker that needs it makes it, and each reads a copy.
    """
    # Seconds to import, which a run of one fast file is spared.
    from matcher.build import open_matcher
    from tests.samples import copy_home

    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made = common / "shipped-catalogue"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            _index_shipped_catalogue(made.with_suffix(".new"), model_dir)
            made.with_suffix(".new").rename(made)  # a worker that failed leaves nothing that looks whole
    home = copy_home(made, tmp_path_factory.mktemp("shipped") / "home")
    with open_matcher(Settings(home=home, encoder=str(model_dir))) as matcher:
        yield matcher


def _index_shipped_catalogue(home: Path, model_dir: Path) -> None:
    from matcher.adapters.sql import open_store
    from matcher.build import open_matcher
    from service.cli.demo import import_catalogue

    shutil.rmtree(home, ignore_errors=True)
    product = Settings(home=home, encoder=str(model_dir))
    with open_store(product.database_url) as store:
        store.migrate()
        import_catalogue(store, product.data_dir / "catalogue")
    with open_matcher(product) as matcher:
        matcher.reindex()
