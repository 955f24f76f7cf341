"""The command that prepares everything and shows the answers for one organisation."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rich.text import Text

from matcher.adapters.sql import Store
from matcher.build import Matcher, open_matcher
from matcher.domain.items import AnyItem, ItemType, Kind
from matcher.errors import NotReady
from matcher.importing import import_table, read
from matcher.settings import Settings
from service import dates
from service.cli.catalogue import opened_store
from service.cli.index import index_now, prepare_encoder, reindex_now
from service.cli.recommend import AnswerOptions, show_answers
from service.cli.render import answer as render
from service.cli.render.console import progress, remarks, results
from service.cli.render.phrases import NEXT_STEPS
from service.words import Language

CATALOGUE = ("organisations", "factories", "opportunities", "calls", "leads", "illustrative_needs")
"""Files of the catalogue in the order they go in; the illustrative needs complete organisations."""
KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)
SHOWN = 3


def run(settings: Settings, organisation: str, lang: Language) -> None:
    """Prepare the model, the store and the index where needed, then show every kind for one organisation."""
    prepare_encoder(settings)
    with opened_store(settings) as store:
        import_catalogue(store, settings.data_dir / "catalogue")
    with open_matcher(settings) as matcher:
        _index(matcher)
        asker = matcher.resolve(organisation, ItemType.ORGANISATION)
        at = dates.parse(None, settings.zone)
        answers = [matcher.recommender.recommend(asker, kind, SHOWN, at) for kind in KINDS]
    results().print(render.item_head(asker))
    show_answers(answers, asker, AnswerOptions(lang=lang), settings.zone)
    _print_next_steps(asker.id, lang, settings)


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


def _index(matcher: Matcher) -> None:
    """Index what is new; build anew what is another model's or damaged."""
    try:
        index_now(matcher)
    except NotReady:
        reindex_now(matcher)


def _print_next_steps(organisation_id: str, lang: Language, settings: Settings) -> None:
    title, steps = NEXT_STEPS[lang]
    console = results()
    console.print(Text(f"\n{title}", "bold"))
    facts = {"id": organisation_id, "host": settings.host, "port": settings.port}
    for command, purpose in steps:
        line = Text(f"  matcher {command.format(**facts)}", "cyan")
        console.print(line.append(f"\n      {purpose.format(**facts)}", "dim"))
