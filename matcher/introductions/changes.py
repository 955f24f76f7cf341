"""What an act changes on an introduction, beside its state: one small function an act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matcher.errors import InvalidRequest
from matcher.introductions.introduction import (
    Act,
    Actor,
    Ground,
    Introduction,
    Origin,
    Outcome,
    Party,
    Side,
    State,
)
from matcher.introductions.letters import Contacts
from matcher.introductions.meeting import MeetingPlan, cancelled, scheduled
from matcher.introductions.rules import Rules
from matcher.introductions.words import Words, changed_words


@dataclass(frozen=True, slots=True)
class Details:
    """What comes with an act: why not, until when something is put off, an outcome, a meeting, a note, words.

    ``seen_version`` is the version that the person acted on: an act on an older one is refused.
    """

    ground: Ground | None = None
    until: datetime | None = None
    outcome: Outcome | None = None
    note: str = ""
    plan: str = ""
    seen_version: int | None = None
    meeting: MeetingPlan | None = None
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What an act may depend on beside the introduction itself: the instant, the rules, who gets mail."""

    now: datetime
    rules: Rules
    contacts: Contacts


@dataclass(frozen=True, slots=True)
class Doing:
    """An act under way: on what, by whom, when, with what."""

    introduction: Introduction
    actor: Actor
    situation: Situation
    details: Details


Changes = dict[str, Any]
"""New values of fields of an introduction."""


def changes_of(act: Act, doing: Doing) -> Changes:
    """Return the fields that an act changes, beside version and time; the state where the table has two."""
    change = _CHANGES.get(act)
    return change(doing) if change else {}


def side_of(introduction: Introduction, actor: Actor) -> Side:
    """Return the side that an actor speaks for: its own, or the one that staff stand in for.

    Raises
    ------
    InvalidRequest
        Staff did not say for which of the two organisations.
    """
    if actor.party in (Party.FIRST, Party.SECOND):
        return Side(actor.party.value)
    side = introduction.side_of(actor.on_behalf_of)
    if side is None:
        raise InvalidRequest(
            f"Say for which organisation: {introduction.first_id} or {introduction.second_id}."
        )
    return side


def _approved(doing: Doing) -> Changes:
    """Skip the request to the first side where that member proposed the introduction itself."""
    wished = doing.introduction.origin is Origin.MEMBER
    return {"state": State.FIRST_AGREED if wished else State.APPROVED, "until": None}


def _postponed(doing: Doing) -> Changes:
    return {"until": doing.details.until}


def _written(doing: Doing) -> Changes:
    """Keep since when the introduction waits: a word is no decision."""
    one = doing.introduction
    return {"words": changed_words(one, doing.details.words), "changed_at": one.changed_at}


def _asked(doing: Doing) -> Changes:
    return {"asked_at": doing.situation.now, "reminders": 0}


def _reminded(doing: Doing) -> Changes:
    return {"reminders": doing.situation.rules.reminders_due(doing.introduction, doing.situation.now)}


def _said_no(doing: Doing) -> Changes:
    return {"ground": doing.details.ground} | _unanswered(doing)


def _unanswered(doing: Doing) -> Changes:
    return {"asked_at": None, "until": None, "ended_by": doing.introduction.waits_for}


def _put_off(doing: Doing) -> Changes:
    """Keep where the introduction had come to: who agreed is not asked again."""
    at_first = doing.introduction.state is State.ASKED_FIRST
    resumes = State.APPROVED if at_first else State.FIRST_AGREED
    return {"until": doing.details.until, "resumes": resumes, "asked_at": None}


def _woken(doing: Doing) -> Changes:
    return {"state": doing.introduction.resumes, "resumes": None, "until": None}


def _no_longer_asked(_: Doing) -> Changes:
    return {"asked_at": None, "until": None}


def _withdrawn(doing: Doing) -> Changes:
    """Cancel the meeting with the introduction: it must not stay in calendars."""
    ahead = doing.introduction.meets_ahead(doing.situation.now)
    return _no_longer_asked(doing) | (_meeting_cancelled(doing) if ahead else {})


def _scheduled(doing: Doing) -> Changes:
    one, plan = doing.introduction, doing.details.meeting
    return {"meeting": scheduled(plan, one.meeting, (one.id, one.created_at)) if plan else None}


def _meeting_cancelled(doing: Doing) -> Changes:
    meeting = doing.introduction.meeting
    return {"meeting": cancelled(meeting) if meeting else None}


def _reopened(_: Doing) -> Changes:
    return {"ground": None}


def _outcome_asked(doing: Doing) -> Changes:
    return {"outcome_asked_at": doing.situation.now}


def _outcome_given(doing: Doing) -> Changes:
    side = side_of(doing.introduction, doing.actor)
    return {"outcomes": dict(doing.introduction.outcomes) | {side: doing.details.outcome}}


_CHANGES: dict[Act, Callable[[Doing], Changes]] = {
    Act.APPROVE: _approved,
    Act.ASK: _asked,
    Act.REMIND: _reminded,
    Act.YES: _no_longer_asked,
    Act.NO: _said_no,
    Act.REFUSE: _said_no,
    Act.POSTPONE: _postponed,
    Act.WRITE: _written,
    Act.NOT_NOW: _put_off,
    Act.WAKE: _woken,
    Act.EXPIRE: _unanswered,
    Act.WITHDRAW: _withdrawn,
    Act.SCHEDULE: _scheduled,
    Act.CANCEL_MEETING: _meeting_cancelled,
    Act.REOPEN: _reopened,
    Act.ASK_OUTCOME: _outcome_asked,
    Act.OUTCOME: _outcome_given,
}
