"""Nobody waits for somebody else's long text: queues are bounded, and items need none of them."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from matcher.adapters.encoder import HashingEncoder
from matcher.adapters.sql import Store, open_store
from matcher.build import Matcher
from matcher.settings import Settings
from service.app import create_app
from service.http.errors import ServiceBusy, TooManyQuestions
from service.http.queues import BoundedTurn
from tests.service.conftest import STAFF
from tests.service.fakes import serving

SEARCH = {"q": "cybersécurité", "kind": "partner"}


class GatedEncoder(HashingEncoder):
    """An encoder that waits, while its gate is closed, as one does that has a long text to read."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)

    def encode_queries(self, texts):
        self.entered.release()
        assert self.gate.wait(60)
        return super().encode_queries(texts)


class GatedMatcher(Matcher):
    """A matcher with such an encoder."""

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(settings, store)
        self.gated = GatedEncoder()
        self.encoder = self.gated


@contextmanager
def asking(client, count: int, matcher: GatedMatcher) -> Iterator[list[Future[Any]]]:
    """``count`` questions with a text on their way while the context is open, the first being encoded."""
    matcher.gated.gate.clear()
    with ThreadPoolExecutor(count) as pool:
        questions = [pool.submit(client.get, "/v1/search", params=SEARCH) for _ in range(count)]
        try:
            assert matcher.gated.entered.acquire(timeout=60)
            yield questions
        finally:
            matcher.gated.gate.set()


@pytest.fixture
def matcher(stocked) -> GatedMatcher:
    return GatedMatcher(stocked, open_store(stocked.database_url))


def test_items_lists_readiness_and_members_do_not_wait_for_a_text(stocked, matcher):
    with serving(stocked, matcher) as client:
        while matcher.gated.entered.acquire(blocking=False):
            pass
        with asking(client, 3, matcher) as questions:
            assert client.get("/v1/organisations/ORG001").status_code == 200
            assert client.get("/v1/organisations").status_code == 200
            assert client.get("/readyz").status_code == 200
            member = client.get("/v1/organisations/ORG001/recommendations", params={"kind": "factory"})
            assert member.status_code == 200
            assert not any(question.done() for question in questions)
        assert {question.result().status_code for question in questions} == {200}


def test_questions_above_the_bound_are_refused_at_once_and_the_others_answered(stocked, matcher):
    settings = stocked.model_copy(update={"max_waiting_texts": 8})
    with serving(settings, matcher) as client:
        while matcher.gated.entered.acquire(blocking=False):
            pass
        with asking(client, 6, matcher) as questions:
            refused = [question.result(60) for question in questions if _ends(question)]
            assert len(refused) == 4
            assert {answer.status_code for answer in refused} == {429}
            assert all(answer.headers["Retry-After"] == "5" for answer in refused)
            assert refused[0].json()["type"] == "urn:matcher:too-many"
        answered = [question.result().status_code for question in questions]
        assert sorted(answered) == [200, 200, 429, 429, 429, 429]


def _ends(question) -> bool:
    """Whether a question ends while the encoder stands still: it was refused."""
    try:
        question.result(1.0)
    except TimeoutError:
        return False
    return True


def test_a_waiting_question_whose_client_has_gone_is_dropped(stocked, matcher):
    async def leave() -> None:
        app = create_app(stocked, matcher)
        async with app.router.lifespan_context(app), anyio.create_task_group() as tasks:
            while matcher.gated.entered.acquire(blocking=False):
                pass
            matcher.gated.gate.clear()
            stays, leaves = _Connection(), _Connection()
            tasks.start_soon(_ask, app, stays)
            assert await anyio.to_thread.run_sync(matcher.gated.entered.acquire, True, 60)
            tasks.start_soon(_ask, app, leaves)
            await leaves.asked.wait()
            leaves.left.set()
            with anyio.fail_after(60):
                await leaves.answered.wait()
            assert (leaves.status, stays.status) == (499, None)
            matcher.gated.gate.set()
            with anyio.fail_after(60):
                await stays.answered.wait()
            assert stays.status == 200

    try:
        anyio.run(leave)
    finally:
        matcher.gated.gate.set()
        matcher.close()


class _Connection:
    """The connection of a client that may leave."""

    def __init__(self) -> None:
        self.asked, self.left, self.answered = anyio.Event(), anyio.Event(), anyio.Event()
        self.status: int | None = None
        self._begun = False

    async def receive(self) -> dict[str, Any]:
        if not self._begun:
            self._begun = True
            return {"type": "http.request", "body": b"", "more_body": False}
        self.asked.set()
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answered.set()


async def _ask(app, connection: _Connection) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/search",
        "raw_path": b"/v1/search",
        "query_string": b"q=data&kind=partner",
        "headers": [(name.lower().encode(), value.encode()) for name, value in STAFF.items()],
        "client": ("192.0.2.1", 1),
        "server": ("test", 80),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await app(scope, connection.receive, connection.send)


def test_a_full_queue_refuses_and_says_when_to_come_back():
    async def work() -> None:
        turn = BoundedTurn(limit=2, client_limit=1)
        async with turn.take("a"):
            with pytest.raises(TooManyQuestions):
                async with turn.take("a"):
                    pass
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_take, turn, "b")
                await anyio.lowlevel.checkpoint()
                with pytest.raises(ServiceBusy, match="2 questions are waiting"):
                    async with turn.take("c"):
                        pass
                tasks.cancel_scope.cancel()
        async with turn.take("a"):
            pass  # who was refused, or left, takes no place

    anyio.run(work)


async def _take(turn: BoundedTurn, client: str) -> None:
    async with turn.take(client):
        pass
