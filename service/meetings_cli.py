"""``matcher meetings``: plan the rounds of an event, or the tables of a breakfast."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from matcher.errors import InvalidRequest
from service.console import remarks

meetings = typer.Typer(help="Meeting rounds and tables for an event.", no_args_is_help=True)


@meetings.callback()
def group() -> None:
    """Keep ``plan`` by name while it is the only command."""


@meetings.command()
def plan(  # noqa: PLR0913 - the options of a command line
    *,
    participants: Annotated[
        Path, typer.Option(help="CSV or XLSX, one row a person; only a column of names is required.")
    ],
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Number of rounds.")],
    tables: Annotated[
        int | None, typer.Option(min=1, help="Tables: meetings at once; half the people if left out.")
    ] = None,
    minimum: Annotated[int, typer.Option("--min", min=0, help="Meetings owed to everyone.")] = 0,
    table_size: Annotated[
        int | None, typer.Option(help="Tables of 4 to 8 instead of one-to-one meetings.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="CSV or XLSX: two names and the worth of their meeting.")
    ] = None,
    settled: Annotated[
        Path | None, typer.Option(help="Rounds written earlier; what is settled does not move.")
    ] = None,
    from_round: Annotated[int, typer.Option(min=1, help="First round that has not taken place.")] = 1,
    absent: Annotated[
        list[str] | None, typer.Option(help="Who does not come, or left; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the rounds as .csv or .xlsx.")] = None,
    ics: Annotated[
        Path | None, typer.Option(help="Write one iCalendar file a person into this folder.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First round, such as 2026-12-03T09:00 (Paris time).")
    ] = None,
    minutes: Annotated[int, typer.Option(min=1, help="Length of a round.")] = 15,
    pause: Annotated[int, typer.Option(min=0, help="Minutes between rounds.")] = 5,
    seed: Annotated[int, typer.Option(help="Ties are drawn with it; same seed, same rounds.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plan conflict-free rounds: vetoes and past meetings respected, everybody's minimum first."""
    from matcher.adapters.meeting_files import read_participants, write_calendars, write_rounds
    from service import meetings_desk as desk

    begin = _instant(start)
    if ics and begin is None:
        raise InvalidRequest("Calendars need the start of the first round: add --start 2026-12-03T09:00.")
    roster = read_participants(participants)
    worth = desk.scores(roster, scores)
    if table_size is not None:
        if settled or absent:
            raise InvalidRequest("--table-size seats everybody anew: leave out --settled and --absent.")
        answer = desk.breakfast(roster, worth, rounds, table_size, seed)
    else:
        fixed = desk.Fixed(settled, from_round, tuple(absent or ()))
        answer = desk.rounds(roster, worth, desk.Wishes(rounds, tables, minimum, seed), fixed)
    if out:
        write_rounds(answer.rows, out)
        remarks().print(f"{out}: {len(answer.rows)} lignes / rows")
    if ics and begin is not None:
        files = write_calendars(answer.rows, ics, start=begin, minutes=minutes, pause=pause)
        remarks().print(f"{ics}: {files} calendriers / calendars")
    if as_json:
        typer.echo(json.dumps({"summary": answer.summary, "rows": answer.rows}, ensure_ascii=False, indent=2))
        return
    desk.show(answer)


def _instant(text: str | None) -> datetime | None:
    """Read a date and time; Paris time unless it says otherwise."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is not a date and time such as 2026-12-03T09:00.") from error
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo("Europe/Paris"))
