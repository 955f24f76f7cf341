"""The one table of introductions: what may be done in which state, by whom, and what comes of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from matcher.domain.messages import MessageRequest
from matcher.errors import IllegalStep, InvalidRequest, NotAllowed
from matcher.introductions.changes import Changes, Details, Doing, Situation, changes_of, side_of
from matcher.introductions.introduction import (
    OVER,
    Act,
    Actor,
    Ground,
    Introduction,
    Origin,
    Party,
    Record,
    State,
)
from matcher.introductions.letters import letters
from matcher.introductions.meeting import require_plan
from matcher.introductions.rules import Rules

_ON_MEETING = frozenset({Act.SCHEDULE, Act.CANCEL_MEETING})
_STAFF = frozenset({Party.STAFF})
_SERVICE = frozenset({Party.SERVICE})
_ENDING = frozenset({Party.STAFF, Party.SERVICE})
_MEMBERS = frozenset({Party.STAFF, Party.FIRST, Party.SECOND})
_FIRST = frozenset({Party.STAFF, Party.FIRST})
_SECOND = frozenset({Party.STAFF, Party.SECOND})


@dataclass(frozen=True, slots=True)
class Rule:
    """What an act leads to, who may do it, and which mail tells of it."""

    after: State
    parties: frozenset[Party]


TABLE: dict[tuple[State, Act], Rule] = {
    (State.PROPOSED, Act.APPROVE): Rule(State.APPROVED, _STAFF),  # or FIRST_AGREED: a member's wish
    (State.PROPOSED, Act.REFUSE): Rule(State.REFUSED, _STAFF),
    (State.PROPOSED, Act.POSTPONE): Rule(State.PROPOSED, _STAFF),  # out of sight until a day
    (State.PROPOSED, Act.WITHDRAW): Rule(State.WITHDRAWN, _FIRST),
    (State.REFUSED, Act.REOPEN): Rule(State.PROPOSED, _STAFF),
    (State.APPROVED, Act.ASK): Rule(State.ASKED_FIRST, _SERVICE),
    (State.APPROVED, Act.WITHDRAW): Rule(State.WITHDRAWN, _ENDING),
    (State.ASKED_FIRST, Act.REMIND): Rule(State.ASKED_FIRST, _SERVICE),
    (State.ASKED_FIRST, Act.YES): Rule(State.FIRST_AGREED, _FIRST),
    (State.ASKED_FIRST, Act.NO): Rule(State.DECLINED, _FIRST),
    (State.ASKED_FIRST, Act.NOT_NOW): Rule(State.NOT_NOW, _FIRST),
    (State.ASKED_FIRST, Act.EXPIRE): Rule(State.EXPIRED, _SERVICE),
    (State.ASKED_FIRST, Act.WITHDRAW): Rule(State.WITHDRAWN, _ENDING),
    (State.FIRST_AGREED, Act.ASK): Rule(State.ASKED_SECOND, _SERVICE),
    (State.FIRST_AGREED, Act.WITHDRAW): Rule(State.WITHDRAWN, _FIRST | _SERVICE),
    (State.ASKED_SECOND, Act.REMIND): Rule(State.ASKED_SECOND, _SERVICE),
    (State.ASKED_SECOND, Act.YES): Rule(State.ACCEPTED, _SECOND),
    (State.ASKED_SECOND, Act.NO): Rule(State.DECLINED, _SECOND),
    (State.ASKED_SECOND, Act.NOT_NOW): Rule(State.NOT_NOW, _SECOND),
    (State.ASKED_SECOND, Act.EXPIRE): Rule(State.EXPIRED, _SERVICE),
    (State.ASKED_SECOND, Act.WITHDRAW): Rule(State.WITHDRAWN, _FIRST | _SERVICE),
    (State.NOT_NOW, Act.WAKE): Rule(State.APPROVED, _SERVICE),  # or FIRST_AGREED: where it had come to
    (State.NOT_NOW, Act.WITHDRAW): Rule(State.WITHDRAWN, _ENDING),
    (State.ACCEPTED, Act.SCHEDULE): Rule(State.ACCEPTED, _MEMBERS),
    (State.ACCEPTED, Act.CANCEL_MEETING): Rule(State.ACCEPTED, _MEMBERS),
    (State.ACCEPTED, Act.MEET): Rule(State.MET, _MEMBERS),
    (State.ACCEPTED, Act.ASK_OUTCOME): Rule(State.ACCEPTED, _SERVICE),
    (State.ACCEPTED, Act.OUTCOME): Rule(State.CLOSED, _MEMBERS),
    (State.ACCEPTED, Act.WITHDRAW): Rule(State.WITHDRAWN, _STAFF),
    (State.MET, Act.ASK_OUTCOME): Rule(State.MET, _SERVICE),
    (State.MET, Act.OUTCOME): Rule(State.CLOSED, _MEMBERS),
    (State.CLOSED, Act.OUTCOME): Rule(State.CLOSED, _MEMBERS),  # what the other side says
} | {(state, Act.WRITE): Rule(state, _STAFF) for state in State}  # a word can be removed even at the end
"""State and act, to what follows. What is not here is refused."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an act makes: the introduction after it, its record, and the mails that tell of it."""

    introduction: Introduction
    record: Record
    messages: tuple[MessageRequest, ...] = ()


def allowed_acts(introduction: Introduction, party: Party) -> list[Act]:
    """Return what a party may do now, in the order of :class:`Act`."""
    return [
        act
        for act in Act
        if (rule := TABLE.get((introduction.state, act))) is not None and party in rule.parties
    ]


def advance(
    introduction: Introduction, act: Act, actor: Actor, situation: Situation, details: Details | None = None
) -> Step:
    """Work out what an act makes of an introduction; nothing is kept and no clock is read.

    Parameters
    ----------
    introduction
        As it is now.
    act, actor, details
        What is done, by whom, with what.
    situation
        The instant, the rules, and the people who get mail.

    Raises
    ------
    IllegalStep
        The state does not allow the act, or the introduction changed since the actor saw it.
    NotAllowed
        The party may not do this.
    InvalidRequest
        A detail is missing: the ground of a no, the day until which something is put off, the outcome, when
        the meeting is, the words.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    >>> before = Introduction("IN1", "ORG1", "ORG2", State.PROPOSED, 1, at, at)
    >>> step = advance(before, Act.APPROVE, Actor(Party.STAFF, "P1"), Situation(at, Rules(), {}))
    >>> step.introduction.state.value, step.record.version
    ('approved', 2)
    """
    given = details or Details()
    rule = _rule(introduction, act, actor, given)
    _require_details(introduction, act, actor, situation, given)
    changes: Changes = {"state": rule.after, "changed_at": situation.now}
    changes |= changes_of(act, Doing(introduction, actor, situation, given))
    after = replace(introduction, **changes, version=introduction.version + 1)
    asked = introduction.to_be_asked if act is Act.ASK else None
    record = Record(
        introduction.id,
        after.version,
        situation.now,
        act,
        introduction.state,
        after.state,
        actor,
        asked_id=introduction.organisation(asked) if asked else "",
        ground=given.ground,
        until=given.until,
        note=given.note,
        plan=given.plan,
        outcome=given.outcome,
        meeting=after.meeting if act in _ON_MEETING else None,
    )
    return Step(after, record, letters(introduction, after, act, situation.contacts, situation.rules))


def proposed(
    introduction_id: str, pair: tuple[str, str], actor: Actor, now: datetime, plan: str = ""
) -> Step:
    """Begin an introduction: the first of the pair is asked first; a member that proposes is the first.

    Raises
    ------
    InvalidRequest
        An organisation would be introduced to itself.
    """
    first, second = pair
    if first == second:
        raise InvalidRequest(f"'{first}' cannot be introduced to itself: name two organisations.")
    origin = Origin.PLAN if plan else Origin.STAFF
    if actor.party is Party.FIRST:
        origin = Origin.MEMBER
    new = Introduction(introduction_id, first, second, State.PROPOSED, 1, now, now, origin, plan)
    record = Record(introduction_id, 1, now, Act.PROPOSE, None, State.PROPOSED, actor, plan=plan)
    return Step(new, record)


def _rule(introduction: Introduction, act: Act, actor: Actor, given: Details) -> Rule:
    """Find the rule of an act; refuse what the table does not hold, by name."""
    if given.seen_version is not None and given.seen_version != introduction.version:
        raise IllegalStep(
            f"{introduction.id} changed since you saw it: it is now '{introduction.state.value}'."
            " Read it again before you act."
        )
    rule = TABLE.get((introduction.state, act))
    if rule is None:
        raise IllegalStep(_illegal(introduction, act))
    if actor.party not in rule.parties:
        raise NotAllowed(
            f"'{act.value}' on {introduction.id} is not for {actor.party.value} in state"
            f" '{introduction.state.value}'."
        )
    return rule


def _illegal(introduction: Introduction, act: Act) -> str:
    """Say why an act is refused, and what is possible instead."""
    ends = " It is over." if introduction.state in OVER else ""
    possible = [other.value for state, other in TABLE if state is introduction.state]
    instead = f" Possible: {', '.join(possible)}." if possible else ""
    return f"{introduction.id} is '{introduction.state.value}': '{act.value}' is not possible.{ends}{instead}"


def _require_details(
    introduction: Introduction, act: Act, actor: Actor, situation: Situation, given: Details
) -> None:
    if act in (Act.NO, Act.REFUSE) and given.ground is None:
        grounds = ", ".join(ground.value for ground in Ground)
        raise InvalidRequest(f"Say why: one of {grounds}.")
    if act in (Act.NOT_NOW, Act.POSTPONE):
        require_near_future(given.until, situation.now, situation.rules)
    if act is Act.SCHEDULE:
        require_plan(given.meeting, situation.now, situation.rules.longest_pause)
    if act in (Act.CANCEL_MEETING, Act.MEET, Act.OUTCOME):
        _require_meeting(introduction, act, situation)
    if act is Act.OUTCOME:
        _require_outcome(introduction, actor, given)


def require_near_future(until: datetime | None, now: datetime, rules: Rules) -> None:
    """Raise InvalidRequest unless a date is after now and within the longest pause."""
    latest = now + timedelta(days=rules.longest_pause)
    if until is None or until.utcoffset() is None or not now < until <= latest:
        raise InvalidRequest(
            f"Say until when: a date with time zone after {rules.day(now)}, at most {rules.day(latest)}."
        )


def _require_meeting(introduction: Introduction, act: Act, situation: Situation) -> None:
    """Raise IllegalStep where an act does not fit the meeting: it must lie ahead, or must not."""
    ahead = introduction.meets_ahead(situation.now)
    if act is Act.CANCEL_MEETING and not ahead:
        raise IllegalStep(f"{introduction.id} has no meeting ahead. Nothing was done.")
    if act is not Act.CANCEL_MEETING and ahead and introduction.meeting is not None:
        day = situation.rules.day(introduction.meeting.starts)
        raise IllegalStep(
            f"The meeting of {introduction.id} is on {day}: say how it was afterwards, or cancel it first."
        )


def _require_outcome(introduction: Introduction, actor: Actor, given: Details) -> None:
    if given.outcome is None:
        raise InvalidRequest("Say how it was: contacted (yes or no), and useful (yes, no or left out).")
    side = side_of(introduction, actor)
    if side in introduction.outcomes:
        raise IllegalStep(
            f"{introduction.organisation(side)} said already how {introduction.id} was. Nothing was done."
        )
