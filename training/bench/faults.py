"""``matcher-lab faults``: processes of the product killed (-9) at random moments, over and over.

Each round kills one of: the service while clients write, ``matcher index``, ``matcher import``. Then the
product is started again and compared: what was acknowledged is there, an import whole or absent, nothing
is there twice, and the index equals the store.
"""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.domain.items import ItemType, Lead
from matcher.errors import BackendUnavailable
from matcher.settings import HASHING, Settings
from training.bench.command import variables_of
from training.bench.figures import Figure, table
from training.bench.server import Client, product_command, serving

IMPORTED = 300
"""Rows of an import that is killed."""
_LONGEST_S = 3.0
"""A process is killed within this time after it began to work."""
_PROGRAM = (sys.executable, "-m", "service.cli.main")


@dataclass
class Home:
    """A home that is killed over and over, what was acknowledged, and what went wrong."""

    settings: Settings
    chance: random.Random
    acknowledged: set[str] = field(default_factory=set)
    killed: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    halves: int = 0
    differences: int = 0

    @property
    def variables(self) -> dict[str, str]:
        """The environment of its processes."""
        return variables_of(self.settings)

    def moment(self) -> float:
        """Draw after how many seconds to kill."""
        return self.chance.uniform(0.0, _LONGEST_S)


def faults(
    rounds: Annotated[int, typer.Option(min=1, help="Kills of each kind; quote a figure of a hundred.")] = 3,
    seed: Annotated[int, typer.Option(help="Draws the moments.")] = 113,
) -> None:
    """Kill service, indexer and import at random moments, and count what is lost or doubled."""
    with TemporaryDirectory(prefix="matcher-faults-") as folder, Console(stderr=True).status("") as status:
        home = _made(Path(folder), seed)
        for number in range(rounds):
            for name, kill in KINDS.items():
                status.update(f"Round {number + 1} of {rounds}: {name}")
                kill(home, number)
                home.killed[name] += 1
                _compare(home)
    Console().print(table(f"Killed {home.killed.total()} times", figures_of(home)))
    if home.lost or home.halves or home.differences:
        raise typer.Exit(1)


def figures_of(home: Home) -> list[Figure]:
    """Return what was killed, and what came of it."""
    counts = [Figure(f"kills: {name}", float(count), "") for name, count in home.killed.items()]
    return [
        *counts,
        Figure("writes acknowledged", float(len(home.acknowledged)), ""),
        Figure("of these lost", float(len(home.lost)), "", 0, basis="goal"),
        Figure("imports by halves", float(home.halves), "", 0, basis="goal"),
        Figure("differences between index and store", float(home.differences), "", 0, basis="goal"),
    ]


def _made(folder: Path, seed: int) -> Home:
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
    return Home(settings, random.Random(seed))  # noqa: S311  # no secret


def _kill_service(home: Home, number: int) -> None:
    """Write over HTTP until the service is killed; what it has answered counts as acknowledged."""
    with serving(product_command, home.variables) as server, closing(Client(server.port)) as client:
        end = time.monotonic() + home.moment()
        at = 0
        while time.monotonic() < end:
            item_id = f"PUT{number}-{at}"
            body = {"id": item_id, "name": f"École {at}", "themes": ["données"]}
            if client.send("PUT", f"/v1/leads/{item_id}", body)[0] == 201:
                home.acknowledged.add(item_id)
            at += 1
        server.kill()


def _kill_index(home: Home, number: int) -> None:
    """Kill ``matcher index`` over changes that nobody has indexed."""
    items = [Lead(id=f"STORED{number}-{at}", name=f"École {at}", themes=("web",)) for at in range(IMPORTED)]
    with open_store(home.settings.database_url) as store:
        store.items.put(items, source="faults")
    home.acknowledged.update(item.id for item in items)
    _killed(home, "index")


def _kill_import(home: Home, number: int) -> None:
    """Kill ``matcher import``: its rows are all there, or none."""
    file = home.settings.home / f"import-{number}.csv"
    with file.open("w", encoding="utf-8", newline="") as written:
        rows = csv.writer(written)
        rows.writerow(["id", "name", "description"])
        rows.writerows(
            [f"ROW{number}-{at}", f"École {at}", "Formation aux données."] for at in range(IMPORTED)
        )
    ended = _killed(home, "import", str(file), "--kind", "lead")
    with open_store(home.settings.database_url) as store:
        there = len(store.items.get_many(f"ROW{number}-{at}" for at in range(IMPORTED)))
    home.halves += there not in (0, IMPORTED)
    if ended:
        home.acknowledged.update(f"ROW{number}-{at}" for at in range(IMPORTED))


KINDS: dict[str, Callable[[Home, int], None]] = {
    "service": _kill_service,
    "indexer": _kill_index,
    "import": _kill_import,
}


def _killed(home: Home, *arguments: str) -> bool:
    """Run a command and kill it at a moment of its work; return whether it had ended before."""
    command = ["/usr/bin/env", *(f"{name}={value}" for name, value in home.variables.items()), *_PROGRAM]
    process = subprocess.Popen(  # noqa: S603  # our own command
        [*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        code = process.wait(timeout=_LONGEST_S + home.moment())  # it takes seconds to load
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    if code:
        raise BackendUnavailable(f"`matcher {' '.join(arguments)}` failed by itself with code {code}.")
    return True


def _compare(home: Home) -> None:
    """Start again and compare what is there with what was acknowledged, and the index with the store."""
    with open_matcher(home.settings) as matcher:
        matcher.index_now()
        stored = {item_id for item_id, _ in matcher.store.items.names(ItemType.LEAD)}
        home.lost = sorted(home.acknowledged - stored)
        found = matcher.serving.indexer.differences(matcher.index)
        home.differences += len(found.missing) + len(found.stale) + len(found.surplus)
