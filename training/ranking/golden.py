"""Draws the small retrieval set whose floors the tests guard, from the ROME files that ship."""

import csv
import gzip
import json
from hashlib import sha256
from pathlib import Path

QUERIES = 100
OCCUPATIONS = 300


def draw(rome: Path, out: Path) -> None:
    """Write ``queries.jsonl``, ``corpus.jsonl`` and ``qrels.tsv``: digital job names and ROME occupations.

    Digital job names are the ones no training ever sees. Which are drawn is decided by a hash of the code.
    """
    names = [row for row in _rows(rome / "appellations.v4.60.csv.gz") if row["transition_num"]]
    asked = sorted(names, key=lambda row: _hash(row["code_ogr"]))[:QUERIES]
    wanted = {row["code_rome"] for row in asked}
    others = sorted(_rows(rome / "metiers.v4.60.csv.gz"), key=lambda row: _hash(row["code_rome"]))
    others.sort(key=lambda row: row["code_rome"] not in wanted)
    corpus = {row["code_rome"]: row["libelle_rome"] for row in others[:OCCUPATIONS]}
    queries = {
        row["code_ogr"]: row["libelle_appellation_long"] for row in asked if row["code_rome"] in corpus
    }
    answers = {row["code_ogr"]: row["code_rome"] for row in asked}
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "queries.jsonl", queries)
    _write(out / "corpus.jsonl", corpus)
    lines = [f"{query}\t{answers[query]}\t1\n" for query in sorted(queries)]
    (out / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(lines), encoding="utf-8")


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _hash(key: str) -> str:
    return sha256(f"golden:{key}".encode()).hexdigest()


def _write(path: Path, texts: dict[str, str]) -> None:
    rows = [json.dumps({"_id": key, "text": texts[key]}, ensure_ascii=False) for key in sorted(texts)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
