"""What the HR factory checks of its shortlists: requirements, stability, exposure, and counts of groups.

No trait of a person is known here. Figures of groups come from counts that HR types in, such as those of an
anonymous survey, and small counts are refused: they could tell of a person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import comb

from matcher.errors import InvalidRequest
from matcher.hiring.need import Weight
from matcher.hiring.shortlists.match import Line, MetBy
from matcher.hiring.shortlists.shortlist import Listed, Shortlist

LEAST_CELL = 5
"""Smallest count that is taken; below it a figure could tell of a person."""
MOST_COUNTED = 2_000
"""Most people listed of a comparison: its time grows with nearly the third power of their number."""
FIRST = 10
"""Places that count as exposure: those that are read first."""
UNLIKELY = 0.05


@dataclass(frozen=True, slots=True)
class RequirementFigure:
    """A requirement of a need: how many profiles state it, and how many lack it alone.

    ``only_this`` counts those who meet every other required one: who the requirement keeps from a full match.
    """

    label: str
    profiles: int
    met: int
    partly: int
    not_stated: int
    only_this: int


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """How a count of a group compares with a draw by lot; ``chance`` is that of one as far from it."""

    expected: float
    seen: int
    chance: float
    fr: str
    en: str


def requirement_figures(shortlist: Shortlist) -> list[RequirementFigure]:
    """Return a figure for each requirement, first the one that keeps most people from a full match.

    Ties by how many do not state it, then by label. Empty for a shortlist without profiles.
    """
    by_label: dict[str, list[tuple[Listed, Line]]] = {}
    for entry in shortlist.listed:
        for line in entry.match.lines:
            by_label.setdefault(line.requirement.skill.label, []).append((entry, line))
    figures = [_figure(label, pairs) for label, pairs in by_label.items()]
    return sorted(figures, key=lambda one: (-one.only_this, -one.not_stated, one.label))


def stability(shortlists: Sequence[Shortlist]) -> float | None:
    """Return how alike the order of two profiles is between shortlists of one need, in [0, 1].

    The share of pairs of profiles, on two lists made one after the other, that stand in the same order on
    both; pairs with a tie on either are left out. None where there is no such pair.
    """
    by_time = sorted(shortlists, key=lambda one: one.made_at)
    same = total = 0
    for before, after in pairwise(by_time):
        ranks = {entry.candidate_id: entry.rank for entry in after.listed}
        known = [entry for entry in before.listed if entry.candidate_id in ranks]
        for place, one in enumerate(known):
            for other in known[place + 1 :]:
                now = ranks[other.candidate_id] - ranks[one.candidate_id]
                if one.rank != other.rank and now:
                    total += 1
                    same += now > 0
    return same / total if total else None


def exposure(shortlists: Iterable[Shortlist], zones: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return by department the share of listed profiles that stood among the first places, in [0, 1].

    ``zones`` has the departments that each candidate chose, by id; one without a zone counts under "".
    """
    listed: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for shortlist in shortlists:
        for entry in shortlist.listed:
            for department in zones.get(entry.candidate_id) or ("",):
                listed[department] += 1
                first[department] += entry.rank <= FIRST
    return {department: first[department] / listed[department] for department in sorted(listed)}


def of_quarter(shortlists: Iterable[Shortlist], year: int, quarter: int) -> list[Shortlist]:
    """Return the shortlists that were made in a quarter (1 to 4), in UTC."""
    return [one for one in shortlists if _quarter(one.made_at) == (year, quarter)]


def group_figure(listed: int, of_group: int, kept: int, kept_of_group: int) -> GroupFigure:
    """Return whether a group was kept more or less often than by lot (hypergeometric test, two-sided).

    Parameters
    ----------
    listed, of_group
        People who were listed, and those of the group among them.
    kept, kept_of_group
        People who were kept, and those of the group among them.

    Raises
    ------
    InvalidRequest
        A count is larger than the one that holds it or than :data:`MOST_COUNTED`, or a cell of the table is
        below :data:`LEAST_CELL`.

    Examples
    --------
    >>> group_figure(40, 20, 20, 10).chance
    1.0
    >>> round(group_figure(40, 20, 20, 5).chance, 4)
    0.0038
    """
    _check_counts(listed, of_group, kept, kept_of_group)
    expected = kept * of_group / listed
    chance = _two_sided(listed, of_group, kept, kept_of_group)
    return GroupFigure(expected, kept_of_group, chance, *_in_words(expected, kept_of_group, chance))


def _figure(label: str, pairs: Sequence[tuple[Listed, Line]]) -> RequirementFigure:
    states = Counter(line.state for _, line in pairs)
    alone = sum(_is_alone(entry, line) for entry, line in pairs)
    return RequirementFigure(
        label,
        len(pairs),
        states[MetBy.MET],
        states[MetBy.PARTLY],
        states[MetBy.NOT_STATED],
        alone,
    )


def _is_alone(entry: Listed, line: Line) -> bool:
    """Return whether a line is required, not met, and all other required ones are."""
    required = [each for each in entry.match.lines if each.requirement.weight is Weight.REQUIRED]
    missing = [each for each in required if each.state is not MetBy.MET]
    return missing == [line]


def _quarter(at: datetime) -> tuple[int, int]:
    return at.year, (at.month + 2) // 3


def _check_counts(listed: int, of_group: int, kept: int, kept_of_group: int) -> None:
    if listed > MOST_COUNTED:
        raise InvalidRequest(
            f"More than {MOST_COUNTED} people are too many to compare at once: count fewer shortlists."
        )
    if not (0 <= kept_of_group <= min(kept, of_group) and max(kept, of_group) <= listed):
        raise InvalidRequest(
            "The counts do not fit: those kept of the group are among the kept and the group."
        )
    cells = (kept_of_group, kept - kept_of_group, of_group - kept_of_group)
    rest = listed - of_group - (kept - kept_of_group)
    if rest < 0:
        raise InvalidRequest("The counts do not fit: more people were kept than were listed.")
    if min(*cells, rest) < LEAST_CELL:
        raise InvalidRequest(
            f"A count is below {LEAST_CELL}: it could tell of a person, and shows nothing. Add up several"
            " shortlists or a longer time."
        )


def _two_sided(listed: int, of_group: int, kept: int, seen: int) -> float:
    """Return the probability of all counts that are no likelier than the one seen (Fisher's exact test)."""
    possible = range(max(0, kept + of_group - listed), min(kept, of_group) + 1)
    # Whole numbers: ratios compare exactly, where floats of equal probabilities may differ in a digit.
    ways = {count: comb(of_group, count) * comb(listed - of_group, kept - count) for count in possible}
    as_far = sum(number for number in ways.values() if number <= ways[seen])
    return as_far / comb(listed, kept)


def _in_words(expected: float, seen: int, chance: float) -> tuple[str, str]:
    french = f"{seen} personnes du groupe retenues, {expected:.1f} attendues par tirage au sort."
    english = f"{seen} people of the group were kept, {expected:.1f} would be by lot."
    percent = f"{max(chance, 0.01):.0%}"  # rounded up where it is rarer still
    french, french_percent = french.replace(".", ",", 1), percent.replace("%", " %")
    if chance >= UNLIKELY:
        return (
            f"{french} Un tel écart arrive par hasard dans {french_percent} des cas : il ne montre rien.",
            f"{english} Such a difference comes by chance in {percent} of cases: it shows nothing.",
        )
    return (
        f"{french} Un tel écart n'arrive par hasard que dans {french_percent} des cas : relisez les exigences"
        " et les motifs. Il ne dit pas pourquoi.",
        f"{english} Such a difference comes by chance in {percent} of cases alone: read the requirements and"
        " the reasons again. It does not say why.",
    )
