"""*Pour moi*: what a member reads, reacts to and takes back."""

import re

import html5lib
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.pages.signing_in import MEMBER, OTHER, STAFF, browser_of, visitor_of

PAGE = "/organisations/ORG001/pour-moi"


def react(client: TestClient, **form: str) -> str:
    answered = client.post("/organisations/ORG001/reactions", data=form)
    assert answered.status_code == 303
    return str(answered.headers["location"])


def test_a_member_reads_why_and_may_answer(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    page = member.get(PAGE)
    assert page.status_code == 200
    assert "Factory Data" in page.text
    assert '<em class="quoted">«' in page.text
    assert "Pas pour moi" in page.text
    parser = html5lib.HTMLParser()
    parser.parse(page.text)
    assert parser.errors == []


def test_own_page_is_one_address_for_all(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    assert member.get("/pour-moi").headers["location"] == PAGE
    assert browser_of(signed, STAFF).get("/pour-moi").headers["location"] == "/a-traiter"


def test_what_is_not_for_me_is_gone_listed_and_comes_back(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    form = {"item": "FAC001", "kind": "factory", "action": "not_for_me", "reason": "no_time"}
    location = react(member, **form)
    page = member.get(location)
    assert "Mis de côté\xa0: ce ne sera plus proposé." in page.text
    assert 'id="factory-FAC001"' not in page.text
    aside = member.get("/organisations/ORG001/mis-de-cote").text
    assert "Factory Data" in aside
    assert "pas le temps" in aside
    number = re.search(r"reaction=(\d+)", location)
    assert number is not None
    undone = member.post(f"/organisations/ORG001/reactions/{number[1]}/annuler", data={})
    assert undone.status_code == 303
    assert 'id="factory-FAC001"' in member.get(PAGE).text


def test_what_interests_stays_and_says_so(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    react(member, item="FAC001", kind="factory", action="interested")
    assert "cela vous intéresse" in member.get(PAGE).text


def test_another_member_may_neither_read_nor_react(signed: FastAPI) -> None:
    other = browser_of(signed, OTHER)
    assert other.get(PAGE).status_code == 403
    form = {"item": "FAC001", "kind": "factory", "action": "interested"}
    assert other.post("/organisations/ORG001/reactions", data=form).status_code == 403


def test_a_visitor_is_asked_to_sign_in(signed: FastAPI) -> None:
    answered = visitor_of(signed).get(PAGE)
    assert answered.status_code == 401
    assert "/connexion" in answered.text


def test_staff_act_on_behalf_and_it_is_written(signed: FastAPI) -> None:
    staff = browser_of(signed, STAFF)
    assert "Vous agissez au nom de cette organisation" in staff.get(PAGE).text
    react(staff, item="FAC001", kind="factory", action="joined")
    log = signed.state.matcher.store.events.feedback_naming("ORG001")
    assert [(row.action.value, row.by) for row in log] == [("joined", STAFF.id)]


def test_a_form_of_somebody_elses_making_is_refused(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    answered = member.post("/organisations/ORG001/reactions", data={"item": "FAC001", "action": "love"})
    assert answered.status_code == 422
    assert "Demande incomplète" in answered.text
