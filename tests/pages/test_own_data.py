"""*Mes données*: a copy of what is held of oneself and one's organisation, and of nobody else."""

import pytest
from fastapi import FastAPI

from matcher.build import Matcher
from matcher.errors import NotFound
from service.pages.frame import LANGUAGE_COOKIE
from tests.pages.signing_in import ADMIN, MEMBER, OTHER, STAFF, browser_of


def test_a_member_takes_a_copy_of_itself_and_its_organisation(read_only: FastAPI) -> None:
    member = browser_of(read_only, MEMBER)
    page = member.get("/mes-donnees").text
    assert f"/mes-donnees/person/{MEMBER.id}.json" in page
    copy = member.get("/mes-donnees/organisation/ORG001.json")
    assert copy.headers["content-disposition"] == 'attachment; filename="ORG001.json"'
    assert "Makina Corpus" in copy.text
    assert MEMBER.email in member.get(f"/mes-donnees/person/{MEMBER.id}.json").text


def test_nobody_takes_a_copy_of_another(read_only: FastAPI) -> None:
    other = browser_of(read_only, OTHER)
    assert other.get("/mes-donnees/organisation/ORG001.json").status_code == 404
    assert other.get(f"/mes-donnees/person/{MEMBER.id}.json").status_code == 404
    assert other.get("/mes-donnees/index/ORG002.json").status_code == 422


def test_a_look_is_no_export_and_a_copy_is_one_of_the_person(read_only: FastAPI) -> None:
    matcher: Matcher = read_only.state.matcher
    member = browser_of(read_only, MEMBER)
    before = list(matcher.store.audit.entries())
    member.get("/mes-donnees")
    assert list(matcher.store.audit.entries()) == before
    member.get(f"/mes-donnees/person/{MEMBER.id}.json")
    (entry,) = list(matcher.store.audit.entries())[len(before) :]
    assert (entry.act, entry.actor == "service") == ("subject.export", False)


def test_a_member_reads_who_of_the_staff_looked_at_and_changed_the_record(signed: FastAPI) -> None:
    member, staff = browser_of(signed, MEMBER), browser_of(signed, STAFF)

    assert "Nadia Benali" not in member.get("/mes-donnees").text
    member.get("/organisations/ORG001")
    for path in ("/organisations/ORG001", "/organisations/ORG001/fiche", "/v1/organisations/ORG001"):
        assert staff.get(path).status_code == 200
    page = member.get("/mes-donnees").text
    assert page.count("Nadia Benali") == 2, "the organisation, and its person whose address was shown"
    assert "a consulté" in page
    assert "Nadia Benali" not in browser_of(signed, OTHER).get("/mes-donnees").text
    english = member.get("/mes-donnees", headers={"Cookie": f"{LANGUAGE_COOKIE}=en"}).text
    assert "looked at it" in english


def test_erasing_oneself_is_asked_twice_and_then_done(signed: FastAPI) -> None:
    people, member = signed.state.matcher.store.people, browser_of(signed, MEMBER)
    assert "/mes-donnees/effacer" in member.get("/mes-donnees").text
    assert MEMBER.email in member.get("/mes-donnees/effacer").text
    assert member.post("/mes-donnees/effacer").status_code == 422
    assert people.get(MEMBER.id).may_sign_in
    done = member.post("/mes-donnees/effacer", data={"sure": "oui"})
    certificate = signed.state.matcher.store.rights.all()[0]
    assert certificate.id in done.text
    assert MEMBER.name not in done.text
    assert "matcher-visit" in done.headers["set-cookie"]
    with pytest.raises(NotFound):
        people.get(MEMBER.id)


def test_the_last_administrator_hands_the_role_on_first(signed: FastAPI) -> None:
    admin = browser_of(signed, ADMIN)
    assert "la dernière personne qui administre" in admin.get("/mes-donnees/effacer").text
    assert admin.post("/mes-donnees/effacer", data={"sure": "oui"}).status_code == 422
    assert signed.state.matcher.store.people.get(ADMIN.id).may_sign_in
