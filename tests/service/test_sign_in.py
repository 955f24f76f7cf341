"""Signing in over HTTP: links, passwords, visits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from matcher.build import Matcher, open_matcher
from matcher.people import Purpose, Role, hash_password, new_person
from service.app import create_app
from tests.service.people import Asker, add_person

CLAIRE = "member.of.A@example.org"
SENTENCE = "une phrase assez longue"


@pytest.fixture
def matcher(stocked) -> Iterator[Matcher]:
    with open_matcher(stocked) as opened:
        add_person(opened, "member of A")
        yield opened


@pytest.fixture
def visitor(matcher) -> Iterator[Asker]:
    with TestClient(create_app(matcher.settings, matcher)) as client:
        yield Asker(client, {})


def links_sent(matcher: Matcher) -> list[str]:
    return [matcher.links.token(message.subjects["link"]) for message in matcher.store.mail.all()]


def cookie(response) -> str:
    return str(response.headers["set-cookie"].partition(";")[0])


def test_a_link_from_a_mail_signs_in_once_and_only_by_its_button(matcher, visitor):
    assert visitor("POST", "/v1/sign-in", json={"email": CLAIRE.upper()}).status_code == 202
    (token,) = links_sent(matcher)
    for _ in range(3):  # mail scanners follow links
        shown = visitor("GET", f"/v1/sign-in/{token}")
        assert (shown.status_code, "set-cookie" in shown.headers) == (200, False)
        assert "form-action 'self'" in shown.headers["Content-Security-Policy"]
    entered = visitor("POST", f"/v1/sign-in/{token}")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(entered.headers["set-cookie"].split("; "))
    signed_in = Asker(visitor.client, {"Cookie": cookie(entered)})
    assert signed_in("GET", "/v1/me").json()["email"] == CLAIRE
    again = visitor("POST", f"/v1/sign-in/{token}")
    assert (again.status_code, again.json()["type"]) == (410, "urn:matcher:link-gone")
    assert "has been used" in again.json()["detail"]


def test_the_cookie_is_bound_to_this_host_over_https(matcher, visitor):
    secure = TestClient(visitor.client.app, base_url="https://matcher.example", follow_redirects=False)
    token = matcher.links.token(
        matcher.links.make(Purpose.SIGN_IN, matcher.store.people.find(CLAIRE).id, "", datetime.now(UTC)).id
    )
    given = secure.post(f"/v1/sign-in/{token}").headers["set-cookie"]
    assert given.startswith("__Host-matcher=")
    assert "; Secure" in given


def test_an_unknown_address_gets_the_same_answer_and_no_mail(matcher, visitor):
    matcher.store.people.put(new_person("contact@example.org", "Sans compte"))
    matcher.store.people.put(new_person("gone@example.org", "Parti", roles=[Role.STAFF]))
    matcher.store.people.disable(matcher.store.people.find("gone@example.org").id, datetime.now(UTC))
    addresses = ("nobody@example.org", "contact@example.org", "gone@example.org", "x\r\nBcc: y@z.fr", CLAIRE)
    answers = {visitor("POST", "/v1/sign-in", json={"email": address}).content for address in addresses}
    assert len(answers) == 1
    assert len(links_sent(matcher)) == 1


def test_expired_foreign_and_forged_links_each_say_why(matcher, visitor):
    person, now = matcher.store.people.find(CLAIRE), datetime.now(UTC)
    old = matcher.links.make(Purpose.SIGN_IN, person.id, "", now - timedelta(minutes=16))
    foreign = matcher.links.make(Purpose.UNSUBSCRIBE, person.id, "", now)
    expired = visitor("POST", f"/v1/sign-in/{matcher.links.token(old.id)}")
    assert (expired.status_code, "expired" in expired.json()["detail"]) == (410, True)
    for token in (matcher.links.token(foreign.id), "forged", "A" * 43):
        refused = visitor("POST", f"/v1/sign-in/{token}")
        assert (refused.status_code, "not valid" in refused.json()["detail"]) == (404, True)


def test_links_are_not_sent_without_end(visitor):
    statuses = [visitor("POST", "/v1/sign-in", json={"email": CLAIRE}).status_code for _ in range(6)]
    assert statuses == [202] * 5 + [429]


def test_a_password_signs_in_and_five_failures_close_the_door(matcher, visitor):
    matcher.store.people.set_password_hash(matcher.store.people.find(CLAIRE).id, hash_password(SENTENCE))
    right = {"email": CLAIRE, "password": SENTENCE}
    assert visitor("POST", "/v1/sign-in/password", json=right).status_code == 204
    for wrong in (right | {"password": "x"}, {"email": "no@example.org", "password": SENTENCE}):
        refused = visitor("POST", "/v1/sign-in/password", json=wrong)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:matcher:wrong-sign-in")
    for _ in range(4):
        visitor("POST", "/v1/sign-in/password", json=right | {"password": "x"})
    assert visitor("POST", "/v1/sign-in/password", json=right).status_code == 429


def test_visits_are_listed_and_ended(matcher, visitor):
    person, now = matcher.store.people.find(CLAIRE), datetime.now(UTC)
    here, there = (
        Asker(visitor.client, {"Cookie": f"matcher-visit={matcher.visits.begin(person.id, now)}"})
        for _ in range(2)
    )
    listed = here("GET", "/v1/me/visits").json()
    assert sorted(visit["current"] for visit in listed) == [False, True]
    (other,) = [visit["id"] for visit in listed if not visit["current"]]
    stranger = add_person(matcher, "member of B")
    foreign = Asker(visitor.client, {"Cookie": f"matcher-visit={matcher.visits.begin(stranger.id, now)}"})
    assert foreign("DELETE", f"/v1/me/visits/{other}").status_code == 404
    assert there("GET", "/v1/me").status_code == 200
    assert here("DELETE", f"/v1/me/visits/{other}").status_code == 204
    assert there("GET", "/v1/me").status_code == 401
    assert here("POST", "/v1/sign-out").status_code == 204
    assert here("GET", "/v1/me").status_code == 401


def test_a_new_password_ends_other_visits_and_a_short_one_is_refused(matcher, visitor):
    person, now = matcher.store.people.find(CLAIRE), datetime.now(UTC)
    here, there = (
        Asker(visitor.client, {"Cookie": f"matcher-visit={matcher.visits.begin(person.id, now)}"})
        for _ in range(2)
    )
    assert here("PUT", "/v1/me/password", json={"password": "short"}).status_code == 422
    assert here("PUT", "/v1/me/password", json={"password": SENTENCE}).status_code == 204
    assert (here("GET", "/v1/me").status_code, there("GET", "/v1/me").status_code) == (200, 401)


def test_mails_stop_by_a_button_and_not_by_following_the_link(matcher, visitor):
    person = matcher.store.people.find(CLAIRE)
    token = matcher.links.token(
        matcher.links.make(Purpose.UNSUBSCRIBE, person.id, person.id, datetime.now(UTC)).id
    )
    assert CLAIRE in visitor("GET", f"/v1/unsubscribe/{token}").text
    assert matcher.store.people.get(person.id).objected_at is None
    assert visitor("POST", f"/v1/unsubscribe/{token}").status_code == 200
    assert matcher.store.people.get(person.id).objected_at is not None
