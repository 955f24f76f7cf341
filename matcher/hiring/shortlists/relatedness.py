"""How likely one skill comes with another, learned from the occupations that need both."""

from collections.abc import Iterable, Mapping

SUPPORT = 0.5
"""Occupations that would speak against a relation seen in few: half a one (Jeffreys 1946, of two outcomes).

On ROME 4.60, each digital occupation left out in turn, the value is well above what is observed: where one
other occupation needs the held skill and the required one, the one left out needs both in .13 of the cases,
and .67 is said; for two .25 and .80; for three .46 and .86. It orders; no one may read it as a probability.
More doubt is nearer and finds the same work less often: nDCG@10 is .49 here, .43 with 1 (decision 0903).
"""
_NONE: set[str] = set()


class Relatedness:
    """Skills that the same occupations need.

    Parameters
    ----------
    occupations
        The ids of the skills of each occupation.

    >>> known = Relatedness({"M1": ["sql", "etl"], "M2": ["sql", "etl", "php"], "M3": ["php"]})
    >>> known.chance("sql", "etl")
    0.8
    >>> known.chance("sql", "welding"), known.chance("sql", "sql")
    (0.0, 1.0)
    """

    def __init__(self, occupations: Mapping[str, Iterable[str]]) -> None:
        self._needed_by: dict[str, set[str]] = {}
        for occupation, skills in occupations.items():
            for skill in skills:
                self._needed_by.setdefault(skill, set()).add(occupation)

    def chance(self, held: str, required: str) -> float:
        """Return in [0, 1] the share of the occupations needing ``held`` that need ``required`` too.

        Shrunk towards 0 where few occupations need ``held`` (see :data:`SUPPORT`). Not symmetric: an
        accountant needs a spreadsheet, and few who use spreadsheets are accountants. 0 for
        skills that no occupation needs, 1 for a skill and itself.
        """
        if held == required:
            return 1.0
        of_held = self._needed_by.get(held, _NONE)
        of_required = self._needed_by.get(required, _NONE)
        return len(of_held & of_required) / (len(of_held) + SUPPORT)
