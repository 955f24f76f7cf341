"""The terminal: where results, progress and complaints are written."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

NAME = "matcher"
WIDTH = 100
"""Wide enough for a table, narrow enough to be read; what is wider wraps."""


class Advance(Protocol):
    """Called with what is done, how much there is in all, and a new name for what goes on."""

    def __call__(self, done: int, total: int, what: str = "", /) -> None:
        """Move the bar."""
        ...


def results() -> Console:
    """Return the console for what was asked for: standard output, at most :data:`WIDTH` columns."""
    console = Console(highlight=False)
    if not console.is_terminal or console.width > WIDTH:
        console.width = WIDTH
    return console


def remarks() -> Console:
    """Return the console for everything else: standard error, so that ``--json`` stays clean."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console


def program() -> str:
    """Return what to type to run this program again: its name where that finds it, else the path it has."""
    called = Path(sys.argv[0])
    if called.name != NAME or not called.exists():
        return NAME
    found = shutil.which(NAME)
    return NAME if found and called.samefile(found) else shlex.quote(str(called))


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """Show a bar named ``what`` until the context ends, where somebody watches."""
    console = remarks()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=40),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int, now: str = "", /) -> None:
            bar.update(task, completed=done, total=total, description=now or what)

        yield advance
