"""*Appels ouverts*: searches that a member saves, lists and removes."""

import re

from fastapi import FastAPI

from matcher.build import Matcher
from tests.pages.signing_in import MEMBER, OTHER, STAFF, browser_of

SAVE = "/appels/recherches"


def saved(app: FastAPI, organisation: str = "ORG001") -> list[str]:
    matcher: Matcher = app.state.matcher
    return [one.text for one in matcher.store.alerts.searches(organisation)]


def test_a_filter_becomes_a_saved_search(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    page = member.get("/appels?theme=espace&pres-de=Rodez").text
    text = re.search(r'name="text" value="([^"]+)"', page)
    assert text is not None
    for _ in range(2):  # a double click keeps one
        assert member.post(SAVE, data={"text": text[1]}).status_code == 303
    assert saved(signed) == ["espace Rodez"]
    assert "espace Rodez" in member.get("/appels").text


def test_a_saved_search_is_removed_by_its_organisation_alone(signed: FastAPI) -> None:
    browser_of(signed, MEMBER).post(SAVE, data={"text": "cybersécurité"})
    number = signed.state.matcher.store.alerts.searches("ORG001")[0].number
    assert browser_of(signed, OTHER).post(f"{SAVE}/{number}/supprimer").status_code == 404
    assert browser_of(signed, MEMBER).post(f"{SAVE}/{number}/supprimer").status_code == 303
    assert saved(signed) == []


def test_a_search_that_cannot_be_kept_is_explained(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    assert member.post(SAVE, data={"text": "  "}).status_code == 422
    for number in range(10):
        member.post(SAVE, data={"text": f"appel {number}"})
    answered = member.post(SAVE, data={"text": "un de trop"})
    assert (answered.status_code, len(saved(signed))) == (422, 10)
    assert "dix recherches au plus" in answered.text


def test_staff_speak_for_no_organisation_and_save_nothing(signed: FastAPI) -> None:
    staff = browser_of(signed, STAFF)
    assert SAVE not in staff.get("/appels?theme=eau").text
    assert staff.post(SAVE, data={"text": "eau"}).status_code == 403
