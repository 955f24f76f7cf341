"""A real application over a real store, index and (weightless) encoder, with a handful of items."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.domain.items import AnyItem, Factory, Lead, Opportunity, Organisation
from matcher.settings import Settings
from service.app import create_app
from tests.samples import copy_home

KEY = "0123456789abcdef-admin"
STAFF = {"Authorization": f"Bearer {KEY}"}
ITEMS: tuple[AnyItem, ...] = (
    Organisation(
        id="ORG001",
        name="Makina Corpus",
        description="Conçoit des applications de cartographie avec des logiciels libres.",
        expertise=("cartographie", "données", "Python"),
        sectors=("collectivités", "santé"),
        needs=("partenaire cybersécurité",),
        city="Toulouse",
        department_code="31",
    ),
    Organisation(
        id="ORG002",
        name="Citadelle Sécurité",
        description="Audits de cybersécurité pour les hôpitaux et les collectivités.",
        expertise=("cybersécurité", "audit"),
        sectors=("santé", "collectivités"),
        offers=("audit de cybersécurité",),
        city="Rodez",
        department_code="12",
        evidence_level="background_only_not_seen",
        illustrative=True,
    ),
    Organisation(
        id="ORG003",
        name="Jeux du Midi",
        description="Studio de jeux vidéo.",
        expertise=("jeu vidéo",),
        city="Nîmes",
    ),
    Organisation(id="ORG004", name="Discrète", description="Cybersécurité et données.", opted_out=True),
    Factory(id="FAC001", name="Factory Data", axis="innovation", keywords=("données", "open data")),
    Factory(id="FAC002", name="Factory Green IT", description="Sobriété numérique.", keywords=("green IT",)),
    Opportunity(
        id="INT001",
        name="Mission données à Montréal",
        description="Rencontrer les acteurs de la donnée et de la cartographie au Canada.",
        themes=("données", "cartographie"),
        availability="dated",
        opens_at=datetime.fromisoformat("2026-11-01T00:00:00+01:00"),
        closes_at=datetime.fromisoformat("2026-12-15T17:00:00+01:00"),
    ),
    Opportunity(
        id="INT002",
        name="Salon passé",
        description="Salon de la donnée.",
        themes=("données",),
        availability="dated",
        opens_at=datetime.fromisoformat("2025-01-10T09:00:00+01:00"),
        closes_at=datetime.fromisoformat("2025-01-12T18:00:00+01:00"),
    ),
    Lead(
        id="LEAD001",
        name="École Simplon",
        description="Forme au code et aux logiciels libres de cartographie.",
        themes=("Python", "cartographie", "données"),
        city="Toulouse",
        department_code="31",
    ),
)


def settings_of(home: Path) -> Settings:
    return Settings(
        home=home,
        encoder="hashing",
        admin_key=KEY,
        log_level="error",
        requests_of_a_caller=0,
        requests_of_an_address=0,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


@pytest.fixture(scope="session")
def stocked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store holds :data:`ITEMS`, indexed; made once, to be copied."""
    home = tmp_path_factory.mktemp("stocked") / "home"
    settings = settings_of(home)
    with open_store(settings.database_url) as store:
        store.migrate()
        store.items.put(ITEMS, source="test")
    with open_matcher(settings) as matcher:
        matcher.index_now()
    return home


@pytest.fixture
def stocked(stocked_home: Path, tmp_path: Path) -> Settings:
    """Settings of a home of the test's own, with :data:`ITEMS` in store and index."""
    return settings_of(copy_home(stocked_home, tmp_path / "home"))


@pytest.fixture(scope="session")
def client(stocked_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client, with the administrator's key, of one application for all tests that only read."""
    home = copy_home(stocked_home, tmp_path_factory.mktemp("read") / "home")
    with TestClient(create_app(settings_of(home)), headers=STAFF) as client:
        yield client


class Visitor:
    """Asks the application of a client, with the headers given and no others: no key, no cookie."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def request(self, method: str, path: str, headers: Any = None, **options: Any) -> Any:
        """Send one request and return its answer; a redirect is not followed."""
        given = headers or {}
        request = self._client.build_request(method, path, headers=given, **options)
        if "Authorization" not in given:
            del request.headers["Authorization"]
        response = self._client.send(request)
        self._client.cookies.clear()
        return response

    def get(self, path: str, **options: Any) -> Any:
        """Read."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        """Act."""
        return self.request("POST", path, **options)


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    """A client without key or cookie, for tests that are refused."""
    return Visitor(client)


@pytest.fixture
def own_client(stocked: Settings) -> Iterator[TestClient]:
    """A client, with the administrator's key, of an application of the test's own: to write, or to count."""
    with TestClient(create_app(stocked), headers=STAFF) as client:
        yield client


@pytest.fixture
def admin(own_client: TestClient) -> TestClient:
    """The same client, for tests that write."""
    return own_client
