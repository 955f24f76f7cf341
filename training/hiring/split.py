"""A split of ROME into needs and profiles: two halves of the skills of each digital occupation.

The need of an occupation and its profile share no skill, so that no method can answer by equal ids: what is
measured is whether it knows which *other* skills the same work needs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from matcher.errors import NotReady
from matcher.knowledge.tables import read_rows

SEED = 113
OWN, MOBILITY = 2, 1
"""Grades: the other half of the same occupation; an occupation its people can move to (ROME mobilities)."""
_USES = "metier_competence.v4.60.csv.gz"
_KINDS = frozenset({"savoir", "savoir_faire"})
"""Attitudes are no skills here: they are never matched."""


@dataclass(frozen=True, slots=True)
class Split:
    """Needs and profiles by occupation, each the ids of its skills in order.

    ``occupations`` has all skills of every occupation of ROME, to learn from; ``grades`` of each need has the
    profiles that are graded above 0; ``labels`` names skills in French.
    """

    needs: Mapping[str, tuple[str, ...]]
    profiles: Mapping[str, tuple[str, ...]]
    grades: Mapping[str, Mapping[str, float]]
    occupations: Mapping[str, frozenset[str]]
    labels: Mapping[str, str]


def read_split(folder: Path, seed: int = SEED) -> Split:
    """Split the digital occupations of the ROME tables in a folder; the same seed gives the same split.

    NotReady when a table is missing: they do not ship with the product.
    """
    if not (folder / _USES).is_file():
        raise NotReady(f"{folder / _USES} is missing: give the folder of the tables of ROME 4.60.")
    occupations = _occupations(folder)
    digital = sorted(_digital(folder) & occupations.keys())
    needs: dict[str, tuple[str, ...]] = {}
    profiles: dict[str, tuple[str, ...]] = {}
    chance = Random(seed)  # noqa: S311  # a split, no secret
    for occupation in digital:
        skills = sorted(occupations[occupation])
        chance.shuffle(skills)
        half = len(skills) // 2
        needs[occupation], profiles[occupation] = tuple(skills[:half]), tuple(skills[half:])
    return Split(needs, profiles, _grades(folder, digital), occupations, _labels(folder))


def _occupations(folder: Path) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_rows(folder / _USES, ("code_rome", "code_ogr", "kind")):
        if row["kind"] in _KINDS:
            found[row["code_rome"]].add(row["code_ogr"])
    return {occupation: frozenset(skills) for occupation, skills in found.items()}


def _digital(folder: Path) -> set[str]:
    rows = read_rows(folder / "digital_transferable_skills.csv.gz", ("code_romes",))
    found: set[str] = set()
    for row in rows:
        found |= set(row["code_romes"].split(";"))
    return found


def _grades(folder: Path, digital: Iterable[str]) -> dict[str, dict[str, float]]:
    grades: dict[str, dict[str, float]] = {occupation: {occupation: float(OWN)} for occupation in digital}
    for row in read_rows(folder / "mobilites.v4.60.csv.gz", ("code_rome", "code_rome_target")):
        source, target = row["code_rome"], row["code_rome_target"]
        if source in grades and target in grades:
            grades[source].setdefault(target, float(MOBILITY))
    return grades


def _labels(folder: Path) -> dict[str, str]:
    columns = ("code_ogr", "label_fr")
    labels: dict[str, str] = {}
    for name in ("savoirs.v4.60.csv.gz", "competences.v4.60.csv.gz"):
        for row in read_rows(folder / name, columns):
            labels[row["code_ogr"]] = row["label_fr"]
    return labels
