"""What is kept no longer: impressions, links, visits, job needs and keys, by rules of the notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from matcher.rights.processing import Durations, processings, version_of_notice

LINKS_FOR = timedelta(days=1)
"""How long a link is kept once it is over: who opens it late still reads that it expired."""

KEYS_FOR = timedelta(days=1)
"""How long a key is kept once it is over: its program may still ask, and staff look it up by its name."""


class Impressions(Protocol):
    """What was shown."""

    def count_impressions_before(self, at: datetime) -> int:
        """Count impressions per item and month, and remove them; return how many."""
        ...


class OldLinks(Protocol):
    """The links that were made."""

    def drop_links(self, before: datetime) -> int:
        """Remove the links that expired or were revoked by an instant; return how many."""
        ...


class OldVisits(Protocol):
    """The visits of people."""

    def drop_visits(self, before: datetime) -> int:
        """Remove the visits that were over by an instant; return how many."""
        ...


NEEDS_FOR = timedelta(days=183)
"""How long a job need is kept once it is closed or over: the same one is often looked for again."""


class OldNeeds(Protocol):
    """The job needs that are kept."""

    def drop_needs(self, before: datetime) -> int:
        """Remove the needs that were closed or over by an instant; return how many."""
        ...


class OldKeys(Protocol):
    """The keys of programs."""

    def drop_keys(self, before: datetime) -> int:
        """Remove the keys that expired or were revoked by an instant; return how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """The places that are swept."""

    impressions: Impressions
    links: OldLinks
    visits: OldVisits
    needs: OldNeeds
    keys: OldKeys


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows of a table were removed, and by which rule: the purpose and version of the notice."""

    table: str
    rows: int
    rule: str


def sweep(kept: Kept, durations: Durations, now: datetime) -> Sequence[Swept]:
    """Remove what is kept no longer; safe to repeat at any moment."""
    removed = {
        "impressions": kept.impressions.count_impressions_before(now - timedelta(days=durations.impressions)),
        "links": kept.links.drop_links(now - LINKS_FOR),
        "visits": kept.visits.drop_visits(now),
        "job_needs": kept.needs.drop_needs(now - NEEDS_FOR),
        "api_keys": kept.keys.drop_keys(now - KEYS_FOR),
    }
    return [Swept(table, rows, rule_of(table, durations)) for table, rows in removed.items()]


def rule_of(table: str, durations: Durations) -> str:
    """Return the reference of the rule by which rows of a table are kept.

    >>> rule_of("visits", Durations(180)).startswith("notice ")
    True
    >>> rule_of("visits", Durations(180)).partition(", ")[2]
    'sign-in'
    """
    told = processings(durations)
    (purpose,) = [one.purpose[1] for one in told if table in one.tables]
    return f"notice {version_of_notice(told)}, {purpose}"
