"""A candidate comes by a link, is seen by skills alone, is opened with a reason, and leaves."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from matcher.adapters.sql import utc_now
from matcher.hiring.candidates import CURRENT
from tests.pages.conftest import copied_settings, running
from tests.pages.signing_in import ADMIN, HR, MEMBER, STAFF, browser_of, visitor_of
from training.hiring.cv_files import Line, as_pdf

ADDRESS = "ada.exemple@courriel.example"
CV = [Line("Ada Exemplaire, 34 ans"), Line("Python (3 ans), Docker, PostgreSQL"), Line("Kubernetes", gray=1)]


@pytest.fixture
def opened(signed: FastAPI) -> FastAPI:
    """An application in which the administrator opened the pool on the page."""
    admin = browser_of(signed, ADMIN)
    assert admin.post("/administration/candidats", data={"act": "enable", "dpia": ""}).status_code == 422
    form = {"act": "enable", "dpia": "AIPD-2026-04"}
    assert admin.post("/administration/candidats", data=form).status_code == 303
    assert "AIPD-2026-04" in admin.get("/administration/candidats").text
    return signed


def words(answer: Any) -> str:
    """Return the text of a page with plain spaces and apostrophes."""
    return unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def enter(app: FastAPI) -> str:
    """Let somebody enter by an invitation of HR; return the path of their own page."""
    page = browser_of(app, HR).post("/recruter/candidats/inviter").text
    invitation = re.search(r"/candidats/invitation/([\w-]+)", page)
    assert invitation
    visitor = visitor_of(app)
    assert "L1221" not in visitor.get(f"/candidats/invitation/{invitation[1]}").text
    form = {"email": ADDRESS, "name": "Ada Exemplaire", "agreed": CURRENT, "invitation": invitation[1]}
    assert "un lien vient" in visitor.post("/candidats", data=form).text
    return path_of_own_page(app)


def path_of_own_page(app: FastAPI) -> str:
    """Read the link in the mail, as the candidate does."""
    matcher = app.state.matcher
    (message,) = [one for one in matcher.store.mail.all() if one.event.value == "candidate_link"]
    text = matcher.letters.compose(message, message.created_at).get_body(("plain",)).get_content()
    found = re.search(r"/candidat/[\w-]+", text)
    assert found
    return found[0]


def test_from_an_invitation_to_a_withdrawal(opened: FastAPI) -> None:
    path, candidate, hr = enter(opened), visitor_of(opened), browser_of(opened, HR)
    assert "Aucun profil visible" in hr.get("/recruter/candidats").text
    page = candidate.post(f"{path}/cv", files={"file": ("cv-ada.pdf", as_pdf(CV), "application/pdf")}).text
    assert "Votre CV est lu et oublié" in page
    assert "10 signes" in page, "white text is counted"
    listed = hr.get("/recruter/candidats").text
    assert "Python · 3 ans" in listed
    assert "Kubernetes" not in listed
    assert "Exemplaire" not in listed
    code = re.search(r"/recruter/candidats/([0-9A-Z]{3}-[0-9A-Z]{2})", listed)
    assert code
    profile = f"/recruter/candidats/{code[1]}"
    assert hr.post(f"{profile}/ouvrir", data={"reason": "court"}).status_code == 422
    shown = hr.post(f"{profile}/ouvrir", data={"reason": "Poste de développement à Nîmes"}).text
    assert ADDRESS in shown
    assert ADDRESS not in hr.get(profile).text, "the contact is shown once"
    own = candidate.get(path).text
    assert "Poste de développement à Nîmes" in own
    assert HR.name in own
    assert candidate.get(f"{path}/effacer").status_code == 200
    assert "certificat" in candidate.post(f"{path}/effacer").text
    assert candidate.get(path).status_code == 404
    assert "Aucun profil visible" in hr.get("/recruter/candidats").text


def test_corrections_and_choices_are_kept(opened: FastAPI) -> None:
    path, candidate = enter(opened), visitor_of(opened)
    candidate.post(f"{path}/ajouter", data={"words": "Python, Docker, sculpture"})
    held = re.findall(r'name="kept" value="([^"]+)"', candidate.get(path).text)
    assert len(held) == 2
    candidate.post(f"{path}/garder", data={"kept": held[:1], f"years-{held[0]}": "4"})
    form = {"zone": ["31", "30"], "remote": "1", "languages": ["en"], "organisations": "Makina Corpus"}
    assert candidate.post(f"{path}/choix", data=form).status_code == 303
    copy = candidate.get(f"{path}/copie.json").json()
    assert [skill["years"] for skill in copy["skills"]] == [4]
    assert (copy["departments"], copy["languages"], copy["shown_to"]) == (["30", "31"], ["en"], ["ORG001"])
    assert candidate.post(f"{path}/choix", data={"zone": "Mirail"}).status_code == 422
    candidate.post(f"{path}/pause")
    assert ">en pause<" in candidate.get(path).text
    candidate.post(f"{path}/reprendre")
    assert ">en pause<" not in candidate.get(path).text


def test_no_notice_is_shown_that_does_not_say_who_answers(pages_home: Path, tmp_path: Path) -> None:
    settings = copied_settings(pages_home, tmp_path).model_copy(update={"privacy_contact": ""})
    with running(settings) as app:
        page = visitor_of(app).get("/candidats")
        assert page.status_code == 200
        assert "ce que devient votre profil" not in words(page)
        assert visitor_of(app).get("/v1/candidates/notice").status_code == 409


def test_who_loads_or_removes_invented_profiles_is_in_the_audit(opened: FastAPI) -> None:
    admin = browser_of(opened, ADMIN)
    assert admin.post("/v1/candidates/sample", json={"count": 2}).status_code == 201
    assert admin.delete("/v1/candidates/sample").json() == {"profiles": 2}
    acts = [one for one in opened.state.matcher.audit.export() if one["act"] == "candidates.sample"]
    enabled = [one for one in opened.state.matcher.audit.export() if one["act"] == "candidates.enable"]
    assert [one["actor"] for one in acts] == [enabled[0]["actor"]] * 2


def test_a_bad_file_is_refused_with_a_sentence(opened: FastAPI) -> None:
    path, candidate = enter(opened), visitor_of(opened)
    answer = candidate.post(f"{path}/cv", files={"file": ("x.pdf", b"%PDF-1.4 nothing", "application/pdf")})
    assert answer.status_code == 422
    assert "endommagé" in answer.text


@pytest.mark.parametrize(("size", "status"), [(6_000_000, 422), (11 * 2**20, 413)])
def test_a_cv_that_is_too_large_is_refused_with_the_limit_and_changes_nothing(
    opened: FastAPI, size: int, status: int
) -> None:
    path, visitor = enter(opened), visitor_of(opened)
    before = visitor.get(path).text
    refused = visitor.post(f"{path}/cv", files={"file": ("cv.pdf", b"x" * size)})
    assert refused.status_code == status
    assert "5 Mo" in words(refused)
    assert visitor.get(path).text == before


def test_nobody_but_hr_sees_profiles(opened: FastAPI) -> None:
    for person in (STAFF, ADMIN, MEMBER):
        assert browser_of(opened, person).get("/recruter/candidats").status_code == 403
    assert visitor_of(opened).get("/recruter/candidats").status_code == 401


def test_staff_see_that_a_mail_was_sent_and_not_to_whom(opened: FastAPI) -> None:
    enter(opened)
    staff = browser_of(opened, STAFF)
    assert "Lien d'un profil" in words(staff.get("/courriers"))
    (number,) = [one.id for one in opened.state.matcher.store.mail.all()]
    page = staff.get(f"/courriers/{number}").text
    assert "courriel.example" not in page
    assert "/candidat/" not in page


def test_while_it_is_off_no_page_takes_anything(signed: FastAPI) -> None:
    visitor, hr = visitor_of(signed), browser_of(signed, HR)
    assert "n'est pas ouvert" in words(visitor.get("/candidats"))
    form = {"email": ADDRESS, "name": "Ada Exemplaire", "agreed": CURRENT}
    assert visitor.post("/candidats", data=form).status_code == 409
    visitor.post("/candidats/lien", data={"email": ADDRESS})
    assert hr.post("/recruter/candidats/inviter").status_code == 409
    assert "vivier est fermé" in hr.get("/recruter/candidats").text
    matcher = signed.state.matcher
    assert matcher.store.mail.all() == []
    files = [path.read_bytes() for path in matcher.settings.home.rglob("*") if path.is_file()]
    assert [content for content in files if b"courriel.example" in content] == []


def test_a_link_of_another_kind_opens_no_profile(opened: FastAPI) -> None:
    enter(opened)
    assert visitor_of(opened).get("/candidat/nothing").status_code == 404


def test_a_choice_of_organisations_outlives_one_that_is_gone(opened: FastAPI) -> None:
    path, candidate, matcher = enter(opened), visitor_of(opened), opened.state.matcher
    one = matcher.hiring.desk.find(ADDRESS)
    matcher.store.candidates.change(one.id, lambda current: replace(current, shown_to=("ORG-GONE",)))
    assert "Une organisation effacée ou fusionnée depuis" in words(candidate.get(path))
    kept = {"organisations": "", "gone": "ORG-GONE", "remote": "1"}
    assert candidate.post(f"{path}/choix", data=kept).status_code == 303
    assert matcher.hiring.desk.find(ADDRESS).shown_to == ("ORG-GONE",)
    refused = candidate.post(f"{path}/choix", data={"organisations": ""})
    assert refused.status_code == 422
    assert "cochez la case" in words(refused)
    candidate.post(f"{path}/choix", data={"organisations": "", "everyone": "1"})
    assert matcher.hiring.desk.find(ADDRESS).shown_to == ()


@pytest.mark.parametrize(
    ("typed", "said", "in_english"),
    [
        ({"available_from": "demain"}, "Une date s'écrit comme 2026-12-31", "A date is written as"),
        ({"organisations": "Personne SAS"}, "écrivez son nom en entier", "write its whole name"),
    ],
)
def test_a_wish_that_cannot_be_read_is_said_on_the_page(
    opened: FastAPI, typed: dict[str, str], said: str, in_english: str
) -> None:
    path, candidate = enter(opened), visitor_of(opened)
    refused = candidate.post(f"{path}/choix", data=typed | {"everyone": "1"})
    assert refused.status_code == 422
    assert said in words(refused)
    candidate.post("/langue", data={"lang": "en"})
    assert in_english in words(candidate.post(f"{path}/choix", data=typed | {"everyone": "1"}))


def test_a_form_that_is_refused_keeps_what_was_typed(
    opened: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, candidate = enter(opened), visitor_of(opened)
    chosen = {"zone": "12", "languages": "en", "remote": "1", "organisations": "Personne SAS"}
    dated = chosen | {"everyone": "1", "available_from": "2027-03-01"}
    page = candidate.post(f"{path}/choix", data=dated).text
    for box in ('name="zone" value="12"', 'name="languages" value="en"', 'name="remote" value="1"'):
        assert f"{box} checked" in page
    assert 'value="Personne SAS"' in page
    assert 'value="2027-03-01"' in page
    monkeypatch.setattr("matcher.hiring.candidates.own.MOST_SKILLS", 0)
    assert (
        'value="Python, Docker"' in candidate.post(f"{path}/ajouter", data={"words": "Python, Docker"}).text
    )


def test_an_entry_that_is_refused_keeps_its_tick(opened: FastAPI) -> None:
    form = {"email": "ada", "name": "Ada", "agreed": CURRENT, "invitation": "x"}
    refused = visitor_of(opened).post("/candidats", data=form)
    assert refused.status_code == 422
    assert 'value="Ada"' in refused.text
    assert re.search(r'name="agreed"[^>]* checked', refused.text)


def test_who_may_not_enter_reads_why_and_not_that_the_address_is_wrong(opened: FastAPI) -> None:
    form = {"email": ADDRESS, "name": "", "agreed": CURRENT}
    uninvited = visitor_of(opened).post("/candidats", data=form)
    assert uninvited.status_code == 422
    assert "sur invitation de la factory RH" in words(uninvited)
    opened.state.matcher.hiring.sample.load(3, utc_now())
    refused = visitor_of(opened).post("/candidats", data=form)
    assert refused.status_code == 422
    assert "profils inventés" in words(refused)
    assert "adresse complète" not in words(refused)
    assert 'name="agreed"' not in visitor_of(opened).get("/candidats").text
