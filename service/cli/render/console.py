"""The terminal: results on standard output, progress and errors on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

WIDTH = 100
"""Wide enough for a table, narrow enough to be read; what is wider wraps."""


class Advance(Protocol):
    """Called with the steps done, the steps in all, and a new name for the current step."""

    def __call__(self, done: int, total: int, what: str = "", /) -> None:
        """Move the bar."""
        ...


def results() -> Console:
    """Return the console for results: standard output, at most :data:`WIDTH` columns."""
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


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """Show a bar named ``what`` until the context ends, on a terminal only."""
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
