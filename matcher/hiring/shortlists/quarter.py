"""The audit of a quarter: need by need, which requirement keeps most people out, and who is read first."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.errors import InvalidRequest
from matcher.hiring.shortlists.audit import (
    RequirementFigure,
    exposure,
    of_quarter,
    requirement_figures,
    stability,
)
from matcher.hiring.shortlists.shortlist import Shortlist

_QUARTER = re.compile(r"(20\d\d)\W?[TQ]?([1-4])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NeedAudit:
    """A need in a quarter: requirements of its last shortlist, and how stable the order of all of them is."""

    need_id: str
    shortlists: int
    requirements: Sequence[RequirementFigure]
    stability: float | None


@dataclass(frozen=True, slots=True)
class QuarterAudit:
    """A quarter: needs by id, and the share of profiles read first, by department and by antenna.

    Those who chose no department are under "".
    """

    year: int
    quarter: int
    needs: Sequence[NeedAudit]
    exposure: Mapping[str, float]
    antennas: Mapping[str, float]

    @property
    def name(self) -> str:
        """The quarter as it is typed, such as ``2026-T4``."""
        return f"{self.year}-T{self.quarter}"


def quarter_of(text: str, today: date) -> tuple[int, int]:
    """Return year and quarter that a text names; those of ``today`` for an empty one.

    Raises
    ------
    InvalidRequest
        The text names no quarter.

    Examples
    --------
    >>> quarter_of("2026-T4", date(2027, 1, 5)), quarter_of("", date(2027, 1, 5))
    ((2026, 4), (2027, 1))
    """
    if not text.strip():
        return today.year, (today.month + 2) // 3
    found = _QUARTER.fullmatch(text.strip())
    if found is None:
        raise InvalidRequest(f"'{text[:20]}' is no quarter: write it as 2026-T4.")
    return int(found[1]), int(found[2])


def audit_quarter(
    shortlists: Sequence[Shortlist],
    zones: Mapping[str, Sequence[str]],
    antenna_of: Callable[[str], str],
    year: int,
    quarter: int,
) -> QuarterAudit:
    """Return the audit of the shortlists made in a quarter.

    ``zones`` has departments by candidate id, ``antenna_of`` gives the antenna of a department.
    """
    made = of_quarter(shortlists, year, quarter)
    by_need: dict[str, list[Shortlist]] = {}
    for shortlist in sorted(made, key=lambda one: one.made_at):
        by_need.setdefault(shortlist.need_id, []).append(shortlist)
    needs = [
        NeedAudit(need_id, len(of_need), requirement_figures(of_need[-1]), stability(of_need))
        for need_id, of_need in sorted(by_need.items())
    ]
    near = {candidate_id: _antennas(zone, antenna_of) for candidate_id, zone in zones.items()}
    return QuarterAudit(year, quarter, needs, exposure(made, zones), exposure(made, near))


def _antennas(zone: Sequence[str], antenna_of: Callable[[str], str]) -> list[str]:
    return sorted({antenna_of(department) for department in zone})
