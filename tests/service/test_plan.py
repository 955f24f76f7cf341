"""The plan over HTTP: staff only, made in the background, followed at once."""

import threading
import time

from fastapi.testclient import TestClient

from matcher.build import Matcher
from matcher.errors import BackendUnavailable
from service.http.app import create_app
from tests.service.conftest import KEY

STAFF = {"Authorization": f"Bearer {KEY}"}


def _wait_for_plan(client: TestClient) -> dict[str, object]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = client.get("/v1/plan", headers=STAFF)
        if answer.status_code == 200:
            return answer.json()
        time.sleep(0.05)
    raise AssertionError("no plan within 30 s")


def test_only_staff_sees_or_asks_for_a_plan(client):
    for answer in (client.get("/v1/plan"), client.post("/v1/plan")):
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_plan_staff_is_told_how_to_get_one(client):
    answer = client.get("/v1/plan", headers=STAFF)
    assert answer.status_code == 404
    assert "matcher plan" in answer.json()["detail"]


def test_a_plan_is_made_in_the_background_reported_and_followed(client):
    by_score = client.get("/v1/organisations/ORG001/recommendations?kind=partner").json()
    assert by_score["plan"] is None

    started = client.post("/v1/plan", headers=STAFF)
    assert started.status_code == 202
    assert started.json() == {"started": True}
    report = _wait_for_plan(client)

    seen = {member["organisation_id"]: member for member in report["members"]}
    assert set(seen) == {"ORG001", "ORG002", "ORG003"}, "who opted out is not planned for"
    assert all(0 <= member["relevance"] <= 1 for member in seen.values())
    assert (report["left_out"], report["illustrative"]) == ([], ["ORG002"])
    planned = client.get("/v1/organisations/ORG001/recommendations?kind=partner").json()
    assert planned["plan"] == report["version"]
    assert all(0 < item["gain"] <= 1 and 0 < item["gain_of_other"] <= 1 for item in planned["items"])


def test_who_is_erased_leaves_the_plan(client):
    client.post("/v1/plan", headers=STAFF)
    _wait_for_plan(client)
    assert client.delete("/v1/organisations/ORG003", headers=STAFF).status_code == 204
    report = client.get("/v1/plan", headers=STAFF).json()
    assert "ORG003" not in str(report)


def test_who_is_erased_while_a_plan_is_made_does_not_come_back(client, monkeypatch):
    arrange = Matcher.arrange

    def meanwhile(matcher, scores):
        plan = arrange(matcher, scores)
        matcher.store.items.delete(["ORG003"])
        return plan

    monkeypatch.setattr(Matcher, "arrange", meanwhile)
    client.post("/v1/plan", headers=STAFF)
    report = _wait_for_plan(client)
    assert {member["organisation_id"] for member in report["members"]} == {"ORG001", "ORG002"}
    assert report["summary"]["organisations"] == 2


def test_a_plan_that_fails_in_an_unknown_way_is_logged_and_the_service_goes_on(client, monkeypatch):
    arranged = threading.Event()

    def broken(_matcher, _scores):
        arranged.set()
        raise ValueError("mutual scores of ORG001")

    monkeypatch.setattr(Matcher, "arrange", broken)
    assert client.post("/v1/plan", headers=STAFF).json() == {"started": True}
    assert arranged.wait(30)
    deadline = time.monotonic() + 30
    while client.app.state.planner.busy and time.monotonic() < deadline:
        time.sleep(0.02)
    assert client.app.state.planner._task.exception() is None
    assert client.get("/v1/plan", headers=STAFF).status_code == 404


def test_a_service_that_stops_waits_for_the_plan_under_way(stocked, monkeypatch):
    begun, ended = threading.Event(), threading.Event()

    def slow(_matcher, _scores):
        begun.set()
        time.sleep(0.3)
        ended.set()
        raise BackendUnavailable("stopped")

    monkeypatch.setattr(Matcher, "arrange", slow)
    with TestClient(create_app(stocked)) as client:
        client.post("/v1/plan", headers=STAFF)
        assert begun.wait(30)
    assert ended.is_set(), "nothing is closed under a thread that works"
