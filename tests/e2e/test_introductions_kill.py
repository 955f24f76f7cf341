"""kill -9 at any moment of acts and mails: nothing is lost, sent twice or undone (decision 0703)."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from matcher.adapters.sql import Store, open_store
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Organisation
from matcher.introductions import Act, Actor, Details, Ground, Introduction, Party, State
from matcher.mail import REPEATABLE, Event, Message
from matcher.mail import State as MailState
from matcher.people import new_person
from matcher.settings import Settings
from tests.e2e.killing import Driver, kills
from tests.e2e.month import let_pass
from training.servers import Postbox, mail_server

pytestmark = pytest.mark.process
KILLS = 5
PAIRS = 3
"""Introductions that one run brings from the approval to their end."""
STAFF = Actor(Party.STAFF)
ENDS = {State.ACCEPTED, State.DECLINED, State.WITHDRAWN}
FOLLOWING = {
    State.ACCEPTED: Counter({Event.ACCEPTED: 2}),
    State.DECLINED: Counter({Event.DECLINED: 1}),
    State.WITHDRAWN: Counter({Event.WITHDRAWN: 2}),
}
"""The mails that an end is followed by, beside the two requests."""
JOURNAL = "journal"


class SlowPostbox(Postbox):
    """A mail server that takes some milliseconds a mail, so that kills fall between text and answer too."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.005)
        return answer


def settings_of(home: str, port: str) -> Settings:
    return Settings(
        home=Path(home),
        encoder="hashing",
        smtp_url=f"smtp://127.0.0.1:{port}",
        mail_from="contact@cluster.example",
    )


def live(home: str, port: str) -> None:
    """Deliver mails in one thread, as the service does, and let members answer what they got in another."""
    ended = threading.Event()
    with open_matcher(settings_of(home, port)) as matcher:
        worker = threading.Thread(target=_work, args=(matcher, ended))
        worker.start()
        try:
            while not _is_done(matcher):
                _answer_what_came(matcher, Path(home) / JOURNAL)
                time.sleep(0.01)
        finally:
            ended.set()
            worker.join()
            matcher.worker.stop()


def _work(matcher: Matcher, ended: threading.Event) -> None:
    while not ended.is_set():
        matcher.worker.round()
        time.sleep(0.01)


def _is_done(matcher: Matcher) -> bool:
    running = matcher.store.introductions.all(set(State) - ENDS)
    return not running and not matcher.store.mail.due(datetime.now(UTC), 1)


def _answer_what_came(matcher: Matcher, journal: Path) -> None:
    """Answer the requests whose mail is out; note each act in the journal once it is done."""
    asking = {State.ASKED_FIRST, State.ASKED_SECOND}
    for one in matcher.store.introductions.all(asking):
        if _is_out(matcher, one):
            act, actor, details = _answer_to(one)
            done = matcher.introductions.act(one.id, act, actor, datetime.now(UTC), details)
            with journal.open("a", encoding="utf-8") as file:  # kept by the system when the process is killed
                file.write(f"{one.id} {done.version} {act.value}\n")


def _is_out(matcher: Matcher, one: Introduction) -> bool:
    assert one.waits_for is not None
    asked = {"introduction": one.id, "organisation": one.organisation(one.waits_for)}
    mails = [mail for mail in matcher.store.mail.all(limit=8 * PAIRS) if mail.subjects == asked]
    return bool(mails) and all(mail.state in (MailState.SENT, MailState.PARKED) for mail in mails)


def _answer_to(one: Introduction) -> tuple[Act, Actor, Details]:
    """The first sides agree; of the second sides some agree, some do not, and some are not waited for."""
    assert one.waits_for is not None
    actor = Actor(Party(one.waits_for.value))
    kind = int(one.id.removeprefix("IN")) % 4
    if one.state is State.ASKED_FIRST or kind < 2:
        return Act.YES, actor, Details()
    if kind == 2:
        return Act.NO, actor, Details(ground=Ground.NO_TIME)
    return Act.WITHDRAW, STAFF, Details()


@dataclass
class Cluster:
    """A store to which each run adds members, with introductions that were approved."""

    home: Path
    port: int
    store: Store
    runs: int = 0
    approved: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.store.place

    def approve_some(self) -> tuple[str, ...]:
        """Add members and approve an introduction of each two; return what a run is given."""
        self.runs += 1
        now = datetime.now(UTC)
        with open_matcher(settings_of(str(self.home), str(self.port))) as matcher:
            for number in range(PAIRS):
                pair = self._couple(f"R{self.runs}N{number}")
                made = matcher.introductions.propose(pair, STAFF, now)
                self.approved.append(matcher.introductions.act(made.id, Act.APPROVE, STAFF, now).id)
        return str(self.home), str(self.port)

    def _couple(self, name: str) -> tuple[str, str]:
        ids = (f"{name}A", f"{name}B")
        self.store.items.put([Organisation(id=one, name=f"Maison {one}") for one in ids], source="test")
        for one in ids:
            self.store.people.put(new_person(f"{one}@members.example", one, organisations=[one]))
        return ids

    def undone(self) -> list[str]:
        """Acts that a run had done, as its journal says, and that the store does not hold."""
        journal = self.home / JOURNAL
        lines = journal.read_text("utf-8").splitlines() if journal.exists() else []
        missing = []
        for line in lines:
            introduction, version, act = line.split()
            kept = {
                (record.version, record.act.value)
                for record in self.store.introductions.history(introduction)
            }
            if (int(version), act) not in kept:
                missing.append(line)
        return missing


@pytest.fixture
def postbox() -> Postbox:
    return SlowPostbox()


@pytest.fixture
def cluster(tmp_path: Path, postbox: Postbox) -> Iterator[Cluster]:
    with mail_server(postbox) as port, open_store(settings_of(str(tmp_path), "1").database_url) as store:
        store.migrate()
        yield Cluster(tmp_path, port, store)


def finish(cluster: Cluster) -> None:
    """Go on until nothing is left to do; what is tried again after a doubt is due a day later."""
    live(str(cluster.home), str(cluster.port))
    let_pass(settings_of(str(cluster.home), "1").database_url, days=1)
    live(str(cluster.home), str(cluster.port))


def received(postbox: Postbox) -> Counter[str]:
    return Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in postbox.mails)


def lost(one: Introduction, mails: list[Message], came: Counter[str]) -> list[str]:
    """What is missing of an introduction's mails: not queued, or sent as the store says and not received."""
    expected = Counter({Event.ASKED: 2}) + FOLLOWING[one.state]
    found = Counter(mail.event for mail in mails if mail.state in (MailState.SENT, MailState.PARKED))
    missing = [f"{one.id}: {event.value}" for event in (expected - found).elements()]
    unreceived = [mail.key for mail in mails if mail.state is MailState.SENT and not came[mail.reference]]
    return missing + unreceived


def test_killed_while_members_answer_and_mails_go_out(cluster: Cluster, postbox: Postbox) -> None:
    wanted, killed = kills(KILLS), 0
    with Driver(__name__, "live") as driver:
        for finished in driver.kill_at_random(wanted, random.Random(113), cluster.approve_some):
            if not finished:
                killed += 1
                driver.run(str(cluster.home), str(cluster.port))  # another process takes over
            assert cluster.undone() == []
    finish(cluster)
    introductions = cluster.store.introductions.all()
    assert [one.id for one in introductions] == cluster.approved
    assert {one.state for one in introductions} == ENDS, "each came to its end"
    mails: dict[str, list[Message]] = {}
    for mail in cluster.store.mail.all(limit=100_000):
        mails.setdefault(mail.subjects["introduction"], []).append(mail)
    came = received(postbox)
    assert [line for one in introductions for line in lost(one, mails[one.id], came)] == []
    of_reference = {mail.reference: mail for found in mails.values() for mail in found}
    twice = [of_reference[reference] for reference, times in came.items() if times > 1]
    assert [mail.key for mail in twice if mail.event not in REPEATABLE] == [], "sent twice"
    in_doubt = [mail for mail in of_reference.values() if mail.state is MailState.PARKED]
    assert len(in_doubt) + len(twice) <= killed, "a kill leaves one mail in doubt at most"
