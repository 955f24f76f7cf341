"""``matcher-lab evaluate``: every method over one retrieval set of the BEIR layout, in one table."""

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from matcher.adapters.encoder.model import prepare as model
from matcher.adapters.encoder.sentence import SentenceEncoder
from matcher.errors import InvalidRequest, ModelMissing
from matcher.settings import MODEL_FOLDER, Settings
from training.encoder.vectors import KeptVectors
from training.ranking.comparison import MEASURES, METHODS, Report, Row, compare
from training.sources.beir import load

UNTUNED_FOLDER = Path("models") / "e5-small-untuned"
VECTORS_FOLDER = Path("cache") / "vectors"


def evaluate(
    folder: Annotated[
        Path, typer.Argument(help="Set in the BEIR layout: queries, corpus, qrels; plain or .gz")
    ],
    *,
    symmetric: Annotated[
        bool, typer.Option("--symmetric", help="Encode the corpus as queries too: titles against titles")
    ] = False,
    tuned: Annotated[
        Path | None, typer.Option("--model", help="Tuned model; default: the served one")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Run this method only, as the table names it; may be given again"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Compare random, TF-IDF, BM25, the encoder untuned and tuned, and the text pipeline on one set.

    Vectors are kept in the home: a second run encodes nothing. Encoding takes most of a first run, on two
    cores some minutes for 30,000 titles.
    """
    chosen = chosen_methods(only)
    benchmark = load(folder)
    screen = Console(stderr=True)
    with screen.status("") as status:
        raw, served = _kept(tuned, chosen, status.update)
        report = compare(
            benchmark,
            untuned=raw,
            tuned=served,
            symmetric=symmetric,
            only=chosen,
            progress=status.update,
        )
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        return
    show(report, Console())


def chosen_methods(only: Sequence[str] | None) -> tuple[str, ...]:
    """Return the methods asked for, in the table's order; all of them when none is named.

    InvalidRequest, with the names there are, for a name that no method has.

    >>> chosen_methods(["dense, tuned", "random"])
    ('random', 'dense, tuned')
    """
    for name in only or ():
        if name not in METHODS:
            raise InvalidRequest(f"There is no method '{name}'. The methods are: {'; '.join(METHODS)}.")
    return tuple(name for name in METHODS if not only or name in only)


def folders(tuned: Path | None = None) -> tuple[Path, Path | None]:
    """Return the folder of the encoder as published, and of the tuned one; None when none is served."""
    home = Settings().home
    served = home / MODEL_FOLDER
    try:
        is_tuned = bool(model.manifest(served)["origin"]["adapter_sha256"])
    except ModelMissing:
        return home / UNTUNED_FOLDER, tuned
    if is_tuned:
        return home / UNTUNED_FOLDER, tuned or served
    return served, tuned


def _kept(
    tuned: Path | None, methods: Collection[str], progress: Callable[[str], None]
) -> tuple[KeptVectors | None, KeptVectors | None]:
    """Return the encoders that the methods need, with the vectors that the home keeps of them.

    The encoder as published is prepared on first use.
    """
    published, served = folders(tuned)
    vectors = Settings().home / VECTORS_FOLDER
    raw = own = None
    if any(name.endswith("untuned") for name in methods):
        raw = KeptVectors(SentenceEncoder(model.prepare(published)), vectors, progress)
    if served is not None and any(name.endswith(", tuned") for name in methods):
        own = KeptVectors(SentenceEncoder(served), vectors, progress)
    return raw, own


def show(report: Report, console: Console) -> None:
    """Print the report as a table, with what was left out and how to read it."""
    sides = ", ".join(f"{side} encoded as {prompt}" for side, prompt in report.encoded_as.items())
    title = f"{report.name}: {report.queries} queries, {report.corpus} texts; {sides}"
    table = Table("method", *MEASURES, title=title)
    for row in report.rows:
        table.add_row(row.method, *(_cell(row, name) for name in MEASURES))
    console.print(table)
    if report.own_texts:
        console.print(f"{report.own_texts} queries are in the corpus: a query is not ranked for itself.")
    console.print("95 % bootstrap interval in brackets; * differs from the best peer, p < .05 (sign flips).")
    if report.left_out:
        few = ", ".join(report.left_out[:5])
        console.print(
            f"{len(report.left_out)} queries left out of every mean: nothing in the corpus is relevant to "
            f"them, so no measure is defined ({few}{', ...' if len(report.left_out) > 5 else ''})."
        )


def _cell(row: Row, name: str) -> str:
    low, high = row.intervals[name]
    star = "*" if row.p_values.get(name, 1) < 0.05 else ""
    return f"{row.means[name]:.3f}{star} [{low:.3f}-{high:.3f}]"
