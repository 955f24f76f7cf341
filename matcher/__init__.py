"""Matches members of a business cluster with working groups, partners, opportunities abroad and hiring leads.

>>> from matcher import Kind, Organisation, Profile
>>> Kind("factory").value, Organisation(id="ORG1", name="Exemple").item_type.value
('factory', 'organisation')
>>> Profile(description="cybersécurité des PME").is_empty
False

Open the product on its settings, then ask (after ``matcher import`` and ``matcher index``)::

    from matcher import Kind, Profile, Settings, open_matcher

    with open_matcher(Settings()) as matcher:
        answer = matcher.recommender.recommend(Profile(description="audit de cybersécurité"), Kind.PARTNER)
        for item in answer.items:
            print(item.rank, item.name, item.reasons[0].en)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.build import Matcher, open_matcher
    from matcher.domain import Answer, Factory, Kind, Lead, Opportunity, Organisation, Profile
    from matcher.recommend import Recommender
    from matcher.settings import Settings

__all__ = [
    "Answer",
    "Factory",
    "Kind",
    "Lead",
    "Matcher",
    "Opportunity",
    "Organisation",
    "Profile",
    "Recommender",
    "Settings",
    "open_matcher",
]

_HOMES = {
    "Matcher": "matcher.build",
    "open_matcher": "matcher.build",
    "Recommender": "matcher.recommend",
    "Settings": "matcher.settings",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use: importing one room of the package must not load all of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "matcher.domain")), name)
