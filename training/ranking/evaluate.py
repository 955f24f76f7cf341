"""``matcher-lab evaluate``: every method over one retrieval set of the BEIR layout, in one table."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from matcher.adapters.encoder.model import prepare as model
from matcher.adapters.encoder.sentence import SentenceEncoder
from matcher.errors import ModelMissing
from matcher.settings import MODEL_FOLDER, Settings
from training.ranking.comparison import MEASURES, Report, Row, compare
from training.sources.beir import load

UNTUNED_FOLDER = Path("models") / "e5-small-untuned"


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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Compare random, TF-IDF, BM25, the encoder untuned and tuned, and the text pipeline on one set."""
    benchmark = load(folder)
    screen = Console(stderr=True)
    raw, served = encoders(tuned)
    with screen.status("") as status:
        report = compare(
            benchmark,
            untuned=raw,
            tuned=served,
            symmetric=symmetric,
            progress=status.update,
        )
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        return
    show(report, Console())


def encoders(tuned: Path | None = None) -> tuple[SentenceEncoder, SentenceEncoder | None]:
    """Return the encoder as published, prepared on first use, and the tuned one; None when none is served."""
    home = Settings().home
    served = home / MODEL_FOLDER
    try:
        is_tuned = bool(model.manifest(served)["origin"]["adapter_sha256"])
    except ModelMissing:
        is_tuned = False
        raw = home / UNTUNED_FOLDER
    else:
        raw = home / UNTUNED_FOLDER if is_tuned else served
    chosen = tuned or (served if is_tuned else None)
    return SentenceEncoder(model.prepare(raw)), SentenceEncoder(chosen) if chosen else None


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
