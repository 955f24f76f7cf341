"""Answering by the link of a mail: no sign-in, nothing on GET, and no link opens another's introduction."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.build import Matcher
from matcher.introductions import SERVICE, Act, Actor, Introduction, Party, State
from matcher.people import Purpose
from tests.pages.signing_in import MEMBER, OTHER, STAFF, browser_of, visitor_of

BY_STAFF = Actor(Party.STAFF, STAFF.id)


@pytest.fixture
def matcher(signed: FastAPI) -> Matcher:
    found: Matcher = signed.state.matcher
    return found


@pytest.fixture
def asked(matcher: Matcher) -> Introduction:
    """ORG001 was asked whether it wants to meet ORG002."""
    now = datetime.now(UTC)
    one = matcher.introductions.propose(("ORG001", "ORG002"), BY_STAFF, now)
    matcher.introductions.act(one.id, Act.APPROVE, BY_STAFF, now)
    matcher.introduction_worker.due(now)
    return matcher.store.introductions.get(one.id)


@pytest.fixture
def client(signed: FastAPI) -> TestClient:
    return visitor_of(signed)


def link_to(
    matcher: Matcher, one: Introduction, person: str = MEMBER.id, organisation: str = "ORG001", days: int = 30
) -> str:
    now = datetime.now(UTC) - timedelta(days=1)
    subject, expires = f"{one.id}/{organisation}", now + timedelta(days=days)
    link = matcher.links.make(Purpose.ANSWER, person, subject, now, expires)
    return f"/answers/{matcher.links.token(link.id)}"


def state_of(matcher: Matcher, one: Introduction) -> State:
    return matcher.store.introductions.get(one.id).state


def test_following_every_link_of_a_mail_records_nothing(
    client: TestClient, matcher: Matcher, asked: Introduction
) -> None:
    for choice in ("", "?choice=yes", "?choice=not_now", "?choice=no"):
        assert client.get(link_to(matcher, asked) + choice).status_code == 200
    assert matcher.store.introductions.get(asked.id) == asked


FIRST = {"yes": 'value="yes"', "not_now": "Redemander", "no": "Non merci"}
"""Words of each answer, in the order of the page where no link said which."""


@pytest.mark.parametrize(
    ("choice", "offered"),
    [
        ("yes", 'value="yes" autofocus'),
        ("not_now", "<details open>\n    <summary autofocus>"),
        ("no", "<details open>\n    <summary autofocus>"),
    ],
)
def test_the_answer_whose_link_was_followed_is_offered_first(
    client: TestClient, matcher: Matcher, asked: Introduction, choice: str, offered: str
) -> None:
    page = link_to(matcher, asked)
    shown = client.get(f"{page}?choice={choice}").text
    assert shown.count("autofocus") == 1
    assert offered in shown
    assert "Rien n'est encore enregistré" in shown
    assert min(FIRST.values(), key=shown.index) == FIRST[choice]
    for other in ("", "?choice=maybe", "?choice=yes%22onload"):
        assert "autofocus" not in client.get(page + other).text


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ({"answer": "yes"}, State.FIRST_AGREED),
        ({"answer": "not_now", "months": "3"}, State.NOT_NOW),
        ({"answer": "no", "ground": "no_time"}, State.DECLINED),
    ],
)
def test_an_answer_is_confirmed_on_the_page(
    client: TestClient, matcher: Matcher, asked: Introduction, form: dict[str, str], state: State
) -> None:
    page = link_to(matcher, asked)
    done = client.post(f"{page}/introductions/{asked.id}/reponse", data=form)
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, page)
    assert state_of(matcher, asked) is state
    assert "y change rien" in client.get(f"{page}?choice=no").text


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.EXPIRE])
def test_a_link_to_what_ended_unanswered_does_not_say_that_it_was_answered(
    client: TestClient, matcher: Matcher, asked: Introduction, act: Act
) -> None:
    page = link_to(matcher, asked)
    matcher.introductions.act(asked.id, act, SERVICE, datetime.now(UTC))
    shown = client.get(f"{page}?choice=yes").text
    assert "attend plus de réponse" in shown
    assert "déjà été donnée" not in shown


def test_a_second_answer_changes_nothing(client: TestClient, matcher: Matcher, asked: Introduction) -> None:
    page = f"{link_to(matcher, asked)}/introductions/{asked.id}/reponse"
    client.post(page, data={"answer": "yes"})
    again = client.post(page, data={"answer": "no", "ground": "other"})
    assert again.status_code >= 400
    assert state_of(matcher, asked) is State.FIRST_AGREED


def test_links_that_open_nothing(client: TestClient, matcher: Matcher, asked: Introduction) -> None:
    """Expired, forged, of a person who does not speak for the organisation, or of another purpose."""
    now = datetime.now(UTC)
    other = matcher.links.make(Purpose.CALENDAR, MEMBER.id, f"{asked.id}/ORG001", now)
    tokens = [
        link_to(matcher, asked, days=0),
        link_to(matcher, asked)[:-1] + "_",
        link_to(matcher, asked, person=OTHER.id),
        f"/answers/{matcher.links.token(other.id)}",
        "/answers/" + "a" * 43,
    ]
    for page in tokens:
        assert client.get(page).status_code in (403, 404, 410)
        answered = client.post(f"{page}/introductions/{asked.id}/reponse", data={"answer": "yes"})
        assert answered.status_code in (403, 404, 410)
    assert state_of(matcher, asked) is State.ASKED_FIRST


def test_a_link_answers_no_other_introduction(
    client: TestClient, matcher: Matcher, asked: Introduction
) -> None:
    page = link_to(matcher, asked)
    assert client.post(f"{page}/introductions/IN999/reponse", data={"answer": "yes"}).status_code == 404
    assert state_of(matcher, asked) is State.ASKED_FIRST


@pytest.mark.parametrize(
    ("lang", "expired", "unknown"),
    [
        ("fr", "Ce lien a expiré.", "il est peut-être incomplet."),
        ("en", "This link has expired.", "it may be incomplete."),
    ],
)
def test_a_link_that_opens_nothing_says_why_on_a_page(
    client: TestClient, matcher: Matcher, asked: Introduction, lang: str, expired: str, unknown: str
) -> None:
    """An answer link, and the links to sign in and to stop mails, which people follow with a browser too."""
    client.cookies.set("matcher-lang", lang)
    old = datetime.now(UTC) - timedelta(days=1)
    sign_in = matcher.links.make(Purpose.SIGN_IN, MEMBER.id, "", old)
    for page in (link_to(matcher, asked, days=0), f"/v1/sign-in/{matcher.links.token(sign_in.id)}"):
        followed = client.get(page)
        assert (followed.status_code, expired in followed.text) == (410, True), page
    others = ("/v1/unsubscribe/", "/v1/alerts-stop/", "/v1/data/", "/v1/erase/")
    for page in ("/answers/", "/v1/sign-in/", *others):
        followed = client.get(page + "a" * 43)
        assert (followed.status_code, unknown in followed.text) == (404, True), page
        assert "urn:matcher" not in followed.text


def test_an_organisation_erased_meanwhile_ends_the_introduction(
    signed: FastAPI, client: TestClient, matcher: Matcher, asked: Introduction
) -> None:
    page = link_to(matcher, asked)
    assert browser_of(signed, STAFF).delete("/v1/organisations/ORG002").status_code == 204
    followed = client.get(page)
    assert (followed.status_code, "existe plus" in followed.text) == (404, True), followed.text
    answered = client.post(f"{page}/introductions/{asked.id}/reponse", data={"answer": "yes"})
    assert answered.status_code == 404


def test_a_yes_to_what_staff_withdrew_meanwhile_says_what_became_of_it(
    client: TestClient, matcher: Matcher, asked: Introduction
) -> None:
    page = link_to(matcher, asked)
    matcher.introductions.act(asked.id, Act.WITHDRAW, BY_STAFF, datetime.now(UTC))
    form = {"answer": "yes", "version": str(asked.version)}
    answered = client.post(f"{page}/introductions/{asked.id}/reponse", data=form)
    assert (answered.status_code, "agi entre-temps" in answered.text) == (409, True)
    assert state_of(matcher, asked) is State.WITHDRAWN
    assert "plus rien à faire" in client.get(page).text
