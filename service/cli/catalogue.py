"""The commands on the catalogue: export, show; and how commands open the store and the index."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.adapters.sql import Store, open_store, utc_now
from matcher.audit import Note, Of
from matcher.build import Matcher, open_matcher
from matcher.domain.items import ItemType
from matcher.errors import IndexLocked
from matcher.importing import jsonl_text, record, write_items
from matcher.settings import Settings
from service.cli.render.console import remarks, results
from service.cli.render.item import card
from service.running import find_running
from service.words import Language

_LOOK_S, _PATIENCE_S = 0.2, 120.0
"""Seconds between two looks at an index that another command has, and until it is no longer waited for."""


@contextmanager
def opened_index(settings: Settings) -> Iterator[Matcher]:
    """Open the product with its index; one that another command has is waited for.

    Raises
    ------
    IndexLocked
        A process holds the index for longer than a command takes.
    """
    with open_matcher(settings) as matcher:
        _wait_for_index(matcher)
        yield matcher


def _wait_for_index(matcher: Matcher) -> None:
    """Take the index once it is free. Where there is none yet, there is nothing to wait for."""
    if not matcher.serving.current_name():
        return
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        try:
            matcher.generation  # noqa: B018  # opened at the first use
        except IndexLocked:
            if time.monotonic() > give_up or find_running(matcher.settings) is not None:
                raise
            time.sleep(_LOOK_S)
        else:
            return


@contextmanager
def opened_store(settings: Settings, *, make: bool = True) -> Iterator[Store]:
    """Open the store alone: the index may be in use elsewhere.

    ``make`` makes it where there is none, or brings it to the schema of this release; else NotReady names the
    command that does.
    """
    store = open_store(settings.database_url)
    try:
        if make:
            store.migrate()
        else:
            store.check()
        yield store
    finally:
        store.close()


def show(settings: Settings, name_or_id: str, lang: Language, *, as_json: bool) -> None:
    """Print one item."""
    with open_matcher(settings) as matcher:
        item = matcher.resolve(name_or_id)
    if as_json:
        results().out(item.model_dump_json(indent=2), highlight=False)
    else:
        results().print(card(item, lang, settings.zone))


def export(settings: Settings, file: Path | None, item_type: ItemType | None) -> None:
    """Write the items of one type, or of all, as CSV or JSON Lines.

    What was written is read back and compared, so that an export that `matcher import` would read otherwise
    is never taken for a good one: only then does it replace a file of that name.

    Raises
    ------
    InvalidRequest
        The file's ending is unknown, or a CSV is asked for without ``--kind``.
    BackendUnavailable
        The file cannot be written.
    """
    with opened_store(settings, make=False) as store:
        items = list(store.items.all(item_type))
        # Before anything is written: what is taken out is entered, or it is not taken out.
        store.audit.append([Note("report.export", Of.REPORT, "catalogue")], utc_now())
    if file is None:
        results().out(jsonl_text(map(record, items)), end="", highlight=False)
        return
    write_items(file, items, item_type)
    remarks().print(f"{len(items)} items written to {file}.")
