"""``matcher-lab bulk``: indexing on Ray beside our own loop, and two nodes beside one.

Every way is the whole command as an operator runs it, over the same made-up items and a small Qdrant server
on this machine. Ray takes half a minute to start, which is much of a short run and nothing of one of hours:
each way is measured on few items too, and what that takes is taken off. The nodes are simulated: Ray takes
parts of this machine for machines, so two nodes can only be faster than one while the machine has processors
to spare.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console

from matcher import settings as configuration
from matcher.adapters.sql import open_store
from matcher.bulk import require_ray
from matcher.domain.items import Organisation
from matcher.errors import BackendUnavailable
from matcher.importing import import_file
from matcher.index import labels_of
from matcher.settings import Settings
from training.bench.command import variables_of
from training.bench.figures import Figure, table
from training.bench.synthetic import Words, synthetic_items
from training.servers.qdrant_http import faulty_server

_FEW = 10
"""Items whose indexing is little but the start."""
_REINDEX = (sys.executable, "-m", "service.cli.main", "reindex")


def bulk(
    items: Annotated[int, typer.Option(min=100, help="Made-up items.")] = 1_000,
    nodes: Annotated[bool, typer.Option("--nodes", help="One and two simulated nodes too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Index on Ray and by our own loop, and compare; takes minutes."""
    require_ray()
    base = configuration.load()
    with TemporaryDirectory(prefix="matcher-bulk-") as folder, faulty_server() as server:
        encoder = base.encoder or str(base.model_dir)
        made = []
        for count in (_FEW, items):
            place = {"home": Path(folder) / str(count), "collection": f"bulk{count}"}
            settings = Settings.model_validate({"encoder": encoder, "qdrant_url": server.url} | place)
            made.append(_Catalogue(variables_of(settings), _filled(settings, count)))
        figures = _measured(_Sizes(*made), nodes=nodes)
    console = Console()
    if as_json:
        console.print_json(json.dumps([figure.as_json() for figure in figures]))
    else:
        console.print(table(f"{items} items, {made[-1].texts} texts to encode", figures))


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """Items in a store of their own: how the command finds them, and the texts they have."""

    variables: Mapping[str, str]
    texts: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Texts a second, of the whole command and of what it does after its start."""

    whole: float
    without_start: float

    @classmethod
    def of(cls, few: tuple[int, float], many: tuple[int, float]) -> "Rates":
        """Return the rates of two runs, each given as its texts and its seconds.

        >>> Rates.of(few=(10, 5.0), many=(110, 15.0)).without_start
        10.0
        """
        texts, seconds = many[0] - few[0], many[1] - few[1]
        return cls(many[0] / many[1], texts / max(seconds, 1e-3))

    def figures(self, name: str) -> list[Figure]:
        """Both, as lines of the table."""
        return [
            Figure(name, self.whole, "texts/s"),
            Figure(f"{name}, without the start", self.without_start, "texts/s"),
        ]


@dataclass(frozen=True, slots=True)
class _Sizes:
    """A catalogue of few items, and the one that is measured."""

    few: _Catalogue
    many: _Catalogue

    def rates(self, *arguments: str) -> Rates:
        """Run ``matcher reindex`` over both."""
        few, many = ((one.texts, _seconds(one.variables, *arguments)) for one in (self.few, self.many))
        return Rates.of(few, many)


def _filled(settings: Settings, count: int) -> int:
    """Store made-up items; return how many texts they have: each item's, and each label once."""
    with open_store(settings.database_url) as store:
        store.migrate()
        import_file(settings.data_dir / "catalogue" / "organisations.csv", store)
        real = [item for item in store.items.all() if isinstance(item, Organisation)]
        store.items.delete([item.id for item in real])
        made = list(synthetic_items(Words.of(real), count))
        store.items.put(made, source="bulk")
    return count + len({label.text for item in made for label in labels_of(item)})


def _measured(sizes: _Sizes, *, nodes: bool) -> list[Figure]:
    own, on_ray = sizes.rates(), sizes.rates("--ray")
    figures = [*own.figures("our own loop"), *on_ray.figures("Ray on this machine")]
    figures.append(Figure("Ray / our own loop", on_ray.whole / own.whole, ""))
    share = on_ray.without_start / own.without_start
    figures.append(Figure("Ray / our own loop, without the start", share, "", 0.9, "at least", "goal"))
    if nodes:
        rates = []
        for count in (1, 2):
            with _cluster(count) as address:
                rates.append(sizes.rates("--ray", address))
            figures += rates[-1].figures(f"{count} node(s) of one processor")
        gain = rates[1].without_start / rates[0].without_start
        figures.append(Figure("two nodes / one, without the start", gain, "", 1.7, "at least", "goal"))
    return figures


@contextmanager
def _cluster(nodes: int) -> Iterator[str]:
    """Simulate a cluster of nodes of one processor each; yield its address."""
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 2**27}
    cluster: Any = Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(nodes - 1):
            cluster.add_node(num_cpus=1, object_store_memory=2**27)
        yield str(cluster.address)
    finally:
        cluster.shutdown()


def _seconds(variables: Mapping[str, str], *arguments: str) -> float:
    """Run ``matcher reindex`` and return the seconds it took."""
    start = time.perf_counter()
    given = [f"{name}={value}" for name, value in variables.items()]
    command = ["/usr/bin/env", *given, *_REINDEX, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    if run.returncode:
        raise BackendUnavailable(f"`matcher reindex {' '.join(arguments)}` failed.", cause=run.stderr[-500:])
    return time.perf_counter() - start
