"""Introductions over HTTP and on the command line."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.settings import Settings
from service.cli.main import main
from tests.service.conftest import STAFF

PAIR = {"first_id": "ORG001", "second_id": "ORG002"}


@pytest.fixture
def home(own_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A service of its own, over which commands run too."""
    settings: Settings = own_client.app.state.settings  # type: ignore[attr-defined]
    monkeypatch.setenv("MATCHER_HOME", str(settings.home))
    monkeypatch.setenv("MATCHER_ENCODER", "hashing")
    own_client.headers.update(STAFF)
    return own_client


def _post(client: TestClient, path: str, **body: object) -> dict[str, object]:
    answer = client.post(f"/v1/introductions{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, object] = answer.json()
    return found


def _ask(client: TestClient) -> None:
    _post(client, "", **PAIR)
    _post(client, "/IN1/approve")
    assert main(["introductions", "due"]) == 0


def test_an_introduction_is_followed_from_proposal_to_outcome(home: TestClient):
    assert _post(home, "", **PAIR)["state"] == "proposed"
    assert _post(home, "/IN1/approve")["state"] == "approved"
    assert main(["introductions", "due"]) == 0
    assert _post(home, "/IN1/yes", on_behalf_of="ORG001")["state"] == "first_agreed"
    assert main(["introductions", "due"]) == 0
    assert home.get("/v1/introductions?state=asked_second").json()[0]["waits_for"] == "second"
    assert _post(home, "/IN1/yes", on_behalf_of="ORG002")["state"] == "accepted"
    _post(home, "/IN1/outcome", on_behalf_of="ORG001", contacted=True, useful=True)
    found = home.get("/v1/introductions/IN1").json()
    assert found["introduction"]["outcomes"] == {"first": {"contacted": True, "useful": True}}
    assert [record["act"] for record in found["history"]] == [
        *("propose", "approve", "ask", "yes", "ask", "yes", "outcome")
    ]
    assert found["history"][3]["on_behalf_of"] == "ORG001"


def test_a_word_is_written_before_it_is_sent_and_read_by_staff(
    home: TestClient, capsys: pytest.CaptureFixture[str]
):
    _post(home, "", **PAIR)
    assert _post(home, "/IN1/write", words={"first": "Vu au salon [1]."}, version=1)["version"] == 2
    assert main(["introductions", "write", "IN1", "--second", "Bonjour"]) == 0
    late = home.post("/v1/introductions/IN1/write", json={"words": {"first": "autre"}, "version": 2})
    assert (late.status_code, "changed since you saw it" in late.json()["detail"]) == (409, True)
    for broken in ("\\u0007", "\\ud800", "x" * 4_001):
        content = f'{{"words": {{"first": "{broken}"}}}}'
        headers = {"Content-Type": "application/json"}
        refused = home.post("/v1/introductions/IN1/write", content=content, headers=headers)
        assert refused.status_code == 422, broken
    assert home.get("/v1/introductions/IN1").json()["introduction"]["words"] == {
        "first": "Vu au salon [1].",
        "second": "Bonjour",
    }
    capsys.readouterr()
    assert main(["introductions", "show", "IN1"]) == 0
    assert "<- Vu au salon [1]." in capsys.readouterr().out
    _post(home, "/IN1/approve")
    assert main(["introductions", "due"]) == 0
    assert _post(home, "/IN1/write", words={"first": ""})["words"] == {"second": "Bonjour"}
    assert main(["introductions", "write", "IN1", "--second", ""]) == 0
    assert home.get("/v1/introductions/IN1").json()["introduction"]["words"] == {}
    assert main(["introductions", "write", "IN1"]) == 2


def test_a_meeting_is_set_changed_and_cancelled(home: TestClient, capsys: pytest.CaptureFixture[str]):
    _ask(home)
    _post(home, "/IN1/yes", on_behalf_of="ORG001")
    assert main(["introductions", "due"]) == 0
    _post(home, "/IN1/yes", on_behalf_of="ORG002")
    starts = datetime.now(UTC) + timedelta(days=3)
    given = {"starts": starts.isoformat(), "minutes": 45, "place": "Albi"}
    found = _post(home, "/IN1/schedule", meeting=given)["meeting"]
    assert isinstance(found, dict)
    assert (found["minutes"], found["place"], found["sequence"], found["cancelled"]) == (45, "Albi", 0, False)
    refused = home.post("/v1/introductions/IN1/meet", json={})
    assert (refused.status_code, "cancel it first" in refused.json()["detail"]) == (409, True)
    later = (starts + timedelta(days=1)).strftime("%Y-%m-%dT10:30")
    assert main(["introductions", "meeting", "IN1", "--on", later, "--place", "https://meet.example/x"]) == 0
    assert main(["introductions", "meeting", "IN1", "--on", later[:10]]) == 2
    assert "say the hour too" in capsys.readouterr().err
    assert main(["introductions", "show", "IN1"]) == 0
    assert f"{later.replace('T', ' ')}, 60 min, https://meet.example/x" in capsys.readouterr().out
    assert main(["introductions", "cancel-meeting", "IN1"]) == 0
    history = home.get("/v1/introductions/IN1").json()["history"]
    assert [record["meeting"]["sequence"] for record in history[-3:]] == [0, 1, 2]
    assert history[-1]["meeting"]["cancelled"]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/IN1/meet", {}, 409, "'meet' is not possible"),
        ("/IN1/schedule", {}, 409, "'schedule' is not possible"),
        ("/IN1/yes", {"version": 1}, 409, "changed since you saw it"),
        ("/IN1/no", {}, 422, "Say why"),
        ("/IN1/not_now", {"until": "2020-01-01T00:00:00Z"}, 422, "Say until when"),
        ("/IN9/yes", {}, 404, "no introduction 'IN9'"),
        ("", PAIR, 409, "No pair is asked twice"),
        ("", {"first_id": "ORG002", "second_id": "ORG004"}, 422, "does not want to be introduced"),
        ("", {"first_id": "ORG002", "second_id": "FAC001"}, 404, "no organisation 'FAC001'"),
        ("/from-plan", {}, 404, "matcher plan"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    home: TestClient, path: str, body: dict[str, object], status: int, said: str
):
    _ask(home)
    answer = home.post(f"/v1/introductions{path}", json=body)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


@pytest.mark.parametrize("method", ["ask", "expire", "remind", "wake"])
def test_what_the_worker_does_is_not_for_people(home: TestClient, method: str):
    _post(home, "", **PAIR)
    assert home.post(f"/v1/introductions/IN1/{method}", json={}).status_code == 422


def test_wishes_are_kept_and_obeyed_by_the_next_answer(home: TestClient):
    def partners() -> set[str]:
        answer = home.get("/v1/organisations/ORG001/recommendations?kind=partner").json()
        return {item["item_id"] for item in answer["items"] + answer["weaker"]}

    assert "ORG002" in partners()
    wished = {"capacity": 3, "not_with": ["ORG002"], "named_before": True}
    answer = home.put("/v1/organisations/ORG001/availability", json=wished)
    assert answer.json() == home.get("/v1/organisations/ORG001/availability").json()
    assert answer.json() == wished | {"pause_until": None}
    assert "ORG002" not in partners()
    assert home.put("/v1/organisations/ORG404/availability", json={}).status_code == 404


def test_the_next_answer_leaves_out_whom_one_was_asked_about(home: TestClient):
    _ask(home)
    answer = home.get("/v1/organisations/ORG002/recommendations?kind=partner").json()
    assert "ORG001" not in {item["item_id"] for item in answer["items"] + answer["weaker"]}


def test_commands_say_in_words_what_waits_for_whom(home: TestClient, capsys: pytest.CaptureFixture[str]):
    assert main(["introductions", "propose", "ORG001", "Citadelle Sécurité"]) == 0
    assert main(["introductions", "approve", "IN1"]) == 0
    assert main(["introductions", "due"]) == 0
    assert main(["introductions", "baskets"]) == 0
    shown = capsys.readouterr().out
    assert "Sans personne de contact (1)" in shown
    assert "Makina Corpus" in shown
    assert main(["introductions", "answer", "IN1", "no", "--for", "ORG001", "--why", "no_time"]) == 0
    assert main(["introductions", "show", "IN1", "--lang", "en"]) == 0
    assert "declined" in capsys.readouterr().out
    assert main(["introductions", "answer", "IN1", "yes", "--for", "ORG001"]) == 2
    assert "It is over" in capsys.readouterr().err
    assert main(["availability", "ORG001", "--capacity", "4", "--not-with", "ORG003"]) == 0
    with open_store(home.app.state.settings.database_url) as store:  # type: ignore[attr-defined]
        kept = store.introductions.past(datetime.now(UTC)).wishes["ORG001"]
    assert (kept.capacity, kept.not_with) == (4, frozenset({"ORG003"}))
