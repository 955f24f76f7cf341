"""Occupations whose people could move to an occupation: the mobilities of ROME 4.60 around digital work."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matcher.knowledge.tables import read_rows

SOURCE_YEAR = 2026
"""The year of ROME 4.60."""
SOURCE_URL = "https://www.data.gouv.fr/fr/datasets/repertoire-operationnel-des-metiers-et-des-emplois-rome/"
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

    >>> sale, site = Adjacent("D1214", "Vente", 1, False), Adjacent("M1834", "Webmestre", 2)
    >>> [one.rome for one in Mobilities({"M1855": [sale, site]}).towards("M1855")]
    ['M1834', 'D1214']
    """

    def __init__(self, towards: Mapping[str, Iterable[Adjacent]]) -> None:
        self._towards = {
            target: sorted(found, key=lambda one: (not one.digital, one.rank, one.rome))
            for target, found in towards.items()
        }

    def towards(self, rome: str) -> list[Adjacent]:
        """Return the occupations from which people move to this one, digital first, then by rank."""
        return list(self._towards.get(rome, ()))


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
    return Mobilities(towards)
