"""The outbox of mails: queued in the transaction of the act they tell of, and settled one by one."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.schema import messages, worker_turns
from matcher.domain.messages import MessageRequest
from matcher.errors import InvalidRequest, NotFound
from matcher.mail.delivery import LONGEST_PAUSES
from matcher.mail.messages import Event, Message, State


def queue_messages(connection: Connection, requests: Iterable[MessageRequest], now: datetime) -> int:
    """Queue mails in the caller's transaction; return how many are new.

    A key that is known already, whatever became of its message, is left as it is: the same mail is never
    queued twice.
    """
    rows = [_row_of(request, now) for request in requests]
    if not rows:
        return 0
    make = insert_postgresql if connection.dialect.name == "postgresql" else insert_sqlite
    statement = make(messages).on_conflict_do_nothing(index_elements=["key"]).returning(messages.c.id)
    return len(connection.execute(statement, rows).all())


class Messages:
    """The outbox of mails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, requests: Iterable[MessageRequest], now: datetime) -> int:
        """Queue mails in a transaction of their own; return how many are new. See :func:`queue_messages`."""
        with self._database.writing("queueing mails") as connection:
            return queue_messages(connection, requests, now)

    def get(self, message_id: int) -> Message:
        """Return one message; NotFound when there is none of this number."""
        with self._database.reading("reading a mail") as connection:
            row = connection.execute(select(messages).where(messages.c.id == message_id)).first()
        if row is None:
            raise NotFound(f"There is no message {message_id}. See `matcher mail list`.")
        return _message(row)

    def all(
        self, state: State | None = None, *, limit: int = 100, before: int | None = None
    ) -> list[Message]:
        """Return messages, newest first: those of one state, and below the number ``before``."""
        statement = select(messages).order_by(messages.c.id.desc()).limit(limit)
        if state is not None:
            statement = statement.where(messages.c.state == state.value)
        if before is not None:
            statement = statement.where(messages.c.id < before)
        with self._database.reading("listing mails") as connection:
            return [_message(row) for row in connection.execute(statement)]

    def counts(self) -> dict[State, int]:
        """Count the messages of every state, zeros included."""
        statement = select(messages.c.state, func.count()).group_by(messages.c.state)
        with self._database.reading("counting mails") as connection:
            found = {row[0]: row[1] for row in connection.execute(statement)}
        return {state: found.get(state.value, 0) for state in State}

    def due(self, now: datetime, limit: int) -> list[Message]:
        """Queued messages that are due, longest due first, ties by number.

        A message is due as well whose instants show that the clock was set back: it was queued later than
        now and never tried, or put off for longer than messages are.
        """
        statement = (
            select(messages)
            .where(messages.c.state == State.QUEUED.value)
            .where(or_(messages.c.next_at <= stamp(now), _is_of_a_clock_ahead(now)))
            .order_by(messages.c.next_at, messages.c.id)
            .limit(limit)
        )
        with self._database.reading("reading due mails") as connection:
            return [_message(row) for row in connection.execute(statement)]

    def interrupted(self) -> list[Message]:
        """Messages whose text was going out, oldest first."""
        statement = select(messages).where(messages.c.state == State.SENDING.value).order_by(messages.c.id)
        with self._database.reading("reading interrupted mails") as connection:
            return [_message(row) for row in connection.execute(statement)]

    def begin(self, message: Message) -> bool:
        """Note that the text goes out now; False when the message is not queued any more."""
        return self._change(message, {"state": State.SENDING.value}, only_from=(State.QUEUED,))

    def settle(self, message: Message, state: State, now: datetime, error: str = "") -> None:
        """Note the end of a message: sent, parked, kept or cancelled."""
        values: dict[str, Any] = {"state": state.value, "error": error}
        if state is State.SENT:
            values["sent_at"] = stamp(now)
        if state in (State.SENT, State.PARKED):
            values["attempts"] = message.attempts + 1
        self._change(message, values, only_from=(State.QUEUED, State.SENDING))

    def postpone(self, message: Message, until: datetime, attempts: int, error: str) -> None:
        """Queue a message again."""
        values = {
            "state": State.QUEUED.value,
            "next_at": stamp(until),
            "attempts": attempts,
            "error": error,
        }
        self._change(message, values, only_from=(State.QUEUED, State.SENDING))

    def release(self, message: Message, now: datetime) -> bool:
        """Queue a parked or kept message for a new start; return whether it was one."""
        values = {"state": State.QUEUED.value, "next_at": stamp(now), "attempts": 0, "error": ""}
        return self._change(message, values, only_from=(State.PARKED, State.KEPT))

    def _change(self, message: Message, values: Mapping[str, Any], *, only_from: tuple[State, ...]) -> bool:
        statement = (
            update(messages)
            .where(messages.c.id == message.id)
            .where(messages.c.state.in_([state.value for state in only_from]))
            .values(**values)
        )
        with self._database.writing("settling a mail") as connection:
            return connection.execute(statement).rowcount == 1


class Turns:
    """Work that one process at a time does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holder(self, name: str) -> tuple[str, datetime] | None:
        """Return who does the work named ``name``, and until when without a further word."""
        statement = select(worker_turns.c.holder, worker_turns.c.until).where(worker_turns.c.name == name)
        with self._database.reading("reading whose turn it is") as connection:
            row = connection.execute(statement).first()
        return None if row is None else (row.holder, datetime.fromisoformat(row.until))

    def take(self, name: str, holder: str, until: datetime, *, seen: str | None) -> bool:
        """Take the work over from ``seen`` (None: no process), or keep it; False when another was faster."""
        with self._database.writing("taking a turn") as connection:
            found = connection.execute(
                select(worker_turns.c.holder).where(worker_turns.c.name == name)
            ).scalar()
            if found not in (seen, holder):
                return False
            values = {"holder": holder, "until": stamp(until)}
            if found is None:
                connection.execute(insert(worker_turns), {"name": name, **values})
            else:
                connection.execute(update(worker_turns).where(worker_turns.c.name == name).values(**values))
            return True

    def leave(self, name: str, holder: str) -> None:
        """Give the work up, so that another process need not wait."""
        statement = (
            worker_turns.delete().where(worker_turns.c.name == name).where(worker_turns.c.holder == holder)
        )
        with self._database.writing("leaving a turn") as connection:
            connection.execute(statement)


def _is_of_a_clock_ahead(now: datetime) -> ColumnElement[bool]:
    one = messages.c
    too_late = [
        and_(one.attempts == trials, one.next_at > stamp(now + pause))
        for trials, pause in enumerate(LONGEST_PAUSES)
    ]
    is_new = and_(one.created_at > stamp(now), one.error == "")
    return or_(is_new, and_(one.error != "", or_(*too_late)))


def _row_of(request: MessageRequest, now: datetime) -> dict[str, Any]:
    return {
        "key": request.key,
        "person_id": request.person_id,
        "event": _known(request.event).value,
        "subjects": json.dumps(dict(request.subjects), sort_keys=True),
        "created_at": stamp(now),
        "next_at": stamp(max(now, request.not_before)),
        "attempts": 0,
        "state": State.QUEUED.value,
        "error": "",
    }


def _known(event: str) -> Event:
    try:
        return Event(event)
    except ValueError:
        raise InvalidRequest(f"No mail tells of '{event}'. There are: {', '.join(Event)}.") from None


def _message(row: Row[Any]) -> Message:
    moment = datetime.fromisoformat
    return Message(
        row.id,
        row.key,
        row.person_id,
        Event(row.event),
        json.loads(row.subjects),
        moment(row.created_at),
        moment(row.next_at),
        row.attempts,
        State(row.state),
        moment(row.sent_at) if row.sent_at else None,
        row.error,
    )
