"""Signing in through the pages: a link by mail, its button, the account, signing out."""

import re

from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.build import Matcher
from tests.pages.signing_in import MEMBER, browser_of


def link_of(matcher: Matcher) -> str:
    """Return the address of the link in the latest mail."""
    message = matcher.store.mail.all()[0]
    return f"/v1/sign-in/{matcher.links.token(message.subjects['link'])}"


def test_a_member_signs_in_by_a_link_and_out_again(visitor: TestClient) -> None:
    asked = visitor.post("/connexion", data={"email": MEMBER.email})
    assert "Si cette adresse est connue" in asked.text
    with_matcher = visitor.app.state.engine  # type: ignore[attr-defined]  # the application of the fixture
    link = visitor.portal.call(with_matcher.read, link_of)  # type: ignore[union-attr]
    assert visitor.get(link).status_code == 200
    inside = visitor.post(link)
    assert inside.url.path == "/organisations/ORG001/pour-moi"
    assert "Claire Martin" in inside.text
    assert MEMBER.email in visitor.get("/compte").text
    left = visitor.post("/deconnexion")
    assert "La session est terminée" in left.text
    assert visitor.get("/compte").status_code == 401


def test_an_unknown_address_reads_the_same(visitor: TestClient) -> None:
    known = visitor.post("/connexion", data={"email": MEMBER.email}).text
    unknown = visitor.post("/connexion", data={"email": "personne@example.org"}).text
    assert known.replace(MEMBER.email, "") == unknown.replace("personne@example.org", "")


def test_half_an_address_is_shown_again_as_typed(visitor: TestClient) -> None:
    answered = visitor.post("/connexion", data={"email": "claire"})
    assert answered.status_code == 422
    assert 'value="claire"' in answered.text
    assert "Écrivez une adresse complète" in answered.text


def test_the_address_of_ones_calendar_is_made_and_ended(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    assert member.post("/compte/agenda", data={"act": "open"}).headers["location"].endswith("#agenda")
    page = member.get("/compte").text
    found = re.search(r'value="http://[^"]*(/calendars/[\w-]{43}\.ics)"', page)
    assert found is not None
    assert member.get(found[1]).status_code == 200
    member.post("/compte/agenda", data={"act": "close"})
    assert "/calendars/" not in member.get("/compte").text
    assert member.get(found[1]).status_code == 404
