"""The application of the service's tests, as a browser asks it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.settings import Settings
from service.http import create_app
from tests.service.conftest import ITEMS, KEY

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def make_settings(home: Path) -> Settings:
    return Settings(home=home, encoder="hashing", admin_key=KEY, log_level="error")


@pytest.fixture(scope="session")
def pages_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("pages") / "home"
    settings = make_settings(home)
    with open_store(settings.database_url) as store:
        store.migrate()
        store.items.put(ITEMS, source="test")
    with open_matcher(settings) as matcher:
        matcher.index_now()
    return home


@pytest.fixture
def visitor(pages_home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A browser without a session, of an application of the test's own."""
    home = shutil.copytree(pages_home, tmp_path / "home")
    with TestClient(create_app(make_settings(home)), headers=BROWSER) as client:
        yield client
