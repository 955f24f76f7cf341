"""Fixtures of the contract tests: a real PostgreSQL server, started once, a fresh database for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract import postgres


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
