"""``matcher-lab load``: a real server process under many clients at once, and under one that asks too much.

Four measures in one run: readers beside writers; other people's requests while one client sends a hundred
long texts; requests a second, beside those of the alternative where its model is prepared; and a steady load
of mixed requests at four fifths of what the service can do. Whatever is not answered with 2xx is listed with
its problem.
"""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console

from matcher import settings as configuration
from matcher.adapters.sql import open_store
from matcher.domain.items import Organisation
from matcher.settings import HASHING
from training.bench.clients import Tally, Visitor, problems_table
from training.bench.command import Plan, askers, filled, variables_of
from training.bench.figures import Figure, table
from training.bench.measures import stored_path
from training.bench.server import Client, Server, alternative_command, product_command, serving
from training.bench.steady import most_a_second, steady

READERS, WRITERS, LONG_QUESTIONS = 50, 5, 100
_PACE_S, _WRITE_PACE_S = 0.5, 1.0
"""A reader's and a writer's pause between two requests: fifty people, not fifty loops."""
_OTHER, _ASKER = "127.0.0.2", "127.0.0.3"
"""Addresses of this machine that stand for other people, and for the client that asks too much."""
_ASKED = 40
_CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by section, and what came of the requests of those that count them."""

    sections: dict[str, list[Figure]] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def tally(self, title: str) -> Tally:
        """Begin to count the requests of a section."""
        return self.tallies.setdefault(title, Tally())


def load(
    seconds: Annotated[float, typer.Option(min=1, help="How long readers and writers ask.")] = 20.0,
    steady_seconds: Annotated[
        float, typer.Option("--steady", min=0, help="How long the steady load lasts; 0 leaves it out.")
    ] = 30.0,
    alternative: Annotated[
        bool, typer.Option(help="Measure the alternative too; it needs the model.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a real server as many people do at once, and as one client who asks too much."""
    base = configuration.load()
    model = Path(base.encoder) if base.encoder else base.model_dir
    plan = Plan(1, _ASKED, base.data_dir, model)
    report = Report()
    with TemporaryDirectory(prefix="matcher-load-") as folder, Console(stderr=True).status("") as status:
        status.update("Filling a store and an index")
        settings = filled(Path(folder) / "served", plan)
        with open_store(settings.database_url) as store:
            asked = askers(store, _ASKED)
        with serving(product_command, variables_of(settings)) as server:
            for title, figures in _measured(server, asked, (seconds, steady_seconds), report):
                status.update(title)
                report.sections[title] = figures
            rates = [Figure("partner, one worker", rate(server, asked), "1/s", 300, "at least", "goal")]
        if alternative and base.encoder != HASHING:
            status.update("Asking the alternative")
            command = alternative_command(base.data_dir / "catalogue" / "organisations.csv", model)
            with serving(command, {}) as other:
                rates += beside(rates[0].value, rate(other, asked))
        report.sections[f"Requests a second, {_CLIENTS} clients"] = rates
    _print(report, as_json=as_json)


def _measured(
    server: Server, asked: Sequence[Organisation], lengths: tuple[float, float], report: Report
) -> Iterator[tuple[str, list[Figure]]]:
    """Yield title and figures of the measures of one server."""
    seconds, steady_seconds = lengths
    title = f"{READERS} readers and {WRITERS} writers, {seconds:g} s"
    yield title, together(server, asked, seconds, report.tally(title))
    title = f"Others during {LONG_QUESTIONS} long texts of one client"
    yield title, long_questions(server, asked, report.tally(title))
    if steady_seconds:
        title = f"Mixed requests for {steady_seconds:g} s"
        most = most_a_second(server, asked)
        yield title, steady(server, asked, steady_seconds, report.tally(title), most)


def beside(ours: float, theirs: float) -> list[Figure]:
    """Return the rate of the alternative, and how many of its requests one of ours takes the time of."""
    return [
        Figure("the alternative", theirs, "1/s"),
        Figure("the alternative's over ours", theirs / ours, "", 4, basis="goal"),
    ]


def together(server: Server, asked: Sequence[Organisation], seconds: float, tally: Tally) -> list[Figure]:
    """Let readers read items and answers, and writers write, for so long."""
    end = time.perf_counter() + seconds

    def read(number: int) -> None:
        with Visitor(server.port, _OTHER) as client:
            at = number
            while time.perf_counter() < end:
                one = asked[at % len(asked)]
                tally.note("item", lambda: client.send("GET", f"/v1/organisations/{one.id}"))  # noqa: B023
                tally.note("answer", lambda: client.send("GET", stored_path(one)))  # noqa: B023
                time.sleep(_PACE_S)
                at += 1

    def write(number: int) -> None:
        item_id, at = f"LOAD{number}", 0
        with Visitor(server.port, _OTHER) as client:
            while time.perf_counter() < end:
                body = {"id": item_id, "name": f"École {number}", "description": f"Formation numéro {at}."}
                tally.note("write", lambda: client.send("PUT", f"/v1/leads/{item_id}", body))  # noqa: B023
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


def long_questions(server: Server, asked: Sequence[Organisation], others: Tally) -> list[Figure]:
    """Send long texts from one client all at once, and time what others ask meanwhile."""
    before, _ = server.memory_mb()
    asker = Tally()

    def ask(number: int) -> None:
        with Visitor(server.port, _ASKER) as client:
            asker.note("long", lambda: client.send("POST", "/v1/recommendations", _long_text(number)))

    with ThreadPoolExecutor(LONG_QUESTIONS) as pool, Visitor(server.port, _OTHER) as client:
        running = [pool.submit(ask, number) for number in range(LONG_QUESTIONS)]
        at = 0
        while not all(one.done() for one in running):
            one = asked[at % len(asked)]
            for path in (f"/v1/organisations/{one.id}", stored_path(one)):
                others.note("other", lambda: client.send("GET", path))  # noqa: B023
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


def _print(report: Report, *, as_json: bool) -> None:
    console = Console()
    if as_json:
        found: dict[str, Any] = {}
        for title, part in report.sections.items():
            found[title] = [figure.as_json() for figure in part]
        for title, tally in report.tallies.items():
            rows = [[*what, count] for what, count in tally.problems.most_common()]
            found.setdefault("problems", {})[title] = rows
        console.print_json(json.dumps(found))
        return
    for title, part in report.sections.items():
        console.print(table(title, part))
    problems = problems_table(report.tallies)
    if problems is not None:
        console.print(problems)
