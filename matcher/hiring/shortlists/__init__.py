"""Needs and profiles compared by skills alone, and shortlists on which a person decides.

- ``relatedness``: how often occupations that need one skill need another
- ``match``: a need and a profile, requirement by requirement
- ``shortlist``: everyone eligible, ties in an order drawn by a seed
- ``phrases``: sentences about matches and decisions, in French and English
"""

from matcher.hiring.shortlists.match import MODEL, JobSkills, Line, Match, MetBy, NeedMatcher
from matcher.hiring.shortlists.relatedness import Relatedness
from matcher.hiring.shortlists.shortlist import (
    Apart,
    Decided,
    Decision,
    Listed,
    Shortlist,
    apart,
    ordered,
    ties,
    version_of,
)

__all__ = [
    "MODEL",
    "Apart",
    "Decided",
    "Decision",
    "JobSkills",
    "Line",
    "Listed",
    "Match",
    "MetBy",
    "NeedMatcher",
    "Relatedness",
    "Shortlist",
    "apart",
    "ordered",
    "ties",
    "version_of",
]
