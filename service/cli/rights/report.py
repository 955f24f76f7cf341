"""The command that reports on a period."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from matcher.adapters.sql import utc_now
from matcher.build import open_matcher
from matcher.errors import InvalidRequest
from matcher.figures import FIGURES, Period, Report, count, write_report
from matcher.figures.writing import empty_sentence, table_of
from matcher.settings import Settings, load
from service.cli.render.console import remarks, results
from service.figures import facts_of, report_record
from service.looking import export
from service.words import Language

_DAYS = 30
_MOST_LISTED = 20
_OF_GROUPS = ("members", "asked", "answered", "accepted", "useful")
"""What a terminal has room for; the files have every figure of every group."""


def report(
    first: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01; 30 days ago.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day; today if left out.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write: .csv, .xlsx or .svg.")] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language.")] = "fr",
    json_: Annotated[bool, typer.Option("--json", help="Print JSON (docs/api.md).")] = False,
) -> None:
    """Report on a period: proposed, answered, accepted, met, useful; who is forgotten or overloaded."""
    settings = load()
    period = _period(settings, first, last)
    with open_matcher(settings) as matcher:
        facts = facts_of(matcher, utc_now())
        if json_ or out is not None:
            export(matcher, "figures", None, utc_now())
    made = count(facts, period)
    if json_:
        results().out(json.dumps(report_record(made), ensure_ascii=False, indent=2), highlight=False)
    elif out is not None:
        write_report(made, out, lang)
        remarks().print(f"{out} is written.")
    else:
        _show(made, {name: member.name for name, member in facts.members.items()}, lang)


def _show(made: Report, names: dict[str, str], lang: Language) -> None:
    if made.is_empty:
        results().print(empty_sentence(made, lang))
    columns, rows = table_of(made, lang)
    whole = _table("", "")
    for title, value in zip(columns[2:], rows[0][2:], strict=True):
        whole.add_row(title, value)
    results().print(whole)
    shown = [0, 1, *(2 + list(FIGURES).index(name) for name in _OF_GROUPS)]
    groups = _table(*(columns[place] for place in shown))
    for row in rows[1:]:
        groups.add_row(*(row[place] for place in shown))
    results().print(groups)
    titles = ("Oubliés", "Au plafond") if lang == "fr" else ("Forgotten", "At capacity")
    for title, ids in zip(titles, (made.forgotten, made.overloaded), strict=True):
        results().print(_listed(title, ids, names), soft_wrap=True, highlight=False)


def _listed(title: str, ids: Sequence[str], names: dict[str, str]) -> str:
    """Return how many members there are, and the first of them by name."""
    listed = ", ".join(f"{names.get(name, name)} ({name})" for name in ids[:_MOST_LISTED])
    more = f", +{len(ids) - _MOST_LISTED}" if len(ids) > _MOST_LISTED else ""
    return f"{title} : {len(ids)}. {listed}{more}"


def _table(*columns: str) -> Table:
    return Table(*columns, box=box.SIMPLE_HEAD, header_style="dim", padding=(0, 1))


def _period(settings: Settings, first: str, last: str) -> Period:
    end = _day(last) if last else utc_now().astimezone(settings.zone).date()
    begin = _day(first) if first else end - timedelta(days=_DAYS)
    return Period(begin, end, settings.zone)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"'{text}' is no day: write it as 2026-11-30.") from None
