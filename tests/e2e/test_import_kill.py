"""kill -9 at any moment of an import: the file is in the store whole, or not at all."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.sql import SqlStore
from matcher.adapters.tabular import import_file
from matcher.records import PutReport

ROWS = 1000
ROUNDS = 6
DRIVER = """
import os, sys
from pathlib import Path
from matcher.adapters.sql import SqlStore
from matcher.adapters.tabular import import_file
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        with SqlStore(sys.argv[1]) as store:
            import_file(Path(sys.argv[2]), store)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Loads the program once; each line it reads starts one import in a process of its own."""


def write_members(path: Path, city: str) -> None:
    rows = "".join(
        f"O{n};Membre {n};Des données et des cartes pour {city}.;santé;{city}\n" for n in range(ROWS)
    )
    path.write_text("id;nom;présentation;secteur;ville\n" + rows, encoding="utf-8")


def import_and_kill(driver: subprocess.Popen[str], after: float | None) -> bool:
    """Start an import, kill -9 it ``after`` seconds (None: never), and say whether it had finished."""
    assert driver.stdin is not None
    assert driver.stdout is not None
    driver.stdin.write("\n")
    driver.stdin.flush()
    child = int(driver.stdout.readline())
    if after is not None:
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return driver.stdout.readline() == "0\n"


@pytest.fixture
def driver(tmp_path: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", DRIVER, url, str(tmp_path / "membres.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'matcher.db'}"
    with SqlStore(url) as store:
        store.migrate()
    return url


def test_an_import_killed_at_random_moments_is_all_or_nothing(
    tmp_path: Path, url: str, driver: subprocess.Popen[str]
) -> None:
    chance = random.Random(113)
    file = tmp_path / "membres.csv"
    write_members(file, "Albi")
    with SqlStore(url) as store:
        began = time.perf_counter()
        assert import_and_kill(driver, None)
        takes = time.perf_counter() - began
        held, seq = "Albi", store.last_seq()
        for n in range(ROUNDS):
            city = f"Ville {n}"
            write_members(file, city)
            finished = import_and_kill(driver, chance.uniform(0.2, 1.3) * takes)
            cities = {item.city for item in store.items()}
            assert cities in ({held}, {city}), "a mixture: part of the file went in"
            if cities == {city}:
                held, seq = city, seq + ROWS
            assert held == city or not finished, "an import that ended well is lost"
            assert store.last_seq() == seq, "the outbox says something else than the items"
            assert len(store.changes(seq - ROWS, 2 * ROWS)) == ROWS
        assert import_file(file, store).put in (PutReport(updated=ROWS), PutReport(unchanged=ROWS))
        assert {item.city for item in store.items()} == {city}
