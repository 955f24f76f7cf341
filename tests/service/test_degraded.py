"""While the index or the encoder is away, questions are answered from the store, and the answer says so."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Kind, Lead
from matcher.errors import ModelMissing
from service.app import create_app, warm_up
from service.http.engine import MatcherEngine
from tests.service.conftest import ITEMS, STAFF
from tests.service.fakes import serving

ON = "2026-11-30"


def recommended(client: TestClient, kind: str, item_id: str = "ORG001") -> dict[str, Any]:
    answer = client.get(f"/v1/organisations/{item_id}/recommendations", params={"kind": kind, "on": ON})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def matcher(stocked) -> Iterator[Matcher]:
    with open_matcher(stocked) as opened:
        yield opened


@pytest.fixture
def without_index(stocked, matcher) -> Iterator[TestClient]:
    """An application whose index failed after the start, with a plan made before."""
    matcher.plan()
    with serving(stocked, matcher) as client:
        matcher.serving.close()
        yield client


def engine_of(client: TestClient) -> MatcherEngine:
    app: Any = client.app
    engine: MatcherEngine = app.state.engine
    return engine


def run(client: TestClient, call: Any, *arguments: Any) -> Any:
    """Begin a call in the application's event loop."""
    assert client.portal is not None
    return client.portal.start_task_soon(call, *arguments)


def test_words_in_common_are_found_and_quoted(without_index):
    answer = recommended(without_index, "lead")
    assert answer["degraded"] is True
    assert [notice["code"] for notice in answer["notices"]] == ["degraded"]
    assert [item["item_id"] for item in answer["items"]] == ["LEAD001"]
    quotes = answer["items"][0]["reasons"][0]["quotes"]
    assert {quote["side"] for quote in quotes} == {"query", "item"}
    for quote in quotes:
        texts = [text for field, text in _fields(quote["side"]) if field == quote["field"]]
        assert any(text[quote["start"] : quote["end"]] == quote["text"] for text in texts)


def _fields(side: str) -> list[tuple[str, str]]:
    item_id = "ORG001" if side == "query" else "LEAD001"
    return list(next(item for item in ITEMS if item.id == item_id).fields())


def test_every_one_of_many_equal_items_can_be_shown(without_index, matcher):
    schools = [Lead(id=f"LEAD1{number:02d}", name="Académie du granit") for number in range(60)]
    matcher.store.items.put(schools, source="test")
    shown = set()
    for number in range(40):
        asked = {"kind": "lead", "text": f"granit inconnu{number}", "k": 1, "on": ON}
        answer = without_index.post("/v1/recommendations", json=asked).json()
        shown |= {item["item_id"] for item in answer["items"]}
    assert len(shown) > 5, "of a cut by id, only the first five"


def test_what_changed_between_two_erasures_is_found(without_index, matcher):
    for number in (2, 3):
        school = f"LEAD00{number}"
        matcher.store.items.put([Lead(id=school, name="Académie cartographie")], source="test")
        matcher.store.outbox.keep_for(())  # what an erasure does without an index
        assert school in [item["item_id"] for item in recommended(without_index, "lead")["items"]]


def test_partners_follow_the_last_plan(without_index, matcher):
    plan = matcher.store.plans.load()
    answer = recommended(without_index, "partner")
    assert answer["plan"] == plan.version
    planned = [entry.item_id for entry in plan.lists["ORG001"]]
    assert [item["item_id"] for item in answer["items"]][: len(planned)] == planned
    assert "ORG004" not in [item["item_id"] for item in answer["items"]]  # opted out


def test_dates_and_unknown_things_hold_as_ever(without_index):
    shown = [item["item_id"] for item in recommended(without_index, "international")["items"]]
    assert shown == ["INT001"]
    unknown = without_index.get("/v1/organisations/ORG999/recommendations", params={"kind": "lead"})
    assert unknown.status_code == 404
    assert without_index.post("/v1/recommendations", json={"kind": "lead", "text": " "}).status_code == 422


def test_a_text_is_answered_and_what_the_store_takes_in_is_found(without_index, stocked):
    with open_store(stocked.database_url) as store:
        store.items.put(
            [Lead(id="LEAD009", name="Académie du granit", themes=("taille du granit",))], source="t"
        )
    asked = {"kind": "lead", "text": "apprendre la taille du granit", "on": ON}
    answer = without_index.post("/v1/recommendations", json=asked).json()
    assert answer["degraded"] is True
    assert [item["item_id"] for item in answer["items"]] == ["LEAD009"]


def test_what_a_text_excludes_is_not_looked_for(without_index, stocked):
    with open_store(stocked.database_url) as store:
        store.items.put([Lead(id="LEAD009", name="Académie du granit")], source="t")
    asked = {"kind": "lead", "text": "apprendre un métier du bois, pas de granit", "on": ON}
    shown = without_index.post("/v1/recommendations", json=asked).json()["items"]
    assert "LEAD009" not in [item["item_id"] for item in shown]


def test_items_that_say_the_same_take_turns_from_question_to_question(without_index, stocked):
    twins = [Lead(id=name, name="Académie du granit") for name in ("LEAD008", "LEAD009")]
    with open_store(stocked.database_url) as store:
        store.items.put(twins, source="t")
    first = []
    for number in range(6):
        asked = {"kind": "lead", "text": f"granit inconnu{number}", "on": ON}
        answers = [without_index.post("/v1/recommendations", json=asked).json() for _ in range(2)]
        assert answers[0]["items"] == answers[1]["items"]
        first.append(answers[0]["items"][0]["item_id"])
    assert set(first) == {"LEAD008", "LEAD009"}


def test_what_was_shown_instead_is_not_kept_as_shown(without_index, matcher):
    recommended(without_index, "lead")
    run(without_index, engine_of(without_index).write_shown).result(60)
    assert list(matcher.store.events.impressions()) == []


def test_a_question_does_not_wait_for_a_rebuild(stocked, matcher):
    begun, ended = threading.Event(), threading.Event()

    def rebuild(_: Matcher) -> None:
        begun.set()
        ended.wait(60)

    with serving(stocked, matcher) as client:
        assert recommended(client, "lead")["degraded"] is False
        work = run(client, engine_of(client).work, rebuild)
        assert begun.wait(60)
        try:
            assert recommended(client, "lead")["degraded"] is True
        finally:
            ended.set()
        work.result(60)
        assert recommended(client, "lead")["degraded"] is False


def test_without_the_encoder_members_are_answered_from_the_index(stocked):
    with open_matcher(stocked) as whole:
        warm_up(whole)
        expected = whole.recommender.recommend(whole.resolve("ORG001"), Kind.LEAD, 5)
    away = stocked.model_copy(update={"encoder": ""})  # the prepared model, which this home lacks
    with open_matcher(away) as matcher:
        warm_up(matcher)
        with TestClient(create_app(away, matcher), headers=STAFF) as client:
            answer = recommended(client, "lead")
            assert answer["degraded"] is False
            assert [item["item_id"] for item in answer["items"]] == [item.item_id for item in expected.items]
            text = {"kind": "lead", "text": "logiciels libres de cartographie", "on": ON}
            answer = client.post("/v1/recommendations", json=text).json()
            assert (answer["degraded"], answer["items"][0]["item_id"]) == (True, "LEAD001")
            new = {"id": "LEAD010", "name": "École de plus", "themes": ["granit"]}
            assert client.put("/v1/leads/LEAD010", json=new).status_code == 201
            assert client.get("/readyz").json()["pending"] == 1
    with open_matcher(away) as matcher:  # started again while that change waits
        warm_up(matcher)
        with TestClient(create_app(away, matcher), headers=STAFF) as client:
            assert recommended(client, "lead")["degraded"] is False
            assert client.get("/readyz").json()["pending"] == 1


def test_without_the_encoder_a_home_that_was_never_served_says_what_to_run(stocked):
    away = stocked.model_copy(update={"encoder": ""})
    with open_matcher(away) as matcher, pytest.raises(ModelMissing, match="matcher prepare"):
        warm_up(matcher)
