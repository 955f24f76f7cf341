"""Runs work in processes of its own and kills them (-9) at moments drawn from how long it takes."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

DRIVER = """
import importlib, json, os, signal, sys, time, traceback
work = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
for line in sys.stdin:
    arguments, kill_after = json.loads(line)
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(*arguments)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)  # its id is its own until it is waited for
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, time.perf_counter() - began]), flush=True)
"""
"""Loads the program once; each line it reads starts one run, timed without the loading."""

KILLED = -9
MOST_ROUNDS = 40
"""Far above what is needed: moments lie within the time of the work, so most runs are killed."""
KILLS_VARIABLE = "MATCHER_TEST_KILLS"
"""Names more rounds for a longer search, as: MATCHER_TEST_KILLS=100 python -m pytest tests/e2e/..."""


def kills(usual: int) -> int:
    """How many runs a test kills: the usual number, or that of the environment."""
    return int(os.environ.get(KILLS_VARIABLE, usual))


class Driver:
    """Starts ``function`` of ``module`` over and over; leaves nothing running behind."""

    def __init__(self, module: str, function: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, module, function],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def run(self, *arguments: str, kill_after: float | None = None) -> tuple[bool, float]:
        """Whether a run came to its end before it was killed, and the seconds it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([arguments, kill_after]) + "\n")
        self._process.stdin.flush()
        code, seconds = json.loads(self._process.stdout.readline())
        assert code in (0, KILLED) if kill_after is not None else code == 0, "the work failed by itself"
        return code == 0, seconds

    def kill_at_random(
        self, wanted: int, chance: random.Random, prepare: Callable[[], tuple[str, ...]]
    ) -> Iterator[bool]:
        """Kill ``wanted`` runs at moments all over the work; after each run yield whether it had finished.

        ``prepare`` makes something to do and returns the arguments. Whichever run finishes tells anew how
        long the work takes: a machine that was busy at first, or is now, is followed.
        """
        self.run(*prepare())  # loads what is loaded late, and warms the disk's cache
        finished, whole = self.run(*prepare())
        yield finished
        killed = 0
        most = max(MOST_ROUNDS, 4 * wanted)
        for _ in range(most):
            finished, seconds = self.run(*prepare(), kill_after=chance.uniform(0, whole))
            yield finished
            if finished:
                whole = seconds
            killed += not finished
            if killed == wanted:
                return
        raise AssertionError(f"only {killed} of {most} runs were killed")
