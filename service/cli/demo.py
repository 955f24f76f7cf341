"""The command that shows everything from nothing."""

from dataclasses import replace
from pathlib import Path

from rich.text import Text

from matcher import settings as configuration
from matcher.adapters.sql import Store
from matcher.build import Matcher, open_matcher
from matcher.domain.items import AnyItem, ItemType, Kind
from matcher.errors import NotReady
from matcher.importing.importer import import_table
from matcher.importing.tabular import read
from matcher.settings import Settings
from service import dates as moments
from service.cli.catalogue import opened_store
from service.cli.index import index_now, prepare_encoder, reindex_now
from service.cli.recommend import Wishes, show_answers
from service.cli.render import answer as render
from service.cli.render.console import program, progress, remarks, results

CATALOGUE = ("organisations", "factories", "opportunities", "calls", "leads", "illustrative_needs")
"""Files of the catalogue in the order they go in; the illustrative needs complete organisations."""
KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)
SHOWN = 3

_NEXT = {
    "fr": (
        "Et maintenant :",
        ("recommend {id} --kind partner -k 10 --explain", "davantage, avec le détail des scores"),
        ('search "partenaire cybersécurité pour un hôpital à Rodez" --kind partner', "texte libre"),
        ("show {id}", "la fiche complète"),
        ("import membres.xlsx", "vos propres membres (CSV, XLSX, JSON Lines)"),
        ("serve", "l'API, décrite sur http://{host}:{port}/docs"),
    ),
    "en": (
        "What next:",
        ("recommend {id} --kind partner -k 10 --explain", "more of them, scores in detail"),
        ('search "cybersecurity partner for a hospital in Rodez" --kind partner', "free text"),
        ("show {id}", "the whole record"),
        ("import members.xlsx", "your own members (CSV, XLSX, JSON Lines)"),
        ("serve", "the API, described at http://{host}:{port}/docs"),
    ),
}


def run(organisation: str, lang: str) -> None:
    """Prepare the model, the store and the index where needed, then show every kind for one organisation."""
    settings = configuration.load()
    prepare_encoder(settings)
    with opened_store(settings) as store:
        import_catalogue(store, settings.data_dir / "catalogue")
    with open_matcher(settings) as matcher:
        _index(matcher)
        asker = matcher.resolve(organisation, ItemType.ORGANISATION)
        at = moments.parse(None, settings.zone)
        answers = [matcher.recommender.recommend(asker, kind, SHOWN, at) for kind in KINDS]
    results().print(render.item_head(asker))
    show_answers(answers, asker, Wishes(lang=lang), settings)
    _say_next(asker.id, lang, settings)


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
            table = read(path)
            given = {row.item.id: row.item for row in table.rows if row.item}
            stored = store.items.get_many(given)
            settled = {item_id for item_id, item in stored.items() if item != shipped.get(item_id)}
            rows = tuple(row for row in table.rows if row.item is None or row.item.id not in settled)
            report = import_table(replace(table, rows=rows), store, source=path.name)
            shipped |= given
            if report.rejects:
                remarks().print(f"{path.name}: {report.rejected} rows rejected, see: matcher import {path}")
            advance(done + 1, len(CATALOGUE))


def _index(matcher: Matcher) -> None:
    """Index what is new; build anew what is another model's or damaged."""
    try:
        index_now(matcher)
    except NotReady:
        reindex_now(matcher)


def _say_next(organisation_id: str, lang: str, settings: Settings) -> None:
    title, *lines = _NEXT[lang]
    console = results()
    console.print(Text(f"\n{title}", "bold"))
    facts = {"id": organisation_id, "host": settings.host, "port": settings.port}
    for command, why in lines:
        console.print(
            Text(f"  {program()} {command.format(**facts)}", "cyan").append(
                f"\n      {why.format(**facts)}", "dim"
            )
        )
