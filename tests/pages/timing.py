"""How long each page takes with a large cluster: ``python -m tests.pages.timing [MEMBERS]``.

It makes a home with made-up members and the hashing encoder, opens every page as who may, and prints medians
of the processor time and of the time on the clock. On an idle machine the two are alike.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from fastapi.testclient import TestClient
from rich.console import Console
from rich.table import Table

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.domain import Organisation
from tests.pages.conftest import make_settings, running
from tests.pages.signing_in import PEOPLE, browser_of, visitor_of
from tests.pages.visited import VISITED
from tests.service.conftest import ITEMS

MEMBERS = 8_500
ROUNDS = 5
TRADES = ("cybersécurité", "santé", "cartographie", "agriculture", "espace", "énergie", "formation")
TOWNS = ("Toulouse", "Montpellier", "Rodez", "Albi", "Nîmes", "Tarbes", "Perpignan", "Cahors")


def main(members: int) -> None:
    """Print a row a page, the slowest first."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder) / "home")
        with open_store(settings.database_url) as store:
            store.migrate()
            store.items.put([*ITEMS, *(_member(number) for number in range(members))], source="test")
            for one in PEOPLE.values():
                store.people.put(one)
        with open_matcher(settings) as matcher:
            matcher.index_now()
        table = Table(
            "page", "kB", "processor ms", "clock ms", title=f"{members} members, {ROUNDS} times each"
        )
        with running(settings) as app:
            rows = []
            for path, person in VISITED:
                client = browser_of(app, person) if person else visitor_of(app)
                rows.append((path, *_timed(client, path)))
        for path, size, processor, clock in sorted(rows, key=lambda row: -row[2]):
            table.add_row(path, f"{size / 1000:.0f}", f"{processor:.0f}", f"{clock:.0f}")
        Console().print(table)


def _timed(client: TestClient, path: str) -> tuple[int, float, float]:
    """Return size of a page and the medians of its times in milliseconds, after a first visit."""
    size = len(client.get(path).content)
    processor, clock = [], []
    for _ in range(ROUNDS):
        started, began = time.process_time(), time.perf_counter()
        client.get(path)
        processor.append(1000 * (time.process_time() - started))
        clock.append(1000 * (time.perf_counter() - began))
    return size, statistics.median(processor), statistics.median(clock)


def _member(number: int) -> Organisation:
    trade, town = TRADES[number % len(TRADES)], TOWNS[number % len(TOWNS)]
    return Organisation(
        id=f"M{number:05}",
        name=f"Membre {number:05}",
        city=town,
        description=f"Logiciels de {trade} à {town}.",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MEMBERS)
