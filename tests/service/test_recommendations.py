import json

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from matcher.domain.answers import Answer
from service.app import create_app
from tests.service.conftest import STAFF

RECOMMEND = "/v1/organisations/ORG001/recommendations"
ON = "2026-11-22"


def names(response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["item_id"] for item in response.json()["items"]]


def test_a_member_is_told_of_factories_with_reasons_that_quote_both_texts(client):
    response = client.get(RECOMMEND, params={"kind": "factory", "k": 1, "on": ON})
    assert names(response) == ["FAC001"]
    item = response.json()["items"][0]
    assert 0 < item["score"] <= 1
    assert {quote["side"] for quote in item["reasons"][0]["quotes"]} == {"query", "item"}


@pytest.mark.parametrize("kind", ["factory", "partner", "international", "lead"])
def test_every_kind_answers_in_the_documented_form(client, kind):
    response = client.get(RECOMMEND, params={"kind": kind, "on": ON, "explain": True})
    answer = TypeAdapter(Answer).validate_json(response.content)
    assert answer.kind == kind
    assert answer.items
    assert all(item.signals for item in answer.items)


def test_nobody_who_opted_out_is_recommended_and_never_oneself(client):
    found = names(client.get(RECOMMEND, params={"kind": "partner", "on": ON, "k": 10}))
    assert "ORG002" in found
    assert not {"ORG001", "ORG004"} & set(found)


def test_only_what_is_open_on_the_day_asked_is_recommended(client):
    assert names(client.get(RECOMMEND, params={"kind": "international", "on": ON})) == ["INT001"]
    assert names(client.get(RECOMMEND, params={"kind": "international", "on": "2025-01-11"})) == ["INT002"]
    assert names(client.get(RECOMMEND, params={"kind": "international", "on": "2027-01-01"})) == []


@pytest.mark.parametrize(
    "path", ["/v1/organisations/-1/recommendations?kind=lead", "/v1/opportunities/-1/members"]
)
def test_an_id_that_cannot_be_one_is_a_fault_of_the_address(client, path):
    response = client.get(path)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [fault["at"] for fault in response.json()["errors"]] == ["path.item_id"]


def test_a_date_alone_is_noon_of_that_day(client):
    answer = client.get(RECOMMEND, params={"kind": "factory", "on": ON}).json()
    assert answer["on"] == "2026-11-22T12:00:00+01:00"


def test_both_languages_and_no_signals_unless_asked(client):
    item = client.get(RECOMMEND, params={"kind": "factory", "on": ON}).json()["items"][0]
    assert {"fr", "en"} <= set(item["reasons"][0])
    assert "signals" not in item


def test_the_same_question_gets_the_same_answer(client):
    first, second = (client.get(RECOMMEND, params={"kind": "partner", "on": ON}).content for _ in range(2))
    assert first == second


def test_a_free_text_is_answered(client):
    question = {"kind": "partner", "text": "cybersécurité pour un hôpital à Rodez", "k": 1, "on": ON}
    assert names(client.post("/v1/recommendations", json=question)) == ["ORG002"]
    searched = client.get("/v1/search", params={"q": question["text"], "kind": "partner", "k": 1, "on": ON})
    assert names(searched) == ["ORG002"]


def test_a_profile_is_answered_like_a_member(client):
    question = {"kind": "factory", "profile": {"expertise": ["données"]}, "k": 1, "on": ON}
    assert names(client.post("/v1/recommendations", json=question)) == ["FAC001"]


def test_the_members_to_tell_of_an_open_opportunity(client):
    response = client.get("/v1/opportunities/INT001/members", params={"on": ON})
    assert names(response)[0] == "ORG001"


def test_nobody_is_told_of_a_closed_one_and_a_notice_says_why(client):
    response = client.get("/v1/opportunities/INT002/members", params={"on": ON})
    assert names(response) == []
    assert response.json()["notices"][0]["code"] == "closed"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "candidate"},
        {"kind": "alert"},
        {"kind": "factory", "k": 0},
        {"kind": "factory", "k": 101},
        {"kind": "factory", "k": 51},
        {"kind": "factory", "on": "yesterday"},
        {"kind": "factory", "on": "2026-13-40"},
        {"kind": "factory", "lang": "fr"},
        {"kind": "factory", "limit": 3},
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_problem(client, wrong):
    response = client.get(RECOMMEND, params=wrong)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:matcher:invalid-request"
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "factory"},
        {"kind": "factory", "text": ""},
        {"kind": "factory", "text": "   "},
        {"kind": "factory", "profile": {}},
        {"kind": "factory", "text": "a", "profile": {"description": "a"}},
        {"kind": "factory", "text": "a" * 20_001},
        {"kind": "factory", "profile": {"city": "Rodez"}},
        {"kind": "factory", "profile": {"description": "a", "sexe": "F"}},
    ],
)
def test_a_question_without_exactly_one_usable_text_is_refused(client, wrong):
    assert client.post("/v1/recommendations", json=wrong).status_code == 422


def test_a_refusal_does_not_repeat_what_was_sent(client):
    assert "Jeanne" not in client.get(RECOMMEND, params={"kind": "lead", "on": "Jeanne Martin"}).text
    private = {"kind": "factory", "text": "a", "private": "Jeanne Martin, 12 rue des Lilas"}
    response = client.post("/v1/recommendations", json=private)
    assert response.status_code == 422
    assert "Jeanne" not in response.text


def test_as_many_items_are_given_as_the_operator_may_allow(stocked):
    with TestClient(create_app(stocked.model_copy(update={"max_k": 100})), headers=STAFF) as client:
        assert client.get(RECOMMEND, params={"kind": "factory", "k": 100}).json()["k"] == 100


def test_unknown_and_mistyped_ids_are_not_found(client):
    for path in ("ORG999", "FAC001"):
        response = client.get(f"/v1/organisations/{path}/recommendations", params={"kind": "factory"})
        assert response.status_code == 404
        assert response.json()["type"] == "urn:matcher:not-found"
        assert path in response.json()["detail"]


def test_the_plus_of_an_offset_is_written_as_addresses_write_it(client):
    answer = client.get(f"{RECOMMEND}?kind=factory&on=2026-11-22T09:00:00%2B01:00").json()
    assert answer["on"] == "2026-11-22T09:00:00+01:00"
    refused = client.get(f"{RECOMMEND}?kind=factory&on=2026-11-22T09:00:00+01:00")
    assert refused.status_code == 422
    assert "%2B" in refused.json()["detail"]


@pytest.mark.parametrize("text", ["a" * 20_000, "a\n" * 9_999 + "aa"], ids=["one line", "many lines"])
def test_a_text_may_be_as_long_as_the_limit_says(client, text):
    for question in ({"text": text}, {"profile": {"description": text}}):
        assert client.post("/v1/recommendations", json={"kind": "factory", **question}).status_code == 200
    longer = {"kind": "factory", "profile": {"description": text, "needs": ["b"]}}
    response = client.post("/v1/recommendations", json=longer)
    assert response.status_code == 422
    assert "20001 characters" in response.json()["detail"]


@pytest.mark.parametrize("given", ["text/plain", "application/x-www-form-urlencoded", None])
@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/recommendations"), ("PUT", "/v1/leads/LEAD001")])
def test_a_body_that_is_not_said_to_be_json_is_refused_with_the_way_to_say_it(client, method, path, given):
    headers = STAFF | ({"Content-Type": given} if given else {})
    response = client.request(method, path, content=b"{}", headers=headers)
    assert response.status_code == 415
    assert response.json()["type"] == "urn:matcher:unsupported-media-type"
    assert given is None or given in response.json()["detail"]
    assert "Content-Type: application/json" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"kind": "lead", "text": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"kind": "lead", "k": ' + b"9" * 5_000 + b"}", "digits"),
    ],
    ids=["bytes", "depth", "digits"],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_reason(client, body, said):
    response = client.post("/v1/recommendations", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["type"] == "urn:matcher:invalid-request"
    assert said in response.json()["detail"]


def test_broken_json_is_refused(client):
    response = client.post("/v1/recommendations", content=b"{", headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert json.loads(response.content)["errors"][0]["at"] == "body.1"
