"""Reads the ESCO skills that ship with the product."""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from matcher.errors import NotReady
from matcher.knowledge.skills import SkillFinder, SkillLabels
from matcher.language.text import fold

SKILLS = "skills_fr.2020.csv.gz"
ENGLISH = "skills_en.v1.1.1.csv.gz"
DIGITAL = "digitalSkillsCollection_en.v1.1.1.csv.gz"
VOCABULARY = Path("catalogue") / "vocabulary.csv"


@cache
def esco_finder(folder: Path) -> SkillFinder:
    """Finder of the ESCO skills in a folder, one a process; the files are read when it is first used."""
    return SkillFinder(_Esco(folder))


class _Esco:
    """The skills of a folder, read each time they are gone through: what failed once is tried again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[SkillLabels]:
        return iter(read_skills(self._folder))


def read_skills(folder: Path) -> list[SkillLabels]:
    """Read ESCO's French skills, in the order of the file, then the digital ones that are newer than it.

    Knowledge of the digital collection gets its English names too, since French texts on digital matters use
    them ("cloud computing"). Where the cluster's vocabulary lies in the folder beside, a digital skill also
    gets the French names of the concept that has its name; that is the label of a skill without a French one.
    This service uses the ESCO classification of the European Commission.

    Raises
    ------
    NotReady
        A file is missing or not what it should be.
    """
    digital = {row["conceptUri"]: row for row in _rows(folder / DIGITAL)}
    french = {row["conceptUri"]: row for row in _rows(folder / SKILLS)}
    english = {row["conceptUri"]: row["preferredLabel"] for row in _rows(folder / ENGLISH)}
    concepts = _concepts(folder.parent / VOCABULARY)
    return [
        replace(_skill(uri, french.get(uri), digital.get(uri), concepts), english=english.get(uri, ""))
        for uri in french | digital
    ]


def _skill(
    uri: str,
    french: Mapping[str, str] | None,
    english: Mapping[str, str] | None,
    concepts: Mapping[str, Sequence[str]],
) -> SkillLabels:
    names = [french["preferredLabel"], *french["altLabels"].split("\n")] if french else []
    if english:
        borrowed = [english["preferredLabel"], *english["altLabels"].split(" | ")]
        names += next((concepts[key] for key in map(fold, (*names[:1], borrowed[0])) if key in concepts), [])
        if english["skillType"] == "knowledge" or not names:
            names += borrowed
    label, *others = filter(None, names)
    return SkillLabels(uri, label, tuple(others), english is not None)


def _concepts(path: Path) -> dict[str, list[str]]:
    """Return the French name and the synonyms of a concept by its French and its English name, folded."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        fold(row[key]): [row["canonical_fr"], *row["synonyms"].split(";")]
        for row in rows
        for key in ("canonical_en", "canonical_fr")
    }


def _rows(path: Path) -> list[dict[str, str]]:
    wanted = ("conceptUri", "skillType", "preferredLabel", "altLabels")
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            return [{name: row[name] for name in wanted} for row in csv.DictReader(lines)]
    except (OSError, EOFError, KeyError, UnicodeDecodeError) as fault:
        raise NotReady(
            f"ESCO's skills cannot be read from {path}; it ships with the product: restore it."
        ) from fault
