"""The service as operators run it: one process for the whole module, asked over a real connection."""

import json
import logging
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain.items import Factory, Lead, Organisation
from service.cli.main import main
from tests.e2e.serving import WITHIN_S, Served, environment_of, free_port, serving, wait_until

KEY = "key-of-this-test-only"


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    return environment_of(tmp_path_factory.mktemp("home"), KEY)


@pytest.fixture(scope="module")
def store(environment) -> Iterator[Store]:
    with open_store(f"sqlite:///{environment['MATCHER_HOME']}/matcher.db") as store:
        store.migrate()
        store.items.put([Organisation(id="ORG001", name="Exemple", expertise=("données",))], source="test")
        store.items.put([Factory(id="FAC001", name="Factory Data", keywords=("données",))], source="test")
        yield store


@pytest.fixture
def here(environment, monkeypatch) -> Iterator[None]:
    """Commands run in this process work on the home of the served one."""
    for name, value in environment.items():
        if name.startswith("MATCHER_"):
            monkeypatch.setenv(name, value)
    yield
    logging.getLogger().handlers.clear()  # `serve` sends the logs of its process to standard error


@pytest.fixture(scope="module")
def server(environment, store) -> Iterator[Served]:
    """The one served process of this module; the last test stops it."""
    with serving(environment) as served:
        yield served


RECOMMENDED = "/v1/organisations/ORG001/recommendations"


def recommend(client: httpx2.Client) -> httpx2.Response:
    return client.get(RECOMMENDED, params={"kind": "factory"})


def test_it_answers_and_takes_in_what_others_write(server, store):
    client, _, _ = server
    assert [item["item_id"] for item in recommend(client).json()["items"]] == ["FAC001"]
    store.items.put([Lead(id="LEAD001", name="École", themes=("données",))], source="test")
    wait_until(lambda: client.get("/readyz").json()["points"] == 3)


def test_a_second_one_is_told_who_holds_the_index_and_the_first_goes_on(server, here, capsys):
    client, _, _ = server
    assert main(["serve", "--port", free_port()]) == 3
    said = capsys.readouterr().err
    assert "Error: " in said
    assert "Traceback" not in said
    assert client.get("/readyz").status_code == 200


def test_commands_ask_the_running_service_instead_of_the_index_it_holds(server, here, store, capsys):
    client, _, log = server
    known = log.parent / "service.json"
    assert known.stat().st_mode & 0o777 == 0o600
    assert main(["index"]) == 0
    assert main(["recommend", "Exemple", "--kind", "factory", "--json", "--explain"]) == 0
    ours = json.loads(capsys.readouterr().out)
    assert (
        ours["items"] == client.get(RECOMMENDED, params={"kind": "factory", "explain": True}).json()["items"]
    )
    assert main(["search", "données", "--kind", "factory", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["item_id"] == "FAC001"
    assert main(["recommend", "FAC001", "--kind", "factory"]) == 2


def test_after_its_index_was_damaged_and_rebuilt_it_answers_from_the_new_one(server, environment, here):
    client, _, _ = server
    served = recommend(client).json()["generation"]
    shutil.rmtree(Path(environment["MATCHER_HOME"]) / "index" / served / "shard" / "segments")
    assert main(["reindex"]) == 0

    def answers_from_the_new_one() -> bool:
        answer = recommend(client)
        return answer.is_success and answer.json()["generation"] != served

    wait_until(answers_from_the_new_one)
    assert [item["item_id"] for item in recommend(client).json()["items"]] == ["FAC001"]
    assert client.get("/readyz").status_code == 200


def test_it_stops_when_told_and_its_log_holds_no_traceback(server):
    client, process, log = server
    assert recommend(client).is_success
    process.send_signal(signal.SIGTERM)
    process.wait(WITHIN_S)
    logged = log.read_text("utf-8")
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    assert any(line.get("route") == "/v1/organisations/{item_id}/recommendations" for line in lines)
    assert "Traceback" not in logged


def test_without_a_store_it_names_the_command_to_run(tmp_path, here, monkeypatch, capsys):
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path))
    assert main(["serve"]) == 3
    said = capsys.readouterr().err
    assert "matcher migrate" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_named(store, here, capsys):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        assert main(["serve", "--port", str(holder.getsockname()[1])]) == 3
    said = capsys.readouterr().err
    assert "--port" in said
    assert "Traceback" not in said
