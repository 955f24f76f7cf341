"""From a list of people to rounds and tables that can be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from matcher.errors import InvalidRequest
from matcher.meetings.changes import reopen
from matcher.meetings.groups import Company, Seating, Standing, seat_groups
from matcher.meetings.participants import Roster
from matcher.meetings.rounds import AWAY, FREE
from matcher.meetings.schedule import Rules, Schedule, plan_meetings
from service.cli.meeting_scores import worth
from service.cli.render.console import results

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the organiser asks for."""

    rounds: int
    tables: int | None
    minimum: int
    table_size: int | None
    seed: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """What has been decided: a file of rounds, the first round still to come (from 1), who is absent."""

    file: Path | None
    from_round: int
    absent: Sequence[str]


@dataclass(frozen=True, slots=True)
class Diary:
    """Where calendars go, when the first round starts, how long rounds and pauses last in minutes."""

    folder: Path | None
    start: datetime | None
    minutes: int
    pause: int


@dataclass(frozen=True, slots=True)
class Planned:
    """Figures, and one row a person and round in file order of people."""

    summary: Mapping[str, Any]
    rows: list[dict[str, Any]]


def plan(participants: Path, pairs: Path | None, wishes: Wishes, fixed: Fixed) -> Planned:
    """Read the people and plan one-to-one rounds, or tables where a table size is asked for."""
    from matcher.meetings.files import read_participants

    roster = read_participants(participants)
    values, source = worth(roster, pairs)
    planned = (rounds if wishes.table_size is None else breakfast)(roster, values, wishes, fixed)
    return replace(planned, summary={**planned.summary, "scores": source})


def write(planned: Planned, out: Path | None, diary: Diary) -> list[str]:
    """Write what was asked for; one line on each thing written."""
    from matcher.meetings.files import write_calendars, write_rounds

    lines = []
    if out:
        write_rounds(planned.rows, out)
        lines.append(f"{out}: {len(planned.rows)} lignes / rows")
    if diary.folder and diary.start:
        files = write_calendars(
            planned.rows, diary.folder, start=diary.start, minutes=diary.minutes, pause=diary.pause
        )
        lines.append(f"{diary.folder}: {files} calendriers / calendars")
    return lines


def rounds(roster: Roster, values: Floats, wishes: Wishes, fixed: Fixed) -> Planned:
    """Plan one-to-one meetings, keeping what is settled."""
    settled, available = _settled(roster, wishes.rounds, fixed)
    staying = ~np.isin(roster.names, [roster.names[roster.find(name)] for name in fixed.absent])
    rules = Rules(
        veto=roster.apart() | roster.acquainted(),
        tables=wishes.tables,
        minimum=np.where(staying, wishes.minimum, 0),
        fixed=roster.fixed(),
        available=available,
        names=roster.names,
    )
    schedule = plan_meetings(values, wishes.rounds, rules, settled=settled, seed=wishes.seed)
    counts = schedule.counts
    summary = {
        "participants": len(roster),
        "rounds": wishes.rounds,
        "meetings": int(counts.sum()) // 2,
        "total": round(schedule.total, 4),
        "bound": round(schedule.bound, 4),
        "gap": round(schedule.gap, 6),
        "fewest": int(counts[staying].min()) if staying.any() else 0,
        "free": {roster.names[i]: int((schedule.partner[i] == FREE).sum()) for i in _idle(schedule)},
    }
    return Planned(summary, _meeting_rows(roster, schedule, values))


def _idle(schedule: Schedule) -> list[int]:
    return [int(i) for i in np.flatnonzero((schedule.partner == FREE).any(axis=1))]


def _settled(roster: Roster, total: int, fixed: Fixed) -> tuple[Ints, NDArray[np.bool_]]:
    """Partners that do not move, and who is there when."""
    partner = np.full((len(roster), total), FREE)
    gone = [roster.find(name, " (--absent)") for name in fixed.absent]
    if fixed.file is not None:
        from matcher.meetings.files import read_rounds

        for r, i, j in read_rounds(fixed.file, roster):
            _refuse_round(fixed.file, r, total)
            partner[i, r], partner[j, r] = j, i
    elif fixed.from_round > 1:
        raise InvalidRequest("--from-round needs the rounds so far: add --settled FILE.")
    before = Schedule(partner, np.full_like(partner, FREE), 0.0, 0.0)
    now = fixed.from_round - 1
    settled, available = reopen(before, now, absent=gone)
    if fixed.file is not None:  # rounds that are over are not filled up
        over = np.arange(total)[None, :] < now
        available &= ~(over & (settled == FREE))
    return settled, available


def _meeting_rows(roster: Roster, schedule: Schedule, values: Floats) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for i, person in enumerate(roster.people):
        for r, j in enumerate(schedule.partner[i].tolist()):
            if j == AWAY:
                continue
            other = roster.people[j] if j >= 0 else None
            rows.append(
                {
                    "tour": r + 1,
                    "table": int(schedule.table[i, r]) + 1 if other else "",
                    "personne": person.name,
                    "organisation": person.organisation,
                    "rencontre": other.name if other else "",
                    "organisation_rencontree": other.organisation if other else "",
                    "score": round(float(values[i, j] + values[j, i]) / 2, 4) if other else "",
                }
            )
    return rows


def breakfast(roster: Roster, values: Floats, wishes: Wishes, fixed: Fixed) -> Planned:
    """Seat everybody at tables of about the wished size, leaving seats that are settled."""
    total, size = wishes.rounds, wishes.table_size or 0
    company = Company(
        themes=[frozenset(theme.casefold() for theme in person.themes) for person in roster.people],
        territory=[person.territory.casefold() for person in roster.people],
        scores=values,
        veto=roster.apart() if _can_separate(roster, size) else _avoided(roster),
        met=roster.acquainted(),
        names=roster.names,
    )
    standing = _standing(roster, total, fixed)
    seating = seat_groups(company, total, size, fixed=roster.fixed(), standing=standing, seed=wishes.seed)
    summary = {
        "participants": len(roster),
        "rounds": total,
        "tables": int(seating.table.max()) + 1,
        "repeats": seating.repeats,
        "same_theme": round(seating.same_theme, 4),
        "same_territory": round(seating.same_territory, 4),
    }
    return Planned(summary, _table_rows(roster, seating))


def _standing(roster: Roster, total: int, fixed: Fixed) -> Standing:
    """Seats that are settled, and who is there when: rounds that are over stay as they were."""
    table, now = np.full((len(roster), total), -1), fixed.from_round - 1
    present = np.ones(table.shape, dtype=bool)
    if fixed.file is not None:
        from matcher.meetings.files import read_tables

        for r, i, t in read_tables(fixed.file, roster):
            _refuse_round(fixed.file, r, total)
            table[i, r] = t
        present[:, :now] = table[:, :now] >= 0
    elif now:
        raise InvalidRequest("--from-round needs the rounds so far: add --settled FILE.")
    gone = [roster.find(name, " (--absent)") for name in fixed.absent]
    present[gone, now:] = False
    return Standing(np.where(present, table, -1), present)


def _refuse_round(file: Path, r: int, total: int) -> None:
    if r >= total:
        raise InvalidRequest(f"{file} holds a round {r + 1} and there are {total}: raise --rounds.")


def _can_separate(roster: Roster, size: int) -> bool:
    """Whether no organisation has more people than there are tables."""
    names = [person.organisation for person in roster.people if person.organisation]
    return not names or max(map(names.count, names)) <= max(1, len(roster) // size)


def _avoided(roster: Roster) -> NDArray[np.bool_]:
    """Only the pairs that asked to be apart."""
    flags = np.zeros((len(roster), len(roster)), dtype=bool)
    for i, person in enumerate(roster.people):
        for name in person.avoids:
            flags[i, roster.find(name)] = True
    return flags


def _table_rows(roster: Roster, seating: Seating) -> list[dict[str, Any]]:
    rows = []
    for i, person in enumerate(roster.people):
        for r, table in enumerate(seating.table[i].tolist()):
            if table < 0:
                continue
            others = [roster.names[j] for j in np.flatnonzero(seating.table[:, r] == table) if j != i]
            rows.append(
                {
                    "tour": r + 1,
                    "table": table + 1,
                    "personne": person.name,
                    "organisation": person.organisation,
                    "rencontre": ", ".join(others),
                }
            )
    return rows


def show(planned: Planned) -> None:
    """Print the figures and the first rows."""
    screen = results()
    figures = dict(planned.summary)
    free = figures.pop("free", {})
    screen.print(" · ".join(f"{name} {value}" for name, value in figures.items()))
    if free:
        named = ", ".join(f"{name} ({times})" for name, times in list(free.items())[:10])
        screen.print(f"Tours libres / free rounds: {named}" + (" …" if len(free) > 10 else ""))
    table = Table("tour", "table", "personne", "rencontre")
    ordered = sorted(planned.rows, key=lambda row: (row["tour"], row["table"] or 0, row["personne"]))
    for row in ordered[:_SHOWN]:
        table.add_row(*(str(row[name]) for name in ("tour", "table", "personne", "rencontre")))
    screen.print(table)
    if len(ordered) > _SHOWN:
        screen.print(f"… {len(ordered) - _SHOWN} de plus : --out rounds.csv / more: --out rounds.csv")
