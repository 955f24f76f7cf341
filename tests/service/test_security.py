import pytest
from fastapi.testclient import TestClient

from service.http import create_app

KEY = "0123456789abcdef-admin"
WRITES = [
    ("PUT", "/v1/organisations/ORG001", {"id": "ORG001", "name": "x"}),
    ("DELETE", "/v1/factories/FAC001", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_nobody_writes_while_no_key_is_configured(stocked, method, path, body):
    keyless = stocked.model_copy(update={"admin_key": None})
    with TestClient(create_app(keyless)) as client:
        response = client.request(method, path, json=body, headers={"Authorization": "Bearer "})
        assert response.status_code == 403
        assert "MATCHER_ADMIN_KEY" in response.json()["detail"]
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
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
def test_only_the_key_opens(client, method, path, body, given):
    headers = {"Authorization": given.encode()} if given else {}
    response = client.request(method, path, json=body, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["type"] == "urn:matcher:unauthorised"
    assert client.get(path).status_code == 200
