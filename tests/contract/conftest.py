"""Fixtures of the contract tests: a real PostgreSQL server, started once, a fresh database for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from tests.samples import migrated
from training.servers import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed: apt-get install postgresql")
    with postgres.running_server(programs) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    return postgres.new_database(postgres_server, f"t{uuid.uuid4().hex}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'a folder' / 'matcher.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def ready_url(url: str) -> str:
    """The same database with its tables made."""
    sqlite = "sqlite:///"
    if url.startswith(sqlite):
        return migrated(Path(url.removeprefix(sqlite)))
    with open_store(url) as store:
        store.migrate()
    return url
