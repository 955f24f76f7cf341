"""A real application over a real store, index and (weightless) encoder, with a handful of items."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.domain.items import AnyItem, Factory, Lead, Opportunity, Organisation
from matcher.settings import Settings
from service.http import create_app

KEY = "0123456789abcdef-admin"
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
    Lead(id="LEAD001", name="École Simplon", description="Forme au code.", themes=("Python",)),
)


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path, encoder="hashing", admin_key=KEY, log_level="error")


@pytest.fixture
def stocked(settings) -> Settings:
    """Settings whose store holds :data:`ITEMS`, indexed."""
    store = open_store(settings.database_url)
    store.migrate()
    store.items.put(ITEMS, source="test")
    store.close()
    with open_matcher(settings) as matcher:
        matcher.index_now()
    return settings


@pytest.fixture
def client(stocked) -> Iterator[TestClient]:
    with TestClient(create_app(stocked)) as client:
        yield client


@pytest.fixture
def admin(client) -> TestClient:
    """The same client, with the administrator's key."""
    client.headers["Authorization"] = f"Bearer {KEY}"
    return client
