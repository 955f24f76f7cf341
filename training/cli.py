"""``matcher-lab``: train, evaluate, measure. Each command lives in the module of its name."""

import sys

import typer
from rich.console import Console

from matcher.errors import MatcherError
from training.bench import bench
from training.catalogue import catalogue
from training.cluster import cluster
from training.evaluate import evaluate
from training.fit_ranker import fit_ranker
from training.gender import gender
from training.market import market
from training.meetings import meetings
from training.places import places
from training.train import train

app = typer.Typer(name="matcher-lab", help=__doc__, no_args_is_help=True, pretty_exceptions_show_locals=False)


@app.callback()
def lab() -> None:
    """Keep subcommands by name, even while there is a single one."""


app.command()(bench)
app.command()(catalogue)
app.command()(places)
app.command()(cluster)
app.command("fit-ranker")(fit_ranker)
app.command()(evaluate)
app.command()(gender)
app.command()(market)
app.command()(meetings)
app.command()(train)


def main() -> None:
    """Run the console; a deliberate error is one line on standard error and exit status 1."""
    try:
        app()
    except MatcherError as error:
        Console(stderr=True).print(f"[red]{type(error).__name__}[/red]: {error}", soft_wrap=True)
        sys.exit(1)
