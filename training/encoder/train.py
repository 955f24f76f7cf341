"""``matcher-lab train``: from the public data to the adapter that ships."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from matcher.adapters.encoder import prepare
from training.encoder.config import Plan

SHARES = (1.0, 0.75, 0.5)
"""How far to go from where training began: halfway keeps more of what was known (Wortsman et al. 2022)."""


def train(  # noqa: PLR0913, PLR0917 - a command's parameters are its options
    data: Annotated[Path, typer.Argument(help="Folder with esco/, rome/, catalogue/ and benchmarks/")],
    out: Annotated[Path, typer.Option(help="Where the adapter goes")] = Path("data/model"),
    work: Annotated[
        Path, typer.Option(help="Checkpoints and plots; a run goes on from here after a stop")
    ] = Path("var/train"),
    steps: Annotated[int, typer.Option(min=1, help="Batches")] = Plan.steps,
    batch: Annotated[int, typer.Option(min=2, help="Examples a batch")] = Plan.batch,
    hard: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of the negatives that are look-alikes")
    ] = Plan.hard,
    rate: Annotated[float, typer.Option(help="Highest learning rate")] = Plan.rate,
    seed: Annotated[int, typer.Option(help="Of every draw")] = Plan.seed,
    prose: Annotated[
        float, typer.Option(min=0, max=1, help="Share of batches that are prose: needs ilab/, hr/rome/")
    ] = 0.18,
    every: Annotated[int, typer.Option(min=1, help="Steps between two measurements")] = Plan.every,
    start: Annotated[
        Path | None, typer.Option(help="Begin from the adapter of this folder: another round")
    ] = None,
) -> None:
    """Fine-tune the encoder as an adapter; run it again to go on after a stop."""
    # torch, peft and datasets take seconds to import: only this command needs them.
    from training.encoder import export, finetune
    from training.encoder.dev_tasks import dev_tasks
    from training.sources.datasets import training_sets

    console = Console()
    plan = Plan(steps=steps, batch=batch, hard=hard, rate=rate, seed=seed, every=every)
    with console.status("Preparing the base model and reading the data"):
        encoder = finetune.open_base(prepare(work / "base"), plan)
        begun_from = finetune.begin_with(encoder, start, plan) if start else None
        sets, tasks = training_sets(data, prose), dev_tasks(data, prose=prose > 0)
    begun = finetune.adapter_of(encoder)
    history = finetune.train(encoder, sets, tasks, plan, work / "run")
    share, measured = finetune.best_share(encoder, begun, tasks, SHARES)
    history.append({"step": steps, "dev": measured})
    export.write(out, finetune.adapter_of(encoder), export.facts(plan, sets, history, share, begun_from))
    console.print(
        _table(history), f"Adapter, {share} of the way: {out}", *export.plot(history, work), sep="\n"
    )


def _table(history: Sequence[Mapping[str, Any]]) -> Table:
    measured = [line["dev"] for line in history if "dev" in line]
    table = Table("held-out task", "before", "after", title="Mean average precision, not the benchmarks")
    for name, before in measured[0].items():
        table.add_row(name, f"{before:.3f}", f"{measured[-1][name]:.3f}")
    return table
