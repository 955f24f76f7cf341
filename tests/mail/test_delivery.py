"""What delivery makes of each outcome, in the tests' clock, with a real store."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.adapters.sql import Store, open_store
from matcher.domain import MessageRequest
from matcher.mail import (
    REPEATABLE,
    RETRY_AFTER,
    SERVER_PAUSE,
    Delivery,
    Event,
    Message,
    Outcome,
    Remark,
    State,
    Trial,
    Unwanted,
    Written,
)
from tests.samples import migrated

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
ACCEPTED = Trial(Outcome.ACCEPTED, "250")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


class Server:
    """A mail server that gives the trials of a list in turn, the last one for ever."""

    def __init__(self, *trials: Trial) -> None:
        self.trials = list(trials)
        self.sent: list[str] = []

    def send(self, mail: EmailMessage, before_text: Callable[[], bool]) -> Trial:
        trial = self.trials.pop(0) if len(self.trials) > 1 else self.trials[0]
        reaches_text = trial.outcome in (Outcome.ACCEPTED, Outcome.IN_DOUBT)
        if reaches_text and not before_text():
            return Trial(Outcome.DROPPED)
        if reaches_text:
            self.sent.append(str(mail["Subject"]))
        return trial


class DyingServer:
    """A mail server whose client is killed after the text went out."""

    def send(self, mail: EmailMessage, before_text: Callable[[], bool]) -> Trial:
        before_text()
        raise KeyboardInterrupt


class Writer:
    """Writes the key of a message as its subject, or finds nothing to say."""

    def __init__(self, unwanted: Remark | None = None) -> None:
        self.unwanted = unwanted

    def write(self, message: Message, now: datetime) -> Written | Unwanted:
        if self.unwanted:
            return Unwanted(self.unwanted)
        mail = EmailMessage()
        mail["Subject"] = message.key
        return Written(mail)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db"), now=lambda: NOON) as opened:
        yield opened


def queue(store: Store, *keys: str, event: Event = Event.ASKED) -> None:
    store.mail.queue([MessageRequest(key, "P1", event, NOON) for key in keys], NOON)


def test_due_messages_are_sent_and_noted(store: Store) -> None:
    queue(store, "a", "b")
    server = Server(ACCEPTED)
    done = Delivery(store.mail, Writer(), server, Clock()).run()
    assert server.sent == ["a", "b"]
    assert done.counts == {State.SENT: 2}
    assert store.mail.get(1).sent_at == NOON


def test_without_a_server_messages_are_kept_to_be_read(store: Store) -> None:
    queue(store, "a")
    assert Delivery(store.mail, Writer(), None, Clock()).run().counts == {State.KEPT: 1}
    assert store.mail.get(1).sent_at is None


@pytest.mark.parametrize(
    ("why", "state"),
    [
        (Remark.SETTLED, State.CANCELLED),
        (Remark.OVERDUE, State.CANCELLED),
        (Remark.NO_PERSON, State.CANCELLED),
        (Remark.OBJECTED, State.CANCELLED),
        (Remark.BAD_ADDRESS, State.PARKED),
        (Remark.NOT_WRITTEN, State.PARKED),
    ],
)
def test_a_message_with_nothing_to_say_is_not_sent(store: Store, why: Remark, state: State) -> None:
    queue(store, "a")
    server = Server(ACCEPTED)
    assert Delivery(store.mail, Writer(why), server, Clock()).run().counts == {state: 1}
    assert server.sent == []
    assert store.mail.get(1).error == why.value


def test_a_refused_recipient_is_parked_at_once_and_others_are_served(store: Store) -> None:
    queue(store, "a", "b")
    server = Server(Trial(Outcome.REFUSED, "550 5.1.1"), ACCEPTED)
    Delivery(store.mail, Writer(), server, Clock()).run()
    assert [store.mail.get(number).state for number in (1, 2)] == [State.PARKED, State.SENT]
    assert store.mail.get(1).error == "refused 550 5.1.1"


def test_what_is_put_off_is_tried_again_later_and_later_then_parked(store: Store) -> None:
    queue(store, "a")
    clock, trials = Clock(), 0
    delivery = Delivery(store.mail, Writer(), Server(Trial(Outcome.NOT_NOW, "450 4.2.1")), clock)
    for pause in RETRY_AFTER:
        assert delivery.run().waiting == 1
        trials += 1
        assert store.mail.get(1).next_at == clock.at + pause
        clock.at += pause - timedelta(seconds=1)
        assert delivery.run().waiting == 0, "not before its time"
        clock.at += timedelta(seconds=1)
    assert delivery.run().counts == {State.PARKED: 1}
    assert (store.mail.get(1).attempts, store.mail.get(1).error) == (trials + 1, "not_now 450 4.2.1")


def test_a_server_that_is_down_for_a_week_parks_nothing(store: Store) -> None:
    queue(store, "a", "b")
    clock = Clock()
    down = Delivery(store.mail, Writer(), Server(Trial(Outcome.SERVER_DOWN)), clock)
    for _ in range(24 * 7):
        assert down.run().server_down
        clock.at += timedelta(hours=1)
    assert store.mail.counts()[State.QUEUED] == 2
    back = Server(ACCEPTED)
    clock.at += SERVER_PAUSE
    assert Delivery(store.mail, Writer(), back, clock).run().counts == {State.SENT: 2}


def test_a_round_ends_at_a_server_that_is_down(store: Store) -> None:
    queue(store, "a", "b", "c")
    server = Server(Trial(Outcome.SERVER_DOWN), ACCEPTED)
    Delivery(store.mail, Writer(), server, Clock()).run()
    assert server.sent == []


@pytest.mark.parametrize("event", Event)
def test_in_doubt_a_message_is_repeated_or_parked_by_its_event(store: Store, event: Event) -> None:
    queue(store, "a", event=event)
    clock = Clock()
    server = Server(Trial(Outcome.IN_DOUBT), ACCEPTED)
    delivery = Delivery(store.mail, Writer(), server, clock)
    delivery.run()
    clock.at += timedelta(days=9)
    delivery.run()
    expected = (["a", "a"], State.SENT) if event in REPEATABLE else (["a"], State.PARKED)
    assert (server.sent, store.mail.get(1).state) == expected


@pytest.mark.parametrize("event", [Event.ASKED, Event.ACCEPTED])
def test_a_process_killed_while_sending_leaves_the_same_doubt(store: Store, event: Event) -> None:
    queue(store, "a", event=event)
    clock = Clock()
    with pytest.raises(KeyboardInterrupt):
        Delivery(store.mail, Writer(), DyingServer(), clock).run()
    server = Server(ACCEPTED)
    successor = Delivery(store.mail, Writer(), server, clock)
    assert successor.run().counts == {}, "nothing is sent before it is decided"
    assert successor.recover() == 1
    clock.at += timedelta(days=1)
    successor.run()
    assert server.sent == (["a"] if event in REPEATABLE else [])
    assert store.mail.get(1).state is (State.SENT if event in REPEATABLE else State.PARKED)


JUMPS = st.lists(st.sampled_from([timedelta(days=1), timedelta(days=-1), timedelta(minutes=-10)]), max_size=6)
PUT_OFF = [Trial(Outcome.NOT_NOW, "450"), Trial(Outcome.SERVER_DOWN)]


@given(jumps=JUMPS, trials=st.lists(st.sampled_from(PUT_OFF), max_size=len(RETRY_AFTER)))
def test_no_mail_waits_for_a_clock_that_was_set_back(jumps: list[timedelta], trials: list[Trial]) -> None:
    """However the clock jumps, a mail goes out once, no later than the longest pause after it was put off."""
    with TemporaryDirectory() as folder, open_store(migrated(Path(folder) / "matcher.db")) as store:
        clock, server = Clock(), Server(*trials, ACCEPTED)
        delivery = Delivery(store.mail, Writer(), server, clock)
        store.mail.queue([MessageRequest("a", "P1", Event.ASKED, clock.at)], clock.at)
        for jump in [*jumps, *[timedelta(0)] * len(trials)]:
            clock.at += jump
            delivery.run()
            clock.at += max(RETRY_AFTER)
        delivery.run()
        assert server.sent == ["a"]
        assert store.mail.get(1).state is State.SENT


def test_a_mail_queued_or_put_off_before_the_clock_was_set_back_is_due(store: Store) -> None:
    clock = Clock()
    clock.at += timedelta(days=1)
    store.mail.queue([MessageRequest("new", "P1", Event.ASKED, clock.at)], clock.at)
    queue(store, "put off")
    down = Delivery(store.mail, Writer(), Server(ACCEPTED, Trial(Outcome.SERVER_DOWN)), clock)
    assert (down.run(most=1).counts, down.run().server_down) == ({State.SENT: 1}, True)
    clock.at = NOON
    server = Server(ACCEPTED)
    Delivery(store.mail, Writer(), server, clock).run()
    assert server.sent == ["new"]


def test_a_mail_that_is_put_off_is_not_hurried_by_a_clock_set_back(store: Store) -> None:
    clock = Clock()
    queue(store, "a")
    clock.at -= timedelta(hours=6)
    delivery = Delivery(store.mail, Writer(), Server(Trial(Outcome.NOT_NOW, "450")), clock)
    assert delivery.run().waiting == 1
    clock.at += timedelta(seconds=30)
    assert delivery.run().waiting == 0, "not before its time"
    assert store.mail.get(1).attempts == 1


def test_every_trial_of_a_message_has_the_same_reference(store: Store) -> None:
    queue(store, "a", "b")
    before = store.mail.get(1)
    Delivery(store.mail, Writer(), Server(Trial(Outcome.NOT_NOW)), Clock()).run()
    assert store.mail.get(1).reference == before.reference
    assert store.mail.get(2).reference != before.reference
