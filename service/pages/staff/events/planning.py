"""A list of participants planned into rounds, changed late, and written as files."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from matcher.build import Matcher
from matcher.errors import StalePlan
from matcher.meetings import (
    Settled,
    Timetable,
    plan_event,
    read_participants,
    read_rounds,
    read_tables,
    write_calendars,
    write_rounds,
)
from service.meetings import scores_of
from service.pages.staff.events.kept import KeptEvent, KeptEvents, LateChange

ROUNDS_FILE = "tours.xlsx"


@dataclass(frozen=True, slots=True)
class Seat:
    """One person at a table, and the organisation; "" where the list says none, or the name says it."""

    person: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one round, with the people at it."""

    name: str
    people: Sequence[Seat]


@dataclass(frozen=True, slots=True)
class Round:
    """One round: when it begins, None without a start, and its tables in order."""

    number: int
    begins: datetime | None
    tables: Sequence[Table]
    free: Sequence[str]


def plan_anew(matcher: Matcher, events: KeptEvents, token: str) -> None:
    """Plan an event from its list; InvalidRequest says what in the list or the numbers cannot be."""
    _plan(matcher, events, token, events.get(token), Settled())


def change_late(matcher: Matcher, events: KeptEvents, token: str, change: LateChange) -> None:
    """Plan the rounds that a change leaves again without those who are absent; earlier ones do not move.

    The caller holds the event (:meth:`KeptEvents.changing`). One that is as the change makes it stays so:
    a second click is no conflict. StalePlan where the event is of another version than was seen, or an
    earlier change said that the round took place. Nothing is kept where it cannot be planned.
    """
    event = events.get(token)
    if event.version != change.seen and change.is_done(event):
        return
    if event.version != change.seen or change.from_round <= event.settled:
        raise StalePlan("The event was changed meanwhile: look at its rounds again.")
    _change(matcher, events, token, event, Settled(None, change.from_round, change.absent))


def _change(matcher: Matcher, events: KeptEvents, token: str, event: KeptEvent, change: Settled) -> None:
    people = read_participants(events.list_path(token))
    read = read_tables if event.form.seats else read_rounds
    with TemporaryDirectory() as folder:
        path = Path(folder, ROUNDS_FILE)
        write_rounds(event.rows, path)
        places = read(path, people)
    event.absent, event.settled = list(change.absent), change.from_round - 1
    _plan(matcher, events, token, event, replace(change, places=places))


def rounds_of(event: KeptEvent, zone: ZoneInfo) -> list[Round]:
    """Return the rounds of an event, tables by number and people in the order of the list."""
    timetable = event.form.timetable(zone)
    by_round: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in event.rows:
        by_round[row["tour"]].append(row)
    return [_round(event, number, rows, timetable) for number, rows in sorted(by_round.items())]


def calendars(event: KeptEvent, zone: ZoneInfo, now: datetime) -> bytes:
    """Return a ZIP with one calendar a person; one without a file where the event has no start."""
    timetable, content = event.form.timetable(zone), io.BytesIO()
    with TemporaryDirectory() as folder, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        if timetable:
            write_calendars(event.rows, Path(folder), timetable, now)
        for path in sorted(Path(folder).glob("*.ics")):
            archive.write(path, path.name)
    return content.getvalue()


def workbook(events: KeptEvents, token: str) -> bytes:
    """Return the rounds as an XLSX file."""
    with TemporaryDirectory() as folder:  # beside the list it could take its place: both have a name
        path = Path(folder, ROUNDS_FILE)
        write_rounds(events.get(token).rows, path)
        return path.read_bytes()


def _plan(matcher: Matcher, events: KeptEvents, token: str, event: KeptEvent, settled: Settled) -> None:
    people = read_participants(events.list_path(token))
    scores, event.known = scores_of(people, matcher)
    event.organisations = {
        name: person.organisation for name, person in zip(people.names, people.people, strict=True)
    }
    timetable = event.form.timetable(matcher.settings.zone)
    made = plan_event(people, scores, event.form.options, settled, timetable)
    event.rows, event.summary = made.rows, dict(made.summary)
    event.notices = [(notice.fr, notice.en) for notice in people.notices]
    events.save(token, event)


def _round(
    event: KeptEvent, number: int, rows: Sequence[Mapping[str, Any]], timetable: Timetable | None
) -> Round:
    tables: dict[int, list[Seat]] = defaultdict(list)
    free = []
    for row in rows:
        if row["table"]:
            tables[row["table"]].append(_seat(event, row["personne"]))
        else:
            free.append(row["personne"])
    shown = [Table(str(name), people) for name, people in sorted(tables.items())]
    return Round(number, timetable.begins(number - 1) if timetable else None, shown, free)


def _seat(event: KeptEvent, person: str) -> Seat:
    organisation = event.organisations.get(person, "")
    return Seat(person, "" if f"({organisation})" in person else organisation)
