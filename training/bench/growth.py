"""``matcher-lab growth``: what an answer, the memory and a plan cost by the number of items.

Times are processor time, so that a busy machine changes them little; the plan's includes the process that
arranges it. Each size is built in one process and asked in another, as memory is never given back whole. The
encoder is the weightless one: index, rerank and memory per item are the same.
"""

import json
import multiprocessing
import random
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from matcher.adapters.sql import Store, open_store, utc_now
from matcher.build import Matcher, open_matcher
from matcher.domain.items import AnyItem, ItemType, Kind, Organisation
from matcher.importing import import_file
from matcher.settings import HASHING, Settings
from training.bench.synthetic import Words, synthetic_items

SIZES = (400, 2_000, 8_500)
GOALS = {
    "first answers ms": "25 at 8,500",
    "partner p50 ms": "10 at any size",
    "plan s": "80 at 8,500",
    "plan peak MB": "1,500 at 8,500",
    "with a plan MB": "800 at 8,500",
}
"""What each figure is to be at most."""
_BATCH = 2_000
_SHOWN, _FIRST, _PART = 5, 5, 64

Row = dict[str, float]


def growth(
    sizes: Annotated[
        list[int] | None, typer.Option("--size", min=50, help="Number of items; may be repeated.")
    ] = None,
    askers: Annotated[int, typer.Option(min=5, help="Organisations that ask, drawn at random.")] = 200,
    plan: Annotated[bool, typer.Option("--plan", help="Plan introductions too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure partner answers, memory and the plan over synthetic items of several numbers."""
    rows = []
    workers = multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1)
    notes = Console(stderr=True)
    with notes.status("") as status, workers as pool:
        for size in sizes or SIZES:
            status.update(f"{size} items")
            with TemporaryDirectory(prefix="matcher-growth-") as folder:
                built = pool.apply(build, (Path(folder), size))
                rows.append(built | pool.apply(ask, (Path(folder), askers, plan)))
            notes.print(_line(rows[-1]), highlight=False)  # a long run that is ended early has said something
    console = Console()
    if as_json:
        console.print_json(json.dumps(rows))
    else:
        console.print(_table(rows))


def build(home: Path, size: int) -> Row:
    """Fill a store with ``size`` items and index them."""
    settings = _settings(home)
    row: Row = {"items": float(size)}
    with open_store(settings.database_url) as store:
        row["import s"] = _cpu(lambda: _fill(store, size, settings))
    with open_matcher(settings) as matcher:
        row["index s"] = _cpu(matcher.reindex)
    return row


def ask(home: Path, askers: int, plan: bool) -> Row:
    """Open what was built as a service does, and measure answers, memory and the plan."""
    row: Row = {}
    with open_matcher(_settings(home)) as matcher:
        row["open s"] = _cpu(lambda: matcher.recommender)
        row |= _answers(matcher, askers)
        row["memory MB"] = _memory_mb("VmRSS")
        if plan:
            with _Peak() as peak:
                row["plan s"] = _cpu(matcher.plan)
            row["plan peak MB"] = peak.most
            row["with a plan MB"] = _memory_mb("VmRSS")
    return row


def _settings(home: Path) -> Settings:
    return Settings(home=home, encoder=HASHING, index_backend="edge", qdrant_url=None)


def _fill(store: Store, size: int, settings: Settings) -> None:
    store.migrate()
    import_file(settings.data_dir / "catalogue" / "organisations.csv", store)
    real = [item for item in store.items.all(ItemType.ORGANISATION) if isinstance(item, Organisation)]
    store.items.delete([item.id for item in real])
    batch: list[AnyItem] = []
    for item in synthetic_items(Words.of(real), size):
        batch.append(item)
        if len(batch) == _BATCH:
            store.items.put(batch, source="growth")
            batch = []
    store.items.put(batch, source="growth")


def _answers(matcher: Matcher, count: int) -> Row:
    """Time partner answers of random askers: as a service starts, and once all items are prepared."""
    recommend, now = matcher.recommender.recommend, utc_now()
    members = list(matcher.store.items.all(ItemType.ORGANISATION))
    asked = random.Random(113).choices(members, k=count)  # noqa: S311  # no secret

    def times(members: Sequence[AnyItem]) -> list[float]:
        ask = partial(recommend, kind=Kind.PARTNER, k=_SHOWN, on=now, signals=False)
        return [1e3 * _cpu(partial(ask, member)) for member in members]

    first = times(asked[:_FIRST])
    prepared = _cpu(lambda: _prepare(matcher))
    ready = times(asked)
    return {
        "first answers ms": float(np.median(first)),
        "prepare s": prepared,
        "partner p50 ms": float(np.median(ready)),
        "partner p99 ms": float(np.quantile(ready, 0.99)),
    }


def _prepare(matcher: Matcher) -> None:
    """Prepare all items, as a service does in the background after its start."""
    ids = list(matcher.index.ids())
    for start in range(0, len(ids), _PART):
        if not matcher.recommender.warm_up(ids[start : start + _PART]):
            return


def _cpu(call: Callable[[], object]) -> float:
    start = _processor_s()
    call()
    return _processor_s() - start


def _processor_s() -> float:
    """Return the processor time of this process and of those that it started and that have ended."""
    children = getrusage(RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class _Peak:
    """The most memory that this process and those it started had together, looked at ten times a second."""

    def __enter__(self) -> "_Peak":
        self.most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.most = max(self.most, _memory_mb("VmRSS") + _children_mb())


def _children_mb() -> float:
    """Return the resident memory of the processes that this one started, in millions of bytes."""
    try:
        # A child belongs to the thread that started it.
        started = [task.read_text("ascii").split() for task in Path("/proc/self/task").glob("*/children")]
        return sum(_memory_mb("VmRSS", process) for process in chain(*started))
    except (OSError, KeyError):  # one of them has just ended
        return 0.0


def _memory_mb(what: str, process: str = "self") -> float:
    """Return ``VmRSS``, the resident memory of a process, or ``VmHWM``, its peak, in millions of bytes."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return int(found[what].split()[0]) * 1024 / 1e6


def _line(row: Row) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in row.items())


def _table(rows: Sequence[Row]) -> Table:
    """Lay the figures out, one line each, one column a size."""
    made = Table(title="Growth, processor time", title_justify="left")
    made.add_column("figure")
    for row in rows:
        made.add_column(f"{row['items']:,.0f} items", justify="right")
    made.add_column("at most")
    for name in rows[0]:
        if name != "items":
            made.add_row(name, *(f"{row[name]:.4g}" for row in rows), GOALS.get(name, ""))
    return made
