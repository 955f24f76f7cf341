"""Signing in through an identity provider: who is let in, and what is said to everybody else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from matcher.build import Matcher, open_matcher
from matcher.errors import InvalidRequest
from matcher.people import Role, new_person
from matcher.settings import Settings, load
from service.app import create_app
from service.doctor import examine_open
from tests.samples import copy_home
from tests.service.conftest import settings_of
from tests.service.identity import CLIENT, SECRET, Provider, serving
from tests.service.people import add_person

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture(scope="module")
def matcher(stocked_home, tmp_path_factory, running: Provider) -> Iterator[Matcher]:
    home = copy_home(stocked_home, tmp_path_factory.mktemp("open-id") / "home")
    given = {"oidc_issuer": running.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with open_matcher(
        Settings(**settings_of(home).model_dump() | given | {"oidc_name": "Exemple"})
    ) as opened:
        add_person(opened, "member of A")
        yield opened


@pytest.fixture
def provider(running: Provider, matcher: Matcher) -> Provider:
    running.email, running.changes, running.is_away, running.published = (
        "member.of.a@example.org",
        {},
        False,
        [],
    )
    return running


@pytest.fixture
def browser(matcher: Matcher) -> Iterator[TestClient]:
    with TestClient(create_app(matcher.settings, matcher), headers=HTML, follow_redirects=False) as client:
        yield client


def way_back(browser: TestClient) -> str:
    """Leave for the provider and return the path and query it sends the browser back to."""
    left = browser.get("/oidc/depart")
    assert left.status_code == 303, left.text
    sent = httpx2.get(left.headers["location"], follow_redirects=False)
    parts = urlsplit(sent.headers["location"])
    return f"{parts.path}?{parts.query}"


def test_whom_the_provider_vouches_for_is_let_in(browser: TestClient, provider: Provider) -> None:
    assert "Se connecter avec Exemple" in browser.get("/connexion").text
    entered = browser.get(way_back(browser))
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert browser.get("/v1/me").json()["email"] == "member.of.A@example.org"
    assert "matcher-trip" not in browser.cookies


def test_what_the_provider_is_asked_is_bound_to_the_trip(browser: TestClient, provider: Provider) -> None:
    first, second = (
        parse_qs(urlsplit(browser.get("/oidc/depart").headers["location"]).query) for _ in range(2)
    )
    assert first["code_challenge_method"] == ["S256"]
    assert (first["response_type"], first["scope"]) == (["code"], ["openid email"])
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def refused(browser: TestClient, address: str, said: str, status: int = 403) -> None:
    answered = browser.get(address)
    assert (answered.status_code, said in answered.text) == (status, True), answered.text
    assert browser.get("/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nonce": "another"}, "pas confirmé"),
        ({"nonce": None}, "pas confirmé"),
        ({"aud": "another service"}, "pas confirmé"),
        ({"aud": "another service", "azp": CLIENT}, "pas confirmé"),
        ({"iss": "https://elsewhere.example"}, "pas confirmé"),
        ({"exp": 1}, "pas confirmé"),
        ({"iat": 33_000_000_000}, "pas confirmé"),
        ({"email_verified": False}, "ne garantit pas votre adresse"),
        ({"email_verified": "false"}, "ne garantit pas votre adresse"),
        ({"email_verified": None}, "ne garantit pas votre adresse"),
        ({"email": None}, "ne garantit pas votre adresse"),
        ({"email": "stranger@example.org"}, "Aucun compte n'a l'adresse"),
    ],
)
def test_an_identity_that_does_not_hold_lets_no_one_in(
    browser: TestClient, provider: Provider, changes: dict[str, object], said: str
) -> None:
    provider.changes = changes
    refused(browser, way_back(browser), said)


def test_no_account_is_made_and_a_contact_or_a_disabled_person_stays_out(
    browser: TestClient, matcher: Matcher, provider: Provider
) -> None:
    contact = new_person("contact@example.org", "Sans compte")
    gone = new_person("gone@example.org", "Parti", roles=[Role.STAFF])
    for person in (contact, gone):
        matcher.store.people.put(person)
    matcher.store.people.disable(gone.id, datetime.now(UTC))
    before = len(matcher.store.people.all())
    for email in (contact.email, gone.email, "new@example.org"):
        provider.email = email
        refused(browser, way_back(browser), "Aucun compte n'a l'adresse")
    assert len(matcher.store.people.all()) == before


def test_what_comes_back_to_another_browser_or_twice_lets_no_one_in(
    browser: TestClient, matcher: Matcher, provider: Provider
) -> None:
    address = way_back(browser)
    kept = dict(browser.cookies)
    browser.cookies.clear()
    refused(browser, address, "a commencé ailleurs")  # forced upon a browser that began no trip
    way_back(browser)
    refused(browser, address, "a commencé ailleurs")  # the state of another trip
    browser.cookies.update(kept)
    refused(browser, f"{address.partition('?')[0]}?code=x&state=y", "a commencé ailleurs")
    browser.cookies.update(kept)
    assert browser.get(address).status_code == 303
    browser.cookies.clear()
    browser.cookies.update(kept)
    refused(browser, address, "pas confirmé")  # the provider takes a code once


def test_links_of_another_site_lock_no_one_out(browser: TestClient, provider: Provider) -> None:
    for _ in range(31):
        assert browser.get("/oidc/retour?state=x").status_code == 403
    assert browser.get(way_back(browser)).status_code == 303


@pytest.mark.parametrize("forged", ["", "x", "1.x", "²." + "a" * 43, "9" * 400])
def test_a_forged_trip_leads_nowhere(browser: TestClient, provider: Provider, forged: str) -> None:
    address = way_back(browser)
    browser.cookies.clear()
    answered = browser.get(address, headers={b"Cookie": f"matcher-trip={forged}".encode()})
    assert (answered.status_code, "trop longtemps" in answered.text) == (403, True)


def test_a_person_who_says_no_at_the_provider_reads_what_to_do(
    browser: TestClient, provider: Provider
) -> None:
    state = parse_qs(urlsplit(way_back(browser)).query)["state"][0]
    refused(browser, f"/oidc/retour?error=access_denied&state={state}", "pas confirmé")


def test_a_token_signed_by_another_key_is_refused_and_a_new_key_is_learnt(
    browser: TestClient, provider: Provider
) -> None:
    browser.get(way_back(browser))
    browser.cookies.clear()
    first, forged = provider.key, RSAKey.generate_key(2048, {"kid": "k1"})
    provider.published, provider.key = [first], forged
    refused(browser, way_back(browser), "pas confirmé")
    provider.key = RSAKey.generate_key(2048, {"kid": "k2"})
    provider.published = [provider.key]
    assert browser.get(way_back(browser)).status_code == 303


def test_a_provider_that_is_away_leaves_the_link_by_mail(browser: TestClient, provider: Provider) -> None:
    address = way_back(browser)
    provider.is_away = True
    refused(browser, address, "ne répond pas", 503)
    assert "Recevoir un lien" in browser.get("/connexion").text


def test_a_provider_that_was_never_reached_is_said_too(stocked: Settings) -> None:
    given = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with (
        open_matcher(Settings(**stocked.model_dump() | given)) as matcher,
        TestClient(create_app(matcher.settings, matcher), headers=HTML) as client,
    ):
        answered = client.get("/oidc/depart")
        assert (answered.status_code, "ne répond pas" in answered.text) == (503, True)


def test_the_doctor_asks_the_provider(matcher: Matcher, provider: Provider) -> None:
    def state() -> str:
        return next(one.state for one in examine_open(matcher) if one.check == "identity provider")

    assert state() == "ok"
    provider.is_away = True
    assert state() == "error"


def test_without_a_provider_there_is_neither_button_nor_way(client: TestClient) -> None:
    assert "/oidc/depart" not in client.get("/connexion", headers=HTML).text
    for path in ("/oidc/depart", "/oidc/retour?code=x&state=y"):
        assert client.get(path, headers=HTML).status_code == 404


def test_half_a_provider_is_refused_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_OIDC_ISSUER", "https://idp.example")
    with pytest.raises(InvalidRequest, match="MATCHER_OIDC_CLIENT_SECRET together"):
        load()


def test_the_way_to_a_provider_is_encrypted(stocked: Settings) -> None:
    given = {"oidc_issuer": "http://idp.example", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with (
        open_matcher(Settings(**stocked.model_dump() | given)) as matcher,
        pytest.raises(InvalidRequest, match="https"),
    ):
        assert matcher.identity_provider
