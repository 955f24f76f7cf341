"""The outbox of mails and whose turn it is to deliver, on SQLite and on a real PostgreSQL server."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.mail import queue_messages
from matcher.domain import MessageRequest
from matcher.errors import InvalidRequest, NotFound
from matcher.mail import Event, State

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(ready_url: str) -> Iterator[Store]:
    with open_store(ready_url, now=lambda: NOON) as opened:
        yield opened


def asked(key: str, after: timedelta = timedelta(), person: str = "P1") -> MessageRequest:
    return MessageRequest(key, person, Event.ASKED, NOON + after, {"introduction": "IN1"})


def test_a_mail_is_queued_once_for_its_key_whatever_became_of_it(store: Store) -> None:
    assert store.mail.queue([asked("a"), asked("b"), asked("a")], NOON) == 2
    [first, _] = store.mail.due(NOON, 10)
    store.mail.settle(first, State.SENT, NOON)
    assert store.mail.queue([asked("a"), asked("c")], NOON) == 1
    assert [message.key for message in store.mail.due(NOON, 10)] == ["b", "c"]


def test_mails_are_due_from_their_moment_on_oldest_first(store: Store) -> None:
    store.mail.queue([asked("later", 2 * MINUTE), asked("soon", MINUTE), asked("now")], NOON)
    assert [message.key for message in store.mail.due(NOON, 10)] == ["now"]
    assert [message.key for message in store.mail.due(NOON + MINUTE, 10)] == ["now", "soon"]
    assert [message.key for message in store.mail.due(NOON + 9 * MINUTE, 2)] == ["now", "soon"]


def test_a_message_is_read_as_it_was_queued(store: Store) -> None:
    store.mail.queue([asked("a", MINUTE)], NOON)
    message = store.mail.get(1)
    assert (message.key, message.person_id, message.event) == ("a", "P1", Event.ASKED)
    assert message.subjects == {"introduction": "IN1"}
    assert (message.created_at, message.next_at) == (NOON, NOON + MINUTE)
    assert (message.state, message.attempts, message.sent_at, message.error) == (State.QUEUED, 0, None, "")


def test_an_unknown_number_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="no message 7"):
        store.mail.get(7)


def test_an_event_without_template_is_refused(store: Store) -> None:
    with pytest.raises(InvalidRequest, match="birthday"):
        store.mail.queue([MessageRequest("k", "P1", "birthday", NOON)], NOON)


def test_a_text_goes_out_once(store: Store) -> None:
    store.mail.queue([asked("a")], NOON)
    [message] = store.mail.due(NOON, 10)
    assert store.mail.begin(message)
    assert not store.mail.begin(message)
    assert store.mail.due(NOON, 10) == []
    assert [found.id for found in store.mail.interrupted()] == [message.id]
    store.mail.settle(message, State.SENT, NOON)
    assert store.mail.interrupted() == []
    sent = store.mail.get(message.id)
    assert (sent.state, sent.sent_at, sent.attempts) == (State.SENT, NOON, 1)


def test_what_was_sent_is_never_queued_again(store: Store) -> None:
    store.mail.queue([asked("a")], NOON)
    [message] = store.mail.due(NOON, 10)
    store.mail.settle(message, State.SENT, NOON)
    store.mail.postpone(message, NOON, 1, "not_now 450")
    assert store.mail.get(message.id).state is State.SENT
    assert not store.mail.release(message, NOON)


def test_a_parked_message_is_released_for_a_new_start(store: Store) -> None:
    store.mail.queue([asked("a")], NOON)
    [message] = store.mail.due(NOON, 10)
    store.mail.settle(message, State.PARKED, NOON, "refused 550")
    assert store.mail.get(message.id).error == "refused 550"
    assert store.mail.release(message, NOON + MINUTE)
    released = store.mail.get(message.id)
    assert (released.state, released.attempts, released.error) == (State.QUEUED, 0, "")


def test_messages_are_listed_newest_first_page_by_page(store: Store) -> None:
    store.mail.queue([asked(key) for key in "abcde"], NOON)
    store.mail.settle(store.mail.get(2), State.KEPT, NOON)
    assert [message.id for message in store.mail.all(limit=2)] == [5, 4]
    assert [message.id for message in store.mail.all(limit=2, before=4)] == [3, 2]
    assert [message.id for message in store.mail.all(State.KEPT)] == [2]
    assert store.mail.counts() == dict.fromkeys(State, 0) | {State.QUEUED: 4, State.KEPT: 1}


def test_messages_of_an_act_that_fails_are_not_queued(url: str, store: Store) -> None:
    database = Database(url)

    def act_and_fail() -> None:
        with database.writing("acting") as connection:
            queue_messages(connection, [asked("a")], NOON)
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        act_and_fail()
    database.close()
    assert store.mail.due(NOON, 10) == []


def test_two_who_ask_at_once_for_the_same_mail_queue_one(store: Store) -> None:
    threads = [threading.Thread(target=store.mail.queue, args=([asked("a")], NOON)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.mail.due(NOON, 10)) == 1


def test_a_turn_has_one_holder(store: Store) -> None:
    assert store.turns.holder("mail") is None
    assert store.turns.take("mail", "a", NOON + MINUTE, seen=None)
    assert not store.turns.take("mail", "b", NOON + MINUTE, seen=None)
    assert store.turns.holder("mail") == ("a", NOON + MINUTE)
    assert store.turns.take("mail", "a", NOON + 2 * MINUTE, seen="a")
    assert store.turns.take("mail", "b", NOON + 3 * MINUTE, seen="a")
    store.turns.leave("mail", "a")
    assert store.turns.holder("mail") == ("b", NOON + 3 * MINUTE)
    store.turns.leave("mail", "b")
    assert store.turns.holder("mail") is None
