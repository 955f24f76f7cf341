"""Moving the people of a merged organisation, and the mails and links they were sent about it."""

import json
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import alerts, links, messages, person_organisations
from matcher.alerts import AlertState
from matcher.mail.messages import Event, State
from matcher.people import Purpose


def move_people(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Let those who speak for the dropped organisation speak for the kept one, in what they were sent too.

    A member who answers by the link of an older mail reaches the introduction, and a mail that waits is sent.
    """
    _move_speakers(connection, kept_id, dropped_id)
    _move_messages(connection, kept_id, dropped_id)
    _move_links(connection, kept_id, dropped_id)


def _move_speakers(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Move each row, unless the person speaks for both: their second row goes with the dropped record."""
    organisation = person_organisations.c.organisation_id
    person = person_organisations.c.person_id
    already = select(person).where(organisation == kept_id)
    speak_for_both = connection.execute(already).scalars().all()
    moved = update(person_organisations).where(organisation == dropped_id, person.not_in(speak_for_both))
    connection.execute(moved.values(organisation_id=kept_id))
    connection.execute(delete(person_organisations).where(organisation == dropped_id))


def _move_messages(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Let messages name the kept record; their keys stay, since a key is never used for another mail.

    Of the alerts of one week to one person a second mail goes: one that waits tells, when it goes out, the
    alerts of both. Where it went out already, those of the dropped record are due again.
    """
    quoted = json.dumps(dropped_id)
    named = select(messages).where(messages.c.subjects.contains(quoted))
    for row in connection.execute(named).all():
        subjects = json.loads(row.subjects)
        if subjects.get("organisation") == dropped_id:
            subjects["organisation"] = kept_id
            values = {"subjects": json.dumps(subjects, sort_keys=True)}
            mine = messages.c.id == row.id
            same = _same(connection, row, values["subjects"]) if row.event == Event.ALERTS.value else None
            if same is not None:
                if row.state == State.QUEUED.value != same.state:
                    _tell_again(connection, dropped_id, subjects["digest"])
                connection.execute(delete(messages).where(mine))
            else:
                connection.execute(update(messages).where(mine).values(values))


def _same(connection: Connection, message: Row[Any], subjects: str) -> Row[Any] | None:
    """Return the mail that the same person has of the same already; None where there is none."""
    same = select(messages.c.state).where(
        messages.c.person_id == message.person_id,
        messages.c.event == message.event,
        messages.c.subjects == subjects,
    )
    return connection.execute(same.limit(1)).first()


def _tell_again(connection: Connection, organisation_id: str, week: str) -> None:
    """Let the alerts of a week's mail that goes out no more be told in the mail of a later week."""
    theirs = (alerts.c.organisation_id == organisation_id, alerts.c.digest == week)
    told = alerts.c.state == AlertState.TOLD.value
    due = {"state": AlertState.DUE.value, "told_at": None, "digest": ""}
    connection.execute(update(alerts).where(*theirs, told).values(due))


def _move_links(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Let links to answer by, whose subject is "introduction/organisation", lead to the kept record."""
    theirs = (links.c.purpose == Purpose.ANSWER.value, links.c.subject.endswith(f"/{dropped_id}"))
    for row in connection.execute(select(links.c.id, links.c.subject).where(*theirs)).all():
        introduction_id, _, named = row.subject.partition("/")
        if named == dropped_id:
            values = {"subject": f"{introduction_id}/{kept_id}"}
            connection.execute(update(links).where(links.c.id == row.id).values(values))
