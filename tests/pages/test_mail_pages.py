"""*Courriers*: staff read what was or would be sent; sign-in links are shown to nobody."""

import re
from datetime import UTC, datetime

from fastapi import FastAPI

from matcher.introductions import Act, Actor, Party
from tests.pages.signing_in import MEMBER, STAFF, browser_of


def test_a_request_can_be_read_as_its_reader_gets_it(signed: FastAPI) -> None:
    matcher, now = signed.state.matcher, datetime.now(UTC)
    staff = Actor(Party.STAFF, STAFF.id)
    one = matcher.introductions.propose(("ORG001", "ORG002"), staff, now)
    matcher.introductions.act(one.id, Act.APPROVE, staff, now)
    matcher.introduction_worker.due(now)
    browser = browser_of(signed, STAFF)
    listed = browser.get("/courriers").text
    assert "Mise en relation proposée" in listed
    assert "Claire Martin" in listed
    message = matcher.store.mail.all()[0]
    shown = browser.get(f"/courriers/{message.id}").text
    assert "Aveyron" in shown
    assert "Citadelle" not in shown
    assert "/answers/…?choice=yes" in shown
    body = matcher.letters.compose(message, now).get_body(("plain",)).get_content()
    tokens = re.findall(r"/answers/([\w-]+)", body)
    assert tokens
    assert not any(token in shown for token in tokens), "whoever reads a link could answer with it"


def test_a_sign_in_link_is_shown_to_nobody(signed: FastAPI) -> None:
    matcher = signed.state.matcher
    matcher.sign_in.ask_for_link(MEMBER.email, datetime.now(UTC))
    message = matcher.store.mail.all()[0]
    shown = browser_of(signed, STAFF).get(f"/courriers/{message.id}").text
    assert "n'est pas montré" in shown
    assert "sign-in/" not in shown


def test_mails_are_for_staff(signed: FastAPI) -> None:
    assert browser_of(signed, MEMBER).get("/courriers").status_code == 403
