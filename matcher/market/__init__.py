"""Introductions planned for all members together, as a two-sided market (``docs/market.md``).

introduction_plan
    from mutual scores to a plan of introductions
apart
    a large plan made in a process of its own
introduction_planner
    who takes part, which pairs are settled, and keeping the plan
order
    a member's partners in the plan's order, newcomers among them, and a sentence on each place
planner
    lists for all proposers at once, and what given lists are expected to bring
pairs
    the pairs that may be brought together, checked
limits
    floors of views and of matches, and the prices that make a search keep them
position_bias
    how far down a list people look
acceptance
    what one more applicant is worth at every receiver
search
    joint steps towards the best lists
exchange
    the last steps to the floors, by exchanging two entries of a list
fairness
    inequality (Gini) and relevance kept (nDCG)
"""

from matcher.market.fairness import gini, relevance_kept
from matcher.market.introduction_plan import (
    LIST_LENGTH,
    IntroductionPlan,
    Member,
    Planned,
    plan_introductions,
)
from matcher.market.introduction_planner import may_be_planned
from matcher.market.limits import Limits
from matcher.market.order import Partner, Sentence, newcomers_since, place_sentence, planned_order
from matcher.market.pairs import Pairs
from matcher.market.planner import Plan, plan, plan_pairs

__all__ = [
    "LIST_LENGTH",
    "IntroductionPlan",
    "Limits",
    "Member",
    "Pairs",
    "Partner",
    "Plan",
    "Planned",
    "Sentence",
    "gini",
    "may_be_planned",
    "newcomers_since",
    "place_sentence",
    "plan",
    "plan_introductions",
    "plan_pairs",
    "planned_order",
    "relevance_kept",
]
