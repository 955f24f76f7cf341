"""``matcher-lab bulk``: indexing on Ray beside our own loop, and two nodes beside one.

Every way is the whole command as an operator runs it, start included, over the same made-up items and a small
Qdrant server on this machine. The nodes are simulated: Ray takes parts of this machine for machines, so two
nodes can only be faster than one while the machine has processors to spare.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from training.servers import faulty_server

_REINDEX = (sys.executable, "-m", "service.cli.main", "reindex")


def bulk(
    items: Annotated[int, typer.Option(min=10, help="Made-up items.")] = 1_000,
    nodes: Annotated[bool, typer.Option("--nodes", help="One and two simulated nodes too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Index on Ray and by our own loop, and compare; takes minutes."""
    require_ray()
    base = configuration.load()
    with TemporaryDirectory(prefix="matcher-bulk-") as folder, faulty_server() as server:
        encoder = base.encoder or str(base.model_dir)
        settings = Settings(home=Path(folder), encoder=encoder, qdrant_url=server.url)
        texts = _filled(settings, items)
        figures = _measured(variables_of(settings), texts, nodes=nodes)
    console = Console()
    if as_json:
        console.print_json(json.dumps([figure.as_json() for figure in figures]))
    else:
        console.print(table(f"{items} items, {texts} texts to encode", figures))


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


def _measured(variables: Mapping[str, str], texts: int, *, nodes: bool) -> list[Figure]:
    own = texts / _seconds(variables)
    on_ray = texts / _seconds(variables, "--ray")
    figures = [
        Figure("our own loop", own, "texts/s"),
        Figure("Ray on this machine", on_ray, "texts/s"),
        Figure("Ray / our own loop", on_ray / own, "", 0.9, "at least", "goal"),
    ]
    if nodes:
        rates = []
        for count in (1, 2):
            with _cluster(count) as address:
                rates.append(texts / _seconds(variables, "--ray", address))
            figures.append(Figure(f"{count} node(s) of one processor", rates[-1], "texts/s"))
        figures.append(Figure("two nodes / one", rates[1] / rates[0], "", 1.7, "at least", "goal"))
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
