"""The index follows the store in small turns, not for a call that changes no item, and not at a stop."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.adapters.sql.events import EventLog
from matcher.domain.events import Action, Feedback, Impression
from matcher.domain.items import Kind, Organisation
from matcher.errors import BackendUnavailable
from matcher.settings import Settings
from service.app import create_app
from service.http.engine import CHANGES_PER_TURN, MatcherEngine, count_pending
from service.http.jobs import DailyJob
from tests.service.conftest import STAFF
from tests.service.fakes import MatcherWithFaults, serving

MANY = 3 * CHANGES_PER_TURN
NEW = {"id": "ORG900", "name": "Blockchain Aubrac", "expertise": ["blockchain"]}
MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def matcher(stocked: Settings) -> Iterator[MatcherWithFaults]:
    """A matcher whose store another process changes much, which is not indexed yet."""
    opened = MatcherWithFaults(stocked.model_copy(update={"work": False}), open_store(stocked.database_url))
    yield opened
    opened.close()


def change_much(matcher: MatcherWithFaults) -> None:
    items = [Organisation(id=f"NEW{number:03}", name=f"Exemple {number}") for number in range(MANY)]
    matcher.store.items.put(items, source="test")


def test_a_reaction_waits_for_nobody_elses_changes(matcher: MatcherWithFaults) -> None:
    with serving(matcher.settings, matcher) as client:
        change_much(matcher)
        matcher.index_fault = BackendUnavailable("The index failed.")
        said = Feedback(MORNING, Kind.PARTNER, "ORG001", "ORG002", Action.DISMISSED)
        portal_of(client).call(engine_of(client).write, lambda one: one.store.events.log_feedback(said))
        assert [row.item_id for row in matcher.store.events.feedback()] == ["ORG002"]
        assert "matcher_drain_failures_total 0.0" in client.get("/metrics").text
        assert count_pending(matcher) == MANY


def test_a_changed_item_is_indexed_with_what_came_before_it_in_small_turns(
    matcher: MatcherWithFaults,
) -> None:
    with serving(matcher.settings, matcher) as client:
        change_much(matcher)
        assert client.put("/v1/organisations/ORG900", json=NEW).status_code == 201
        assert matcher.index.versions(["ORG900", "NEW000"]).keys() == {"ORG900", "NEW000"}
        assert count_pending(matcher) == 0
    assert max(matcher.indexed) <= CHANGES_PER_TURN
    assert sum(matcher.indexed) == MANY + 1


def test_a_stop_leaves_changes_to_the_next_start(stocked: Settings, matcher: MatcherWithFaults) -> None:
    with serving(matcher.settings, matcher):
        change_much(matcher)
        waiting = count_pending(matcher)
    assert waiting == MANY
    with TestClient(create_app(stocked), headers=STAFF) as client:
        assert engine_of(client).index_state.points > MANY


def test_what_is_shown_while_others_cannot_be_written_is_written_with_them_later(
    matcher: MatcherWithFaults,
) -> None:
    log = RefusingOnce(matcher.store.events)
    matcher.store.events = log  # type: ignore[assignment]  # the rest of it is the real one
    with serving(matcher.settings, matcher) as client:
        engine = engine_of(client)
        answer = matcher.recommender.recommend(matcher.store.items.get("ORG001"), Kind.PARTNER, on=MORNING)
        engine.note_shown(answer)
        log.before_refusal = lambda: engine.note_shown(answer)
        with pytest.raises(BackendUnavailable):
            portal_of(client).call(engine.write_shown)
        portal_of(client).call(engine.write_shown)
        kept = [row.item_id for row in matcher.store.events.impressions()]
    assert kept == 2 * [item.item_id for item in answer.items] != []


class RefusingOnce:
    """A log of events that refuses the first impressions it is given."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.before_refusal: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def log_impressions(self, rows: Sequence[Impression]) -> None:
        """Keep impressions, or refuse them after what comes before."""
        before, self.before_refusal = self.before_refusal, None
        if before is not None:
            before()
            raise BackendUnavailable("The store is locked.")
        self._log.log_impressions(rows)


def engine_of(client: TestClient) -> MatcherEngine:
    assert isinstance(client.app, FastAPI)
    engine: MatcherEngine = client.app.state.engine
    return engine


def portal_of(client: TestClient) -> BlockingPortal:
    assert client.portal is not None
    return client.portal


async def days(job: DailyJob, looks: int) -> None:
    job.start()
    for _ in range(looks):
        await asyncio.sleep(0.01)
    await job.stop()


def test_a_chore_that_fails_delays_no_other_and_is_not_tried_at_every_look() -> None:
    done: list[str] = []
    failed: list[str] = []

    async def fail(_: datetime) -> None:
        done.append("failing")
        raise KeyError("CALL1")

    async def sweep(now: datetime) -> None:
        done.append(f"sweep {now:%d}")

    clock = {"now": MORNING}
    job = DailyJob(
        lambda: True, {"bad": fail, "sweep": sweep}, failed.append, lambda: clock["now"], look_s=0.001
    )
    asyncio.run(days(job, 5))
    assert (done, failed) == (["failing", "sweep 23"], ["bad"])
    clock["now"] += timedelta(days=1)
    asyncio.run(days(job, 5))
    assert done == ["failing", "sweep 23", "sweep 24"]


def test_a_process_that_does_not_follow_the_store_does_no_chores() -> None:
    async def sweep(_: datetime) -> None:
        raise AssertionError("swept twice")

    failed: list[str] = []
    asyncio.run(
        days(DailyJob(lambda: False, {"sweep": sweep}, failed.append, lambda: MORNING, look_s=0.001), 5)
    )
    assert failed == []
