"""Reads retrieval sets in the BEIR layout (Thakur et al. 2021), plain or gzipped, and says what is wrong."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from matcher.errors import InvalidRequest, NotFound


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A set: texts by id in ascending order of id, and for each query the grades of corpus items."""

    name: str
    queries: dict[str, str]
    corpus: dict[str, str]
    qrels: dict[str, dict[str, float]]

    @property
    def silent(self) -> tuple[str, ...]:
        """Queries without a relevant item: no measure is defined for them, so no mean counts them."""
        best = {query: max(grades.values(), default=0.0) for query, grades in self.qrels.items()}
        return tuple(query for query in self.queries if best.get(query, 0.0) <= 0)


def load(folder: Path) -> Benchmark:
    """Read ``queries.jsonl``, ``corpus.jsonl``, ``qrels.tsv`` or ``qrels/test.tsv``, each plain or ``.gz``.

    Raises
    ------
    NotFound
        The folder or one of the files is missing.
    InvalidRequest
        A line is malformed, an id is twice there, the qrels name an unknown id, or there is nothing to rank.
        The message gives file and line.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}. Give the path of a set with queries, corpus and qrels.")
    queries = _texts(_file(folder, "queries.jsonl"))
    corpus = _texts(_file(folder, "corpus.jsonl"))
    if not corpus or not queries:
        raise InvalidRequest(
            f"{folder}: the {'corpus' if queries else 'list of queries'} is empty; nothing to rank."
        )
    qrels = _grades(_file(folder, "qrels.tsv", "qrels/test.tsv"), queries, corpus)
    found = Benchmark(folder.name, dict(sorted(queries.items())), dict(sorted(corpus.items())), qrels)
    if len(found.silent) == len(queries):
        raise InvalidRequest(f"{folder}: no query has a relevant item (a grade above 0); nothing to measure.")
    return found


def _file(folder: Path, *names: str) -> Path:
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    raise NotFound(f"{folder} has no {names[0]} (nor {names[0]}.gz). It must be a set in the BEIR layout.")


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, 1):
                yield number, line
    except (OSError, EOFError, UnicodeDecodeError) as fault:
        raise InvalidRequest(f"{path} cannot be read after line {number}: {fault}") from fault


def _texts(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            key, text = str(row["_id"]), f"{row.get('title') or ''} {row['text']}".strip()
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise InvalidRequest(
                f'{path}, line {number}: not a JSON object with "_id" and "text".'
            ) from fault
        if key in texts:
            raise InvalidRequest(f"{path}, line {number}: the id '{key}' is there twice.")
        texts[key] = text
    return texts


def _grades(path: Path, queries: dict[str, str], corpus: dict[str, str]) -> dict[str, dict[str, float]]:
    qrels: dict[str, dict[str, float]] = {}
    rows = csv.reader((line for _, line in _lines(path)), delimiter="\t")
    for number, row in enumerate(rows, 1):
        if not row or (number == 1 and not _is_number(row[-1])):
            continue
        if len(row) not in (3, 4) or not _is_number(row[-1]):
            raise InvalidRequest(
                f"{path}, line {number}: expected query id, corpus id and grade, parted by tabs."
            )
        query, item = row[0], row[-2]
        for key, known, what in ((query, queries, "queries"), (item, corpus, "corpus")):
            if key not in known:
                raise InvalidRequest(f"{path}, line {number}: '{key}' is not in the {what}.")
        qrels.setdefault(query, {})[item] = float(row[-1])
    return qrels


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
