"""Occupations whose people could move to an occupation: the mobilities of ROME 4.60 around digital work."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from matcher.knowledge import read_job_skills
from matcher.knowledge.tables import read_rows

SOURCE_YEAR = 2026
"""The year of ROME 4.60."""
SOURCE_URL = "https://www.data.gouv.fr/fr/datasets/repertoire-operationnel-des-metiers-et-des-emplois-rome/"
_NONE: frozenset[str] = frozenset()
_LEAVING, _WITHIN = "sortante", "entre métiers du numérique"


@dataclass(frozen=True, slots=True)
class Adjacent:
    """An occupation whose people could move; ``rank`` is ROME's, 1 the nearest, ``digital`` its kind."""

    rome: str
    label: str
    rank: int
    digital: bool = True


class Mobilities:
    """Which occupations lead to an occupation.

    Parameters
    ----------
    towards
        The occupations from which people move to each code.
    skills
        The ids of the skills that each code needs, as far as they are known.

    >>> sale, site = Adjacent("D1214", "Vente", 1, False), Adjacent("M1834", "Webmestre", 2)
    >>> [one.rome for one in Mobilities({"M1855": [sale, site]}).towards("M1855")]
    ['M1834', 'D1214']
    """

    def __init__(
        self,
        towards: Mapping[str, Iterable[Adjacent]],
        skills: Mapping[str, Set[str]] = MappingProxyType({}),
    ) -> None:
        self._towards, self._skills = towards, skills

    def towards(self, rome: str) -> list[Adjacent]:
        """Return the occupations from which people move to this one, by the share of skills in common.

        ROME ranks the moves of those who leave, so that "architect" is as near to "designer" as any other of
        its moves: what both need says who could do the work. Then digital ones, then by rank.
        """

        def order(one: Adjacent) -> tuple[float, bool, int, str]:
            either = len(self._skills.get(one.rome, _NONE) | self._skills.get(rome, _NONE))
            share = self.shared(one.rome, rome) / either if either else 0.0
            return -share, not one.digital, one.rank, one.rome

        return sorted(self._towards.get(rome, ()), key=order)

    def shared(self, one: str, other: str) -> int:
        """Return how many skills two occupations both need; 0 where those of one are not known."""
        return len(self._skills.get(one, _NONE) & self._skills.get(other, _NONE))


@cache
def read_mobilities(data_dir: Path) -> Mobilities:
    """Return the mobilities in the data folder, one a process; NotReady when the file is damaged."""
    columns = ("code_rome", "label_fr", "code_rome_target", "rank", "direction")
    rows = read_rows(data_dir / "rome" / "digital_mobilities.csv.gz", columns)
    towards: dict[str, list[Adjacent]] = defaultdict(list)
    for row in rows:
        if not row["direction"].startswith(_LEAVING):
            digital = row["direction"].startswith(_WITHIN)
            one = Adjacent(row["code_rome"], row["label_fr"], int(row["rank"]), digital)
            towards[row["code_rome_target"]].append(one)
    return Mobilities(towards, _skills_by_occupation(data_dir))


def _skills_by_occupation(data_dir: Path) -> dict[str, set[str]]:
    finder = read_job_skills(data_dir)
    found: dict[str, set[str]] = defaultdict(set)
    for skill_id in finder.skills():
        for occupation in finder.occupations(skill_id):
            found[occupation].add(skill_id)
    return found
