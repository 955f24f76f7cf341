"""``matcher-lab load``: a real server process under many clients at once, and under one that asks too much.

Three measures in one run: readers beside writers; other people's requests while one client sends a hundred
long texts; and requests a second, beside those of the alternative where its model is prepared.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from matcher import settings as configuration
from matcher.adapters.sql import open_store
from matcher.domain.items import Organisation
from matcher.settings import HASHING
from training.bench.command import Plan, askers, filled, variables_of
from training.bench.figures import Figure, table
from training.bench.measures import stored_path
from training.bench.server import Client, Server, alternative_command, product_command, serving

READERS, WRITERS, LONG_QUESTIONS = 50, 5, 100
_PACE_S, _WRITE_PACE_S = 0.5, 1.0
"""A reader's and a writer's pause between two requests: fifty people, not fifty loops."""
_OTHER, _ASKER = "127.0.0.2", "127.0.0.3"
"""Addresses of this machine that stand for other people, and for the client that asks too much."""
_ASKED = 40
_CLIENTS = 8


@dataclass
class Tally:
    """What came of requests: seconds by kind, and statuses."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, call: Callable[[], int]) -> int:
        """Time one request; return its status."""
        start = time.perf_counter()
        status = call()
        with self.lock:
            self.seconds.setdefault(kind, []).append(time.perf_counter() - start)
            self.statuses[status] += 1
        return status

    def quantile(self, kind: str, share: float) -> float:
        """Quantile of the times of a kind, in milliseconds; 0 without any."""
        return 1e3 * float(np.quantile(self.seconds.get(kind, [0.0]), share))

    @property
    def faults(self) -> int:
        """Answers that are the service's own fault: 5xx, but for a refusal to wait (503)."""
        return sum(count for status, count in self.statuses.items() if status >= 500 and status != 503)


def load(
    seconds: Annotated[float, typer.Option(min=1, help="How long readers and writers ask.")] = 20.0,
    alternative: Annotated[
        bool, typer.Option(help="Measure the alternative too; it needs the model.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a real server as many people do at once, and as one client who asks too much."""
    base = configuration.load()
    model = Path(base.encoder) if base.encoder else base.model_dir
    plan = Plan(1, _ASKED, base.data_dir, model)
    sections: dict[str, list[Figure]] = {}
    with TemporaryDirectory(prefix="matcher-load-") as folder, Console(stderr=True).status("") as status:
        status.update("Filling a store and an index")
        settings = filled(Path(folder) / "served", plan)
        with open_store(settings.database_url) as store:
            asked = askers(store, _ASKED)
        with serving(product_command, variables_of(settings)) as server:
            status.update(f"{READERS} readers and {WRITERS} writers")
            sections[f"{READERS} readers and {WRITERS} writers"] = together(server, asked, seconds)
            status.update("One client asks too much")
            sections[f"Others during {LONG_QUESTIONS} long texts of one client"] = long_questions(
                server, asked
            )
            rates = [Figure("partner, one worker", rate(server, asked), "1/s", 300, "at least", "goal")]
        if alternative and base.encoder != HASHING:
            status.update("Asking the alternative")
            command = alternative_command(base.data_dir / "catalogue" / "organisations.csv", model)
            with serving(command, {}) as other:
                rates.append(Figure("the alternative", rate(other, asked), "1/s"))
        sections[f"Requests a second, {_CLIENTS} clients"] = rates
    _print(sections, as_json=as_json)


def together(server: Server, asked: Sequence[Organisation], seconds: float) -> list[Figure]:
    """Let readers read items and answers, and writers write, for so long."""
    tally, end = Tally(), time.perf_counter() + seconds

    def read(number: int) -> None:
        with closing(Client(server.port, _OTHER)) as client:
            at = number
            while time.perf_counter() < end:
                one = asked[at % len(asked)]
                tally.note("item", lambda: client.send("GET", f"/v1/organisations/{one.id}")[0])  # noqa: B023
                tally.note("answer", lambda: client.send("GET", stored_path(one))[0])  # noqa: B023
                time.sleep(_PACE_S)
                at += 1

    def write(number: int) -> None:
        item_id, at = f"LOAD{number}", 0
        with closing(Client(server.port, _OTHER)) as client:
            while time.perf_counter() < end:
                body = {"id": item_id, "name": f"École {number}", "description": f"Formation numéro {at}."}
                tally.note("write", lambda: client.send("PUT", f"/v1/leads/{item_id}", body)[0])  # noqa: B023
                time.sleep(_WRITE_PACE_S)
                at += 1

    with ThreadPoolExecutor(READERS + WRITERS) as pool:
        running = [pool.submit(read, number) for number in range(READERS)]
        running += [pool.submit(write, number) for number in range(WRITERS)]
        for one in running:
            one.result()
    now, _ = server.memory_mb()
    return [
        Figure("GET of an item, p50", tally.quantile("item", 0.5), "ms", 50, basis="goal"),
        Figure("GET of an item, p99", tally.quantile("item", 0.99), "ms"),
        Figure("answer, p50", tally.quantile("answer", 0.5), "ms"),
        Figure("answer, p99", tally.quantile("answer", 0.99), "ms", 1_000, basis="goal"),
        Figure("write, p99", tally.quantile("write", 0.99), "ms"),
        Figure("requests", float(tally.statuses.total()), ""),
        Figure("5xx", float(tally.faults), "", 0, basis="goal"),
        Figure("resident memory", now, "MB"),
    ]


def long_questions(server: Server, asked: Sequence[Organisation]) -> list[Figure]:
    """Send long texts from one client all at once, and time what others ask meanwhile."""
    before, _ = server.memory_mb()
    others, asker = Tally(), Tally()

    def ask(number: int) -> None:
        with closing(Client(server.port, _ASKER)) as client:
            asker.note("long", lambda: client.send("POST", "/v1/recommendations", _long_text(number))[0])

    with ThreadPoolExecutor(LONG_QUESTIONS) as pool, closing(Client(server.port, _OTHER)) as client:
        running = [pool.submit(ask, number) for number in range(LONG_QUESTIONS)]
        at = 0
        while not all(one.done() for one in running):
            one = asked[at % len(asked)]
            for path in (f"/v1/organisations/{one.id}", stored_path(one)):
                others.note("other", lambda: client.send("GET", path)[0])  # noqa: B023
            at += 1
        for one_running in running:
            one_running.result()
    after, _ = server.memory_mb()
    return [
        Figure("others, p50", others.quantile("other", 0.5), "ms"),
        Figure("others, p99", others.quantile("other", 0.99), "ms", 1_000, basis="goal"),
        Figure("others, 5xx", float(others.faults), "", 0, basis="goal"),
        Figure("long texts answered", float(asker.statuses[200]), ""),
        Figure("long texts refused, to ask again", float(asker.statuses[429] + asker.statuses[503]), ""),
        Figure("memory gained", after - before, "MB"),
    ]


def rate(server: Server, asked: Sequence[Organisation], each: int = 50) -> float:
    """Return the answers a second for stored organisations, of several clients at once."""

    def ask(number: int) -> None:
        with closing(Client(server.port, _OTHER)) as client:
            for at in range(each):
                client.get(stored_path(asked[(number + at) % len(asked)]))

    ask(0)
    start = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(ask, range(_CLIENTS)))
    return _CLIENTS * each / (time.perf_counter() - start)


def _long_text(number: int) -> dict[str, Any]:
    text = f"Question {number} : " + "plateforme de données pour la santé et l'industrie, à Toulouse. " * 400
    return {"kind": "partner", "text": text[:20_000], "k": 5}


def _print(sections: dict[str, list[Figure]], *, as_json: bool) -> None:
    console = Console()
    if as_json:
        found = {}
        for title, part in sections.items():
            found[title] = [figure.as_json() for figure in part]
        console.print_json(json.dumps(found))
        return
    for title, part in sections.items():
        console.print(table(title, part))
