"""The demonstration: four made-up people let in by a button, in a demonstration only."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from matcher.build import open_matcher
from matcher.domain import Organisation
from matcher.errors import InvalidRequest
from matcher.people import Role
from service.app import create_app
from service.cli import serve
from service.cli.demo.people import settle
from tests.pages.conftest import copied_settings
from tests.pages.signing_in import BROWSER


@pytest.fixture(scope="module")
def shown(pages_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = copied_settings(pages_home, tmp_path_factory.mktemp("demonstration"))
    settings = settings.model_copy(update={"demonstration": True})
    with open_matcher(settings) as matcher:
        organisation = matcher.store.items.get("ORG001")
        assert isinstance(organisation, Organisation)
        for _ in range(2):  # a second start adds nobody and nothing
            settle(matcher, organisation, datetime.now(UTC))
        with TestClient(create_app(settings, matcher), headers=BROWSER) as client:
            yield client


@pytest.mark.parametrize(
    ("role", "leads_to"),
    [
        (Role.MEMBER, "/organisations/ORG001/pour-moi"),
        (Role.STAFF, "/a-traiter"),
        (Role.ADMIN, "/a-traiter"),
    ],
)
def test_a_button_lets_a_made_up_person_in(shown: TestClient, role: Role, leads_to: str) -> None:
    inside = shown.post(f"/demonstration/{role.value}")
    assert (inside.status_code, inside.url.path) == (200, leads_to)
    assert "Démonstration\xa0: personnes fictives" in inside.text


def test_the_start_page_leads_to_the_four_people(shown: TestClient) -> None:
    shown.cookies.clear()
    assert 'href="/demonstration"' in shown.get("/").text
    page = shown.get("/demonstration").text
    assert all(f'action="/demonstration/{role.value}"' in page for role in Role)


def test_an_introduction_waits_for_the_member(shown: TestClient) -> None:
    shown.post("/demonstration/member")
    assert "Oui, mettez-nous en relation" in shown.get("/organisations/ORG001/introductions").text


def test_elsewhere_nobody_is_let_in(visitor: TestClient) -> None:
    assert visitor.get("/demonstration").status_code == 404
    assert visitor.post("/demonstration/admin").status_code == 404


def test_a_demonstration_is_served_on_this_machine_only(pages_home: Path, tmp_path: Path) -> None:
    settings = copied_settings(pages_home, tmp_path).model_copy(update={"demonstration": True})
    with pytest.raises(InvalidRequest, match=r"127\.0\.0\.1"):
        serve.run(settings, "0.0.0.0", None, 1)  # the address that must be refused
