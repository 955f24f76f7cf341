"""``matcher meetings``: plan the rounds of an event, or the tables of a breakfast."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from typer import Option

from matcher.errors import InvalidRequest
from service.cli.render.console import remarks

meetings = typer.Typer(help="Meeting rounds and tables for an event.", no_args_is_help=True)

People = Annotated[Path, Option(help="CSV or XLSX, one row a person; only a column of names is required.")]
Rounds = Annotated[int, Option(min=1, max=100, help="Number of rounds.")]
Tables = Annotated[int | None, Option(min=1, help="Meetings at once; half the people if left out.")]
Minimum = Annotated[int, Option("--min", min=0, help="Meetings owed to everyone.")]
TableSize = Annotated[int | None, Option(help="Tables of 4 to 8 instead of one-to-one meetings.")]
Scores = Annotated[Path | None, Option(help="CSV or XLSX: two names and the worth of their meeting, 0 to 1.")]
Settled = Annotated[Path | None, Option(help="Rounds written earlier; what is settled does not move.")]
FromRound = Annotated[int, Option(min=1, help="First round that has not taken place.")]
Absent = Annotated[list[str] | None, Option(help="Who does not come, or left; may be repeated.")]
Out = Annotated[Path | None, Option(help="Write the rounds as .csv or .xlsx.")]
Ics = Annotated[Path | None, Option(help="Write one iCalendar file a person into this folder.")]
Start = Annotated[str | None, Option(help="First round, such as 2026-12-03T09:00 (Paris time).")]
Minutes = Annotated[int, Option(min=1, help="Length of a round.")]
Pause = Annotated[int, Option(min=0, help="Minutes between rounds.")]
Seed = Annotated[int, Option(help="Ties are drawn with it; same seed, same rounds.")]
Json = Annotated[bool, Option("--json", help="Print JSON.")]


@meetings.callback()
def group() -> None:
    """Keep ``plan`` by name while it is the only command."""


@meetings.command()
def plan(  # noqa: PLR0913 - the options of a command line
    *,
    participants: People,
    rounds: Rounds,
    tables: Tables = None,
    minimum: Minimum = 0,
    table_size: TableSize = None,
    scores: Scores = None,
    settled: Settled = None,
    from_round: FromRound = 1,
    absent: Absent = None,
    out: Out = None,
    ics: Ics = None,
    start: Start = None,
    minutes: Minutes = 15,
    pause: Pause = 5,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Plan conflict-free rounds: vetoes and past meetings respected, everybody's minimum first."""
    from service.cli import event as desk

    if ics and not start:
        raise InvalidRequest("Calendars need the start of the first round: add --start 2026-12-03T09:00.")
    diary = desk.Diary(ics, _instant(start), minutes, pause)
    fixed = desk.Fixed(settled, from_round, tuple(absent or ()))
    wishes = desk.Wishes(rounds, tables, minimum, table_size, seed)
    answer = desk.plan(participants, scores, wishes, fixed)
    for line in desk.write(answer, out, diary):
        remarks().print(line)
    if as_json:
        typer.echo(json.dumps({"summary": answer.summary, "rows": answer.rows}, ensure_ascii=False, indent=2))
    else:
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
