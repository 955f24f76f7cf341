"""Alerts as rows; an alert, its mails and its entry in the audit are one transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.mail import queue_messages
from matcher.adapters.sql.schema import (
    alert_stops,
    alerts,
    id_in,
    ids_parameter,
    items,
    messages,
    people,
    saved_searches,
)
from matcher.alerts import Alert, AlertState, Digest, Fit, SavedSearch
from matcher.audit import Note, Of
from matcher.errors import NotFound
from matcher.mail.messages import Event, State


class AlertTables:
    """The alerts that are kept; see :class:`matcher.alerts.AlertRows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, given: Sequence[Alert], by: str = "") -> int:
        """Keep alerts, except where the call and the organisation have one; return how many are new.

        What was withdrawn is due again when staff send it, and not when a saved search finds it.
        """
        with self._database.writing("keeping alerts") as connection:
            known = _known(connection, {one.fit.call_id for one in given})
            stored = _stored(connection, given)
            new = [one for one in given if _is_new(one, known) and set(_pair(one)) <= stored]
            for one in new:
                pair = (
                    alerts.c.call_id == one.fit.call_id,
                    alerts.c.organisation_id == one.fit.organisation_id,
                )
                connection.execute(delete(alerts).where(*pair))  # a withdrawn one, if any
            rows = {_pair(one): _row(one) for one in new}
            if rows:
                connection.execute(insert(alerts), list(rows.values()))
            calls = {one.fit.call_id: one.version for one in new}
            notes = [Note("alert.send", Of.CALL, call_id, by, version) for call_id, version in calls.items()]
            enter(connection, notes, self._database.now())
            return len(rows)

    def all(
        self, *, call_id: str = "", organisation_id: str = "", state: AlertState | None = None
    ) -> list[Alert]:
        """Return alerts by number: of a call, of an organisation, in a state, or all."""
        statement = select(alerts).order_by(alerts.c.number)
        if call_id:
            statement = statement.where(alerts.c.call_id == call_id)
        if organisation_id:
            statement = statement.where(alerts.c.organisation_id == organisation_id)
        if state is not None:
            statement = statement.where(alerts.c.state == state.value)
        with self._database.reading("reading alerts") as connection:
            return [_alert(row) for row in connection.execute(statement)]

    def told_in(self, week: str) -> set[str]:
        """Return the ids of the organisations that were told something in a week's mail."""
        told = alerts.c.state == AlertState.TOLD.value, alerts.c.digest == week
        with self._database.reading("reading who was told of alerts") as connection:
            return set(connection.execute(select(alerts.c.organisation_id).where(*told)).scalars())

    def tell(self, digests: Sequence[Digest], now: datetime) -> int:
        """Note that alerts are told, and queue the mails of their digests, all in one transaction.

        Return how many digests tell something: those of whose mails none is settled already, as when all it
        told was withdrawn. Else the alerts stay due. A mail that still waits is written when it goes
        out, and tells them. Alerts that are not due stay as they are.
        """
        with self._database.writing("telling of alerts") as connection:
            settled = _settled(connection, [key for one in digests for key in _keys(one)])
            open_ones = [one for one in digests if settled.isdisjoint(_keys(one))]
            told = [one for one in open_ones if _note_told(connection, one, now)]
            queue_messages(connection, [mail for one in told for mail in one.mails], now)
            return len(told)

    def withdraw(self, numbers: Sequence[int], now: datetime, by: str = "") -> int:
        """Note that alerts are not to be told: due ones, and those whose mail has not begun to go out.

        Return how many there were. ``by`` is the person who decided, for the audit.
        """
        if not numbers:
            return 0
        with self._database.writing("withdrawing alerts") as connection:
            rows = connection.execute(select(alerts).where(alerts.c.number.in_(numbers))).all()
            chosen = [row for row in rows if _may_withdraw(connection, row)]
            these = update(alerts).where(alerts.c.number.in_([row.number for row in chosen]))
            connection.execute(these.values(state=AlertState.WITHDRAWN.value, told_at=None))
            calls = {row.call_id: row.version for row in chosen}
            notes = [
                Note("alert.withdraw", Of.CALL, call_id, by, version) for call_id, version in calls.items()
            ]
            enter(connection, notes, now)
        return len(chosen)

    def stop(self, person_id: str, now: datetime) -> None:
        """Note that a person wants no alerts; NotFound for an unknown id."""
        with self._database.writing("stopping alerts") as connection:
            if connection.execute(select(people.c.id).where(people.c.id == person_id)).first() is None:
                raise NotFound("There is no such person.")
            mine = alert_stops.c.person_id == person_id
            if connection.execute(select(alert_stops).where(mine)).first() is None:
                connection.execute(insert(alert_stops), {"person_id": person_id, "at": stamp(now)})
                enter(connection, [Note("alert.stop", Of.PERSON, person_id, person_id)], now)

    def stopped(self) -> set[str]:
        """Return the ids of the people who want no alerts."""
        with self._database.reading("reading who wants no alerts") as connection:
            return set(connection.execute(select(alert_stops.c.person_id)).scalars())

    def add_search(self, search: SavedSearch) -> SavedSearch:
        """Keep a search and return it with its number; NotFound for an unknown organisation."""
        with self._database.writing("keeping a search") as connection:
            if search.organisation_id not in _ids(connection, [search.organisation_id]):
                raise NotFound(f"There is no organisation '{search.organisation_id}' in the store.")
            row = {
                "organisation_id": search.organisation_id,
                "text": search.text,
                "created_at": stamp(search.created_at),
            }
            statement = insert(saved_searches).returning(saved_searches.c.number)
            number = connection.execute(statement, row).scalar_one()
        return SavedSearch(search.organisation_id, search.text, search.created_at, number)

    def searches(self, organisation_id: str = "") -> list[SavedSearch]:
        """Return saved searches by number: of an organisation, or all."""
        statement = select(saved_searches).order_by(saved_searches.c.number)
        if organisation_id:
            statement = statement.where(saved_searches.c.organisation_id == organisation_id)
        with self._database.reading("reading saved searches") as connection:
            return [
                SavedSearch(row.organisation_id, row.text, datetime.fromisoformat(row.created_at), row.number)
                for row in connection.execute(statement)
            ]

    def remove_search(self, organisation_id: str, number: int) -> None:
        """Remove a search; NotFound where the organisation has none of this number."""
        mine = delete(saved_searches).where(
            saved_searches.c.organisation_id == organisation_id, saved_searches.c.number == number
        )
        with self._database.writing("removing a search") as connection:
            if not connection.execute(mine).rowcount:
                raise NotFound(f"'{organisation_id}' has no search {number}.")


def _pair(alert: Alert) -> tuple[str, str]:
    return alert.fit.call_id, alert.fit.organisation_id


def _known(connection: Connection, calls: set[str]) -> dict[tuple[str, str], str]:
    """Return the state of every alert of the calls, by call and organisation."""
    dialect, one = connection.dialect.name, alerts.c
    of_calls = select(one.call_id, one.organisation_id, one.state).where(id_in(dialect, one.call_id))
    rows = connection.execute(of_calls, ids_parameter(dialect, sorted(calls)))
    return {(row.call_id, row.organisation_id): row.state for row in rows}


def _is_new(alert: Alert, known: Mapping[tuple[str, str], str]) -> bool:
    state = known.get(_pair(alert))
    return state is None or (state == AlertState.WITHDRAWN.value and alert.search is None)


def _keys(digest: Digest) -> list[str]:
    return [mail.key for mail in digest.mails]


def _settled(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Return those keys whose mail does not wait any more."""
    dialect = connection.dialect.name
    found = select(messages.c.key).where(
        id_in(dialect, messages.c.key), messages.c.state != State.QUEUED.value
    )
    return set(connection.execute(found, ids_parameter(dialect, keys)).scalars())


def _note_told(connection: Connection, digest: Digest, now: datetime) -> bool:
    """Note that the alerts of a digest that are due are told in it; return whether there are any."""
    due = update(alerts).where(alerts.c.number.in_(digest.numbers), alerts.c.state == AlertState.DUE.value)
    values = {"state": AlertState.TOLD.value, "told_at": stamp(now), "digest": digest.week}
    return connection.execute(due.values(values)).rowcount > 0


def _may_withdraw(connection: Connection, alert: Row[Any]) -> bool:
    if alert.state != AlertState.TOLD.value:
        return bool(alert.state == AlertState.DUE.value)
    # A digest is written when it goes out, from the alerts that are then told.
    subjects = json.dumps({"digest": alert.digest, "organisation": alert.organisation_id}, sort_keys=True)
    of_digest = select(messages.c.state).where(
        messages.c.event == Event.ALERTS.value, messages.c.subjects == subjects
    )
    states = set(connection.execute(of_digest).scalars())
    # Mails that are not kept any more may have been sent.
    return bool(states) and not states & {State.SENDING.value, State.SENT.value}


def _stored(connection: Connection, given: Sequence[Alert]) -> set[str]:
    return _ids(connection, [name for one in given for name in _pair(one)])


def _ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    dialect = connection.dialect.name
    statement = select(items.c.id).where(id_in(dialect, items.c.id))
    return set(connection.execute(statement, ids_parameter(dialect, list(ids))).scalars())


def _row(alert: Alert) -> dict[str, Any]:
    fit = alert.fit
    return {
        "call_id": fit.call_id,
        "organisation_id": fit.organisation_id,
        "version": alert.version,
        "probability": fit.probability,
        "why_fr": fit.why_fr,
        "why_en": fit.why_en,
        "search": alert.search,
        "state": alert.state.value,
        "created_at": stamp(alert.created_at),
        "told_at": None,
        "digest": alert.digest,
    }


def _alert(row: Row[Any]) -> Alert:
    fit = Fit(row.call_id, row.organisation_id, row.probability, row.why_fr, row.why_en)
    return Alert(
        fit,
        row.version,
        datetime.fromisoformat(row.created_at),
        row.search,
        AlertState(row.state),
        datetime.fromisoformat(row.told_at) if row.told_at else None,
        row.digest,
        row.number,
    )
