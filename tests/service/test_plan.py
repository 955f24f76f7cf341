"""The plan over HTTP: staff only, made in the background, followed at once."""

import threading
import time
from typing import Any

from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.errors import BackendUnavailable
from tests.service.conftest import STAFF
from tests.service.fakes import MatcherWithFaults, serving


def _wait_for_plan(client: TestClient) -> Any:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = client.get("/v1/plan", headers=STAFF)
        if answer.status_code == 200:
            return answer.json()
        time.sleep(0.05)
    raise AssertionError("no plan within 30 s")


def test_only_staff_sees_or_asks_for_a_plan(visitor):
    for answer in (visitor.get("/v1/plan"), visitor.post("/v1/plan")):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_plan_the_message_says_how_to_get_one(client):
    answer = client.get("/v1/plan", headers=STAFF)
    assert answer.status_code == 404
    assert "matcher plan" in answer.json()["detail"]


def test_a_plan_is_made_in_the_background_reported_and_followed(own_client):
    by_score = own_client.get("/v1/organisations/ORG001/recommendations?kind=partner").json()
    assert by_score["plan"] is None

    started = own_client.post("/v1/plan", headers=STAFF)
    assert started.status_code == 202
    assert started.json() == {"started": True}
    report = _wait_for_plan(own_client)

    seen = {member["organisation_id"]: member for member in report["members"]}
    assert set(seen) == {"ORG001", "ORG002", "ORG003"}, "who opted out is not planned for"
    assert all(0 <= member["relevance"] <= 1 for member in seen.values())
    assert (report["left_out"], report["illustrative"]) == ([], ["ORG002"])
    planned = own_client.get("/v1/organisations/ORG001/recommendations?kind=partner").json()
    assert planned["plan"] == report["version"]
    assert all(0 < item["gain"] <= 1 and 0 < item["gain_of_other"] <= 1 for item in planned["items"])


def test_an_erased_organisation_leaves_the_plan(own_client):
    own_client.post("/v1/plan", headers=STAFF)
    _wait_for_plan(own_client)
    assert own_client.delete("/v1/organisations/ORG003", headers=STAFF).status_code == 204
    report = own_client.get("/v1/plan", headers=STAFF).json()
    assert "ORG003" not in str(report)


def test_an_organisation_erased_while_a_plan_is_made_does_not_come_back(stocked):
    matcher = MatcherWithFaults(stocked, open_store(stocked.database_url))
    matcher.after_arrange = lambda: matcher.store.items.delete(["ORG003"])
    with serving(stocked, matcher) as client:
        client.post("/v1/plan", headers=STAFF)
        report = _wait_for_plan(client)
    assert {member["organisation_id"] for member in report["members"]} == {"ORG001", "ORG002"}
    assert report["summary"]["organisations"] == 2


def test_a_plan_that_fails_in_an_unknown_way_leaves_the_service_able_to_plan(stocked):
    matcher = MatcherWithFaults(stocked, open_store(stocked.database_url))
    tried = threading.Event()

    def fail() -> None:
        tried.set()
        raise ValueError("mutual scores of ORG001")

    matcher.on_arrange = fail
    with serving(stocked, matcher) as client:
        assert client.post("/v1/plan", headers=STAFF).json() == {"started": True}
        assert tried.wait(30)
        matcher.on_arrange = None
        deadline = time.monotonic() + 30
        while not client.post("/v1/plan", headers=STAFF).json()["started"] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert _wait_for_plan(client)["members"]


def test_a_service_that_stops_waits_for_the_plan_being_made(stocked):
    matcher = MatcherWithFaults(stocked, open_store(stocked.database_url))
    begun, ended = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        time.sleep(0.3)
        ended.set()
        raise BackendUnavailable("stopped")

    matcher.on_arrange = slow
    with serving(stocked, matcher) as client:
        client.post("/v1/plan", headers=STAFF)
        assert begun.wait(30)
    assert ended.is_set(), "nothing is closed while a thread works with it"
