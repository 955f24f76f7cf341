"""The administration: people and keys, checks, settings without secrets."""

import re

import pytest
from fastapi import FastAPI

from matcher.build import Matcher
from matcher.people import Role
from service.pages.admin.state import in_force
from tests.pages.signing_in import ADMIN, STAFF, browser_of
from tests.service.conftest import KEY

NEW = {"email": "paul@example.org", "name": "Paul Roux", "organisation": "Makina Corpus", "roles": ["member"]}


def test_a_person_is_added_and_disabled(signed: FastAPI) -> None:
    admin, matcher = browser_of(signed, ADMIN), signed.state.matcher
    assert admin.post("/administration/personnes", data=NEW).status_code == 303
    person = matcher.store.people.find(NEW["email"])
    assert (person.roles, person.organisations) == (frozenset({Role.MEMBER}), ("ORG001",))
    assert "Paul Roux" in admin.get("/administration").text
    admin.post(f"/administration/personnes/{person.id}/desactiver")
    assert not matcher.store.people.get(person.id).may_sign_in


def test_an_administrator_cannot_disable_themself(signed: FastAPI) -> None:
    admin, own = browser_of(signed, ADMIN), f"/administration/personnes/{ADMIN.id}/desactiver"
    assert own not in admin.get("/administration").text
    assert admin.post(own).status_code == 422
    assert signed.state.matcher.store.people.get(ADMIN.id).may_sign_in


def test_a_person_that_cannot_be_added_is_shown_as_typed(signed: FastAPI) -> None:
    answered = browser_of(signed, ADMIN).post("/administration/personnes", data=NEW | {"email": "paul"})
    assert answered.status_code == 422
    assert 'value="Paul Roux"' in answered.text
    assert re.search(r'value="member" checked', answered.text)


def test_a_key_is_shown_once_and_revoked(signed: FastAPI) -> None:
    admin, matcher = browser_of(signed, ADMIN), signed.state.matcher
    made = admin.post("/administration/cles", data={"name": "site web", "scopes": ["read"]}).text
    token = re.search(r"<pre>(mk_[\w-]+)</pre>", made)
    assert token is not None
    assert token[1] not in admin.get("/administration").text
    key = matcher.store.keys.all()[0]
    assert key.made_by == ADMIN.id
    admin.post(f"/administration/cles/{key.id}/revoquer")
    assert matcher.store.keys.all()[0].revoked_at is not None


def test_a_key_without_scope_says_what_is_missing(read_only: FastAPI) -> None:
    answered = browser_of(read_only, ADMIN).post("/administration/cles", data={"name": "x"})
    assert answered.status_code == 422
    assert "scope" in answered.text


def test_the_state_shows_checks_and_hides_secrets(read_only: FastAPI) -> None:
    page = browser_of(read_only, ADMIN).get("/administration/etat").text
    assert "MATCHER_ADMIN_KEY" in page
    assert KEY not in page
    assert re.search(r"<td>index</td><td><span[^>]*>bon</span>", page)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://u:pw@db/matcher", "postgresql://•••@db/matcher"),
        ("postgresql://db/m?user=a&password=pw", "postgresql://db/m?user=a&password=•••"),
        ("postgresql:///m?p%61ssword=pw&sslmode=require", "postgresql:///m?p%61ssword=•••&sslmode=require"),
    ],
)
def test_passwords_in_addresses_are_hidden(read_only: FastAPI, address: str, shown: str) -> None:
    matcher: Matcher = read_only.state.matcher
    rows = in_force(matcher.settings.model_copy(update={"database_url": address}))
    assert {row.name: row.value for row in rows}["MATCHER_DATABASE_URL"] == shown


def test_staff_are_no_administrators(read_only: FastAPI) -> None:
    staff = browser_of(read_only, STAFF)
    assert staff.get("/administration").status_code == 403
    assert staff.get("/administration/etat").status_code == 403
    assert 'href="/administration"' not in staff.get("/annuaire").text
