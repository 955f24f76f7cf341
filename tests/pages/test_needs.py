"""Pages of job needs: one page with what is understood, the wording and leads; saved and closed."""

import html
import re

import pytest
from fastapi import FastAPI

from tests.pages.signing_in import HR, MEMBER, STAFF, browser_of

FIELD = re.compile(
    r'<input type="(?:text|hidden)"(?: id="[^"]*")? name="(?P<name>[^"]+)" value="(?P<value>[^"]*)"'
    r'|<textarea id="[^"]*" name="(?P<area>[^"]+)"[^>]*>\n(?P<text>[^<]*)</textarea>'
    r'|<select id="[^"]*" name="(?P<choice>[^"]+)">'
    r'(?:(?!</select>).)*?<option value="(?P<chosen>[^"]*)" selected>'
)
NEED = "développeuse Python junior à Nîmes"


def fields_of(page: str) -> dict[str, str]:
    """Return what the form of a need holds, as a browser would send it."""
    form = page[page.index('action="/recruter/besoins"') :]
    found: dict[str, str] = {}
    for field in FIELD.finditer(form):
        name = field["name"] or field["area"] or field["choice"]
        found[name] = html.unescape(field["value"] or field["text"] or field["chosen"] or "")
    return found


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


def test_of_two_people_on_a_need_the_second_sees_both_and_loses_nothing(signed: FastAPI) -> None:
    hr, colleague = browser_of(signed, HR), browser_of(signed, STAFF)
    address = hr.post("/recruter/besoins", data={"text": NEED}).headers["location"].partition("?")[0]
    read = fields_of(hr.get(address).text)
    theirs = {"city": "Albi", "required": "Python\nGit"}
    assert colleague.post("/recruter/besoins", data=read | theirs).status_code == 303
    mine = {"city": "Rodez", "contract": "CDI"}
    refused = hr.post("/recruter/besoins", data=read | mine)
    assert refused.status_code == 409
    assert "a changé ce besoin" in refused.text
    shown = fields_of(refused.text)
    assert (shown["city"], shown["contract"]) == ("Rodez", "CDI")
    assert refused.text.count("Enregistré entre-temps par quelqu") == 1
    assert "« Albi »" in refused.text.replace("\u00a0", " ")
    assert "Git" in shown["required"], "what only the colleague changed asks for no decision"
    reread = fields_of(hr.post("/recruter/besoin", data=shown).text)
    assert reread["version"] == shown["version"], "reading it again without saving takes no other version"
    assert hr.post("/recruter/besoins", data=reread).status_code == 303
    kept = fields_of(hr.get(address).text)
    assert (kept["city"], "Git" in kept["required"]) == ("Rodez", True)


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


@pytest.mark.parametrize("typed", ["anglais, espagnol", "English and Spanish", "en es", "Anglais;ESPAGNOL"])
def test_languages_are_typed_by_name_or_code_and_shown_by_name(signed: FastAPI, typed: str) -> None:
    hr = browser_of(signed, HR)
    saved = hr.post("/recruter/besoins", data={"text": NEED, "languages": typed}, follow_redirects=True)
    assert fields_of(saved.text)["languages"] == "anglais, espagnol"
    (kept,) = signed.state.matcher.hiring.needs.all()
    assert kept.need.languages == ("en", "es")


def test_a_language_that_is_not_known_is_refused_and_named(signed: FastAPI) -> None:
    answered = browser_of(signed, HR).post("/recruter/besoins", data={"text": NEED, "languages": "klingon"})
    assert answered.status_code == 422
    assert "Langue inconnue : « klingon »" in answered.text.replace("\u00a0", " ")
    assert fields_of(answered.text)["languages"] == "klingon"


def test_a_need_without_a_training_near_says_what_would_help(signed: FastAPI) -> None:
    page = browser_of(signed, HR).post("/recruter/besoin", data={"text": NEED}).text
    assert "Aucune formation connue ne mène à ce métier" in page
    assert "Ce qui aiderait" in page
