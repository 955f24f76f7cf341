"""``matcher-lab bench``: the product's speed against goals a user feels, and beside the honest alternative.

The goals are absolute and hold on an idle machine. The alternative (sentence-transformers and numpy, no
rules, no reasons) answers the same questions in the same run, so that what the product adds is seen beside
what it costs. Times are medians over runs; the 99th percentiles are over all requests of all runs.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from matcher import settings as configuration
from matcher.adapters.encoder.model import prepare as model
from matcher.adapters.sql import Store, open_store
from matcher.build import open_matcher
from matcher.domain.items import ItemType, Organisation
from matcher.importing import import_file
from matcher.index import labels_of, passage
from matcher.settings import Settings
from training.bench.figures import Figure, table
from training.bench.measures import (
    alternative_figures,
    crowded_figures,
    free_text_figures,
    stored_figures,
)
from training.bench.server import Client, alternative_command, product_command, serving

SMALL = ("organisations", "factories", "leads")
CATALOGUE = (*SMALL[:2], "opportunities", "calls", "leads", "illustrative_needs")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    runs: int
    queries: int
    data: Path
    model: Path


def bench(
    runs: Annotated[int, typer.Option(min=1, help="Runs; quote a figure of five or more")] = 5,
    queries: Annotated[int, typer.Option(min=5, help="Organisations that ask, of each kind")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Measure the served HTTP API and indexing against their goals; takes minutes."""
    base = configuration.load()
    plan = Plan(runs, queries, base.data_dir, Path(base.encoder) if base.encoder else base.model_dir)
    model.check(plan.model)
    notes = Console(stderr=True)
    with notes.status("") as status:
        sections = dict(measure(plan, status.update))
    console = Console()
    if as_json:
        console.print_json(
            json.dumps({title: list(map(Figure.as_json, part)) for title, part in sections.items()})
        )
        return
    for title, part in sections.items():
        console.print(table(title, part))


def measure(plan: Plan, say: Say) -> Iterator[tuple[str, list[Figure]]]:
    """Yield each section's title and figures."""
    with TemporaryDirectory(prefix="matcher-bench-") as folder:
        place = Path(folder)
        say("Filling a store and an index")
        settings = filled(place / "served", plan)
        with closing(open_store(settings.database_url)) as store:
            asked = askers(store, plan.queries)
        yield from _served(settings, asked, plan, say)
        say("Asking the alternative")
        yield "The alternative: sentence-transformers and numpy, cosine only", _alternative(asked, plan)
        say("Importing, encoding, indexing")
        yield "Import, encode, index", indexing_figures(place, plan)


def filled(home: Path, plan: Plan) -> Settings:
    """Import the catalogue into a new store under ``home`` and index it."""
    settings = _settings(home, plan)
    with closing(open_store(settings.database_url)) as store:
        store.migrate()
        _import(store, plan, CATALOGUE)
    with open_matcher(settings) as matcher:
        matcher.index_now()
    return settings


def _import(store: Store, plan: Plan, files: Sequence[str]) -> None:
    for name in files:
        import_file(plan.data / "catalogue" / f"{name}.csv", store)


def _settings(home: Path, plan: Plan) -> Settings:
    return Settings(
        home=home,
        data_dir=plan.data,
        database_url=f"sqlite:///{home}/matcher.db",
        encoder=str(plan.model),
        index_backend="edge",
        qdrant_url=None,
        requests_of_a_caller=0,
        requests_of_an_address=0,
    )


def askers(store: Store, count: int) -> list[Organisation]:
    """Return the first members with a description, by id."""
    asked: list[Organisation] = []
    for item in store.items.all(ItemType.ORGANISATION):
        if isinstance(item, Organisation) and item.description and not item.opted_out and len(asked) < count:
            asked.append(item)
    return asked


def variables_of(settings: Settings) -> dict[str, str]:
    """Return the variables of the environment that give a served process these settings."""
    found = {}
    for name in ("home", "data_dir", "database_url", "encoder", "index_backend", "qdrant_url"):
        found[f"MATCHER_{name.upper()}"] = str(getattr(settings, name) or "")
    for name in ("requests_of_a_caller", "requests_of_an_address"):
        found[f"MATCHER_{name.upper()}"] = str(getattr(settings, name))
    return found


def _served(
    settings: Settings, asked: Sequence[Organisation], plan: Plan, say: Say
) -> Iterator[tuple[str, list[Figure]]]:
    variables = variables_of(settings)
    starts = []
    for run in range(plan.runs):
        say(f"Starting the server, {run + 1} of {plan.runs}")
        with serving(product_command, variables) as server:
            starts.append(server.seconds_to_ready)
    say("Asking for stored organisations and with free texts")
    with serving(product_command, variables) as server, closing(Client(server.port)) as client:
        yield "A stored organisation over HTTP", stored_figures(client, asked, plan.runs)
        yield "A free text over HTTP", free_text_figures(client, asked, plan.runs)
        now, peak = server.memory_mb()
        yield (
            "The serving process",
            [
                *crowded_figures(server, asked),
                Figure("resident memory", now, "MB", 800, basis="goal"),
                Figure("resident memory, peak", peak, "MB"),
                Figure("start to ready", float(np.median(starts)), "s", 10, basis="goal"),
            ],
        )


def _alternative(asked: Sequence[Organisation], plan: Plan) -> list[Figure]:
    command = alternative_command(plan.data / "catalogue" / "organisations.csv", plan.model)
    with serving(command, {}) as server:
        return alternative_figures(server, asked, plan.runs)


def indexing_figures(place: Path, plan: Plan) -> list[Figure]:
    """Compare the whole way from files to a durable index with the encoder alone on the same texts."""
    whole, alone, count = [], [], 0
    for run in range(plan.runs):
        settings = _settings(place / f"run-{run}", plan)
        with closing(open_store(settings.database_url)) as store:
            store.migrate()
        with open_matcher(settings) as matcher:
            matcher.encoder.encode_queries(["bonjour"])
            start = time.perf_counter()
            _import(matcher.store, plan, SMALL)
            matcher.index_now()
            whole.append(time.perf_counter() - start)
            items = list(matcher.store.items.all())
            passages = [passage(item) for item in items]
            labels = sorted({label.text for item in items for label in labels_of(item)})
            count = len(passages) + len(labels)
            start = time.perf_counter()
            matcher.encoder.encode_queries(labels)
            matcher.encoder.encode_passages(passages)
            alone.append(time.perf_counter() - start)
    rate, bare = count / float(np.median(whole)), count / float(np.median(alone))
    basis = f"0.9 x {bare:.1f} texts/s of the bare encoder, {count} texts"
    return [Figure("from files to a durable index", rate, "texts/s", 0.9 * bare, "at least", basis)]
