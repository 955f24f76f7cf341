"""``matcher work`` killed while it sends mails to a real mail server.

A process that is killed between the end of a mail and the server's answer leaves a doubt that no protocol
removes. Of the mails queued here, links to sign in are sent at most once: one in doubt is parked, where staff
see it. Contact data of an agreed introduction are sent again, with the same Message-ID.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from matcher.adapters.smtp import SmtpTransport, parse_smtp_url
from matcher.build import Matcher, open_matcher
from matcher.domain import MessageRequest
from matcher.domain.items import Organisation
from matcher.introductions import Act, Actor, Party
from matcher.mail import REPEATABLE, Delivery, Event, Message, State
from matcher.people import new_person
from matcher.settings import Settings
from training.bench.command import variables_of
from training.bench.faults.alone import made
from training.bench.faults.processes import Command
from training.bench.faults.tally import Round, Tally
from training.servers import Postbox, mail_server

MAILS = 20
"""Mails queued a round."""
_ANSWER_S = 0.005
"""Time the mail server takes for a mail, so that kills fall between text and answer too."""
_PATIENCE_S = 60.0
_AFTER_DOUBT = timedelta(days=1)
"""When a mail in doubt has long been due again."""


class SlowPostbox(Postbox):
    """A mail server that takes its time."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, and answer somewhat later."""
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(_ANSWER_S)
        return answer


class Outbox:
    """A home whose worker is killed while it sends, and its mail server."""

    def __init__(self, settings: Settings, postbox: Postbox, tally: Tally) -> None:
        self.settings, self.postbox, self.tally = settings, postbox, tally
        self._queued: set[str] = set()
        with open_matcher(settings) as matcher:
            self.person, self.subjects = _introduced(matcher)
        self._finish()  # the mails of the introduction itself

    @property
    def variables(self) -> dict[str, str]:
        """The environment of the worker."""
        settings = self.settings
        url = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
        sending = {"MATCHER_SMTP_URL": url, "MATCHER_MAIL_FROM": settings.mail_from}
        return variables_of(settings) | sending | {"MATCHER_WORK_INTERVAL_S": "0.05"}

    def kill(self, number: int) -> None:
        """Queue mails, kill the worker after some of them, and let another one finish."""
        self._queue(number)
        before = len(self.postbox.mails)
        wanted = before + self.tally.chance.randint(1, MAILS - 2)

        worker = Command(self.variables, ("work",), self.settings.home / "log")
        end = time.monotonic() + _PATIENCE_S
        while len(self.postbox.mails) < wanted and time.monotonic() < end:
            time.sleep(_ANSWER_S / 5)
        time.sleep(self.tally.chance.uniform(0.0, 4 * _ANSWER_S))
        worker.kill()
        self._finish()

    def _queue(self, number: int) -> None:
        now = datetime.now(UTC)
        asked = []
        for at in range(MAILS):
            key, subjects = f"{number}-{at}", self.subjects
            if at % 2:
                asked.append(MessageRequest(key, self.person, Event.ACCEPTED, now, subjects))
            else:
                asked.append(MessageRequest(key, self.person, Event.SIGN_IN, now, {"link": f"L{key}"}))
        with open_matcher(self.settings) as matcher:
            matcher.store.mail.queue(asked, now)
        self._queued.update(request.key for request in asked)

    def _finish(self) -> None:
        """Deliver all that is due, as a worker that takes over does."""
        with open_matcher(self.settings) as matcher:
            while matcher.store.mail.due(datetime.now(UTC), 1):
                matcher.worker.round()
            matcher.worker.stop()

    def close(self) -> None:
        """Deliver what was in doubt, and count what came of every mail."""
        with open_matcher(self.settings) as matcher:
            self._deliver_later(matcher)
            messages = matcher.store.mail.all(limit=1_000_000)
        came = Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in self.postbox.mails)
        for message in messages:
            if message.key in self._queued:  # and no mail of the introduction itself
                self._count(message, came[message.reference])

    def _deliver_later(self, matcher: Matcher) -> None:
        url = self.settings.smtp_url
        transport = SmtpTransport(parse_smtp_url(url.get_secret_value())) if url else None
        clock = Clock()
        delivery = Delivery(matcher.store.mail, matcher.letters, transport, clock)
        while matcher.store.mail.due(clock(), 1):
            delivery.run()

    def _count(self, message: Message, times: int) -> None:
        tally = self.tally
        if message.state is State.SENT:
            tally.mails_sent += 1
            if not times:
                tally.mails_lost.add(message.key)
        elif message.state is State.PARKED:
            tally.mails_in_doubt += 1
        else:
            tally.mails_lost.add(message.key)
        if times > 1 and message.event in REPEATABLE:
            tally.mails_in_doubt += 1
        elif times > 1:
            tally.mails_doubled.add(message.key)


class Clock:
    """A clock that is a day ahead."""

    def __call__(self) -> datetime:
        """Return this instant a day from now."""
        return datetime.now(UTC) + _AFTER_DOUBT


def _introduced(matcher: Matcher) -> tuple[str, dict[str, str]]:
    """Bring two organisations together; return a person of one of them, and what mails to it are about."""
    now, staff = datetime.now(UTC), Actor(Party.STAFF)
    store, ids = matcher.store, ("ORG1", "ORG2")
    store.items.put([Organisation(id=one, name=f"Maison {one}") for one in ids], source="faults")
    people = [new_person(f"{one}@members.example", one, organisations=[one]) for one in ids]
    for person in people:
        store.people.put(person)
    made = matcher.introductions.propose(ids, staff, now)
    matcher.introductions.act(made.id, Act.APPROVE, staff, now)
    for _ in ids:
        matcher.introduction_worker.due(now)
        asked = store.introductions.get(made.id)
        if asked.waits_for is not None:
            matcher.introductions.act(made.id, Act.YES, Actor(Party(asked.waits_for.value)), now)
    return people[0].id, {"introduction": made.id, "organisation": ids[0]}


@contextmanager
def mail(folder: Path, tally: Tally) -> Iterator[Round]:
    """Kill the worker while it sends mails."""
    postbox = SlowPostbox()
    with mail_server(postbox) as port:
        settings = made(folder).model_copy(
            update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}"), "mail_from": "contact@cluster.example"}
        )
        outbox = Outbox(settings, postbox, tally)
        try:
            yield outbox.kill
        finally:
            outbox.close()
