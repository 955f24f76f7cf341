"""Pages of job needs: one page with what is understood, the wording and leads; saved and closed."""

import re

import pytest
from fastapi import FastAPI

from tests.pages.signing_in import HR, MEMBER, STAFF, browser_of

NEED = "développeuse Python junior à Nîmes"


def test_a_need_is_read_corrected_saved_and_closed(signed: FastAPI) -> None:
    hr = browser_of(signed, HR)
    page = hr.post("/recruter/besoin", data={"text": NEED}).text
    assert 'value="Développeuse ou développeur Python"' in page
    assert "Développeur / Développeuse logiciel" in page
    assert "junior" in page
    corrected = {"text": NEED, "title": "Développeur Python", "required": "Python (2 ans)\nGit"}
    saved = hr.post("/recruter/besoins", data=corrected | {"city": "Nîmes"}, follow_redirects=True)
    assert "Le besoin est enregistré." in saved.text
    assert "Python (2 ans)\nGit" in saved.text
    listed = browser_of(signed, STAFF).get("/recruter/besoins").text
    address = re.search(r"/recruter/besoins/NEED-\w+", listed)
    assert address is not None
    closed = hr.post(f"{address[0]}/fermer", follow_redirects=True).text
    assert "Aucun besoin ouvert." in closed


def test_unlawful_words_are_said_with_what_was_typed(signed: FastAPI) -> None:
    hr = browser_of(signed, HR)
    text = "Data analyst à Albi, profil jeune et dynamique"
    refused = hr.post("/recruter/besoins", data={"text": text})
    assert refused.status_code == 422
    assert "jeune et dynamique" in refused.text
    number = re.search(r'name="words-(\d+)" value="jeune et dynamique"', refused.text)
    assert number is not None
    criterion = re.search(rf'name="criterion-{number[1]}" value="(\w+)"', refused.text)
    assert criterion is not None
    noted = {
        "text": text,
        f"criterion-{number[1]}": criterion[1],
        f"words-{number[1]}": "jeune et dynamique",
        f"note-{number[1]}": "citation",
    }
    assert hr.post("/recruter/besoins", data=noted, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(("lang", "said"), [("fr", "est à corriger"), ("en", "must be corrected")])
def test_an_offer_in_english_is_kept_with_a_note(signed: FastAPI, lang: str, said: str) -> None:
    """What must be corrected in the whole text, and not in words of it, has a note of its own."""
    hr = browser_of(signed, HR)
    hr.cookies.set("matcher-lang", lang)
    text = "Data analyst in Albi. You will work with the team and for our clients, with all your skills."
    refused = hr.post("/recruter/besoins", data={"text": text})
    assert refused.status_code == 422
    assert said in refused.text
    names = re.findall(r'name="(criterion|words)-(\d+)" value="(langue|)"', refused.text)
    (number,) = {number for name, number, value in names if value == "langue"}
    form = {"text": text, f"criterion-{number}": "langue", f"words-{number}": "", f"note-{number}": "équipe"}
    assert hr.post("/recruter/besoins", data=form).status_code == 303


def test_members_check_offers_but_see_no_needs(read_only: FastAPI) -> None:
    member = browser_of(read_only, MEMBER)
    assert member.get("/recruter/besoins").status_code == 403
    assert "/recruter/besoins" not in member.get("/recruter").text
    assert browser_of(read_only, HR).post("/recruter/besoin", data={}).status_code in (200, 303)
