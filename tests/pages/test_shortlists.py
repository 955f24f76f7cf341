"""Selections: HR lists profiles for a need, reads why, decides with a reason; nobody else may."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from matcher.build import Matcher, open_matcher
from matcher.hiring.candidates import CURRENT, Candidate, Entry
from matcher.people import Purpose
from tests.pages.conftest import copied_settings, running
from tests.pages.signing_in import HR, MEMBER, STAFF, browser_of

REASON = "Le poste commence par la base de données."
TEXT = "Développeuse ou développeur Python à Toulouse. Compétences : Python, Docker, PostgreSQL."


@pytest.fixture
def stocked(pages_home: Path, tmp_path: Path) -> Iterator[tuple[FastAPI, str, Candidate]]:
    """An application with one need and two candidates, one of whom knows two of the three skills."""
    settings = copied_settings(pages_home, tmp_path)
    now = datetime.now(UTC) - timedelta(minutes=5)
    with open_matcher(settings) as matcher:
        hiring = matcher.hiring
        hiring.desk.enable("DPIA-2026-04", "Inès Garcia", now)
        need = hiring.needs.save(hiring.needs.draft(TEXT, now), ()).need
        first = _enter(matcher, "ada@courriel.example", "Python, Docker", now)
        _enter(matcher, "bea@courriel.example", "Java", now)
    with running(settings) as app:
        yield app, need.id, first


def _enter(matcher: Matcher, email: str, skills: str, now: datetime) -> Candidate:
    hiring = matcher.hiring
    invitation = hiring.desk.invite(now)
    hiring.own.enter(Entry(email, "Une Personne", CURRENT, invitation=invitation), now)
    (link,) = matcher.links.of(hiring.desk.id_of(email), Purpose.CANDIDATE)
    token = matcher.links.token(link.id)
    candidate = hiring.own.follow(token, now)
    return hiring.own.add_skills(candidate, skills, now)[0]


def test_hr_lists_profiles_reads_why_and_decides(stocked) -> None:
    app, need_id, candidate = stocked
    hr = browser_of(app, HR)
    assert "Faire une sélection" in hr.get(f"/recruter/besoins/{need_id}").text
    made = hr.post(f"/recruter/besoins/{need_id}/selection")
    assert made.status_code == 303
    where = made.headers["location"].partition("?")[0]
    page = hr.get(where).text
    code = candidate.profile.code
    assert code in page
    assert "« Python » est indiquée" in page
    assert "Une Personne" not in page
    assert "courriel.example" not in page
    refused = hr.post(f"{where}/{code}", data={"decision": "keep", "reason": "oui"})
    assert refused.status_code == 422
    assert 'value="oui"' in refused.text
    assert hr.post(f"{where}/{code}", data={"reason": REASON}).status_code == 422
    done = hr.post(f"{where}/{code}", data={"decision": "keep", "reason": REASON})
    assert done.status_code == 303
    after = hr.get(where).text
    assert "à rencontrer" in after
    assert REASON in after
    assert where in hr.get("/recruter/selections").text
    with open_matcher(app.state.settings) as matcher:
        (link, *_) = matcher.links.of(candidate.id, Purpose.CANDIDATE)
        own = f"/candidat/{matcher.links.token(link.id)}"
    copy = hr.get(f"{own}/copie.json").json()
    assert copy["decided"][0]["job"] == copy["listed"][0]["job"]
    assert copy["listed"][0]["profiles"][0]["lines"][0]["state"] == "met"
    assert copy["decided"][0]["job"] in hr.get(own).text


def test_a_reason_about_the_person_is_refused_in_the_readers_language(stocked) -> None:
    app, need_id, candidate = stocked
    hr = browser_of(app, HR)
    where = hr.post(f"/recruter/besoins/{need_id}/selection").headers["location"].partition("?")[0]
    form = {"decision": "not_for_this_job", "reason": "Trop senior pour l'équipe."}
    refused = hr.post(f"{where}/{candidate.profile.code}", data=form)
    assert refused.status_code == 422
    assert "« Trop senior » (l&#39;âge)" in refused.text
    assert "Trop senior pour l&#39;équipe." in refused.text
    opened = hr.post(f"/recruter/candidats/{candidate.profile.code}/ouvrir", data=form)
    assert opened.status_code == 422
    assert "« Trop senior » (l&#39;âge)" in opened.text


def test_of_two_people_who_decide_the_second_reads_the_first(stocked) -> None:
    app, need_id, candidate = stocked
    hr = browser_of(app, HR)
    where = hr.post(f"/recruter/besoins/{need_id}/selection").headers["location"].partition("?")[0]
    address = f"{where}/{candidate.profile.code}"
    read = {"seen": "", "decision": "keep", "reason": REASON}
    assert hr.post(address, data=read).status_code == 303
    late = hr.post(address, data=read | {"decision": "not_now", "reason": "Le poste a changé depuis hier."})
    assert late.status_code == 409
    assert "a décidé sur ce profil entre-temps" in late.text
    assert REASON in late.text
    assert "Le poste a changé depuis hier." in late.text
    (seen,) = set(re.findall(r'name="seen" value="([^"]+)"', late.text))
    again = read | {"seen": seen.replace("&#43;", "+"), "decision": "not_now"}
    assert hr.post(address, data=again).status_code == 303


def test_hr_reads_what_keeps_people_out(stocked) -> None:
    app, need_id, _ = stocked
    hr = browser_of(app, HR)
    hr.post(f"/recruter/besoins/{need_id}/selection")
    page = hr.get("/recruter/suivi").text
    assert "Docker" in page
    assert "Aucun département choisi" in page
    assert hr.get("/recruter/suivi?trimestre=hiver").status_code == 422
    assert "Aucune sélection" in hr.get("/recruter/suivi?trimestre=2020-T1").text
    assert browser_of(app, STAFF).get("/recruter/suivi").status_code == 403


@pytest.mark.parametrize(
    ("counts", "status", "said"),
    [
        ((40, 20, 20, 10), 200, "il ne montre rien"),
        ((40, 20, 20, 2), 422, "moins de 5"),
        ((90_000, 45_000, 45_000, 20_000), 422, "plus de 2 000"),
        (("", "x", 20, 10), 422, "nombres entiers"),
    ],
)
def test_a_group_is_compared_by_counts_alone(stocked, counts, status, said) -> None:
    app, _, _ = stocked
    names = ("listed", "of_group", "kept", "kept_of_group")
    answer = browser_of(app, HR).post("/recruter/suivi", data=dict(zip(names, counts, strict=True)))
    assert answer.status_code == status
    assert said in answer.text


def test_a_decision_keeps_the_page_of_the_list_it_was_made_on(stocked, monkeypatch) -> None:
    app, need_id, candidate = stocked
    monkeypatch.setattr("service.pages.listing.ROWS", 1)
    hr = browser_of(app, HR)
    where = hr.post(f"/recruter/besoins/{need_id}/selection").headers["location"].partition("?")[0]
    second = hr.get(f"{where}?page=2").text
    (address,) = re.findall(rf'action="({where}/[^"]+)"', second)
    assert candidate.profile.code not in address
    refused = hr.post(address, data={"decision": "keep", "reason": "oui"})
    assert 'value="oui"' in refused.text
    done = hr.post(address, data={"decision": "keep", "reason": REASON}).headers["location"]
    assert REASON in hr.get(done).text


def test_nobody_but_hr_sees_a_selection(stocked) -> None:
    app, need_id, _ = stocked
    made = browser_of(app, HR).post(f"/recruter/besoins/{need_id}/selection").headers["location"]
    for person in (STAFF, MEMBER):
        browser = browser_of(app, person)
        assert browser.get(made).status_code == 403
        assert browser.get("/recruter/selections").status_code == 403
        assert browser.post(f"/recruter/besoins/{need_id}/selection").status_code == 403
    assert "Faire une sélection" not in browser_of(app, STAFF).get(f"/recruter/besoins/{need_id}").text


def test_a_program_lists_and_a_person_decides_through_the_api(stocked) -> None:
    app, need_id, candidate = stocked
    hr = browser_of(app, HR)
    made = hr.post("/v1/shortlists", json={"need_id": need_id, "seed": 7})
    assert made.status_code == 201
    record = made.json()
    assert (record["seed"], record["profiles"][0]["code"]) == (7, candidate.profile.code)
    body = {"code": candidate.profile.code, "decision": "not_now", "reason": REASON}
    after = hr.post(f"/v1/shortlists/{record['id']}/decisions", json=body).json()
    assert after["profiles"][0]["decided"]["decision"] == "not_now"
    assert REASON not in str(hr.get(f"/v1/shortlists/{record['id']}").json())
    assert [one["id"] for one in hr.get(f"/v1/shortlists?need={need_id}").json()] == [record["id"]]
