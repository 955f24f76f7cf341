"""The commands on reactions: add, list, undo, export; and the retention of what was shown."""

import secrets
from collections.abc import Sequence
from functools import partial
from json import dumps, loads
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from matcher.adapters.sql import Store, utc_now
from matcher.build import sweep_old
from matcher.domain.events import Action, Feedback, Refusal
from matcher.domain.items import Kind
from matcher.feedback import examples, holding, kind_between, react, write_examples
from matcher.language.lookup import find_item
from matcher.recommend import SIGNALS
from matcher.settings import load
from service.cli.catalogue import opened_index, opened_store
from service.cli.render.console import remarks, results
from service.formats import Reaction
from service.running import RunningService, find_running
from service.words import ACTIONS, REFUSALS, Language, choose

feedback = typer.Typer(help="What organisations said of what they were shown.", no_args_is_help=True)
retention = typer.Typer(help="How long things are kept.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/api.md).")]
LangOption = Annotated[Language, typer.Option("--lang", help="Language of the table.")]
_WORDS: dict[str, tuple[str, str]] = {
    "number": ("n°", "no."),
    "at": ("le", "on"),
    "item": ("proposition", "item"),
    "said": ("retour", "reaction"),
    "none": ("Aucun retour.", "No reactions."),
}
_KEY_BYTES = 32


@feedback.command("add")
def add(
    asker: Annotated[str, typer.Argument(metavar="ORG", help="Id or name of who says it.")],
    item: Annotated[str, typer.Argument(help="Id or name of what it is about.")],
    action: Annotated[
        Action, typer.Argument(help="joined, interested, not_for_me, already_met or dismissed.")
    ],
    reason: Annotated[Refusal | None, typer.Option(help="Why; with not_for_me.")] = None,
    answer_id: Annotated[str, typer.Option("--answer", help="Id of the answer; the last if left out.")] = "",
    json: JsonOption = False,
) -> None:
    """Keep a reaction, on behalf of an organisation; the next answer obeys it."""
    with opened_store(load(), make=False) as store:
        one, other = find_item(store.items, asker), find_item(store.items, item)
        kind = kind_between(one.item_type, other.item_type)
        given = Feedback(utc_now(), kind, one.id, other.id, action, reason=reason, answer_id=answer_id)
        kept = react(store.items, store.events, given)
    if json:
        results().out(Reaction.model_validate(kept).model_dump_json(indent=2), highlight=False)
        return
    remarks().print(
        f"{one.name} : {other.name} : {_said(kept, 'fr')}.\n"
        f"Pour annuler / to undo it: matcher feedback undo {kept.id}",
        soft_wrap=True,
    )


@feedback.command("list")
def list_(
    asker: Annotated[str | None, typer.Argument(metavar="[ORG]", help="Id or name; all if left out.")] = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
) -> None:
    """List the reactions that hold, oldest first."""
    with opened_store(load(), make=False) as store:
        rows = _rows(store, asker)
        names = {item.id: item.name for item in store.items.get_many(_named(rows)).values()}
    if json:
        _print_json(rows)
    elif rows:
        results().print(_table(rows, names, lang, whose=asker is None))
    else:
        results().print(choose(_WORDS["none"], lang))


@feedback.command("undo")
def undo(number: Annotated[int, typer.Argument(help="As `matcher feedback list` shows it.")]) -> None:
    """Take a reaction back; the item may be recommended again."""
    with opened_store(load(), make=False) as store:
        store.events.undo_feedback(number, None, utc_now())
    remarks().print(f"Retour {number} annulé / reaction {number} undone.")


@feedback.command("export")
def export(file: Annotated[Path, typer.Argument(help="Where to write: JSON Lines.")]) -> None:
    """Write what reactions teach, without names, for `matcher-lab fit-ranker --feedback FILE`."""
    settings = load()
    running = find_running(settings)
    if running is None:
        with opened_index(settings) as matcher:
            found = list(examples(matcher.store.events.feedback(), matcher.hits))
    else:
        with opened_store(settings, make=False) as store:
            found = list(examples(store.events.feedback(), partial(_hits, running)))
    count = write_examples(file, found, SIGNALS, secrets.token_bytes(_KEY_BYTES))
    remarks().print(
        f"{count} questions written to {file}. Ids are pseudonyms; who has the catalogue may guess some: "
        "give it only to those who train."
    )


def _hits(running: RunningService, query_id: str, kind: Kind) -> list[tuple[str, list[float]]]:
    """Return the first hits of a stored question from the running service, which has the index."""
    asked = {"query_id": query_id, "kind": kind.value}
    found: list[list[Any]] = loads(running.ask("POST", "/v1/commands/hits", asked))
    return [(item_id, signals) for item_id, signals in found]


@retention.command("run")
def run_retention() -> None:
    """Remove impressions older than MATCHER_IMPRESSIONS_DAYS, and links and visits that are over.

    Impressions are counted per item and month before. Each line names the rule of `matcher privacy notice`.
    """
    settings = load()
    with opened_store(settings, make=False) as store:
        swept = sweep_old(settings, store)
    for one in swept:
        remarks().print(f"{one.table}: {one.rows} removed ({one.rule}).", soft_wrap=True)


def _rows(store: Store, asker: str | None) -> list[Feedback]:
    if asker is None:
        return holding(store.events.feedback())
    one = find_item(store.items, asker)
    return [row for row in holding(store.events.feedback_naming(one.id)) if row.query_id == one.id]


def _named(rows: Sequence[Feedback]) -> list[str]:
    return sorted({name for row in rows for name in (row.query_id, row.item_id)})


def _print_json(rows: Sequence[Feedback]) -> None:
    records = [Reaction.model_validate(row).model_dump(mode="json") for row in rows]
    results().out(dumps(records, ensure_ascii=False, indent=2), highlight=False)


def _table(rows: Sequence[Feedback], names: dict[str, str], lang: Language, *, whose: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="dim")
    table.add_column(choose(_WORDS["number"], lang), justify="right")
    table.add_column(choose(_WORDS["at"], lang))
    if whose:
        table.add_column("organisation")
    for name in ("item", "said"):
        table.add_column(choose(_WORDS[name], lang))
    for row in rows:
        who = [f"{names[row.query_id]}\n{row.query_id}"] if whose else []
        what = f"{names[row.item_id]}\n{row.item_id}"
        table.add_row(str(row.id), f"{row.at:%Y-%m-%d}", *who, what, _said(row, lang))
    return table


def _said(row: Feedback, lang: Language) -> str:
    said = choose(ACTIONS[row.action.value], lang)
    return f"{said} ({choose(REFUSALS[row.reason.value], lang)})" if row.reason else said
