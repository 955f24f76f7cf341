"""``matcher meetings``: plan the rounds of an event, or the tables of a breakfast."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from typer import Option

from matcher import settings as configuration
from matcher.errors import InvalidRequest
from matcher.meetings import (
    EventOptions,
    EventPlan,
    Roster,
    Settled,
    Timetable,
    plan_event,
    read_participants,
    read_rounds,
    read_tables,
    write_calendars,
    write_rounds,
)
from service.cli.events.meeting_scores import meeting_scores
from service.cli.render.console import remarks, results

_SHOWN = 40

meetings = typer.Typer(help="Meeting rounds and tables for an event.", no_args_is_help=True)

People = Annotated[Path, Option(help="CSV or XLSX, one row a person; only a column of names is required.")]
Rounds = Annotated[int, Option(min=1, max=100, help="Number of rounds.")]
Tables = Annotated[int | None, Option(min=1, help="Meetings at once; half the people if left out.")]
Minimum = Annotated[
    int | None,
    Option("--min", min=0, help="Meetings each person must get; else as many as all can have."),
]
TableSize = Annotated[int | None, Option(help="Tables of 4 to 8 instead of one-to-one meetings.")]
Scores = Annotated[Path | None, Option(help="CSV or XLSX: two names and the value of their meeting, 0 to 1.")]
TextsOnly = Annotated[bool, Option("--texts-only", help="Score by the participants' texts alone.")]
Ignore = Annotated[list[str] | None, Option(help="A column to ignore; may be repeated.")]
SettledFile = Annotated[Path | None, Option(help="Rounds written earlier; what is settled does not move.")]
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
    """Keep the name ``plan`` while it is the only command."""


@meetings.command()
def plan(  # noqa: PLR0913 - the options of a command line
    *,
    participants: People,
    rounds: Rounds,
    tables: Tables = None,
    minimum: Minimum = None,
    table_size: TableSize = None,
    scores: Scores = None,
    texts_only: TextsOnly = False,
    ignore: Ignore = None,
    settled: SettledFile = None,
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
    """Plan conflict-free rounds: vetoes and past meetings respected, each person's minimum first."""
    people = read_participants(participants, ignore or ())
    _show_notices(people)
    if ics and not start:
        raise InvalidRequest("Calendars need the start of the first round: add --start 2026-12-03T09:00.")
    begins = _instant(start)
    timetable = Timetable(begins, minutes, pause) if begins else None
    values, basis = meeting_scores(people, scores, configuration.load(), texts_only=texts_only)
    options = EventOptions(rounds, tables, minimum, table_size, seed)
    so_far = _settled(people, settled, from_round, absent or (), seats=table_size is not None)
    made = plan_event(people, values, options, so_far, timetable)
    _write(made, out, ics, timetable)
    summary = {**made.summary, "scores": basis}
    if as_json:
        typer.echo(json.dumps({"summary": summary, "rows": made.rows}, ensure_ascii=False, indent=2))
    else:
        show(made.rows, summary)


def _write(made: EventPlan, out: Path | None, ics: Path | None, timetable: Timetable | None) -> None:
    """Write the rounds and the calendars that were asked for, and say so."""
    if out:
        write_rounds(made.rows, out)
        remarks().print(f"{out}: {len(made.rows)} lignes / rows")
    if ics and timetable:
        files = write_calendars(made.rows, ics, timetable, datetime.now(UTC))
        remarks().print(f"{ics}: {files} calendriers / calendars")


def _settled(
    people: Roster, file: Path | None, from_round: int, absent: Sequence[str], *, seats: bool
) -> Settled:
    """Read the rounds so far."""
    if file is None:
        return Settled(None, from_round, absent)
    places = read_tables(file, people) if seats else read_rounds(file, people)
    return Settled(places, from_round, absent)


def _show_notices(people: Roster) -> None:
    for notice in people.notices:
        remarks().print(f"{notice.fr} / {notice.en}", style="dim")


def show(rows: Sequence[Mapping[str, Any]], summary: Mapping[str, Any]) -> None:
    """Print the figures in words, then the first rows by round and table."""
    screen = results()
    for line in summary_lines(summary):
        screen.print(line)
    table = Table("tour", "table", "personne", "rencontre")
    ordered = sorted(rows, key=lambda row: (row["tour"], row["table"] or 0, row["personne"]))
    for row in ordered[:_SHOWN]:
        table.add_row(*(str(row[name]) for name in ("tour", "table", "personne", "rencontre")))
    screen.print(table)
    if len(ordered) > _SHOWN:
        screen.print(f"… {len(ordered) - _SHOWN} de plus : --out rounds.csv / more: --out rounds.csv")


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """Word the figures of a plan for an organiser, French and English."""
    people, rounds = summary["participants"], summary["rounds"]
    if "meetings" in summary:
        count, fewest = summary["meetings"], summary["fewest"]
        fr = f"{count} rencontres pour {people} personnes en {rounds} tours ; au moins {fewest} chacune."
        en = f"{count} meetings for {people} people in {rounds} rounds; at least {fewest} each."
    else:
        tables, again = summary["tables"], summary["repeats"]
        fr = f"{people} personnes à {tables} tables, {rounds} tours ; {again} paires s'y retrouvent."
        en = f"{people} people at {tables} tables, {rounds} rounds; {again} pairs sit together again."
    lines = [fr, en]
    free = summary.get("free", {})
    if free:
        named = ", ".join(f"{name} ({times})" for name, times in list(free.items())[:10])
        lines.append(f"Tours libres / free rounds: {named}" + (" …" if len(free) > 10 else ""))
    return [*lines, f"Affinités selon / scores from: {summary['scores']}"]


def _instant(text: str | None) -> datetime | None:
    """Read a date and time; Paris time unless it says otherwise."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is not a date and time such as 2026-12-03T09:00.") from error
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo("Europe/Paris"))
