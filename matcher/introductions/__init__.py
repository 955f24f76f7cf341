"""Introductions of two members, from the proposal to what came of it; each side is asked alone.

- ``introduction``: states, acts, parties, and the record of each act
- ``transitions``: the one table of what may be done in which state, by whom, and what comes of it
- ``changes``: what an act changes beside the state
- ``meeting``: the meeting that an introduction leads to
- ``words``: the word that staff add to the request of a side
- ``letters``: the mails that follow an act, and their receivers
- ``rules``: capacity, spacing, reminders, expiry; what a member wishes
- ``waiting``: what time makes of an introduction
- ``working_days``: days on which people are at work in France
- ``admission``: who may be introduced to whom
- ``desk``: the use cases of staff and members
- ``worker``: what the worker does when it is due
- ``effects``: what introductions do to answers and plans
- ``baskets``: open tasks by person and age, for staff
- ``ports``: what introductions ask of the store
"""

from matcher.introductions.admission import excludes, organisations_of
from matcher.introductions.baskets import Basket, Present, Waiting, baskets
from matcher.introductions.changes import Details, Situation, side_of
from matcher.introductions.desk import ContactsOf, IntroductionDesk, Skipped
from matcher.introductions.effects import IntroducedReactions
from matcher.introductions.introduction import (
    BOTH_AGREED,
    OVER,
    SERVICE,
    Act,
    Actor,
    Ground,
    Introduction,
    Origin,
    Outcome,
    Party,
    Record,
    Side,
    State,
)
from matcher.introductions.letters import cancellations
from matcher.introductions.meeting import Meeting, MeetingPlan, cancelled_of
from matcher.introductions.ports import Decide, Introductions, Past, Ties
from matcher.introductions.rules import Availability, Rules, Standing, capacity_of, wishes
from matcher.introductions.transitions import (
    TABLE,
    Rule,
    Step,
    advance,
    allowed_acts,
    proposed,
)
from matcher.introductions.waiting import next_act
from matcher.introductions.words import LONGEST_WORD, changed_words, cleaned_word, sides_to_write_to
from matcher.introductions.worker import RUNNING, IntroductionWorker, standing_of
from matcher.introductions.working_days import add_working_days, french_holidays, is_working_day

__all__ = [
    "BOTH_AGREED",
    "LONGEST_WORD",
    "OVER",
    "RUNNING",
    "SERVICE",
    "TABLE",
    "Act",
    "Actor",
    "Availability",
    "Basket",
    "ContactsOf",
    "Decide",
    "Details",
    "Ground",
    "IntroducedReactions",
    "Introduction",
    "IntroductionDesk",
    "IntroductionWorker",
    "Introductions",
    "Meeting",
    "MeetingPlan",
    "Origin",
    "Outcome",
    "Party",
    "Past",
    "Present",
    "Record",
    "Rule",
    "Rules",
    "Side",
    "Situation",
    "Skipped",
    "Standing",
    "State",
    "Step",
    "Ties",
    "Waiting",
    "add_working_days",
    "advance",
    "allowed_acts",
    "baskets",
    "cancellations",
    "cancelled_of",
    "capacity_of",
    "changed_words",
    "cleaned_word",
    "excludes",
    "french_holidays",
    "is_working_day",
    "next_act",
    "organisations_of",
    "proposed",
    "side_of",
    "sides_to_write_to",
    "standing_of",
    "wishes",
]
