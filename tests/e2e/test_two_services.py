"""Two service processes over one PostgreSQL and one Qdrant server: all answer, one may die."""

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from matcher.adapters.sql import open_store
from matcher.backends import make_generations
from matcher.settings import Settings
from tests.contract.qdrant_http import running_server
from tests.e2e.serving import environment_of, start, wait_until
from tests.service.conftest import ITEMS
from training.servers import postgres
from training.servers.qdrant_http import unique_prefix

COUNT = int(os.environ.get("MATCHER_TEST_SERVICES", "2"))
"""Names more of them, as: MATCHER_TEST_SERVICES=4 python -m pytest tests/e2e/test_two_services.py"""
KEY = "key-of-this-test-only"
pytestmark = [pytest.mark.postgres, pytest.mark.process]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What both processes have in common: the store, filled, and the server of the index."""
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.running_server(programs) as server, running_server() as qdrant:
        url = postgres.new_database(server, "two").replace("postgresql://", "postgresql+psycopg://")
        with open_store(url) as store:
            store.migrate()
            store.items.put(ITEMS, source="test")
        yield {
            "MATCHER_DATABASE_URL": url,
            "MATCHER_QDRANT_URL": qdrant,
            "MATCHER_COLLECTION": unique_prefix(),
            "MATCHER_QDRANT_SHARDS": "2",
            "MATCHER_QDRANT_QUANTISED": "true",
        }


class Service:
    """One process and a client of it."""

    def __init__(self, home: Path, shared: dict[str, str]) -> None:
        home.mkdir()
        environment = environment_of(home, KEY, **shared)
        self.log = home / "log"
        with self.log.open("w", encoding="utf-8") as written:
            self.process = start(environment, written)
        self.client = httpx2.Client(
            base_url=f"http://127.0.0.1:{environment['MATCHER_PORT']}",
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=60,
        )

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text("utf-8")
        return bool(self.state().get("points"))

    def state(self) -> dict[str, Any]:
        answer = self.client.get("/readyz")
        return dict(answer.json()) if answer.status_code == 200 else {}

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.client.close()

    def recommended(self, kind: str) -> list[str]:
        answer = self.client.get("/v1/organisations/ORG001/recommendations", params={"kind": kind})
        assert answer.status_code == 200, answer.text
        assert answer.json()["degraded"] is False
        return [item["item_id"] for item in answer.json()["items"]]


def lead(item_id: str) -> dict[str, Any]:
    return {"id": item_id, "name": f"École {item_id}", "themes": ["Python", "cartographie", "données"]}


@pytest.fixture
def services(tmp_path: Path, shared: dict[str, str]) -> Iterator[list[Service]]:
    """All of them ready: they start together on an empty server, and one makes the index."""
    running: list[Service] = []
    try:
        running.extend(Service(tmp_path / f"service-{number}", shared) for number in range(COUNT))
        for one in running:
            wait_until(one.is_ready)
        yield running
    finally:
        for one in running:
            one.stop()


def asked_until(ended: threading.Event, service: Service) -> list[int]:
    """Ask a service for an item and for recommendations, over and over; return the statuses."""
    statuses = []
    with httpx2.Client(base_url=service.client.base_url, headers=service.client.headers, timeout=60) as own:
        while not ended.is_set():
            statuses.append(own.get("/v1/organisations/ORG001").status_code)
            asked = own.get("/v1/organisations/ORG001/recommendations", params={"kind": "lead"})
            statuses.append(asked.status_code)
            time.sleep(0.05)
    return statuses


def test_all_take_changes_and_answer_and_go_on_when_one_is_killed_under_load(
    services: list[Service], shared: dict[str, str]
) -> None:
    assert len({service.state()["generation"] for service in services}) == 1
    server = Settings(qdrant_url=shared["MATCHER_QDRANT_URL"], collection=shared["MATCHER_COLLECTION"])
    assert len(make_generations(server).names()) == 1, "one built the index, the others waited"
    leads = [f"LEAD80{number}" for number in range(COUNT)]
    for service, item_id in zip(services, leads, strict=True):
        assert service.client.put(f"/v1/leads/{item_id}", json=lead(item_id)).status_code == 201
    for service in services:
        wait_until(lambda: set(leads) <= set(service.recommended("lead")))  # noqa: B023  # called at once
    with open_store(shared["MATCHER_DATABASE_URL"]) as store, ThreadPoolExecutor(COUNT) as pool:
        holder = store.turns.holder("index")
        assert holder is not None
        [killed] = [service for service in services if f"/{service.process.pid}/" in holder[0]]
        left = [service for service in services if service is not killed]
        ended = threading.Event()
        asking = [pool.submit(asked_until, ended, service) for service in left]
        try:
            killed.process.kill()
            killed.process.wait()
            store.items.put([ITEMS[-1].model_copy(update={"id": "LEAD809", "name": "Autre"})], source="test")
            for service in left:
                wait_until(lambda: service.state()["pending"] == 0)  # noqa: B023  # called at once
                wait_until(lambda: "LEAD809" in service.recommended("lead"))  # noqa: B023
        finally:
            ended.set()
        for one in asking:
            assert set(one.result()) == {200}
        now = store.turns.holder("index")
        assert now is not None
        assert any(f"/{service.process.pid}/" in now[0] for service in left)
    for service in left:
        assert json.loads(service.client.get("/v1/leads/LEAD800").text)["id"] == "LEAD800"
