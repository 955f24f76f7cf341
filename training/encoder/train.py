"""``matcher-lab train``: from the public data to the adapter that ships."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from matcher.adapters.encoder.model import prepare as model
from training.encoder.config import Plan

SHARES = (1.0, 0.85, 0.7)
"""Strengths tried for the adapter: below 1 keeps more of the base model (Wortsman et al. 2022)."""
SHARES_OF_A_ROUND = (1.0, 0.75, 0.5)
"""The same for a further round: how far to go from the adapter it began with."""


def train(  # noqa: PLR0913, PLR0917 - a command's parameters are its options
    data: Annotated[Path, typer.Argument(help="Folder with esco/, rome/, catalogue/ and benchmarks/")],
    out: Annotated[Path, typer.Option(help="Where the adapter goes")] = Path("data/model"),
    work: Annotated[
        Path, typer.Option(help="Checkpoints, history and plots; a run goes on from here")
    ] = Path("var/train"),
    steps: Annotated[int, typer.Option(min=1, help="Batches")] = Plan.steps,
    batch: Annotated[int, typer.Option(min=2, help="Rows a batch")] = Plan.batch,
    hard: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of a batch that is hard negatives")
    ] = Plan.hard,
    seed: Annotated[int, typer.Option(help="Of every draw")] = Plan.seed,
    start: Annotated[
        Path | None, typer.Option(help="Begin from the adapter of this folder: another round")
    ] = None,
) -> None:
    """Fine-tune the encoder as an adapter; run it again to go on after a stop."""
    from training.encoder import export as ship
    from training.encoder.dev_tasks import questions
    from training.encoder.finetune import Run, Tuner, measure, strongest
    from training.sources.datasets import families

    console = Console()
    plan = Plan(steps=steps, batch=batch, hard=hard, seed=seed)
    with console.status("Preparing the base model and reading the data"):
        tuner = Tuner(model.prepare(work / "base"), plan)
        begun_from = tuner.begin_with(start) if start else None
        trained, asked = families(data), questions(data)
    run = Run(tuner, plan, work)
    with _progress(console, steps, run.step) as tick:
        run.train(trained, asked, tick)
    share = strongest(tuner, asked, SHARES_OF_A_ROUND if start else SHARES)
    run.note(dev=measure(tuner, asked))
    ship.write(out, tuner.adapter(), ship.facts(plan, trained, run.history, share, begun_from))
    console.print(
        _table(run.history), f"Adapter, strength {share}: {out}", *ship.plot(run.history, work), sep="\n"
    )


@contextmanager
def _progress(console: Console, steps: int, done: int) -> Iterator[Callable[[int, float], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=steps, completed=done)
        yield lambda step, loss: progress.update(task, completed=step, description=f"loss {loss:.3f}")


def _table(history: Sequence[Mapping[str, Any]]) -> Table:
    measured = [line["dev"] for line in history if "dev" in line]
    table = Table("held-out question", "before", "after", title="Mean average precision, not the benchmarks")
    for name, before in measured[0].items():
        table.add_row(name, f"{before:.3f}", f"{measured[-1][name]:.3f}")
    return table
