"""Reads the cluster's vocabulary."""

import csv
from pathlib import Path

from matcher.errors import NotReady
from matcher.knowledge.vocabulary import Concept, Vocabulary

VOCABULARY = "vocabulary.csv"


def read_vocabulary(folder: Path) -> Vocabulary:
    """Return the vocabulary of ``vocabulary.csv`` in ``folder``; an empty one where there is no such file.

    NotReady for a file that cannot be read.
    """
    path = folder / VOCABULARY
    if not path.is_file():
        return Vocabulary()
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return Vocabulary([_concept(row) for row in csv.DictReader(lines)])
    except (OSError, KeyError, UnicodeDecodeError) as fault:
        raise NotReady(
            f"The vocabulary cannot be read from {path}; it ships with the product: restore it."
        ) from fault


def _concept(row: dict[str, str]) -> Concept:
    names = (row["canonical_fr"], row["canonical_en"], *_entries(row["synonyms"]))
    return Concept(names, row["domain"], _entries(row["not_synonym_of"]))


def _entries(cell: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in cell.split(";") if entry.strip())
