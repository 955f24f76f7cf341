from itertools import product

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from tests.service.conftest import KEY

ASKS = [
    ("PUT", "/v1/organisations/ORG001", {"id": "ORG001", "name": "x"}),
    ("DELETE", "/v1/factories/FAC001", None),
    ("GET", "/v1/organisations/ORG001", None),
    ("GET", "/v1/search?q=data&kind=factory", None),
    ("GET", "/metrics", None),
]
NO_KEYS: tuple[dict[str, str], ...] = ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {KEY}"})


def test_nobody_enters_while_no_key_is_configured(stocked):
    keyless = stocked.model_copy(update={"admin_key": None})
    with TestClient(create_app(keyless)) as client:
        for (method, path, body), headers in product(ASKS, NO_KEYS):
            assert client.request(method, path, json=body, headers=headers).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), ASKS)
@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer wrong",
        "Basic 0123456789abcdef-admin",
        "Bearer 0123456789abcdef-admin2",
        "Bearer é",
    ],
)
def test_only_the_key_opens(visitor, method, path, body, given):
    headers = {"Authorization": given.encode()} if given else {}
    response = visitor.request(method, path, json=body, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["type"] == "urn:matcher:unauthorised"


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://testserver.evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver:81"},
]
OWN = [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://testserver"}]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_another_site_makes_a_browser_send_is_refused(visitor, headers, method):
    response = visitor.request(method, "/v1/recommendations", headers=headers)
    assert response.status_code == 403
    assert "Another site" in response.json()["detail"]


@pytest.mark.parametrize("headers", OWN)
def test_what_our_own_pages_and_programs_send_comes_in(visitor, headers):
    question = {"kind": "factory", "text": "données"}
    assert visitor.post("/v1/recommendations", json=question, headers=headers).status_code == 401


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_site_may_link_to_us(visitor, headers):
    assert visitor.get("/healthz", headers=headers).status_code == 200
