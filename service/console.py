"""The terminal: where results, progress and complaints are written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

WIDTH = 100
"""Wide enough for a table, narrow enough to be read; what is wider wraps."""

Advance = Callable[[int, int], None]
"""Called with what is done and how much there is in all."""


def results() -> Console:
    """Return the console for what was asked for: standard output, at most :data:`WIDTH` columns."""
    console = Console(highlight=False, soft_wrap=False)
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
    """Show a bar named ``what`` until the context ends; nothing where nobody watches."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=remarks(),
    )
    with bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
