"""Introductions in SQL: the act, its record and its mails are one transaction."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, bindparam, delete, insert, literal, or_, select, union_all, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.mail import queue_messages
from matcher.adapters.sql.people import instant
from matcher.adapters.sql.schema import (
    availabilities,
    id_in,
    ids_parameter,
    introduction_records,
    introductions,
    items,
    people,
    person_organisations,
    unwanted_pairs,
)
from matcher.audit import Note, Of
from matcher.domain.items import ItemType
from matcher.errors import IllegalStep, NotFound
from matcher.introductions import (
    Act,
    Actor,
    Availability,
    Decide,
    Ground,
    Introduction,
    Meeting,
    Origin,
    Outcome,
    Party,
    Past,
    Record,
    Side,
    State,
    Step,
    Ties,
    cancellations,
)

_ID = re.compile(r"IN([1-9]\d{0,17})")

# Made once: to make a statement costs more than to run it, and every answer runs these two.
_ASKED = bindparam("asked", type_=Text())
_INTRODUCTIONS_OF = (
    select(introductions)
    .where(or_(introductions.c.first_id == _ASKED, introductions.c.second_id == _ASKED))
    .order_by(introductions.c.number)
)
_KEPT_APART = union_all(
    select(literal("paused").label("why"), availabilities.c.organisation_id.label("id")).where(
        availabilities.c.pause_until > bindparam("now", type_=Text())
    ),
    select(literal("unwanted"), unwanted_pairs.c.other_id).where(unwanted_pairs.c.organisation_id == _ASKED),
    select(literal("unwanted"), unwanted_pairs.c.organisation_id).where(unwanted_pairs.c.other_id == _ASKED),
)


class IntroductionTables:
    """The introductions that are kept; see :class:`matcher.introductions.Introductions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, introduction_id: str) -> Introduction:
        """Return one introduction; NotFound when there is none."""
        with self._database.reading("reading an introduction") as connection:
            return _read(connection, introduction_id)

    def history(self, introduction_id: str) -> list[Record]:
        """Return the records of one introduction, oldest first; none for an unknown one."""
        found = introduction_records.c
        statement = select(introduction_records).where(found.number == _number(introduction_id))
        with self._database.reading("reading the history of an introduction") as connection:
            return [_record(row) for row in connection.execute(statement.order_by(found.version))]

    def records(self) -> list[Record]:
        """Return every record, in the order they were written."""
        statement = select(introduction_records).order_by(introduction_records.c.id)
        with self._database.reading("reading the records of introductions") as connection:
            return [_record(row) for row in connection.execute(statement)]

    def all(self, states: Collection[State] | None = None, organisation_id: str = "") -> list[Introduction]:
        """Return introductions in the order they were proposed: of these states, of this organisation."""
        found = introductions.c
        statement = select(introductions).order_by(found.number)
        if states is not None:
            statement = statement.where(found.state.in_([state.value for state in states]))
        if organisation_id:
            mine = or_(found.first_id == organisation_id, found.second_id == organisation_id)
            statement = statement.where(mine)
        with self._database.reading("listing introductions") as connection:
            return [_introduction(row) for row in connection.execute(statement)]

    def propose(self, step: Step) -> Introduction:
        """Keep a new introduction and return it with the id it was given.

        Raises
        ------
        IllegalStep
            The pair has an introduction already, in either order.
        NotFound
            An organisation is not in the store any more.
        """
        new = step.introduction
        with self._database.writing("proposing an introduction") as connection:
            _require_organisations(connection, (new.first_id, new.second_id))
            _require_new_pair(connection, new)
            row = _columns(new) | {"pair": pair_key(new)}
            number = connection.execute(insert(introductions).returning(introductions.c.number), row).scalar()
            kept = replace(new, id=f"IN{number}")
            _write_record(connection, kept, replace(step.record, introduction_id=kept.id))
            enter(connection, [_noted(kept, step.record)], step.record.at)
            queue_messages(connection, step.messages, step.record.at)
        return kept

    def change(self, introduction_id: str, decide: Decide, since: datetime) -> Introduction | None:
        """Let ``decide`` work out a step from the present state, and keep it with its record and mails.

        Writers take turns, so no other changes anything between reading and writing.
        """
        with self._database.writing("changing an introduction") as connection:
            before = _read(connection, introduction_id)
            step = decide(before, _past(connection, (before.first_id, before.second_id), since))
            if step is None:
                return None
            mine = introductions.c.number == _number(introduction_id)
            connection.execute(update(introductions).where(mine).values(_columns(step.introduction)))
            _write_record(connection, step.introduction, step.record)
            enter(connection, [_noted(step.introduction, step.record)], step.record.at)
            queue_messages(connection, step.messages, step.record.at)
        return step.introduction

    def past(self, since: datetime) -> Past:
        """Return when organisations were asked from an instant on, and what they wish."""
        with self._database.snapshot("reading what members wish") as connection:
            return _past(connection, None, since)

    def ties_of(self, organisation_id: str, now: datetime) -> Ties:
        """Return what is kept between an organisation and others at an instant."""
        given = {"asked": organisation_id, "now": stamp(now)}
        apart: dict[str, set[str]] = {"paused": set(), "unwanted": set()}
        with self._database.snapshot("reading what stands between members") as connection:
            found = connection.execute(_INTRODUCTIONS_OF, given).all()
            for why, other_id in connection.execute(_KEPT_APART, given):
                apart[why].add(other_id)
        unwanted, paused = frozenset(apart["unwanted"]), frozenset(apart["paused"])
        return Ties([_introduction(row) for row in found], unwanted, paused)

    def wish(self, availability: Availability) -> None:
        """Keep what an organisation wishes, instead of what it wished before."""
        organisation_id = availability.organisation_id
        with self._database.writing("storing what a member wishes") as connection:
            _require_organisations(connection, (organisation_id, *availability.not_with))
            for table in (availabilities, unwanted_pairs):
                connection.execute(delete(table).where(table.c.organisation_id == organisation_id))
            pause = availability.pause_until
            row = {
                "organisation_id": organisation_id,
                "capacity": availability.capacity,
                "pause_until": stamp(pause) if pause else None,
                "named_before": availability.named_before,
            }
            connection.execute(insert(availabilities), row)
            for other_id in sorted(availability.not_with):
                pair = {"organisation_id": organisation_id, "other_id": other_id}
                connection.execute(insert(unwanted_pairs), pair)


def cancel_meetings(connection: Connection, erased: Collection[str], now: datetime) -> None:
    """Queue what takes the meetings of erased organisations out of the calendars of those they were to meet.

    Called before the introductions are erased, in the same transaction.
    """
    gone = set(erased)
    with_meeting = select(introductions).where(introductions.c.meeting.is_not(None))
    for row in connection.execute(with_meeting).all():  # few have one, while an undo may erase thousands
        one = _introduction(row)
        left = {one.first_id, one.second_id} - gone
        if len(left) != 1:
            continue  # neither is erased, or both
        for other_id in left:
            readers = _readers(connection, other_id)
            queue_messages(connection, cancellations(one, other_id, readers, now), now)


def _readers(connection: Connection, organisation_id: str) -> list[str]:
    """Return the ids of the people who get the mail of an organisation, in order."""
    statement = (
        select(people.c.id)
        .join(person_organisations, person_organisations.c.person_id == people.c.id)
        .where(person_organisations.c.organisation_id == organisation_id)
        .where(people.c.objected_at.is_(None), people.c.disabled_at.is_(None))
        .order_by(people.c.id)
    )
    return list(connection.execute(statement).scalars())


def pair_key(introduction: Introduction) -> str:
    """Return what two introductions of the same organisations have in common, whichever was first."""
    return " ".join(sorted((introduction.first_id, introduction.second_id)))


def _number(introduction_id: str) -> int:
    """Return the number of an id; 0, which no introduction has, for what is no id."""
    found = _ID.fullmatch(introduction_id)
    return int(found[1]) if found else 0


def _read(connection: Connection, introduction_id: str) -> Introduction:
    statement = select(introductions).where(introductions.c.number == _number(introduction_id))
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound(f"There is no introduction '{introduction_id}'. See `matcher introductions list`.")
    return _introduction(row)


def _require_organisations(connection: Connection, ids: Sequence[str]) -> None:
    dialect = connection.dialect.name
    stored = select(items.c.id).where(
        items.c.item_type == ItemType.ORGANISATION.value, id_in(dialect, items.c.id)
    )
    found = set(connection.execute(stored, ids_parameter(dialect, list(ids))).scalars())
    for organisation_id in ids:
        if organisation_id not in found:
            raise NotFound(f"There is no organisation '{organisation_id}' in the store.")


def _require_new_pair(connection: Connection, new: Introduction) -> None:
    statement = select(introductions).where(introductions.c.pair == pair_key(new))
    row = connection.execute(statement).first()
    if row is not None:
        known = _introduction(row)
        raise IllegalStep(
            f"{new.first_id} and {new.second_id} have an introduction already: {known.id},"
            f" '{known.state.value}'. No pair is asked twice."
        )


def _past(connection: Connection, ids: Sequence[str] | None, since: datetime) -> Past:
    """Read the requests since an instant and the wishes, of these organisations or of all."""
    found = introduction_records.c
    requests = select(found.asked_id, found.at).where(found.asked_id != "", found.at >= stamp(since))
    wished, unwanted = select(availabilities), select(unwanted_pairs)
    if ids is not None:
        requests = requests.where(found.asked_id.in_(ids))
        wished = wished.where(availabilities.c.organisation_id.in_(ids))
        unwanted = unwanted.where(unwanted_pairs.c.organisation_id.in_(ids))
    asked: dict[str, list[datetime]] = {}
    for request in connection.execute(requests.order_by(found.at)):
        asked.setdefault(request.asked_id, []).append(datetime.fromisoformat(request.at))
    others: dict[str, set[str]] = {}
    for pair in connection.execute(unwanted):
        others.setdefault(pair.organisation_id, set()).add(pair.other_id)
    return Past(asked, {row.organisation_id: _wished(row, others) for row in connection.execute(wished)})


def _wished(row: Row[Any], others: Mapping[str, Collection[str]]) -> Availability:
    return Availability(
        row.organisation_id,
        row.capacity,
        instant(row.pause_until),
        frozenset(others.get(row.organisation_id, ())),
        row.named_before,
    )


def _columns(one: Introduction) -> dict[str, Any]:
    said = {side.value: [outcome.contacted, outcome.useful] for side, outcome in one.outcomes.items()}
    return {
        "first_id": one.first_id,
        "second_id": one.second_id,
        "state": one.state.value,
        "version": one.version,
        "created_at": stamp(one.created_at),
        "changed_at": stamp(one.changed_at),
        "origin": one.origin.value,
        "plan": one.plan,
        "asked_at": _stamped(one.asked_at),
        "reminders": one.reminders,
        "until": _stamped(one.until),
        "ground": one.ground and one.ground.value,
        "resumes": one.resumes and one.resumes.value,
        "ended_by": one.ended_by and one.ended_by.value,
        "outcome_asked_at": _stamped(one.outcome_asked_at),
        "outcomes": json.dumps(said),
        "meeting": _meeting_text(one.meeting),
        "word_first": one.words.get(Side.FIRST, ""),
        "word_second": one.words.get(Side.SECOND, ""),
    }


def _introduction(row: Row[Any]) -> Introduction:
    said = {Side(side): Outcome(*given) for side, given in json.loads(row.outcomes).items()}
    words = {Side.FIRST: row.word_first, Side.SECOND: row.word_second}
    return Introduction(
        f"IN{row.number}",
        row.first_id,
        row.second_id,
        State(row.state),
        row.version,
        datetime.fromisoformat(row.created_at),
        datetime.fromisoformat(row.changed_at),
        Origin(row.origin),
        row.plan,
        asked_at=instant(row.asked_at),
        reminders=row.reminders,
        until=instant(row.until),
        ground=Ground(row.ground) if row.ground else None,
        resumes=State(row.resumes) if row.resumes else None,
        ended_by=Side(row.ended_by) if row.ended_by else None,
        outcome_asked_at=instant(row.outcome_asked_at),
        outcomes=said,
        meeting=_meeting(row.meeting),
        words={side: word for side, word in words.items() if word},
    )


def _noted(one: Introduction, record: Record) -> Note:
    """Return what the audit keeps of an act: no ground, note or outcome, which are a member's own words."""
    act = f"introduction.{record.act.value}"
    return Note(act, Of.INTRODUCTION, one.id, record.actor.person_id, str(record.version))


def _write_record(connection: Connection, one: Introduction, record: Record) -> None:
    row = {
        "number": _number(record.introduction_id),
        "first_id": one.first_id,
        "second_id": one.second_id,
        "version": record.version,
        "at": stamp(record.at),
        "act": record.act.value,
        "before": record.before and record.before.value,
        "after": record.after.value,
        "party": record.actor.party.value,
        "person_id": record.actor.person_id or None,
        "on_behalf_of": record.actor.on_behalf_of,
        "asked_id": record.asked_id,
        "ground": record.ground and record.ground.value,
        "until": _stamped(record.until),
        "note": record.note,
        "plan": record.plan,
        "contacted": record.outcome and record.outcome.contacted,
        "useful": record.outcome and record.outcome.useful,
        "meeting": _meeting_text(record.meeting),
    }
    connection.execute(insert(introduction_records), row)


def _record(row: Row[Any]) -> Record:
    return Record(
        f"IN{row.number}",
        row.version,
        datetime.fromisoformat(row.at),
        Act(row.act),
        State(row.before) if row.before else None,
        State(row.after),
        Actor(Party(row.party), row.person_id or "", row.on_behalf_of),
        row.asked_id,
        Ground(row.ground) if row.ground else None,
        instant(row.until),
        row.note,
        row.plan,
        None if row.contacted is None else Outcome(row.contacted, row.useful),
        _meeting(row.meeting),
    )


def _meeting_text(meeting: Meeting | None) -> str | None:
    if meeting is None:
        return None
    return json.dumps(asdict(meeting) | {"starts": stamp(meeting.starts)})


def _meeting(text: str | None) -> Meeting | None:
    if text is None:
        return None
    facts = json.loads(text)
    return Meeting(**facts | {"starts": datetime.fromisoformat(facts["starts"])})


def _stamped(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
