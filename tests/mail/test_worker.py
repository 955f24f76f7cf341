"""A round of the worker with the product's own parts: introductions are asked, and mails go out once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.build import Matcher, open_matcher
from matcher.domain import MessageRequest
from matcher.introductions import Act, Actor, Party
from matcher.mail import HOLD, Event, State
from matcher.settings import Settings
from service.cli.main import main
from tests.mail.samples import CLAIRE, fill
from tests.samples import migrated
from training.servers import Postbox, mail_server

STAFF = Actor(Party.STAFF)


def settings_of(home: Path, port: int | None = None) -> Settings:
    url = f"smtp://127.0.0.1:{port}" if port else None
    return Settings(
        home=home, encoder="hashing", smtp_url=url, mail_from="contact@cluster.example", work_interval_s=0.1
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        fill(store)
    return tmp_path


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def port(postbox: Postbox) -> Iterator[int]:
    with mail_server(postbox) as number:
        yield number


def approve(matcher: Matcher) -> str:
    now = datetime.now(UTC)
    made = matcher.introductions.propose(("ORG1", "ORG2"), STAFF, now)
    matcher.introductions.act(made.id, Act.APPROVE, STAFF, now)
    return made.id


def test_an_approved_introduction_is_asked_by_mail_once(home: Path, postbox: Postbox, port: int) -> None:
    with open_matcher(settings_of(home, port)) as matcher:
        approve(matcher)
        for _ in range(3):
            matcher.worker.round()
        matcher.worker.stop()
    assert postbox.recipients == [CLAIRE.email]
    assert postbox.mails[0]["Subject"].startswith("Souhaitez-vous rencontrer une organisation")


def test_a_process_that_has_the_turn_is_not_disturbed(home: Path, postbox: Postbox, port: int) -> None:
    with open_matcher(settings_of(home, port)) as matcher:
        matcher.store.turns.take("mail", "another-host/1/x", datetime.now(UTC) + HOLD, seen=None)
        approve(matcher)
        assert matcher.worker.round() is None
    assert postbox.mails == []


def test_an_interrupted_worker_delivers_nothing_more(home: Path, postbox: Postbox, port: int) -> None:
    with open_matcher(settings_of(home, port)) as matcher:
        approve(matcher)
        matcher.worker.interrupt()
        matcher.worker.round()
        assert postbox.mails == []
        assert matcher.store.mail.counts()[State.QUEUED] == 1


def test_the_command_line_keeps_shows_and_retries(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MATCHER_HOME", str(home))
    with open_matcher(settings_of(home)) as matcher:
        approve(matcher)
    assert main(["work", "--once"]) == 0
    assert "1 kept" in capsys.readouterr().err
    assert main(["mail", "list"]) == 0
    listed = capsys.readouterr().out
    assert "Claire Martin" in listed
    assert "conservé" in listed
    assert main(["mail", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "To: Claire Martin <claire@alpha.example>" in shown
    assert "hébergement certifié HDS" in shown
    assert main(["mail", "show", "1", "--html"]) == 0
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")
    assert main(["mail", "retry", "1"]) == 0
    assert main(["mail", "retry", "1"]) == 2
    assert "only kept and parked" in capsys.readouterr().err
    assert main(["mail", "show", "9"]) == 2


def count_states(store: Store) -> dict[State, int]:
    return {state: number for state, number in store.mail.counts().items() if number}


@pytest.mark.process
def test_killed_again_and_again_it_loses_nothing_and_sends_nothing_twice(
    home: Path, postbox: Postbox, port: int
) -> None:
    """Every message is delivered once, or parked in doubt where a person sees it."""
    queued, rounds = 40, 5
    now = datetime.now(UTC)
    with open_store(settings_of(home).database_url) as store:
        asked = [
            MessageRequest(f"k{number}", "P1", Event.SIGN_IN, now, {"link": f"L{number}"})
            for number in range(queued)
        ]
        store.mail.queue(asked, now)
    environment = os.environ | {
        "MATCHER_HOME": str(home),
        "MATCHER_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "MATCHER_MAIL_FROM": "contact@cluster.example",
        "MATCHER_WORK_INTERVAL_S": "0.05",
    }
    command = [sys.executable, "-m", "service.cli.main", "work"]
    for _ in range(rounds):
        before = len(postbox.mails)
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            end = time.monotonic() + 60
            while len(postbox.mails) < before + 3 and time.monotonic() < end:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
    with open_matcher(settings_of(home, port)) as matcher:
        while matcher.store.mail.due(datetime.now(UTC) + timedelta(seconds=1), 1):
            assert matcher.worker.round() is not None
        found = count_states(matcher.store)
    references = [mail["Message-ID"] for mail in postbox.mails]
    assert len(references) == len(set(references))
    assert sum(found.values()) == queued
    assert set(found) <= {State.SENT, State.PARKED}
    assert len(references) >= found[State.SENT]
    assert found.get(State.PARKED, 0) <= rounds
