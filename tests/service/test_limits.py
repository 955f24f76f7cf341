"""How often one may ask: by person or key, by network address, and slower after failed sign-ins."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from matcher.build import Matcher
from matcher.settings import Settings
from service.app import create_app
from service.http.access.limits import FAILURES_OF_AN_ADDRESS, Attempts, Rates, network_of
from service.http.errors import TooManyAttempts, TooManyRequests
from tests.service.conftest import STAFF
from tests.service.people import Asker, add_person

TOO_OFTEN = "urn:matcher:too-many-requests"


@pytest.fixture
def limited(stocked: Settings) -> Iterator[TestClient]:
    """An application in which a caller has three requests a minute, and an address six."""
    settings = stocked.model_copy(update={"requests_of_a_caller": 3, "requests_of_an_address": 6})
    with TestClient(create_app(settings)) as client:
        yield client


def _statuses(ask: Asker, path: str, times: int) -> list[int]:
    return [ask("GET", path).status_code for _ in range(times)]


def test_a_caller_is_refused_with_when_to_go_on(limited: TestClient) -> None:
    ask = Asker(limited, STAFF)
    assert _statuses(ask, "/v1/leads", 3) == [200] * 3
    refused = ask("GET", "/v1/leads")
    assert (refused.status_code, refused.json()["type"]) == (429, TOO_OFTEN)
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "More than 3 requests in a minute" in refused.json()["detail"]


def test_each_caller_counts_alone_and_an_address_counts_all_of_its_callers(limited: TestClient) -> None:
    def begin_visit(matcher: Matcher) -> str:
        return matcher.visits.begin(add_person(matcher, "hr").id, datetime.now(UTC))

    read = limited.app.state.engine.read  # type: ignore[attr-defined]  # the application of the fixture
    token = limited.portal.call(read, begin_visit)  # type: ignore[union-attr]
    assert _statuses(Asker(limited, STAFF), "/v1/leads", 3) == [200] * 3
    assert _statuses(Asker(limited, {"Cookie": f"matcher-visit={token}"}), "/v1/leads", 4) == [200] * 3 + [
        429
    ]


@pytest.mark.parametrize("path", ["/v1/unsubscribe/none", "/v1/sign-in/none", "/answers/none", "/v1/leads"])
def test_who_is_not_signed_in_counts_by_address(limited: TestClient, path: str) -> None:
    statuses = _statuses(Asker(limited, {}), path, 7)
    assert 429 not in statuses[:6]
    assert statuses[6] == 429


def test_a_browser_reads_a_page_that_says_to_wait(limited: TestClient) -> None:
    ask = Asker(limited, {"Accept": "text/html"})
    _statuses(ask, "/answers/none", 6)
    refused = ask("GET", "/answers/none")
    assert "Trop de demandes" in refused.text
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("one", "other", "counted_together"),
    [
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("2001:db8::1", "2001:db8::2", True),
    ],
)
def test_what_counts_as_one_address(one: str, other: str, counted_together: bool) -> None:
    assert (network_of(one) == network_of(other)) == counted_together


def test_one_ipv6_line_has_the_attempts_of_one_client(stocked: Settings) -> None:
    app = create_app(stocked)
    statuses = []
    with TestClient(app):
        for number in range(31):
            client = TestClient(app, client=(f"2001:db8:1:2::{number:x}", 50000))
            asked = client.post("/v1/sign-in", json={"email": f"nobody{number}@example.org"})
            statuses.append(asked.status_code)
    assert statuses == [202] * 30 + [429]


def test_machines_that_watch_are_not_counted(limited: TestClient) -> None:
    assert _statuses(Asker(limited, {}), "/healthz", 9) == [200] * 9


def test_each_failed_sign_in_makes_the_next_answer_slower(limited: TestClient) -> None:
    seconds = []
    for number in range(4):
        began = time.monotonic()
        wrong = {"email": f"nobody{number}@example.org", "password": "x"}
        assert Asker(limited, {})("POST", "/v1/sign-in/password", json=wrong).status_code == 403
        seconds.append(time.monotonic() - began)
    assert seconds[3] >= 0.4, "the third failure makes the fourth answer wait four times as long as the first"


def test_nobody_waits_for_a_clock_that_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: at)
    attempts, rates = Attempts(), Rates(3, 3)
    for _ in range(5):
        attempts.count(FAILURES_OF_AN_ADDRESS, "claire@example.org")
    with pytest.raises(TooManyAttempts):
        attempts.check(FAILURES_OF_AN_ADDRESS, "claire@example.org")
    at -= 86_400
    attempts.check(FAILURES_OF_AN_ADDRESS, "claire@example.org")
    assert attempts.pause_s(FAILURES_OF_AN_ADDRESS, "claire@example.org") == 0
    for _ in range(3):
        rates.count_caller("claire")
    with pytest.raises(TooManyRequests) as refused:
        rates.count_caller("claire")
    assert 1 <= refused.value.retry_after_s <= 60
