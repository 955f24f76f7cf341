"""``matcher-lab gender``: how alike the rankings of masculine and feminine titles are."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from matcher.adapters.encoder.model import prepare as model
from matcher.adapters.encoder.sentence import SentenceEncoder
from matcher.index import Encoder
from matcher.settings import MODEL_FOLDER, Settings
from training.ranking import baselines
from training.ranking.baselines import EncodedOnce, Method
from training.ranking.invariance import Likeness, likeness, read_pairs
from training.sources.beir import load
from training.sources.datasets import read


def gender(
    pairs: Annotated[Path, typer.Option(help="CSV with the columns masculine and feminine")],
    *,
    corpus: Annotated[
        Path | None,
        typer.Option(help="BEIR folder whose corpus is ranked; default: ESCO's occupations"),
    ] = None,
    tuned: Annotated[
        Path | None, typer.Option("--model", help="Prepared model; default: the served one")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Compare the rankings of the two forms of every pair over one corpus, method by method."""
    forms = read_pairs(pairs)
    texts = list(load(corpus).corpus.values()) if corpus else occupations(Settings().data_dir)
    screen = Console(stderr=True)
    folder = tuned or Settings().home / MODEL_FOLDER
    if not (folder / model.MANIFEST).is_file():
        model.prepare(folder, adapter=model.shipped_adapter(Settings().data_dir))
    found = []
    for name, method in methods(SentenceEncoder(folder)).items():
        with screen.status(name):
            found.append(likeness(name, method, forms, texts))
    if as_json:
        figures = {"pairs": len(forms), "corpus": len(texts), "methods": [asdict(row) for row in found]}
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    show(found, f"{len(forms)} pairs over {len(texts)} texts", Console())


def methods(encoder: Encoder) -> dict[str, Method]:
    """Return the methods in the table's order."""
    once = EncodedOnce(encoder)
    found: dict[str, Method] = {
        "word TF-IDF": baselines.word_tfidf,
        "char TF-IDF": baselines.char_tfidf,
        "BM25 (French stems)": baselines.bm25,
        "BM25, neutral text": baselines.lexical,
        "dense, neutral text": baselines.dense(once, symmetric=True),
    }
    return found | {"text pipeline": baselines.pipeline(once, symmetric=True)}


def occupations(data: Path) -> list[str]:
    """Return ESCO's French occupations, masculine half alone, in the order of the file: the harder corpus."""
    labels = read(data / "esco", "occupations_fr.2020.csv.gz")["preferredLabel"]
    return list(dict.fromkeys(label.partition("/")[0].strip() for label in labels))


def show(found: list[Likeness], title: str, console: Console) -> None:
    """Print the table."""
    table = Table("method", "RBO", "top-10 overlap", "same ranking", title=title)
    for row in found:
        table.add_row(row.method, f"{row.rbo:.3f}", f"{row.overlap:.3f}", f"{row.equal:.1%}")
    console.print(table)
    console.print(
        "RBO: p = .9, depth 100, extrapolated. Ours see gender-neutral text, so both forms are one query."
    )
