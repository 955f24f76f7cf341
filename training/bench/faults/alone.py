"""One machine: the service, ``matcher index`` and ``matcher import`` killed over one home."""

import csv
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.domain.items import Lead
from matcher.settings import HASHING, Settings
from training.bench.command import variables_of
from training.bench.faults.processes import Command, Service
from training.bench.faults.tally import Round, Tally
from training.bench.server import Client

ROWS = 150
"""Rows of an import, and changes of an index, that are killed."""
_LONGEST_S = 1.5
"""A process is killed within this time after it began to work."""


class Home:
    """One home that is killed over and over, and compared after each round."""

    def __init__(self, folder: Path, tally: Tally) -> None:
        self.settings = made(folder)
        self.variables = variables_of(self.settings)
        self.tally = tally
        self.acknowledged: set[str] = set()

    def acknowledge(self, item_id: str) -> None:
        """Note that an item was stored, as its writer knows."""
        self.acknowledged.add(item_id)
        self.tally.acknowledged.add(item_id)

    def run_and_kill(self, *arguments: str) -> bool:
        """Run a command and kill it at a moment of its work; return whether it had ended before."""
        command = Command(self.variables, arguments, self.settings.home / "log")
        command.wait_for_store()
        time.sleep(self.tally.chance.uniform(0.0, _LONGEST_S))
        return command.kill()

    def compare(self) -> None:
        """Start again, and compare what is there with what was acknowledged."""
        with open_matcher(self.settings) as matcher:
            self.tally.compare(matcher, self.acknowledged)


def made(folder: Path) -> Settings:
    """Make a home with one lead and its index; return its settings."""
    settings = Settings(
        home=folder,
        encoder=HASHING,
        index_backend="edge",
        qdrant_url=None,
        requests_of_a_caller=0,
        requests_of_an_address=0,
    )
    with open_store(settings.database_url) as store:
        store.migrate()
        store.items.put([Lead(id="FIRST", name="École", themes=("données",))], source="faults")
    with open_matcher(settings) as matcher:
        matcher.index_now()
    return settings


@contextmanager
def service(folder: Path, tally: Tally) -> Iterator[Round]:
    """Kill the service while a client writes over HTTP."""
    home = Home(folder, tally)

    def kill(number: int) -> None:
        server = Service(home.variables, folder / "log")
        with closing(Client(server.port)) as client:
            end = time.monotonic() + tally.chance.uniform(0.0, _LONGEST_S)
            at = 0
            while time.monotonic() < end:
                item_id = f"PUT{number}-{at}"
                body = {"id": item_id, "name": f"École {at}", "themes": ["données"]}
                if client.send("PUT", f"/v1/leads/{item_id}", body)[0] == 201:
                    home.acknowledge(item_id)
                at += 1
            server.kill()
        home.compare()

    yield kill


@contextmanager
def indexer(folder: Path, tally: Tally) -> Iterator[Round]:
    """Kill ``matcher index`` over changes that nobody has indexed."""
    home = Home(folder, tally)

    def kill(number: int) -> None:
        items = [Lead(id=f"STORED{number}-{at}", name=f"École {at}", themes=("web",)) for at in range(ROWS)]
        with open_store(home.settings.database_url) as store:
            store.items.put(items, source="faults")
        for item in items:
            home.acknowledge(item.id)
        home.run_and_kill("index")
        home.compare()

    yield kill


@contextmanager
def importing(folder: Path, tally: Tally) -> Iterator[Round]:
    """Kill ``matcher import``: its rows are all there, or none."""
    home = Home(folder, tally)

    def kill(number: int) -> None:
        ids = [f"ROW{number}-{at}" for at in range(ROWS)]
        file = folder / f"import-{number}.csv"
        with file.open("w", encoding="utf-8", newline="") as written:
            rows = csv.writer(written)
            rows.writerow(["id", "name", "description"])
            rows.writerows([item_id, f"École {item_id}", "Formation aux données."] for item_id in ids)
        ended = home.run_and_kill("import", str(file), "--kind", "lead")
        with open_store(home.settings.database_url) as store:
            there = len(store.items.get_many(ids))
        tally.halves += there not in (0, ROWS)
        if ended:
            for item_id in ids:
                home.acknowledge(item_id)
        home.compare()

    yield kill
