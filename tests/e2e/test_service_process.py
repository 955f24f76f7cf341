"""The service as operators run it: a process of its own, asked over a real connection."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from matcher.adapters.sql import SqlStore
from matcher.entities import Factory, Organisation

STARTED_WITHIN_S = 60


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {"MATCHER_HOME": str(tmp_path), "MATCHER_ENCODER": "hashing", "MATCHER_PORT": str(port)}
    return {**os.environ, **ours, "MATCHER_INDEX_INTERVAL_S": "0.2"}


@pytest.fixture
def store(tmp_path) -> Iterator[SqlStore]:
    with SqlStore(f"sqlite:///{tmp_path}/matcher.db") as store:
        store.migrate()
        store.put([Organisation(id="ORG001", name="Exemple", expertise=("données",))], source="test")
        store.put([Factory(id="FAC001", name="Factory Data", keywords=("données",))], source="test")
        yield store


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "service.cli", "serve", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_until(true, within_s: float = STARTED_WITHIN_S) -> None:
    limit = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.1)


@pytest.fixture
def server(environment, store) -> Iterator[tuple[httpx2.Client, subprocess.Popen[str]]]:
    process = start(environment)
    with httpx2.Client(base_url=f"http://127.0.0.1:{environment['MATCHER_PORT']}") as client:

        def ready() -> bool:
            assert process.poll() is None, process.stderr.read()
            try:
                return client.get("/readyz").status_code == 200
            except httpx2.TransportError:
                return False

        try:
            wait_until(ready)
            yield client, process
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=30)


def test_it_answers_takes_in_what_others_write_and_stops_when_told(server, store):
    client, process = server
    asked = client.get("/v1/organisations/ORG001/recommendations", params={"kind": "factory"})
    assert [item["item_id"] for item in asked.json()["items"]] == ["FAC001"]
    store.put([Factory(id="FAC002", name="Factory Green IT", keywords=("données",))], source="test")
    wait_until(lambda: client.get("/readyz").json()["points"] == 3)
    process.send_signal(signal.SIGTERM)
    _, logged = process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    assert any(line.get("route") == "/v1/organisations/{item_id}/recommendations" for line in lines)
    assert "Traceback" not in logged


def test_after_its_index_was_damaged_and_rebuilt_it_answers_from_the_new_one(server, environment):
    client, _ = server

    def asked() -> httpx2.Response:
        return client.get("/v1/organisations/ORG001/recommendations", params={"kind": "factory"})

    served = asked().json()["generation"]
    shutil.rmtree(Path(environment["MATCHER_HOME"]) / "index" / served / "shard" / "segments")
    subprocess.run([sys.executable, "-m", "service.cli", "reindex"], env=environment, check=True)
    wait_until(lambda: asked().is_success and asked().json()["generation"] != served)
    assert [item["item_id"] for item in asked().json()["items"]] == ["FAC001"]
    assert client.get("/readyz").status_code == 200


def test_a_second_one_is_told_who_holds_the_index_and_the_first_goes_on(server, environment):
    client, _ = server
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        elsewhere = str(probe.getsockname()[1])
    second = start(environment, "--port", elsewhere)
    _, said = second.communicate(timeout=STARTED_WITHIN_S)
    assert second.returncode == 3
    assert "Error: " in said
    assert "Traceback" not in said
    assert client.get("/readyz").status_code == 200


def test_without_a_store_it_names_the_command_to_run(environment):
    process = start(environment)
    _, said = process.communicate(timeout=STARTED_WITHIN_S)
    assert process.returncode == 3
    assert "matcher migrate" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_told(environment, store):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", int(environment["MATCHER_PORT"])))
        holder.listen()
        process = start(environment)
        _, said = process.communicate(timeout=STARTED_WITHIN_S)
    assert process.returncode == 3
    assert "--port" in said
    assert "Traceback" not in said
