"""``matcher-lab``: train, evaluate, measure. Each command lives in the module of its name."""

import sys

import typer
from rich.console import Console

from matcher.errors import MatcherError
from training.bench import bench, bulk, faults, growth, load
from training.encoder.train import train
from training.hiring.benchmark import hiring
from training.hiring.blind import blind
from training.hiring.figures import hr
from training.hiring.needs import needs
from training.hiring.plantings import plantings
from training.job_check import job_check
from training.market import market, meetings
from training.motives import motives
from training.quality import quality
from training.ranking.answers import answers
from training.ranking.calibrate import calibrate
from training.ranking.cluster import cluster
from training.ranking.contradictions import contradictions
from training.ranking.evaluate import evaluate
from training.ranking.fit_ranker import fit_ranker
from training.ranking.gender import gender
from training.ranking.stuffing import stuffing
from training.sources.job_skills import job_skills

app = typer.Typer(name="matcher-lab", help=__doc__, no_args_is_help=True, pretty_exceptions_show_locals=False)


@app.callback()
def lab() -> None:
    """Keep subcommands by name, even while there is a single one."""


app.command()(answers)
app.command()(bench)
app.command()(blind)
app.command()(bulk)
app.command()(calibrate)
app.command()(cluster)
app.command()(contradictions)
app.command()(faults)
app.command("fit-ranker")(fit_ranker)
app.command()(evaluate)
app.command()(gender)
app.command()(growth)
app.command()(hiring)
app.command()(hr)
app.command("job-check")(job_check)
app.command()(motives)
app.command("job-skills")(job_skills)
app.command()(load)
app.command()(market)
app.command()(meetings)
app.command()(needs)
app.command()(plantings)
app.command()(quality)
app.command()(stuffing)
app.command()(train)


def main() -> None:
    """Run the console; a deliberate error is one line on standard error and exit status 1."""
    try:
        app()
    except MatcherError as error:
        Console(stderr=True).print(f"[red]{type(error).__name__}[/red]: {error.detail}", soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
