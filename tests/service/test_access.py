"""Who may use which route: every route of the application, by everybody.

Whoever adds a route below ``/v1`` adds its line to :data:`ALLOWED`. Other routes are pages: a visitor gets
only those of :data:`PUBLIC_PAGES`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from matcher.build import Matcher, open_matcher
from service.app import create_app
from tests.samples import copy_home
from tests.service.conftest import STAFF as ADMIN_KEY
from tests.service.conftest import settings_of
from tests.service.people import Asker, add_person, askers

EVERYBODY = "visitor, member of A, member of B, staff, hr, admin, key read, key write, key metrics, key staff"
SIGNED_IN = "member of A, member of B, staff, hr, admin"
READERS = f"{SIGNED_IN}, key read, key write, key staff"
ASKERS = f"{SIGNED_IN}, key read, key staff"
STAFF = "staff, admin, key staff"
WRITERS = f"{STAFF}, key write"
NEEDS = "staff, hr, admin, key staff"

ALLOWED = {
    "GET /v1/organisations": READERS,
    "GET /v1/organisations/{item_id}": READERS,
    "PUT /v1/organisations/{item_id}": WRITERS,
    "DELETE /v1/organisations/{item_id}": WRITERS,
    "GET /v1/factories": READERS,
    "GET /v1/factories/{item_id}": READERS,
    "PUT /v1/factories/{item_id}": WRITERS,
    "DELETE /v1/factories/{item_id}": WRITERS,
    "GET /v1/opportunities": READERS,
    "GET /v1/opportunities/{item_id}": READERS,
    "PUT /v1/opportunities/{item_id}": WRITERS,
    "DELETE /v1/opportunities/{item_id}": WRITERS,
    "GET /v1/leads": READERS,
    "GET /v1/leads/{item_id}": READERS,
    "PUT /v1/leads/{item_id}": WRITERS,
    "DELETE /v1/leads/{item_id}": WRITERS,
    "GET /v1/organisations/{item_id}/recommendations": "member of A, staff, admin, key read, key staff",
    "GET /v1/opportunities/{item_id}/members": STAFF,
    "POST /v1/recommendations": ASKERS,
    "GET /v1/search": ASKERS,
    "POST /v1/job-checks": ASKERS,
    "POST /v1/needs/drafts": NEEDS,
    "POST /v1/needs": NEEDS,
    "GET /v1/needs": NEEDS,
    "GET /v1/needs/gaps": NEEDS,
    "GET /v1/needs/{need_id}": NEEDS,
    "PUT /v1/needs/{need_id}": NEEDS,
    "POST /v1/needs/{need_id}/close": NEEDS,
    "GET /v1/needs/{need_id}/leads": NEEDS,
    "GET /v1/shortlists": "hr",
    "POST /v1/shortlists": "hr",
    "GET /v1/shortlists/{shortlist_id}": "hr",
    "GET /v1/shortlists/audit": "hr",
    "POST /v1/shortlists/audit/groups": "hr",
    "POST /v1/shortlists/{shortlist_id}/decisions": "hr",
    "GET /v1/plan": STAFF,
    "POST /v1/plan": STAFF,
    "GET /v1/introductions": STAFF,
    "POST /v1/introductions": STAFF,
    "POST /v1/introductions/from-plan": STAFF,
    "GET /v1/introductions/baskets": STAFF,
    "GET /v1/introductions/{introduction_id}": STAFF,
    "POST /v1/introductions/{introduction_id}/{act}": STAFF,
    "GET /v1/organisations/{item_id}/introductions": "member of A, staff, admin, key staff",
    "POST /v1/organisations/{item_id}/introductions": "member of A, staff, admin, key staff",
    "POST /v1/organisations/{item_id}/introductions/{introduction_id}/{act}": (
        "member of A, staff, admin, key staff"
    ),
    "GET /v1/organisations/{item_id}/availability": "member of A, staff, admin, key staff",
    "PUT /v1/organisations/{item_id}/availability": "member of A, member of B, staff, admin, key staff",
    "POST /v1/feedback": "member of A, staff, admin, key staff",
    "GET /v1/feedback": "member of A, staff, admin, key staff",
    "DELETE /v1/feedback/{reaction_id}": ASKERS,
    "POST /v1/sign-in": EVERYBODY,
    "POST /v1/sign-in/password": EVERYBODY,
    "GET /v1/sign-in/{token}": EVERYBODY,
    "POST /v1/sign-in/{token}": EVERYBODY,
    "GET /v1/unsubscribe/{token}": EVERYBODY,
    "POST /v1/unsubscribe/{token}": EVERYBODY,
    "POST /v1/sign-out": SIGNED_IN,
    "GET /v1/me": SIGNED_IN,
    "PUT /v1/me/password": SIGNED_IN,
    "GET /v1/me/visits": SIGNED_IN,
    "DELETE /v1/me/visits/{visit_id}": SIGNED_IN,
    "GET /v1/people": STAFF,
    "POST /v1/people": "admin",
    "GET /v1/people/{person_id}": STAFF,
    "POST /v1/people/{person_id}/disable": "admin",
    "POST /v1/people/{person_id}/enable": "admin",
    "GET /v1/keys": "admin",
    "POST /v1/keys": "admin",
    "DELETE /v1/keys/{key_id}": "admin",
    "GET /v1/me/calendar": SIGNED_IN,
    "POST /v1/me/calendar": SIGNED_IN,
    "DELETE /v1/me/calendar": SIGNED_IN,
    "GET /calendars/{token}.ics": EVERYBODY,
    "GET /v1/opportunities/{item_id}/alerts": STAFF,
    "POST /v1/opportunities/{item_id}/alerts": STAFF,
    "DELETE /v1/opportunities/{item_id}/alerts": STAFF,
    "GET /v1/alerts": STAFF,
    "GET /v1/report": STAFF,
    "GET /v1/organisations/{item_id}/searches": "member of A, staff, admin, key staff",
    "POST /v1/organisations/{item_id}/searches": "member of A, staff, admin, key staff",
    "DELETE /v1/organisations/{item_id}/searches/{number}": f"member of A, member of B, {STAFF}",
    "GET /v1/alerts-stop/{token}": EVERYBODY,
    "POST /v1/alerts-stop/{token}": EVERYBODY,
    "GET /v1/me/data": SIGNED_IN,
    "DELETE /v1/me": SIGNED_IN,
    "GET /v1/organisations/{item_id}/data": "member of A, admin",
    "POST /v1/organisations/{item_id}/erasure": "admin",
    "GET /v1/people/{person_id}/data": "admin",
    "POST /v1/people/{person_id}/erasure": "admin",
    "GET /v1/erasures": "admin",
    "GET /v1/erasures/{erasure_id}": "admin",
    "POST /v1/data-links": EVERYBODY,
    "GET /v1/data/{token}": EVERYBODY,
    "POST /v1/data/{token}": EVERYBODY,
    "GET /v1/erase/{token}": EVERYBODY,
    "POST /v1/erase/{token}": EVERYBODY,
    "GET /v1/commands/item": STAFF,
    "POST /v1/commands/meeting-pairs": STAFF,
    "POST /v1/commands/hits": STAFF,
    "GET /v1/commands/findings": "admin",
    "GET /v1/candidates": "hr",
    "GET /v1/candidates/{code}": "hr",
    "POST /v1/candidates/{code}/contact": "hr",
    "POST /v1/candidates/invitations": "hr",
    "POST /v1/candidates/sample": "admin",
    "DELETE /v1/candidates/sample": "admin",
    "GET /v1/candidates/notice": EVERYBODY,
    "POST /v1/candidates": EVERYBODY,
    "POST /v1/candidates/links": EVERYBODY,
    "GET /v1/own-profile": EVERYBODY,
    "DELETE /v1/own-profile": EVERYBODY,
    "POST /v1/own-profile/cv": EVERYBODY,
    "POST /v1/own-profile/skills": EVERYBODY,
    "PUT /v1/own-profile/skills": EVERYBODY,
    "PUT /v1/own-profile/choices": EVERYBODY,
    "POST /v1/own-profile/pause": EVERYBODY,
    "POST /v1/own-profile/resume": EVERYBODY,
    "GET /v1/candidates/gate": "admin",
    "PUT /v1/candidates/gate": "admin",
    "GET /metrics": "admin, key metrics",
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
}
"""Who comes in, by route. Everybody else gets 401 without, or 403 with, a sign-in or key."""

LEGAL_PAGES = {"/confidentialite", "/accessibilite", "/mentions-legales"}
PUBLIC_PAGES = {
    "/connexion",
    "/",
    "/docs",
    "/openapi.json",
    "/confidentialite",
    "/accessibilite",
    "/mentions-legales",
    "/candidats",
}
SAMPLES = {
    "item_id": "ORG001",
    "visit_id": "none",
    "token": "none",
    "reaction_id": "9999",
    "introduction_id": "IN999",
    "person_id": "none",
    "number": "9",
    "key_id": "none",
    "erasure_id": "none",
    "code": "none",
    "act": "withdraw",
    "need_id": "none",
    "shortlist_id": "none",
}
"""What stands in an address. Writes are tried on :data:`ABSENT`: no success changes anything."""
ABSENT = "NONE999"
QUERIES = {
    "GET /v1/organisations/{item_id}/recommendations": "?kind=factory",
    "GET /v1/feedback": "?query_id=ORG001",
    "GET /v1/search": "?kind=factory&q=data",
}
BODIES = {
    "PUT /v1/organisations/{item_id}/availability": {},
    "PUT /v1/candidates/gate": {},
    "POST /v1/feedback": {
        "query_id": "ORG001",
        "item_id": "FAC001",
        "action": "interested",
    },
}
LAST = ("POST /v1/sign-out",)
"""Ends the visit it is tried with."""


def routes_of(app) -> set[str]:
    found = set()
    for context in iter_route_contexts(app.routes):
        methods = getattr(context, "methods", None) or ()
        found |= {f"{method} {context.path}" for method in methods if method != "HEAD"}
    return found


@pytest.fixture(scope="module")
def matcher(stocked_home, tmp_path_factory) -> Iterator[Matcher]:
    with open_matcher(
        settings_of(copy_home(stocked_home, tmp_path_factory.mktemp("access") / "home"))
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(matcher) -> Iterator[TestClient]:
    with TestClient(create_app(matcher.settings, matcher)) as opened:
        yield opened


@pytest.fixture
def people(client, matcher) -> dict[str, Asker]:
    return askers(client, matcher)


def address(route: str) -> tuple[str, str]:
    method, path = route.split(" ")
    sample = SAMPLES | ({"item_id": ABSENT} if method in ("PUT", "DELETE") else {})
    if "opportunities" in path and method == "GET":
        sample["item_id"] = "INT001"
    return method, re.sub(r"{(\w+)}", lambda found: sample[found[1]], path) + QUERIES.get(route, "")


def is_as_said(who: str, allowed: list[str], status: int) -> bool:
    if who in allowed:
        return status not in (401, 403)
    return status == (401 if who == "visitor" else 403)


def test_every_route_is_listed(client):
    for_programs = re.compile(r" /(v1/|calendars/|metrics|healthz|readyz)")
    ours = {route for route in routes_of(client.app) if for_programs.search(route)}
    assert ours - ALLOWED.keys() == set(), "say in ALLOWED who may use the new route"


def test_nobody_gets_more_or_less_than_the_table_says(people):
    wrong = []
    for route in sorted(ALLOWED, key=lambda name: name in LAST):
        method, path = address(route)
        for who, ask in people.items():
            status = ask(method, path, json=BODIES.get(route)).status_code
            if not is_as_said(who, ALLOWED[route].split(", "), status):
                wrong.append((route, who, status))
    assert wrong == []


def test_a_visitor_gets_only_public_pages(client, people):
    shown = set()
    for route in routes_of(client.app):
        method, path = route.split(" ")
        if method == "GET" and not path.startswith(("/v1/", "/metrics", "/healthz", "/readyz")):
            concrete = re.sub(r"{\w+(:\w+)?}", "none", path)
            if people["visitor"]("GET", concrete, headers={"Accept": "text/html"}).status_code == 200:
                shown.add(path)
    assert {path for path in shown if not path.startswith("/aide")} <= PUBLIC_PAGES


def test_an_opted_out_organisation_is_unknown_to_strangers(people):
    for path in ("/v1/organisations/ORG004", "/v1/organisations/ORG004/recommendations?kind=factory"):
        assert people["member of A"]("GET", path).status_code == 404
        assert people["staff"]("GET", path).status_code == 200


def test_what_a_stranger_is_told_of_a_hidden_organisation_is_what_is_told_of_none(people):
    ask = people["member of A"]
    hidden, none = (ask("GET", f"/v1/organisations/{name}").json()["detail"] for name in ("ORG004", "ORG999"))
    assert hidden == none.replace("ORG999", "ORG004")


@pytest.mark.parametrize("name", ["matcher-visit", "__Host-matcher"])
def test_forged_cookies_open_nothing(client, matcher, people, name):
    token = people["staff"].headers["Cookie"].partition("=")[2] if name == "matcher-visit" else "x"
    forged = [
        "",
        "x",
        token[:-1],
        token + "A",
        token[::-1],
        token.swapcase(),
        "A" * 5_000,
        "0",
        "null",
        "../x",
    ]
    for value in forged:
        assert Asker(client, {"Cookie": f"{name}={value}"})("GET", "/v1/me").status_code == 401


def test_forged_keys_open_nothing(client, people):
    key = people["key staff"].headers["Authorization"]
    for given in (
        key[:-1],
        key + "x",
        key.swapcase(),
        "Bearer mk_",
        "Bearer ",
        key.replace("Bearer", "Basic"),
    ):
        assert Asker(client, {"Authorization": given})("GET", "/v1/plan").status_code == 401


def test_a_revoked_key_and_a_disabled_person_are_out_at_once(client, matcher, people):
    now, found = datetime.now(UTC), people
    key = next(key for key in reversed(matcher.store.keys.all()) if key.name == "read")
    assert found["key read"]("GET", "/v1/leads").status_code == 200
    matcher.keys.revoke(key.id, now)
    assert found["key read"]("GET", "/v1/leads").status_code == 401
    assert found["hr"]("GET", "/v1/leads").status_code == 200
    matcher.store.people.disable(add_person(matcher, "hr").id, now)
    assert found["hr"]("GET", "/v1/leads").status_code == 401


def test_the_admin_key_needs_no_person(client):
    assert Asker(client, ADMIN_KEY)("GET", "/metrics").status_code == 200
    assert Asker(client, ADMIN_KEY)("GET", "/v1/me").status_code == 403
