"""A database server that has stopped: who asks is told within a second, and served again once it goes on."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.adapters.sql.engine import Database
from matcher.settings import Settings
from service.app import create_app
from tests.service.conftest import ITEMS, STAFF, settings_of
from training.servers import postgres

AT_ONCE_S = 5.0
"""A second on an idle machine. Without the watch it takes the 30 seconds that a statement may take."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.running_server(programs) as address:
        yield address


@pytest.fixture
def settings(server: str, tmp_path: Path) -> Settings:
    url = postgres.new_database(server, f"away-{uuid4().hex}").replace(
        "postgresql://", "postgresql+psycopg://"
    )
    with open_store(url) as store:
        store.migrate()
        store.items.put(ITEMS, source="test")
    return settings_of(tmp_path).model_copy(update={"database_url": url})


@contextmanager
def stopped(server: str) -> Iterator[None]:
    """Stop every process of the server, as a machine that hangs does."""
    with psycopg.connect(f"{server} dbname=postgres") as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
        folder = connection.execute("SHOW data_directory").fetchone()
    assert folder is not None
    first = int(Path(folder[0], "postmaster.pid").read_text("ascii").split()[0])
    pids = [first, *(int(row[0]) for row in rows)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.mark.postgres
def test_a_store_that_stopped_is_said_at_once_and_one_that_goes_on_is_used(
    server: str, settings: Settings
) -> None:
    asked = ("/v1/leads/LEAD001", "/v1/organisations/ORG001/recommendations?kind=lead", "/readyz")
    with TestClient(create_app(settings), headers=STAFF) as client:
        assert [client.get(path).status_code for path in asked] == [200, 200, 200]
        with stopped(server):
            for path in asked:
                start = time.monotonic()
                answer = client.get(path)
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                assert answer.json()["detail"] == "The store does not answer. Ask again in some seconds."
                assert time.monotonic() - start < AT_ONCE_S
            assert client.get("/healthz").status_code == 200
        end = time.monotonic() + 60
        while client.get(asked[0]).status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert [client.get(path).status_code for path in asked] == [200, 200, 200]


@pytest.mark.postgres
def test_a_busy_store_still_answers_a_ping(settings: Settings) -> None:
    database = Database(settings.database_url)
    with ExitStack() as calls:
        calls.callback(database.close)
        for _ in range(15):  # as many connections as the pool has
            calls.enter_context(database.reading("a long report"))
        start = time.monotonic()
        database.ping()
        assert time.monotonic() - start < AT_ONCE_S
