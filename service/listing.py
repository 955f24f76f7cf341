"""What is open on a day, for HTTP and the command line: soonest deadline first."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from matcher.domain.items import AnyItem, Opportunity
from matcher.errors import InvalidRequest
from matcher.knowledge import Territory
from matcher.language import fold

_NEVER = datetime.max.replace(tzinfo=UTC)


def open_opportunities(
    items: Iterable[AnyItem], at: datetime, *, theme: str = "", near: str = "", territory: Territory
) -> list[Opportunity]:
    """Return the opportunities open at ``at``, soonest deadline first, without deadline last, ties by id.

    Parameters
    ----------
    items
        Items of any type; only opportunities are returned.
    at
        An instant with time zone.
    theme
        Words that the name, the description or a theme holds, each at the beginning of a word; case and
        accents do not matter. Empty for all.
    near
        A town or the number of a department: what a company there may answer. Any other text: the country or
        region of the opportunity. Empty for all.
    territory
        Knows the towns.

    Raises
    ------
    InvalidRequest
        ``near`` is neither a known town or department nor in any country or region.
    """
    opportunities = [item for item in items if isinstance(item, Opportunity)]
    if near:
        opportunities = _near(opportunities, near, territory)
    found = [item for item in opportunities if item.is_open(at) and _is_about(item, theme)]
    return sorted(found, key=lambda item: (item.closes_at or _NEVER, item.id))


def _near(opportunities: list[Opportunity], near: str, territory: Territory) -> list[Opportunity]:
    place = territory.locate(near) or territory.locate("", near.strip())
    if place is not None:
        return [item for item in opportunities if _admits(item, place.department_code)]
    abroad = [item for item in opportunities if _holds(item.country_region, near)]
    if not abroad:
        raise InvalidRequest(
            f"No town, department or country is called '{near[:60]}': write it in full, such as Rodez, 12 or "
            "Espagne."
        )
    return abroad


def _admits(item: Opportunity, department_code: str) -> bool:
    admitted = item.eligibility.department_codes
    return not admitted or department_code in admitted


def _is_about(item: Opportunity, theme: str) -> bool:
    return not theme or any(_holds(text, theme) for text in (item.name, item.description, *item.themes))


def _holds(text: str, words: str) -> bool:
    """Whether every word of ``words`` begins a word of ``text``."""
    folded = fold(text)
    return all(re.search(rf"\b{re.escape(word)}", folded) for word in fold(words).split())
