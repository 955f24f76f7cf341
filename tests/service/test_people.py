"""People and API keys over HTTP, for administrators."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from matcher.build import Matcher, open_matcher
from matcher.settings import Settings
from service.app import create_app
from tests.service.people import Asker, add_person

CLAIRE = {
    "email": "claire@Example.org",
    "name": "Claire Martin",
    "roles": ["member"],
    "organisations": ["ORG001"],
}
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.fixture
def matcher(stocked: Settings) -> Iterator[Matcher]:
    with open_matcher(stocked) as opened:
        yield opened


@pytest.fixture
def admin(matcher: Matcher) -> Iterator[Asker]:
    with TestClient(create_app(matcher.settings, matcher)) as client:
        token = matcher.visits.begin(add_person(matcher, "admin").id, datetime.now(UTC))
        yield Asker(client, {"Cookie": f"matcher-visit={token}"})


def test_a_person_is_added_read_and_disabled(matcher: Matcher, admin: Asker) -> None:
    added = admin("POST", "/v1/people", json=CLAIRE)
    assert added.status_code == 201, added.text
    one = added.json()
    assert (one["email"], one["roles"], one["source"]) == ("claire@example.org", ["member"], "api")
    assert admin("GET", f"/v1/people/{one['id']}").json() == one
    assert one in admin("GET", "/v1/people").json()
    visit = matcher.visits.begin(one["id"], datetime.now(UTC))
    claire = Asker(admin.client, {"Cookie": f"matcher-visit={visit}"})
    assert claire("GET", "/v1/me").status_code == 200
    disabled = admin("POST", f"/v1/people/{one['id']}/disable")
    assert (disabled.status_code, disabled.json()["disabled_at"] is None) == (200, False)
    assert claire("GET", "/v1/me").status_code == 401
    enabled = admin("POST", f"/v1/people/{one['id']}/enable")
    assert (enabled.status_code, enabled.json()) == (200, one)
    assert claire("GET", "/v1/me").status_code == 401, "the visit stays ended"
    visit = matcher.visits.begin(one["id"], datetime.now(UTC))
    assert Asker(admin.client, {"Cookie": f"matcher-visit={visit}"})("GET", "/v1/me").status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "no address"}, "That is no e-mail address"),
        ({"email": "x@example.org\r\nBcc: all@example.org"}, "without line breaks"),
        ({"organisations": []}, "name at least one"),
        ({"organisations": ["ORG404"]}, "no organisation 'ORG404'"),
        ({"email": "admin@example.org"}, "Another person has this e-mail address"),
        ({"name": " "}, "The name is one line"),
        ({"roles": ["king"]}, ""),
    ],
)
def test_what_is_no_person_is_refused(admin: Asker, change: dict[str, object], said: str) -> None:
    before = admin("GET", "/v1/people").json()
    refused = admin("POST", "/v1/people", json=CLAIRE | change)
    assert (refused.status_code, said in refused.json()["detail"]) == (422, True), refused.text
    assert admin("GET", "/v1/people").json() == before


def test_nobody_disables_oneself_or_a_stranger(matcher: Matcher, admin: Asker) -> None:
    own = add_person(matcher, "admin").id
    assert "another administrator" in admin("POST", f"/v1/people/{own}/disable").json()["detail"]
    assert admin("POST", "/v1/people/P404/disable").status_code == 404
    assert admin("POST", "/v1/people/P404/enable").status_code == 404
    assert admin("GET", "/v1/people/P404").status_code == 404


def test_a_key_is_shown_once_opens_what_it_may_and_ends(matcher: Matcher, admin: Asker) -> None:
    given = {"name": "website", "scopes": ["read"], "expires_at": TOMORROW}
    made = admin("POST", "/v1/keys", json=given)
    assert made.status_code == 201, made.text
    key, secret = made.json()["key"], made.json()["secret"]
    assert (key["scopes"], key["made_by"]) == (["read"], add_person(matcher, "admin").id)
    program = Asker(admin.client, {"Authorization": f"Bearer {secret}"})
    assert program("GET", "/v1/factories").status_code == 200
    assert program("GET", "/v1/keys").status_code == 403
    listed = admin("GET", "/v1/keys")
    assert [one["id"] for one in listed.json()] == [key["id"]]
    assert secret not in listed.text
    assert admin("DELETE", f"/v1/keys/{key['id']}").status_code == 204
    assert program("GET", "/v1/factories").status_code == 401
    assert admin("DELETE", "/v1/keys/K404").status_code == 404


@pytest.mark.parametrize(
    "change", [{"scopes": []}, {"scopes": ["all"]}, {"name": ""}, {"expires_at": "2020-01-01T00:00Z"}]
)
def test_what_is_no_key_is_refused(admin: Asker, change: dict[str, object]) -> None:
    given = {"name": "website", "scopes": ["read"], "expires_at": TOMORROW} | change
    assert admin("POST", "/v1/keys", json=given).status_code == 422
    assert admin("GET", "/v1/keys").json() == []
