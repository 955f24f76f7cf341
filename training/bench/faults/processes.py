"""Commands of the product in processes that are forked from one that has loaded the program.

Loading takes seconds in which there is nothing to lose, and would be nearly all of the time of many kills.
"""

import multiprocessing
import os
import runpy
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from matcher.errors import BackendUnavailable
from training.bench.server import KEY, free_port, is_ready

_PRELOADED = ["__main__", "service.cli.main", "service.app", "matcher.adapters.qdrant.generations"]
_PATIENCE_S = 120.0
_LOOK_EVERY_S = 0.01
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(_PRELOADED)


class Command:
    """A command of the product that runs, with these variables of the environment; its log is a file."""

    def __init__(self, variables: Mapping[str, str], arguments: Sequence[str], log: Path) -> None:
        self._name, self._log = " ".join(arguments), log
        self._process = _FORKS.Process(target=_run, args=(dict(variables), list(arguments), str(log)))
        self._process.start()

    @property
    def has_ended(self) -> bool:
        """Whether it ended by itself; BackendUnavailable if it failed."""
        code = self._process.exitcode
        if code:
            said = self._log.read_text("utf-8", errors="replace")[-2_000:]
            raise BackendUnavailable(f"`matcher {self._name}` failed by itself with code {code}: {said}")
        return code is not None

    def wait_for_store(self) -> None:
        """Wait until it has opened its SQLite store, or has ended: before, there is nothing to lose."""
        end = time.monotonic() + _PATIENCE_S
        while not self.has_ended and not _has_store_open(self._process.pid):
            if time.monotonic() > end:
                self.kill()
                raise BackendUnavailable(f"`matcher {self._name}` did not open its store.")
            time.sleep(_LOOK_EVERY_S)

    def kill(self) -> bool:
        """Kill it, as a power cut does; return whether it had ended before."""
        ended = self.has_ended
        self._process.kill()
        self._process.join()
        return ended

    def stop(self) -> None:
        """End it as an operator does, and wait."""
        self._process.terminate()
        self._process.join(_PATIENCE_S)


class Service(Command):
    """A service on a free port that is ready."""

    def __init__(self, variables: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        super().__init__({**variables, "MATCHER_ADMIN_KEY": KEY}, ("serve", "--port", str(self.port)), log)
        end = time.monotonic() + _PATIENCE_S
        while not is_ready(self.port):
            if self.has_ended or time.monotonic() > end:
                self.kill()
                raise BackendUnavailable(f"The service was not ready in {_PATIENCE_S:g} s: see {log}.")
            time.sleep(_LOOK_EVERY_S)


def _run(variables: Mapping[str, str], arguments: Sequence[str], log: str) -> None:
    """Run a command as its own process does: environment, log, exit code."""
    with Path(log).open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.update(variables)
    sys.argv = ["matcher", *arguments]
    runpy.run_module("service.cli.main", run_name="__main__")  # by name: the laboratory imports no service


def _has_store_open(pid: int | None) -> bool:
    """Whether a process has an SQLite store open, by what Linux lists of its files."""
    with suppress(OSError):  # ended meanwhile
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                if link.readlink().name.startswith("matcher.db"):
                    return True
    return False
