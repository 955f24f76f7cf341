"""An event planned: people, scores and what is settled to rounds or tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

import numpy as np

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import InvalidRequest
from matcher.importing import refusal
from matcher.meetings.attendance import Moment
from matcher.meetings.calendar import Timetable
from matcher.meetings.groups import Company, Seating, SettledSeats, seat_groups
from matcher.meetings.participants import Roster
from matcher.meetings.rounds import AWAY, FREE
from matcher.meetings.rules import Rules
from matcher.meetings.schedule import Schedule, plan_meetings, reopen

Triples = Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class EventOptions:
    """What the organiser asks for.

    ``minimum``: meetings each person must get; None for as many as all can have. A ``table_size`` means
    tables of 4 to 8 instead of one-to-one meetings.
    """

    rounds: int
    tables: int | None = None
    minimum: int | None = None
    table_size: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What has been decided before a late change.

    ``places``: ``(round from 0, person, partner or table from 0)`` of an earlier plan, None without one.
    ``from_round``: first round, from 1, that has not taken place. ``absent``: people who do not come, or
    left.
    """

    places: Triples | None = None
    from_round: int = 1
    absent: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class EventPlan:
    """Figures, and one row a person and round in file order of people."""

    summary: Mapping[str, Any]
    rows: list[dict[str, Any]]


def plan_event(
    roster: Roster,
    scores: Floats,
    options: EventOptions,
    settled: Settled | None = None,
    timetable: Timetable | None = None,
) -> EventPlan:
    """Plan one-to-one rounds, or tables where a table size is asked for.

    Parameters
    ----------
    roster
        The people; those not present are placed nowhere.
    scores
        (n, n) value of each meeting in [0, 1].
    options
        Rounds, tables, minimum, table size, seed.
    settled
        What an earlier plan decided: it does not move.
    timetable
        When rounds take place; needed if people arrive or leave at a time of the day.

    Raises
    ------
    InvalidRequest
        Settled rounds beyond the number of rounds, a late change without the rounds so far, times without
        timetable, and whatever :func:`plan_meetings` and :func:`seat_groups` refuse.

    Examples
    --------
    >>> from matcher.meetings.participants import Participant
    >>> people = Roster([Participant("Zoé"), Participant("Ali"), Participant("Eva", present=False)])
    >>> plan = plan_event(people, people.scores(), EventOptions(rounds=1))
    >>> [(row["personne"], row["rencontre"]) for row in plan.rows]
    [('Zoé', 'Ali'), ('Ali', 'Zoé')]
    """
    settled = settled or Settled()
    if len(roster.people) < 2:
        raise refusal(
            f"Une rencontre se fait à deux au moins : la liste compte {len(roster.people)} personne.",
            f"A meeting takes at least two people: the list has {len(roster.people)}.",
        )
    if settled.places is None and settled.from_round > 1:
        raise InvalidRequest("A late change needs the rounds so far: add --settled FILE to --from-round.")
    last = max((r for r, _, _ in settled.places or ()), default=-1)
    if last >= options.rounds:
        raise InvalidRequest(
            f"The settled rounds go to round {last + 1} and there are {options.rounds}: raise --rounds."
        )
    available = presence(roster, options.rounds, timetable)
    if options.table_size is None:
        return _rounds(roster, scores, options, settled, available)
    return _tables(roster, scores, options, settled, available)


def presence(roster: Roster, rounds: int, timetable: Timetable | None = None) -> Bools:
    """Say who is there in which round (n, rounds), by presence, arrival and departure.

    A number is the first or the last round a person takes part in. At a time of the day, a person takes
    part in the rounds that begin after the arrival and end before the departure.

    Raises
    ------
    InvalidRequest
        A time of the day without timetable.
    """
    here = np.ones((len(roster), rounds), dtype=bool)
    for i, person in enumerate(roster.people):
        for r in range(rounds):
            arrived = person.arrives is None or _reached(person.arrives, r, timetable, leaving=False)
            stays = person.leaves is None or _reached(person.leaves, r, timetable, leaving=True)
            here[i, r] = person.present and arrived and stays
    return here


def _reached(moment: Moment, r: int, timetable: Timetable | None, *, leaving: bool) -> bool:
    """Say whether round ``r`` lies on the present side of an arrival or a departure."""
    if not isinstance(moment, time):
        return r + 1 <= moment if leaving else r + 1 >= moment
    if timetable is None:
        raise InvalidRequest(
            "Une arrivée ou un départ est donné en heures : ajouter --start (début du premier tour). / "
            "An arrival or a departure is a time of the day: add --start (when the first round begins)."
        )
    return timetable.ends_by(r, moment) if leaving else timetable.begins_from(r, moment)


def _absent(roster: Roster, settled: Settled) -> list[int]:
    """Return the people who take no part any more: named absent, or not present in the list."""
    named = {roster.find(name, " (--absent)") for name in settled.absent}
    away = {number for number, person in enumerate(roster.people) if not person.present}
    return sorted(named | away)


def _rounds(
    roster: Roster, scores: Floats, options: EventOptions, settled: Settled, here: Bools
) -> EventPlan:
    """Plan one-to-one meetings."""
    absent = _absent(roster, settled)
    partner, available = _reopened(roster, options.rounds, settled, absent, here)
    staying = np.ones(len(roster), dtype=bool)
    staying[absent] = False
    rules = Rules(
        veto=roster.apart() | roster.acquainted(),
        tables=options.tables,
        fixed=roster.fixed(),
        available=available,
        names=roster.names,
    )
    schedule = _fairest(scores, options, rules, partner, staying)
    counts = schedule.counts
    idle = np.flatnonzero((schedule.partner == FREE).any(axis=1)).tolist()
    summary = {
        "participants": int(staying.sum()),
        "rounds": options.rounds,
        "meetings": int(counts.sum()) // 2,
        "total": round(schedule.total, 4),
        "bound": round(schedule.bound, 4),
        "gap": round(schedule.gap, 6),
        "fewest": int(counts[staying].min()) if staying.any() else 0,
        "free": {roster.names[i]: int((schedule.partner[i] == FREE).sum()) for i in idle},
    }
    return EventPlan(summary, _meeting_rows(roster, schedule, scores))


def _fairest(scores: Floats, options: EventOptions, rules: Rules, partner: Ints, staying: Bools) -> Schedule:
    """Plan with the asked minimum, or with the highest of a few that all can have.

    Without a minimum the total decides who is free when people are odd in number, and the same person could
    be free in every round. A person who comes late is owed no more than the rounds it is there.
    """
    if options.minimum is not None:
        rules = replace(rules, minimum=np.where(staying, options.minimum, 0))
        return plan_meetings(scores, options.rounds, rules, settled=partner, seed=options.seed)
    there = np.asarray(rules.available).sum(axis=1) * staying
    places = options.rounds * 2 * (options.tables or len(there))
    most = min(options.rounds, places // max(1, int(staying.sum())))
    for minimum in sorted({most, most - 1, most - 2, most // 2}, reverse=True):
        try:
            fair = replace(rules, minimum=np.minimum(there, max(0, minimum)))
            return plan_meetings(scores, options.rounds, fair, settled=partner, seed=options.seed)
        except InvalidRequest:
            continue  # this many cannot be met; other faults come up again without a minimum
    return plan_meetings(scores, options.rounds, rules, settled=partner, seed=options.seed)


def _reopened(
    roster: Roster, rounds: int, settled: Settled, absent: Sequence[int], here: Bools
) -> tuple[Ints, Bools]:
    """Return partners that do not move, and who is there when."""
    partner = np.full((len(roster), rounds), FREE)
    for r, i, j in settled.places or ():
        partner[i, r], partner[j, r] = j, i
    before = Schedule(partner, np.full_like(partner, FREE), 0.0, 0.0)
    now = settled.from_round - 1
    fixed, available = reopen(before, now, absent=absent)
    over = np.arange(rounds)[None, :] < now
    both_here = here & here[np.maximum(fixed, 0), np.arange(rounds)[None, :]]
    fixed[~over & (fixed >= 0) & ~both_here] = FREE
    # Rounds that are over stay as they were, and are not filled up.
    return fixed, np.where(over, fixed >= 0, available & here)


def _meeting_rows(roster: Roster, schedule: Schedule, scores: Floats) -> list[dict[str, Any]]:
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
                    "personne": roster.names[i],
                    "organisation": person.organisation,
                    "rencontre": roster.names[j] if other else "",
                    "organisation_rencontree": other.organisation if other else "",
                    "score": round(float(scores[i, j] + scores[j, i]) / 2, 4) if other else "",
                }
            )
    return rows


def _tables(
    roster: Roster, scores: Floats, options: EventOptions, settled: Settled, here: Bools
) -> EventPlan:
    """Seat all people at tables of about the wished size; settled seats stay."""
    size = options.table_size or 0
    company = Company(
        themes=[_folded(person.themes) for person in roster.people],
        territory=[person.territory.casefold() for person in roster.people],
        scores=scores,
        veto=roster.apart() if _can_separate(roster, size) else roster.avoided(),
        met=roster.acquainted(),
        names=roster.names,
    )
    seats = _settled_seats(roster, options.rounds, settled, here)
    seating = seat_groups(
        company, options.rounds, size, fixed=roster.fixed(), settled=seats, seed=options.seed
    )
    summary = {
        "participants": int((seating.table >= 0).any(axis=1).sum()),
        "rounds": options.rounds,
        "tables": int(seating.table.max()) + 1,
        "repeats": seating.repeats,
        "same_theme": round(seating.same_theme, 4),
        "same_territory": round(seating.same_territory, 4),
    }
    return EventPlan(summary, _table_rows(roster, seating))


def _folded(themes: Sequence[str]) -> frozenset[str]:
    return frozenset(theme.casefold() for theme in themes)


def _settled_seats(roster: Roster, rounds: int, settled: Settled, here: Bools) -> SettledSeats:
    """Return seats that are settled, and who is there when: rounds that are over stay as they were."""
    table, now = np.full((len(roster), rounds), -1), settled.from_round - 1
    for r, i, t in settled.places or ():
        table[i, r] = t
    present = here.copy()
    if settled.places is not None:
        present[:, :now] = table[:, :now] >= 0
    present[_absent(roster, settled), now:] = False
    return SettledSeats(np.where(present, table, -1), present)


def _can_separate(roster: Roster, size: int) -> bool:
    """Say whether no organisation has more people than there are tables."""
    present = np.array([person.present for person in roster.people])
    colleagues = roster.colleagues()[np.ix_(present, present)]
    largest = int(colleagues.sum(axis=1).max(initial=0)) + 1
    return largest <= max(1, int(present.sum()) // size)


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
                    "personne": roster.names[i],
                    "organisation": person.organisation,
                    "rencontre": ", ".join(others),
                }
            )
    return rows
