"""The map of needs without a lead: where nothing teaches the job near by, by department and occupation."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.hiring.need import JobNeed
from matcher.hiring.needs.leads import NEAR_KM, NeedLead, NeedLeads


@dataclass(frozen=True, slots=True)
class NeedGap:
    """Needs of one occupation in one department without a training within :data:`NEAR_KM`.

    ``nearest`` is the nearest training of those needs, None when no training with a place teaches the job.
    """

    department: str
    rome: str
    label: str
    needs: int
    nearest: NeedLead | None


def gaps(needs: Sequence[JobNeed], leads: NeedLeads) -> list[NeedGap]:
    """Return the needs without a lead near by: most needs first, ties by department and code.

    Needs without an occupation or a department are on no map.
    """
    lacking: dict[tuple[str, str], list[tuple[JobNeed, NeedLead | None]]] = defaultdict(list)
    for need in needs:
        if need.occupation is None or not need.department:
            continue
        nearest = leads.nearest_training(need)
        if nearest is None or (nearest.distance_km or 0) > NEAR_KM:
            lacking[need.department, need.occupation.rome].append((need, nearest))
    found = [_gap(department, rome, pairs) for (department, rome), pairs in lacking.items()]
    return sorted(found, key=lambda gap: (-gap.needs, gap.department, gap.rome))


def _gap(department: str, rome: str, pairs: Sequence[tuple[JobNeed, NeedLead | None]]) -> NeedGap:
    near = [lead for _, lead in pairs if lead is not None]
    nearest = min(near, key=lambda one: (one.distance_km or 0, one.id), default=None)
    occupation = pairs[0][0].occupation
    return NeedGap(department, rome, occupation.label if occupation else rome, len(pairs), nearest)
