"""Reactions over HTTP: they act on the next answer, are listed, and can be taken back."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

FACTORIES = "/v1/organisations/ORG001/recommendations?kind=factory"


def shown(client: TestClient, address: str = FACTORIES) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.json()


def ids(answer: Any) -> list[str]:
    return [item["item_id"] for item in answer["items"] + answer["weaker"]]


def react(client: TestClient, item_id: str, action: str, **more: str) -> Any:
    body = {"query_id": "ORG001", "item_id": item_id, "action": action} | more
    return client.post("/v1/feedback", json=body)


def test_a_reaction_acts_on_the_next_answer_is_listed_and_can_be_taken_back(admin: TestClient):
    before = shown(admin)
    first = before["items"][0]
    given = react(admin, first["item_id"], "not_for_me", reason="no_time", answer_id=before["id"])
    assert given.status_code == 201
    kept = given.json()
    assert (kept["rank"], kept["score"], kept["kind"]) == (1, first["score"], "factory")
    assert (kept["answer_id"], kept["reason"]) == (before["id"], "no_time")
    assert kept["model"].startswith("hashing")
    after = shown(admin)
    assert first["item_id"] not in ids(after)
    assert after["id"] != before["id"]
    assert "set_aside" in [notice["code"] for notice in after["notices"]]
    assert admin.get("/v1/feedback?query_id=ORG001").json() == {"reactions": [kept]}
    assert admin.delete(f"/v1/feedback/{kept['id']}").status_code == 204
    again = shown(admin)
    assert again == before | {"on": again["on"]}
    assert admin.get("/v1/feedback?query_id=ORG001").json() == {"reactions": []}
    assert admin.delete(f"/v1/feedback/{kept['id']}").status_code == 404


def test_what_was_joined_is_marked_in_the_next_answer(admin: TestClient):
    item_id = shown(admin)["items"][0]["item_id"]
    assert react(admin, item_id, "joined").status_code == 201
    item = shown(admin)["items"][0]
    assert (item["item_id"], item["participates"]) == (item_id, True)


@pytest.mark.parametrize(
    ("item_id", "action", "more", "status", "sentence"),
    [
        ("FAC999", "joined", {}, 404, "FAC999"),
        ("ORG001", "already_met", {}, 422, "react to itself"),
        ("ORG002", "joined", {}, 422, "factory, international"),
        ("FAC001", "accepted", {}, 422, "give one of"),
        ("FAC001", "loved", {}, 422, ""),
        ("FAC001", "joined", {"reason": "no_time"}, 422, "leave it out"),
        ("FAC001", "not_for_me", {"reason": "because"}, 422, ""),
        ("FAC001", "joined", {"kind": "factory"}, 422, ""),
        ("FAC001", "joined", {"answer_id": "x" * 41}, 422, ""),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    admin: TestClient, item_id: str, action: str, more: dict[str, str], status: int, sentence: str
):
    answer = react(admin, item_id, action, **more)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert admin.get("/v1/feedback?query_id=ORG001").json() == {"reactions": []}


def test_an_unknown_organisation_has_no_list(admin: TestClient):
    assert admin.get("/v1/feedback?query_id=ORG999").status_code == 404


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/v1/feedback?query_id=ORG001"), ("POST", "/v1/feedback"), ("DELETE", "/v1/feedback/1")],
)
def test_reactions_are_not_public(visitor, method: str, address: str):
    assert visitor.request(method, address).status_code == 401
