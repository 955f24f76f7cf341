"""The commands on the catalogue: export, show."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.adapters.sql import Store, open_store
from matcher.build import open_matcher
from matcher.domain.items import ItemType
from matcher.importing import jsonl_text, record, write_items
from matcher.settings import Settings
from service.cli.render.console import remarks, results
from service.cli.render.item import card
from service.words import Language


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
    if file is None:
        results().out(jsonl_text(map(record, items)), end="", highlight=False)
        return
    write_items(file, items, item_type)
    remarks().print(f"{len(items)} items written to {file}.")
