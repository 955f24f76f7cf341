"""The shipped catalogue, put into a store and indexed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from matcher.adapters.sql import Store
from matcher.build import Matcher
from matcher.domain.items import AnyItem
from matcher.errors import NotReady
from matcher.importing import import_table, read
from matcher.settings import Settings
from service.cli.catalogue import opened_store
from service.cli.index import index_now, prepare_encoder, reindex_now
from service.cli.render.console import progress, remarks

CATALOGUE = ("organisations", "factories", "opportunities", "calls", "leads", "illustrative_needs")
"""Files of the catalogue in the order they go in; the illustrative needs complete organisations."""


def prepare(settings: Settings) -> None:
    """Prepare the encoder and the store where needed, and put the catalogue into the store."""
    prepare_encoder(settings)
    with opened_store(settings) as store:
        import_catalogue(store, settings.data_dir / "catalogue")


def import_catalogue(store: Store, folder: Path) -> None:
    """Put the catalogue's files into the store; what is there already stays as it is.

    A row goes in where the store knows nothing of its id, or no more than the files before it said: a demo
    that was interrupted is completed, and what staff have entered is never undone.

    Raises
    ------
    NotReady
        A file of the catalogue is missing.
    """
    shipped: dict[str, AnyItem] = {}
    with progress("Importing the catalogue") as advance:
        for done, name in enumerate(CATALOGUE):
            path = folder / f"{name}.csv"
            if not path.is_file():
                raise NotReady(f"{path} is missing: set MATCHER_DATA_DIR to the project's folder 'data'.")
            shipped |= _import_new(store, path, shipped)
            advance(done + 1, len(CATALOGUE))


def _import_new(store: Store, path: Path, shipped: Mapping[str, AnyItem]) -> dict[str, AnyItem]:
    """Import the rows whose item is not stored, or is stored as an earlier file of the catalogue has it.

    ``shipped`` are the items of the earlier files, by id; return those of this one.
    """
    table = read(path)
    given = {row.item.id: row.item for row in table.rows if row.item}
    stored = store.items.get_many(given)
    edited = {item_id for item_id, item in stored.items() if item != shipped.get(item_id)}
    rows = tuple(row for row in table.rows if row.item is None or row.item.id not in edited)
    report = import_table(replace(table, rows=rows), store, source=path.name)
    if report.rejects:
        remarks().print(f"{path.name}: {report.rejected} rows rejected, see: matcher import {path}")
    return given


def bring_up_to_date(matcher: Matcher) -> None:
    """Index what is new; build anew what is another model's or damaged."""
    try:
        index_now(matcher)
    except NotReady:
        reindex_now(matcher)
