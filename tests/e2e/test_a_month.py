"""A month of the cluster: a real server process, a real mail server, and members who use their mails."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from matcher.adapters.sql import Store, open_store
from matcher.introductions import State
from matcher.mail import Event
from matcher.mail import State as MailState
from matcher.people import Person, Role, new_person
from service.cli.main import main
from tests.e2e.month import Browser, address_of, let_pass, links_of, member_ids, members_csv
from tests.e2e.serving import environment_of, serving, wait_until
from training.servers import Postbox, mail_server

KEY = "key-of-this-test-only"
STAFF = "nadia@cluster.example"
pytestmark = pytest.mark.process


class Month:
    """The cluster as the test sees it: the API for staff, the members' mails, the store, the passing days."""

    def __init__(self, staff: Browser, base: str, postbox: Postbox, store: Store, url: str) -> None:
        self.staff, self.base, self.postbox, self.store, self.url = staff, base, postbox, store, url
        self.read_until = 0

    def work(self) -> None:
        """One round of the worker, as a timer of the operator runs it."""
        assert main(["work", "--once"]) == 0

    def pass_days(self, days: int) -> None:
        let_pass(self.url, days)
        self.work()
        self.work()  # a round does one thing to an introduction: what woke up is asked in the next

    def new_mails(self) -> dict[str, list[Event]]:
        """What came since the last look, by address."""
        events = {message.reference: message.event for message in self.store.mail.all(limit=1_000)}
        found: dict[str, list[Event]] = {}
        for mail in self.postbox.mails[self.read_until :]:
            found.setdefault(str(mail["To"].addresses[0].addr_spec), []).append(events[_id(mail)])
        self.read_until = len(self.postbox.mails)
        return found

    def last_mail(self, organisation: str) -> EmailMessage:
        """The latest mail that a member got."""
        return _last_mail(self.postbox, address_of(organisation))

    def last_link(self, organisation: str) -> str:
        """The first link of that mail."""
        return links_of(self.last_mail(organisation))[0]

    def object(self, organisation: str) -> None:
        """A member's mail program stops mails by itself, as it may (RFC 8058)."""
        mail = self.last_mail(organisation)
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = mail["List-Unsubscribe"].strip("<>")
        assert httpx2.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200

    def answer(self, organisation: str, name: str, value: str, **hidden: str) -> None:
        """A member follows the link of its latest mail and confirms an answer there."""
        with Browser(self.base) as browser:
            done = browser.press(self.last_link(organisation), name, value, **hidden)
        assert done.status_code == 303, done.text

    def states(self) -> dict[str, State]:
        return {one.id: one.state for one in self.store.introductions.all()}

    def partners(self, organisation: str) -> set[str]:
        """Which members a fresh answer recommends to one."""
        asked = self.staff.call("GET", f"/v1/organisations/{organisation}/recommendations?kind=partner&k=50")
        assert asked.status_code == 200, asked.text
        return {item["item_id"] for item in asked.json()["items"] + asked.json()["weaker"]}

    def plan(self) -> set[frozenset[str]]:
        """Make a plan over HTTP; return its pairs."""
        former = self.store.plans.version()
        assert self.staff.call("POST", "/v1/plan").status_code == 202
        wait_until(lambda: self.store.plans.version() != former)
        made = self.store.plans.load()
        assert made is not None
        return {frozenset(pair) for pair in made.pairs()}


def text_of(mail: EmailMessage) -> str:
    """What a mail says, as plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _id(mail: EmailMessage) -> str:
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]


def _last_mail(postbox: Postbox, address: str) -> EmailMessage:
    theirs = [mail for mail in postbox.mails if mail["To"].addresses[0].addr_spec == address]
    assert theirs, f"no mail to {address}"
    return theirs[-1]


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def month(tmp_path: Path, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    """A cluster whose staff have imported the members and named a person for each."""
    with mail_server(postbox) as port:
        environment = environment_of(
            tmp_path,
            KEY,
            MATCHER_SMTP_URL=f"smtp://127.0.0.1:{port}",
            MATCHER_MAIL_FROM="contact@cluster.example",
            MATCHER_WORK="false",  # rounds of work are run one by one, so that the test knows when one ended
        )
        for name, value in environment.items():
            if name.startswith("MATCHER_"):
                monkeypatch.setenv(name, value)
        url = f"sqlite:///{tmp_path}/matcher.db"
        file = tmp_path / "membres.csv"
        file.write_text(members_csv(), encoding="utf-8")
        assert main(["migrate"]) == 0
        assert main(["import", str(file), "--kind", "organisation"]) == 0
        for organisation in member_ids():
            name = f"Personne {organisation}"
            assert (
                main(["users", "add", address_of(organisation), "--name", name, "--for", organisation]) == 0
            )
        assert main(["users", "add", STAFF, "--name", "Nadia Benali", "--role", "staff"]) == 0
        with serving(environment) as (client, _, _), open_store(url) as store:
            # the port may have changed while the service was started
            monkeypatch.setenv("MATCHER_PORT", environment["MATCHER_PORT"])
            base = str(client.base_url)
            with Browser(base) as staff:
                sign_in(staff, postbox, STAFF)
                yield Month(staff, base, postbox, store, url)
    logging.getLogger().handlers.clear()


def member_of(organisation: str) -> Person:
    """The person who speaks for a member."""
    name = f"Personne {organisation}"
    return new_person(address_of(organisation), name, roles=[Role.MEMBER], organisations=[organisation])


def sign_in(browser: Browser, postbox: Postbox, address: str) -> None:
    """Ask for a link, read the mail, use its button."""
    assert browser.call("POST", "/v1/sign-in", {"email": address}).status_code == 202
    before = len(postbox.mails)
    assert main(["work", "--once"]) == 0
    assert len(postbox.mails) == before + 1
    assert browser.press(links_of(_last_mail(postbox, address))[0]).status_code == 303


@dataclass(frozen=True)
class Pair:
    """An introduction under way, and its two members."""

    id: str
    first: str
    second: str


NAMES = (
    "met",
    "useless",
    "declined",
    "paused",
    "later",
    "refused",
    "silent",
    "slow",
    "objecting",
    "withdrawn",
)
"""What becomes of the ten introductions."""


def test_a_month_of_the_cluster(month: Month) -> None:
    pairs = plan_and_approve(month)
    the_first_side_is_asked(month, pairs)
    the_first_side_answers(month, pairs)
    the_second_side_answers(month, pairs)
    nine_days_later_those_who_wait_are_reminded(month, pairs)
    two_weeks_later_they_say_how_it_was(month, pairs)
    after_a_month_requests_end(month, pairs)
    the_next_answers_obey(month, pairs)
    the_next_plan_obeys(month, pairs)
    assert len({_id(mail) for mail in month.postbox.mails}) == len(month.postbox.mails)
    assert month.store.mail.counts()[MailState.PARKED] == 0


def plan_and_approve(month: Month) -> dict[str, Pair]:
    month.plan()
    made = month.staff.call("POST", "/v1/introductions/from-plan", {"most": 10}).json()["proposed"]
    pairs = {
        name: Pair(one["id"], one["first_id"], one["second_id"])
        for name, one in zip(NAMES, made, strict=True)
    }
    sides = {one.first for one in pairs.values()} | {one.second for one in pairs.values()}
    assert len(sides) == 20, "the best ten pairs of the plan are ten couples"
    for one in made:
        path = f"/v1/introductions/{one['id']}/approve"
        assert month.staff.call("POST", path, {"version": one["version"]}).json()["state"] == "approved"
    month.new_mails()
    return pairs


def the_first_side_is_asked(month: Month, pairs: dict[str, Pair]) -> None:
    month.work()
    asked = {address_of(one.first): [Event.ASKED] for one in pairs.values()}
    assert month.new_mails() == asked
    for mail in month.postbox.mails[-10:]:
        assert text_of(mail).count("Maison") == 1, "a mail names its reader's organisation and not the other"
    before = month.states()
    with Browser(month.base) as scanner:
        for mail in month.postbox.mails[-10:]:
            for link in links_of(mail):
                assert scanner.read(link).status_code == 200
    assert month.states() == before, "following links acts on nothing"


def the_first_side_answers(month: Month, pairs: dict[str, Pair]) -> None:
    pause(month, pairs["paused"].second, days=60)
    month.new_mails()
    for name in ("met", "useless", "refused"):
        month.answer(pairs[name].first, "answer", "yes")
    month.answer(pairs["declined"].first, "ground", "no_time", answer="no")
    month.answer(pairs["later"].first, "months", "1", answer="not_now")
    month.answer(pairs["paused"].first, "answer", "yes")
    month.object(pairs["objecting"].first)
    gone = pairs["withdrawn"]
    assert month.staff.call("POST", f"/v1/introductions/{gone.id}/withdraw", {}).status_code == 200
    with Browser(month.base) as late:
        assert "plus rien à faire" in late.read(month.last_link(gone.first)).text


def the_second_side_answers(month: Month, pairs: dict[str, Pair]) -> None:
    month.work()
    asked = {address_of(pairs[name].second): [Event.ASKED] for name in ("met", "useless", "refused")}
    assert month.new_mails() == asked | {address_of(pairs["withdrawn"].first): [Event.WITHDRAWN]}
    month.answer(pairs["met"].second, "answer", "yes")
    month.answer(pairs["useless"].second, "answer", "yes")
    month.answer(pairs["refused"].second, "ground", "competitor", answer="no")
    month.work()
    accepted: dict[str, list[Event]] = {}
    for name in ("met", "useless"):
        accepted |= {address_of(side): [Event.ACCEPTED] for side in (pairs[name].first, pairs[name].second)}
    assert month.new_mails() == accepted | {address_of(pairs["refused"].first): [Event.DECLINED]}
    met = pairs["met"]
    assert address_of(met.second) in text_of(month.last_mail(met.first)), "each gets the other's address"
    assert address_of(met.first) in text_of(month.last_mail(met.second))


def nine_days_later_those_who_wait_are_reminded(month: Month, pairs: dict[str, Pair]) -> None:
    month.pass_days(9)
    waiting = {address_of(pairs[name].first): [Event.REMINDER] for name in ("silent", "slow")}
    assert month.new_mails() == waiting, "who answered or objected is not reminded"
    month.answer(pairs["slow"].first, "answer", "yes")
    month.work()
    month.answer(pairs["slow"].second, "answer", "yes")
    month.work()
    month.new_mails()


def two_weeks_later_they_say_how_it_was(month: Month, pairs: dict[str, Pair]) -> None:
    month.pass_days(6)
    expected = {address_of(pairs["silent"].first): [Event.REMINDER]}
    for name in ("met", "useless"):
        expected |= {address_of(side): [Event.OUTCOME] for side in (pairs[name].first, pairs[name].second)}
    assert month.new_mails() == expected
    for side in (pairs["met"].first, pairs["met"].second):
        month.answer(side, "outcome", "useful")
    month.answer(pairs["useless"].first, "outcome", "useless")
    found = month.staff.call("GET", f"/v1/introductions/{pairs['met'].id}").json()
    useful = {"contacted": True, "useful": True}
    assert found["introduction"]["outcomes"] == {"first": useful, "second": useful}
    assert [record["act"] for record in found["history"]] == [
        *("propose", "approve", "ask", "yes", "ask", "yes", "ask_outcome", "outcome", "outcome")
    ]


def after_a_month_requests_end(month: Month, pairs: dict[str, Pair]) -> None:
    month.pass_days(10)
    outcomes = {address_of(side): [Event.OUTCOME] for side in (pairs["slow"].first, pairs["slow"].second)}
    assert month.new_mails() == outcomes | {address_of(pairs["silent"].first): [Event.LAST_CHANCE]}
    month.pass_days(6)
    again = {address_of(pairs["later"].first): [Event.ASKED]}
    assert month.new_mails() == again | {address_of(pairs["silent"].first): [Event.EXPIRED]}
    states = {name: month.states()[one.id] for name, one in pairs.items()}
    assert states == {
        "met": State.CLOSED,
        "useless": State.CLOSED,
        "declined": State.DECLINED,
        "paused": State.FIRST_AGREED,
        "later": State.ASKED_FIRST,
        "refused": State.DECLINED,
        "silent": State.EXPIRED,
        "slow": State.ACCEPTED,
        "objecting": State.EXPIRED,
        "withdrawn": State.WITHDRAWN,
    }
    held = month.staff.call("GET", "/v1/introductions/baskets").json()["held"]
    shown = [(one["introduction"]["id"], one["organisation_id"], one["why"]) for one in held]
    assert shown == [(pairs["paused"].id, pairs["paused"].second, "paused")]


def the_next_answers_obey(month: Month, pairs: dict[str, Pair]) -> None:
    for name in ("met", "useless", "declined", "refused", "silent"):
        assert pairs[name].second not in month.partners(pairs[name].first), name
        assert pairs[name].first not in month.partners(pairs[name].second), name
    assert pairs["slow"].second in month.partners(pairs["slow"].first), "accepted: still shown, not met yet"
    with Browser(month.base) as member:
        sign_in(member, month.postbox, address_of(pairs["declined"].first))
        path = f"/v1/organisations/{pairs['declined'].first}/recommendations?kind=partner&k=50"
        answered = member.call("GET", path).json()
    listed = {item["item_id"] for item in answered["items"] + answered["weaker"]}
    assert listed, "a member that declined once still gets an answer"
    assert not listed & {pairs["declined"].second, pairs["paused"].second}


def the_next_plan_obeys(month: Month, pairs: dict[str, Pair]) -> None:
    planned = month.plan()
    former = {frozenset((one.first, one.second)) for one in pairs.values()}
    assert planned, "others are planned"
    assert not planned & former
    assert pairs["paused"].second not in set().union(*planned)
    made = month.staff.call("POST", "/v1/introductions/from-plan", {"most": 10}).json()["proposed"]
    assert len(made) == 10
    for one in made:
        assert frozenset((one["first_id"], one["second_id"])) not in former
        month.staff.call("POST", f"/v1/introductions/{one['id']}/approve", {})
    month.new_mails()
    month.work()
    silent = {address_of(pairs[name].second) for name in ("paused",)}
    silent |= {address_of(pairs["objecting"].first), address_of(pairs["later"].first)}
    assert not silent & set(month.new_mails()), "paused, objecting, or asked some days ago"


def pause(month: Month, organisation: str, days: int) -> None:
    """A member signs in by a link and says that it takes a pause."""
    until = datetime.now(UTC) + timedelta(days=days)
    with Browser(month.base) as member:
        sign_in(member, month.postbox, address_of(organisation))
        path = f"/v1/organisations/{organisation}/availability"
        done = member.call("PUT", path, {"pause_until": until.isoformat()})
    assert done.status_code == 200, done.text
