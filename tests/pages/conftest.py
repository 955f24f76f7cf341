"""The application of the service's tests, as a browser asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.settings import Settings
from service.app import create_app
from tests.hiring.candidates.room import ANSWERS
from tests.pages.browsers import Site, chromium, served
from tests.pages.signing_in import BROWSER, PEOPLE, let_in
from tests.samples import copy_home
from tests.service.conftest import ITEMS, KEY


def make_settings(home: Path) -> Settings:
    return Settings(
        home=home,
        encoder="hashing",
        admin_key=KEY,
        log_level="error",
        requests_of_a_caller=0,
        requests_of_an_address=0,
        **ANSWERS,  # type: ignore[arg-type]  # settings that are texts
    )


def copied_settings(home: Path, folder: Path) -> Settings:
    """Settings of a copy of a home in ``folder``."""
    return make_settings(copy_home(home, folder / "home"))


def stocked_settings(home: Path) -> Settings:
    """Settings of a new home, whose store holds the items and people of these tests."""
    settings = make_settings(home)
    with open_store(settings.database_url) as store:
        store.migrate()
        store.items.put(ITEMS, source="test")
        for person in PEOPLE.values():
            store.people.put(person)
    return settings


@pytest.fixture(scope="session")
def pages_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("pages") / "home"
    settings = stocked_settings(home)
    with open_matcher(settings) as matcher:
        matcher.index_now()
    return home


@pytest.fixture
def visitor(pages_home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A browser without a session, of an application of the test's own."""
    with TestClient(create_app(copied_settings(pages_home, tmp_path)), headers=BROWSER) as client:
        yield client


@contextmanager
def running(settings: Settings) -> Iterator[FastAPI]:
    """Run an application that lets in who the tests say; see :func:`browser_of`."""
    with open_matcher(settings) as matcher:
        app = create_app(settings, matcher)
        let_in(app)
        with TestClient(app) as first:
            app.state.loop = first.portal  # its locks belong to this event loop: all browsers ask there
            yield app


@pytest.fixture
def signed(pages_home: Path, tmp_path: Path) -> Iterator[FastAPI]:
    """A running application of the test's own, to write to."""
    with running(copied_settings(pages_home, tmp_path)) as app:
        yield app


@pytest.fixture(scope="session")
def read_only(pages_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """One running application for all tests that only read: to start one costs half a second."""
    with running(copied_settings(pages_home, tmp_path_factory.mktemp("read"))) as app:
        yield app


@pytest.fixture(scope="module")
def site(pages_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An application served to real browsers, one a module."""
    settings = copied_settings(pages_home, tmp_path_factory.mktemp("browser"))
    with open_matcher(settings) as matcher:
        app = create_app(settings, matcher)
        let_in(app)
        with served(app) as address:
            yield Site(address, matcher)


@pytest.fixture
def base(site: Site) -> str:
    return site.base


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
