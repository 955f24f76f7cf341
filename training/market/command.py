"""``matcher-lab market``: rankings for all at once, against every peer, in one run."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from training.market import runs as market_runs
from training.market.instances import PUBLISHED

_ROW = ("market", "naive", "reciprocal", "TU/IPFP", "plan", "others' best", "verdict", "Gini")
_WHOLE = ("market", "others' best", "plan", "verdict", "whole", "guarded", "verdict ", "whole ", "losers")
_WORDS = ("market", "verdict", "losers")
SIZES = (400, 1000, 2000, 4000, 8500)


def market(
    *,
    draws: Annotated[int, typer.Option(min=2, help="Simulated draws a method and row.")] = 1500,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Write exposure before and after as a PNG.")] = None,
    growth: Annotated[bool, typer.Option(help="Measure time and memory up to 8,500 x 8,500.")] = True,
) -> None:
    """Measure expected matches of the plan and its peers, and time and memory as the market grows."""
    screen = Console(stderr=True)
    rows = []
    for row in PUBLISHED:
        with screen.status(row.name):
            rows.append(market_runs.measure(row, draws))
    with screen.status("400 x 400"):
        mutual, newcomer = market_runs.mutual(), market_runs.newcomer()
    with screen.status("growth up to 8,500 x 8,500"):
        grown = market_runs.growth(SIZES) if growth else []
    if plot:
        from training.market.plot import draw

        draw(PUBLISHED[2], plot)
        screen.print(f"{plot} written")
    if as_json:
        figures = {"draws": draws, "rows": [record(row) for row in rows], "mutual": mutual}
        typer.echo(json.dumps(figures | {"newcomer": newcomer, "growth": grown}, indent=2))
        return
    show(rows, draws)
    show_rest(mutual, newcomer, grown)


def record(found: market_runs.Measured) -> dict[str, Any]:
    """One row as JSON."""
    return {
        **asdict(found.market),
        "matches": {name: {"mean": e.mean, "se": e.standard_error} for name, e in found.matches.items()},
        "exact": found.exact,
        "bar": found.bar,
        "verdict": {name: found.verdict(name) for name in found.losing},
        "seconds": found.seconds,
        "share_at_least_reciprocal": {name: found.kept(name) for name in found.losing},
        "losers": found.losing,
        "gini": found.gini,
    }


def show(rows: list[market_runs.Measured], draws: int) -> None:
    """Print the rows: measured here (with standard error), then the figures of others."""
    screen = Console()
    table = _table(f"Expected matches, {draws} draws; equal = within two standard errors", _ROW)
    times = _table("Seconds, medians", ("market", *market_runs.PEERS, *rows[0].losing) if rows else ())
    for found in rows:
        cells = [f"{found.matches[name].mean:.1f}" for name in market_runs.PEERS]
        ours = found.matches["plan"]
        cells += [f"{ours.mean:.1f} ± {ours.standard_error:.2f}", f"{found.bar:.1f}", found.verdict("plan")]
        spread = f"{found.gini['reciprocal']:.2f} → {found.gini['plan']:.2f}"
        table.add_row(found.market.name, *cells, spread)
        times.add_row(found.market.name, *(f"{taken:.2f}" for taken in found.seconds.values()))
    screen.print(table)
    screen.print(times)
    screen.print(frontier(rows))


def frontier(rows: list[market_runs.Measured]) -> Table:
    """Build the table of what it costs to keep nearly all people at what the reciprocal ranking gives."""
    table = _table(
        "Whole: people who expect at least what the reciprocal ranking gives, by the exact estimate", _WHOLE
    )
    for found in rows:
        cells = []
        for name in found.losing:
            ours = found.matches[name]
            cells += [f"{ours.mean:.1f} ± {ours.standard_error:.2f}", found.verdict(name)]
            cells += [f"{found.kept(name):.1%}"]
        lost = found.losing["guarded plan"]
        table.add_row(found.market.name, f"{found.bar:.1f}", *cells, f"{len(lost)}: {', '.join(lost)}")
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title)
    for name in columns:
        table.add_column(name, justify="left" if name.strip() in _WORDS else "right")
    return table


def show_rest(
    mutual: dict[str, dict[str, float]], newcomer: dict[str, float], grown: list[dict[str, float]]
) -> None:
    """Print the mutual market, newcomers and growth."""
    screen = Console()
    both = Table(
        title="400 x 400, both sides look at once (CyberAgent): matches and Gini of matches a person"
    )
    for name in ("method", "matches", "Gini"):
        both.add_column(name, justify="left" if name == "method" else "right")
    for name, cells in mutual.items():
        both.add_row(name, f"{cells['matches']:.1f}", f"{cells['gini']:.2f}")
    screen.print(both)
    screen.print(
        f"mutual lists in {mutual['plan']['seconds']:.2f} s; "
        f"400 members planned in {newcomer['plan_s']:.2f} s ({newcomer['plan_cpu_s']:.2f} s of CPU); "
        f"one new member placed in {1000 * newcomer['place_s']:.0f} ms "
        f"({1000 * newcomer['place_cpu_s']:.0f} ms of CPU); medians"
    )
    if not grown:
        return
    table = Table(title="Short lists: growth")
    for name in ("n x n", "list", "seconds", "peak GB", "matches", "reciprocal lists"):
        table.add_column(name, justify="right")
    for row in grown:
        figures = (
            f"{row['seconds']:.1f}",
            f"{row['peak_gb']:.2f}",
            f"{row['matches']:.0f}",
            f"{row['reciprocal']:.0f}",
        )
        table.add_row(f"{row['n']:.0f}", f"{row['length']:.0f}", *figures)
    screen.print(table)
