"""The commands of alerts: what is new, who would be told, sending, who was told."""

import json
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich import box
from rich.table import Table

from matcher.adapters.sql import utc_now
from matcher.build import open_matcher
from matcher.domain.items import ItemType
from matcher.settings import Settings, load
from service.cli.catalogue import opened_index, opened_store
from service.cli.render.console import remarks, results
from service.running import find_running

alerts = typer.Typer(
    help="Members told of the calls that fit them, in one mail a week.", no_args_is_help=True
)

CallArgument = Annotated[str, typer.Argument(metavar="CALL", help="Id of a call.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/api.md).")]


@alerts.command("new")
def new() -> None:
    """List the open calls that nobody was told of in their present version."""
    with open_matcher(load()) as matcher:
        found = matcher.alerts.untold(utc_now())
    table = _table("call", "name", "until")
    for call in found:
        table.add_row(call.id, call.name, f"{call.closes_at:%Y-%m-%d}" if call.closes_at else "")
    results().print(table)


@alerts.command("preview")
def preview(call: CallArgument, json_: JsonOption = False) -> None:
    """Show who would be told of a call, and why; nothing is sent."""
    _show(_ask(load(), "GET", call), as_json=json_)


@alerts.command("send")
def send(
    call: CallArgument,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Id of an organisation; may be repeated; all if left out."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Tell whom the call fits now in the next weekly mails."""
    told = _ask(load(), "POST", call, {"only": only})
    _show(told, as_json=json_)
    remarks().print(f"{len(told)} organisations are told in the next weekly mails of `matcher work`.")


@alerts.command("withdraw")
def withdraw(call: CallArgument) -> None:
    """Tell nobody any more of a call."""
    with open_matcher(load()) as matcher:
        count = matcher.alerts.withdraw(call, utc_now())
    remarks().print(f"{count} organisations are not told any more.")


@alerts.command("list")
def list_alerts(
    call: Annotated[str, typer.Option(help="Only those of a call.")] = "",
    organisation: Annotated[str, typer.Option("--for", help="Only those of an organisation.")] = "",
) -> None:
    """List who was told what and when."""
    with opened_store(load(), make=False) as store:
        found = store.alerts.all(call_id=call, organisation_id=organisation)
        names = dict(store.items.names(ItemType.ORGANISATION))
    table = _table("call", "organisation", "state", "told", "week")
    for one in found:
        told = f"{one.told_at:%Y-%m-%d %H:%M}" if one.told_at else ""
        name = names.get(one.fit.organisation_id, one.fit.organisation_id)
        table.add_row(one.fit.call_id, name, one.state.value, told, one.digest)
    results().print(table)


@alerts.command("search")
def search(
    organisation: Annotated[str, typer.Argument(metavar="ORG", help="Id of an organisation.")],
    text: Annotated[
        str, typer.Argument(help="What is looked for; the searches kept are listed if left out.")
    ] = "",
    remove: Annotated[int | None, typer.Option(help="Number of a search to remove.")] = None,
) -> None:
    """Keep, list or remove the searches of an organisation."""
    with open_matcher(load()) as matcher:
        if text:
            matcher.alerts.save_search(organisation, text, utc_now())
        if remove is not None:
            matcher.store.alerts.remove_search(organisation, remove)
        found = matcher.store.alerts.searches(organisation)
    table = _table("number", "search", "since")
    for one in found:
        table.add_row(str(one.number), one.text, f"{one.created_at:%Y-%m-%d}")
    results().print(table)


def _ask(settings: Settings, method: str, call: str, body: Any = None) -> list[dict[str, Any]]:
    """Return recipients: from the running service, which has the index, or from a matcher of one's own."""
    running = find_running(settings)
    if running is not None:
        answer = running.ask(method, f"/v1/opportunities/{quote(call)}/alerts", body)
        return list(json.loads(answer))
    with opened_index(settings) as matcher:
        if body is None:
            found = matcher.alerts.preview(call, utc_now())
        else:
            found = matcher.alerts.send(call, utc_now(), only=body["only"])
    return [
        {
            "organisation_id": one.fit.organisation_id,
            "name": one.name,
            "probability": one.fit.probability,
            "why_fr": one.fit.why_fr,
            "why_en": one.fit.why_en,
            "people": one.people,
            "hindrance": one.hindrance,
        }
        for one in found
    ]


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        results().out(json.dumps(found, ensure_ascii=False, indent=2), highlight=False)
        return
    if not found:
        results().print("This call fits no member clearly enough: nobody is told.")
        return
    table = _table("organisation", "probability", "people", "why", "")
    for one in found:
        row = (f"{one['name']}\n{one['organisation_id']}", f"{one['probability']:.0%}", str(one["people"]))
        table.add_row(*row, one["why_fr"], one["hindrance"])
    results().print(table)


def _table(*columns: str) -> Table:
    return Table(*columns, box=box.SIMPLE_HEAD, header_style="dim", padding=(0, 1))
