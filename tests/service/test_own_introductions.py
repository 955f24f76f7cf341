"""Members act on their own introductions over the API, and read no more than they may."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from matcher.build import Matcher, open_matcher
from matcher.introductions import Act, Actor, Availability, Party, State
from matcher.settings import Settings
from service.app import create_app
from tests.service.people import Asker, add_person, askers

STAFF = Actor(Party.STAFF)
A, B = "/v1/organisations/ORG001/introductions", "/v1/organisations/ORG002/introductions"


@dataclass
class Home:
    """A service, who asks it, and the clock of its worker."""

    matcher: Matcher
    by: dict[str, Asker]

    def work(self) -> None:
        self.matcher.introduction_worker.due(datetime.now(UTC))

    def state(self) -> State:
        return self.matcher.store.introductions.get("IN1").state


@pytest.fixture
def home(stocked: Settings) -> Iterator[Home]:
    """ORG001 was asked whether it wants to meet ORG002; each has a person."""
    with open_matcher(stocked) as matcher, TestClient(create_app(stocked, matcher)) as client:
        for who in ("member of A", "member of B"):
            add_person(matcher, who)
        now = datetime.now(UTC)
        one = matcher.introductions.propose(("ORG001", "ORG002"), STAFF, now)
        matcher.introductions.act(one.id, Act.APPROVE, STAFF, now)
        home = Home(matcher, askers(client, matcher))
        home.work()
        yield home


def test_a_member_reads_what_it_was_asked_and_not_of_whom(home: Home) -> None:
    [one] = home.by["member of A"]("GET", A).json()
    assert (one["id"], one["state"], one["is_asked"], one["acts"]) == (
        *("IN1", "asked_first", True),
        ["yes", "no", "not_now"],
    )
    assert one["answer_by"] > datetime.now(UTC).date().isoformat()
    assert (one["other"]["id"], one["other"]["name"], one["other"]["city"]) == (None, None, "")
    assert one["other"]["department"] == "Aveyron"
    assert one["contacts"] == []


def test_who_was_not_asked_yet_can_neither_read_nor_act(home: Home) -> None:
    ask = home.by["member of B"]
    assert ask("GET", B).json() == []
    unknown = ask("POST", f"{B}/IN1/yes", json={})
    none = ask("POST", f"{B}/IN9/yes", json={})
    assert (unknown.status_code, none.status_code) == (404, 404)
    assert unknown.json()["detail"].replace("IN1", "IN9") == none.json()["detail"]
    assert home.state() is State.ASKED_FIRST


def test_both_agree_read_the_contacts_and_say_how_it_was(home: Home) -> None:
    assert home.by["member of A"]("POST", f"{A}/IN1/yes", json={}).json()["state"] == "first_agreed"
    home.work()
    agreed = home.by["member of B"]("POST", f"{B}/IN1/yes", json={}).json()
    assert agreed["other"]["name"] == "Makina Corpus"
    assert agreed["contacts"] == [{"name": "Member Of A", "function": "", "email": "member.of.A@example.org"}]
    said = home.by["member of A"]("POST", f"{A}/IN1/outcome", json={"contacted": True, "useful": True}).json()
    assert (said["state"], said["outcome"]) == ("closed", {"contacted": True, "useful": True})
    assert "outcome" not in said["acts"]
    assert home.by["member of A"]("POST", f"{A}/IN1/outcome", json={"contacted": False}).status_code == 409


@pytest.mark.parametrize(
    ("act", "body", "state"),
    [
        ("no", {"ground": "no_time"}, State.DECLINED),
        ("not_now", {"until": (datetime.now(UTC) + timedelta(days=40)).isoformat()}, State.NOT_NOW),
    ],
)
def test_a_member_declines_or_puts_off(home: Home, act: str, body: dict[str, str], state: State) -> None:
    assert home.by["member of A"]("POST", f"{A}/IN1/{act}", json=body).status_code == 200
    assert home.state() is state


def test_what_is_for_staff_alone_is_no_act_of_a_member(home: Home) -> None:
    for act in ("approve", "refuse", "reopen", "ask", "expire"):
        assert home.by["member of A"]("POST", f"{A}/IN1/{act}", json={}).status_code == 422
    assert home.by["member of A"]("POST", f"{A}/IN1/withdraw", json={}).status_code == 403
    assert home.by["member of A"]("POST", f"{A}/IN1/yes", json={"on_behalf_of": "ORG002"}).status_code == 422


def test_staff_act_on_behalf_and_it_is_written(home: Home) -> None:
    assert home.by["key staff"]("POST", f"{A}/IN1/yes", json={}).status_code == 200
    record = home.matcher.store.introductions.history("IN1")[-1]
    assert (record.actor.party, record.actor.on_behalf_of) == (Party.STAFF, "ORG001")


def test_a_member_asks_to_meet_another_and_may_take_it_back(home: Home) -> None:
    ask = home.by["member of A"]
    made = ask("POST", A, json={"other_id": "ORG003"})
    assert (made.status_code, made.json()["state"], made.json()["other"]["name"]) == (
        *(201, "proposed"),
        "Jeux du Midi",
    )
    again = ask("POST", A, json={"other_id": "ORG003"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:matcher:illegal-step")
    taken = ask("POST", f"{A}/{made.json()['id']}/withdraw", json={})
    assert taken.json()["state"] == "withdrawn"


def test_whom_a_member_may_not_meet_is_refused_without_telling_why(home: Home) -> None:
    """An opted-out one is as unknown; a request it knows nothing of, and the other's list, read alike."""
    ask, now = home.by["member of B"], datetime.now(UTC)
    hidden, none = (ask("POST", B, json={"other_id": name}) for name in ("ORG004", "ORG999"))
    assert (hidden.status_code, none.status_code) == (404, 404)
    assert hidden.json()["detail"].replace("ORG004", "ORG999") == none.json()["detail"]
    home.matcher.introductions.wish(Availability("ORG003", not_with=frozenset({"ORG002"})), now)
    under_way, unwanted = (ask("POST", B, json={"other_id": name}) for name in ("ORG001", "ORG003"))
    assert (under_way.status_code, unwanted.status_code) == (409, 409)
    assert under_way.json()["detail"] == unwanted.json()["detail"]
    told = home.by["key staff"]("POST", B, json={"other_id": "ORG003"})
    assert (told.status_code, "do-not-introduce" in told.json()["detail"]) == (422, True)


def test_who_objected_to_mail_is_no_contact(home: Home) -> None:
    home.by["member of A"]("POST", f"{A}/IN1/yes", json={})
    home.work()
    home.matcher.store.people.object_to_mail(add_person(home.matcher, "member of A").id, datetime.now(UTC))
    assert home.by["member of B"]("POST", f"{B}/IN1/yes", json={}).json()["contacts"] == []
