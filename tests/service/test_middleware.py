import asyncio
import io
import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from starlette.types import Message

from matcher.adapters.sql import Store, open_store
from matcher.adapters.sql.errors import translated
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Lead
from matcher.errors import BackendUnavailable, MatcherError
from service.app import create_app
from service.http.errors import of_error
from service.http.logging import configure
from service.http.middleware import BodyLimit
from tests.service.conftest import STAFF
from tests.service.fakes import MatcherWithFaults, SilentStore, serving

SECRET_TEXT = "hopital-de-rodez-confidentiel"


@pytest.fixture
def logged():
    """The lines logged so far, parsed."""
    root = logging.getLogger()
    stream = io.StringIO()
    configure("info", stream)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the test's own client

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield lines
    root.handlers.clear()
    root.setLevel(logging.WARNING)


def test_a_well_formed_request_id_is_kept(client):
    response = client.get("/healthz", headers={"X-Request-ID": "order-66.a_b"})
    assert response.headers["X-Request-ID"] == "order-66.a_b"


@pytest.mark.parametrize("given", ["short", "a" * 65, "with space", "<script>alert(1)</script>", "é" * 8])
def test_another_one_is_replaced(client, given):
    response = client.get("/healthz", headers={"X-Request-ID": given.encode()})
    assert len(response.headers["X-Request-ID"]) == 32


def test_a_problem_carries_the_id_of_its_request(client):
    response = client.get("/v1/leads/NONE", headers={"X-Request-ID": "trace-me-1"})
    assert response.json()["request_id"] == response.headers["X-Request-ID"] == "trace-me-1"


def test_unknown_paths_and_methods_are_problems_too(client):
    for method, path, status in (("GET", "/nowhere", 404), ("POST", "/healthz", 405)):
        response = client.request(method, path)
        assert (response.status_code, response.json()["status"]) == (status, status)
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/organisations/ORG001", "/v1/organisations", "/v1/leads/NO"]
)
def test_head_is_get_without_its_body(client, path):
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_head_is_counted_as_what_it_is(own_client):
    own_client.head("/v1/leads/LEAD001")
    metrics = own_client.get("/metrics").text
    assert 'matcher_requests_total{method="HEAD",route="/v1/leads/{item_id}",status="200"} 1.0' in metrics


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_a_body_over_the_limit_is_refused_whatever_it_says_of_itself(client, declared):
    text = b'{"kind": "factory", "text": "' + b"a" * 1_000_000 + b'"}'
    content = text if declared else iter([text[:500_000], text[500_000:]])
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/recommendations", content=content, headers=headers)
    assert response.status_code == 413
    assert response.json()["type"] == "urn:matcher:too-large"
    assert "262144" in response.json()["detail"]


def test_a_body_that_does_not_arrive_in_time_is_refused():
    async def application(scope, receive, send):
        try:
            await receive()
        except MatcherError as fault:
            await of_error(fault)(scope, receive, send)

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("the event is never set")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    asyncio.run(BodyLimit(application, max_bytes=100, max_seconds=0.01)(scope, never, send))
    assert sent[0]["status"] == 408


@pytest.mark.parametrize("path", ["/healthz", "/v1/leads/NONE", "/v1/organisations"])
def test_every_response_is_safe_to_open_in_a_browser(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_page_on_the_api_loads_nothing_from_elsewhere(client):
    page = client.get("/docs")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 4
    for address in addresses:
        assert address.startswith("/docs/assets/")
        assert client.get(address).status_code == 200
    assert client.get("/docs/assets/../../app.py").status_code == 404


def test_logs_say_what_happened_and_not_what_was_asked(stocked, logged):
    with TestClient(create_app(stocked), headers=STAFF) as client:
        client.get(
            "/v1/search", params={"q": SECRET_TEXT, "kind": "partner"}, headers={"X-Request-ID": "trace-me-2"}
        )
        client.post("/v1/recommendations", json={"kind": "partner", "text": SECRET_TEXT, "x": 1})
        client.get(f"/v1/organisations/{SECRET_TEXT}")
    lines = logged()
    assert SECRET_TEXT not in json.dumps(lines)
    line = next(line for line in lines if line.get("request_id") == "trace-me-2")
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "answered",
        "GET",
        "/v1/search",
        200,
    )
    assert line["ms"] > 0


def test_an_unforeseen_failure_is_a_problem_without_its_message_and_a_log_line_with_frames(stocked, logged):
    app = create_app(stocked)

    @app.get("/breaks")
    async def breaks() -> None:
        raise RuntimeError(SECRET_TEXT)

    with TestClient(app) as client:
        response = client.get("/breaks")
        assert client.get("/healthz").status_code == 200
    assert (response.status_code, response.json()["detail"]) == (500, "The service failed.")
    line = next(line for line in logged() if line["event"] == "unforeseen")
    assert line["error"] == "RuntimeError"
    assert any("breaks" in frame for frame in line["frames"])
    assert SECRET_TEXT not in json.dumps(line)


def test_metrics_count_requests_by_route_without_values(own_client):
    own_client.get("/v1/leads/NONE")
    own_client.get("/somewhere/else")
    text = own_client.get("/metrics").text
    assert 'matcher_requests_total{method="GET",route="/v1/leads/{item_id}",status="404"} 1.0' in text
    assert 'route="(none)",status="404"' in text
    assert "NONE" not in text


def test_alive_and_ready(client):
    assert client.get("/healthz").json() == {"status": "alive"}
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["points"], ready["pending"]) == ("ready", 8, 0)


def test_a_store_that_stops_answering_makes_the_service_unready(stocked):
    store = SilentStore(open_store(stocked.database_url))
    with serving(stocked, Matcher(stocked, cast(Store, store))) as client:
        store.on_ping = _fail
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.headers["Retry-After"]
        assert client.get("/healthz").status_code == 200


def test_where_the_store_is_is_logged_and_not_told(stocked, logged):
    def unreachable() -> None:
        with translated(make_url("postgresql://me@db.internal/matcher"), "answering a ping"):
            raise OperationalError("", {}, Exception('connection to server at "10.0.0.5" failed'))

    store = SilentStore(open_store(stocked.database_url))
    store.on_ping = unreachable
    with serving(stocked, Matcher(stocked, cast(Store, store))) as client:
        response = client.get("/readyz", headers={"X-Request-ID": "trace-me-3"})
    assert response.status_code == 503
    detail = response.json()["detail"]
    assert detail.startswith("The store failed while answering a ping")
    assert detail.endswith("Check that the server runs and that MATCHER_DATABASE_URL points to it.")
    assert not [part for part in ("db.internal", "10.0.0.5", "me@") if part in detail]
    [line] = [line for line in logged() if line["event"] == "failed"]
    assert line["request_id"] == "trace-me-3"
    assert "db.internal" in line["place"]
    assert "10.0.0.5" in line["cause"]


def test_metrics_say_how_many_changes_wait_to_be_indexed(stocked):
    settings = stocked.model_copy(update={"index_interval_s": 0.05})
    matcher = MatcherWithFaults(settings, open_store(settings.database_url))
    with serving(settings, matcher) as client:
        matcher.index_fault = BackendUnavailable("The index failed.")
        with closing(open_store(stocked.database_url)) as elsewhere:
            elsewhere.items.put([Lead(id=f"NEW{number}", name="École") for number in range(3)], source="test")
        assert _gauge_until(client, "matcher_index_pending", 3.0) <= {0.0}
        matcher.index_fault = None
        assert _gauge_until(client, "matcher_index_pending", 0.0) <= {3.0}


def _gauge(client: TestClient, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def _gauge_until(client: TestClient, name: str, wanted: float) -> set[float]:
    """The values a figure takes before the one wanted."""
    seen = set()
    for _ in _tries(f"{name} = {wanted}"):
        if (value := _gauge(client, name)) == wanted:
            break
        seen.add(value)
    return seen


def _tries(what: str) -> Iterator[None]:
    """Tries without end, and a clear failure where ``what`` never comes."""
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        yield
    pytest.fail(f"waited 30 s in vain for {what}")


def test_questions_are_answered_while_many_changes_are_taken_in(stocked):
    with TestClient(
        create_app(stocked.model_copy(update={"index_interval_s": 0.05})), headers=STAFF
    ) as client:
        with closing(open_store(stocked.database_url)) as elsewhere:
            elsewhere.items.put(
                [Lead(id=f"NEW{number}", name="École") for number in range(640)], source="test"
            )
        seen = set()
        for _ in _tries("all changes to be taken in"):
            ready = client.get("/readyz").json()
            if ready["points"] == 648 and not ready["pending"]:
                break
            seen.add(ready["points"])
        assert seen - {8, 648}, "no question came between the turns"


def _fail() -> None:
    raise BackendUnavailable("The store does not answer.")


def test_a_start_that_cannot_be_says_why(settings):
    with pytest.raises(MatcherError, match="matcher migrate"), TestClient(create_app(settings)):
        pass


def test_the_index_is_free_again_after_the_service_stopped(stocked):
    with TestClient(create_app(stocked)):
        pass
    with open_matcher(stocked) as matcher:
        assert matcher.index.count() == 8
