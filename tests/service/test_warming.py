"""After a start the items of the index are prepared beside the questions."""

from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.build import Matcher, open_matcher
from matcher.settings import Settings
from service.http.jobs import WarmUpJob
from tests.service.conftest import ITEMS, STAFF
from tests.service.fakes import serving


@pytest.fixture
def matcher(stocked: Settings) -> Iterator[Matcher]:
    with open_matcher(stocked) as opened:
        yield opened


def warmed(client: TestClient, matcher: Matcher) -> list[object]:
    """Run the job to its end; return what was logged, by the service's own job too."""

    app, portal = client.app, client.portal
    assert isinstance(app, FastAPI)
    assert portal is not None

    async def run() -> None:
        job = WarmUpJob(app.state.engine, matcher, delay_s=0.0)
        job.start()
        await job.wait()
        await job.stop()

    with structlog.testing.capture_logs() as logs:
        portal.call(run)
    return [(line["event"], line.get("count")) for line in logs]


def test_all_items_are_prepared_and_answers_stay_the_same(stocked: Settings, matcher: Matcher) -> None:
    path = "/v1/organisations/ORG001/recommendations?kind=partner&on=2026-11-30"
    with serving(stocked, matcher) as client:
        before = client.get(path, headers=STAFF).json()
        assert ("items prepared", matcher.index.count()) in warmed(client, matcher)
        assert matcher.index.count() <= len(ITEMS)
        assert client.get(path, headers=STAFF).json() == before


def test_an_index_that_is_away_is_said_and_stops_nothing(stocked: Settings, matcher: Matcher) -> None:
    with serving(stocked, matcher) as client:
        matcher.serving.close()
        assert ("items are prepared as they are asked for", None) in warmed(client, matcher)
        assert client.get("/healthz").status_code == 200
