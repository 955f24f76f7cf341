"""Two service processes over one PostgreSQL and one Qdrant server: either answers, one may die."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from matcher.adapters.sql import open_store
from tests.contract.qdrant_http import running_server
from tests.e2e.serving import environment_of, start, wait_until
from tests.service.conftest import ITEMS
from training.servers import postgres, unique_prefix

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


def test_either_takes_changes_and_answers_and_one_goes_on_when_the_other_is_killed(tmp_path, shared):
    first = Service(tmp_path / "first", shared)
    second: Service | None = None
    try:
        wait_until(lambda: bool(first.state().get("points")))
        second = Service(tmp_path / "second", shared)
        wait_until(lambda: bool(second and second.state().get("points")))
        assert first.state()["generation"] == second.state()["generation"]
        assert first.client.put("/v1/leads/LEAD801", json=lead("LEAD801")).status_code == 201
        assert second.client.put("/v1/leads/LEAD802", json=lead("LEAD802")).status_code == 201
        for service in (first, second):
            assert {"LEAD801", "LEAD802"} <= set(service.recommended("lead"))
        with open_store(shared["MATCHER_DATABASE_URL"]) as store:
            holder = store.turns.holder("index")
            assert holder is not None
            killed, left = (first, second) if f"/{first.process.pid}/" in holder[0] else (second, first)
            killed.stop()
            store.items.put([ITEMS[-1].model_copy(update={"id": "LEAD803", "name": "Autre"})], source="test")
            wait_until(lambda: left.state()["pending"] == 0 and "LEAD803" in left.recommended("lead"))
            now = store.turns.holder("index")
            assert now is not None
            assert f"/{left.process.pid}/" in now[0]
        assert json.loads(left.client.get("/v1/leads/LEAD801").text)["id"] == "LEAD801"
    finally:
        for one in (first, second):
            if one is not None:
                one.stop()
