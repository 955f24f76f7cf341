"""The commands that prepare the model, the store and the index: prepare, migrate, index, reindex."""

import json
import time
from contextlib import AbstractContextManager, nullcontext

from matcher import bulk
from matcher.adapters.encoder.model.prepare import prepare as prepare_model
from matcher.adapters.encoder.model.prepare import shipped_adapter
from matcher.build import Matcher, open_matcher
from matcher.index import Generation, only_run
from matcher.settings import Settings
from service.cli.catalogue import opened_index, opened_store
from service.cli.render.console import progress, remarks
from service.running import RunningService, find_running

_LOOK_S = 0.5
"""Seconds between two looks at a service that is waited for."""


def prepare(settings: Settings) -> None:
    """Prepare the encoder of these settings."""
    prepare_encoder(settings)
    remarks().print(f"The model is ready in {settings.model_dir}.")


def prepare_encoder(settings: Settings) -> None:
    """Make the prepared model where the settings use it; nothing for another encoder."""
    if settings.encoder:
        return
    with progress("Preparing the model") as advance:
        prepare_model(
            settings.model_dir,
            adapter=shipped_adapter(settings.data_dir),
            progress=lambda step, share: advance(round(share * 100), 100, step),
        )


def migrate(settings: Settings) -> None:
    """Bring the store to the schema of this release."""
    with opened_store(settings) as store:
        remarks().print(f"The store at {store.place} is ready.")


def index(settings: Settings) -> None:
    """Bring the index up to date with the store; a running service does so by itself, and is waited for."""
    running = find_running(settings)
    if running is not None:
        remarks().print(
            f"The running service has taken in all changes; its index holds {_wait(running)} items."
        )
        return
    with opened_index(settings) as matcher:
        index_now(matcher)
        remarks().print(f"The index holds {matcher.index.count()} items.")


def _wait(running: RunningService) -> int:
    """Wait until a running service has taken in all changes; return how many items its index holds."""
    with remarks().status("Waiting for the running service"):
        while True:
            state = json.loads(running.ask("GET", "/readyz"))
            if not state["pending"]:
                return int(state["points"])
            time.sleep(_LOOK_S)


def index_now(matcher: Matcher) -> None:
    """Index the changes of the store that the index lacks, with a progress bar."""
    with progress("Indexing") as advance:
        matcher.index_now(advance)


def reindex_now(matcher: Matcher) -> Generation:
    """Build a new generation, with a progress bar."""
    with progress("Building a new index") as advance:
        return matcher.reindex(advance)


def reindex(settings: Settings) -> None:
    """Build a new generation beside the current one and swap; on a server no other may be under way."""
    with open_matcher(settings) as matcher, _alone(matcher):
        generation = reindex_now(matcher)
        remarks().print(f"Generation {generation.name} serves, with {generation.index.count()} items.")


def _alone(matcher: Matcher) -> AbstractContextManager[object]:
    """Hold off other rebuilds where the index itself has no lock: one would sweep the other's work away."""
    if matcher.settings.index_backend != "qdrant":
        return nullcontext()
    return only_run(matcher.store.turns)


def reindex_on_ray(settings: Settings, address: str) -> None:
    """Build a new generation by many processes, and swap; say which rows could not be indexed."""
    bulk.require_ray()
    from matcher.bulk.rebuild import BulkParts, rebuild_on_ray  # noqa: PLC0415  # an extra may be missing

    with open_matcher(settings) as matcher, progress("Building a new index on Ray") as advance:
        parts = BulkParts(settings, matcher.store, matcher.encoder)
        report = rebuild_on_ray(parts, address, advance)
    say = remarks().print
    tally = report.tally
    say(f"Generation {report.generation} serves, with {report.count} items, equal to the store.")
    say(f"Encoded {tally.written} items and {report.labels} labels; {tally.held} items were there already.")
    for item_id, why in sorted(tally.parked.items()):
        say(f"[yellow]Left out[/yellow] {item_id}: {why}.", soft_wrap=True)
    if tally.parked:
        say("Correct what was left out and import it again; the index takes it in by itself.")
