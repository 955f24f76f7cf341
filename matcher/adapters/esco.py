"""Reads the ESCO skills that ship with the product."""

import csv
import gzip
from pathlib import Path

from matcher.errors import NotReady
from matcher.skills import SkillLabels

SKILLS = "skills_fr.2020.csv.gz"


def read_skills(folder: Path) -> list[SkillLabels]:
    """Read ESCO's French skills, in the order of the file.

    This service uses the ESCO classification of the European Commission.

    Raises
    ------
    NotReady
        The file is missing or not what it should be.
    """
    path = folder / SKILLS
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            return [
                SkillLabels(
                    row["conceptUri"],
                    row["preferredLabel"],
                    tuple(filter(None, row["altLabels"].split("\n"))),
                )
                for row in csv.DictReader(lines)
            ]
    except (OSError, EOFError, KeyError, UnicodeDecodeError) as fault:
        raise NotReady(
            f"ESCO's skills cannot be read from {path}; it ships with the product: restore it."
        ) from fault
