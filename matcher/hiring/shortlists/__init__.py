"""Needs and profiles compared by skills alone, and shortlists on which a person decides.

- ``relatedness``: how often occupations that need one skill need another
- ``match``: a need and a profile, requirement by requirement
- ``shortlist``: everyone eligible, ties in an order drawn by a seed
- ``phrases``: sentences about matches and decisions, in French and English
- ``read``: the matcher over the shipped lists of skills
- ``ports``: what this package asks of needs, candidates, the store and the mail
- ``desk``: the use cases: make, read, decide
- ``audit``: which requirement keeps people out, stability, exposure, counts of groups
- ``quarter``: the audit of all shortlists of a quarter
"""

from matcher.hiring.shortlists.audit import MOST_COUNTED, GroupFigure, group_figure
from matcher.hiring.shortlists.desk import DECIDED_EVENT, ShortlistDesk, ShortlistParts
from matcher.hiring.shortlists.match import MODEL, JobSkills, Line, Match, MetBy, NeedMatcher
from matcher.hiring.shortlists.ports import ShortlistRows
from matcher.hiring.shortlists.quarter import NeedAudit, QuarterAudit, quarter_of
from matcher.hiring.shortlists.read import read_need_matcher
from matcher.hiring.shortlists.relatedness import Relatedness
from matcher.hiring.shortlists.shortlist import (
    Apart,
    Decided,
    Decision,
    Listed,
    Shortlist,
    apart,
    decided_meanwhile,
    ordered,
    ties,
    version_of,
)

__all__ = [
    "DECIDED_EVENT",
    "MODEL",
    "MOST_COUNTED",
    "Apart",
    "Decided",
    "Decision",
    "GroupFigure",
    "JobSkills",
    "Line",
    "Listed",
    "Match",
    "MetBy",
    "NeedAudit",
    "NeedMatcher",
    "QuarterAudit",
    "Relatedness",
    "Shortlist",
    "ShortlistDesk",
    "ShortlistParts",
    "ShortlistRows",
    "apart",
    "decided_meanwhile",
    "group_figure",
    "ordered",
    "quarter_of",
    "read_need_matcher",
    "ties",
    "version_of",
]
