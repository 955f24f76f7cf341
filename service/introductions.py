"""Introductions as JSON, shared by HTTP and by ``--json``, and their words in French and English."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from matcher.build import Matcher
from matcher.domain import Flag, Instant, ItemId, Whole
from matcher.errors import NotFound
from matcher.introductions import (
    Act,
    Actor,
    Availability,
    Basket,
    Ground,
    Introduction,
    Meeting,
    MeetingPlan,
    Origin,
    Outcome,
    Party,
    Present,
    Record,
    Side,
    State,
    Waiting,
    baskets,
    organisations_of,
)

Phrase = tuple[str, str]

STATES: Mapping[State, Phrase] = {
    State.PROPOSED: ("proposée, à valider", "proposed, to be approved"),
    State.APPROVED: ("validée, à demander", "approved, to be asked"),
    State.ASKED_FIRST: ("demandée au premier", "the first was asked"),
    State.FIRST_AGREED: ("accord du premier", "the first agreed"),
    State.ASKED_SECOND: ("demandée au second", "the second was asked"),
    State.ACCEPTED: ("acceptée par les deux", "accepted by both"),
    State.MET: ("rencontre faite", "they met"),
    State.CLOSED: ("bilan reçu", "outcome known"),
    State.REFUSED: ("refusée par l'équipe", "refused by staff"),
    State.DECLINED: ("déclinée", "declined"),
    State.NOT_NOW: ("plus tard", "not now"),
    State.EXPIRED: ("sans réponse", "no answer"),
    State.WITHDRAWN: ("retirée", "withdrawn"),
}
BASKETS: Mapping[Basket, Phrase] = {
    Basket.TO_APPROVE: ("À valider", "To approve"),
    Basket.STALE_PLAN: ("D'un plan dépassé", "Of an outdated plan"),
    Basket.POSTPONED: ("Remise à plus tard", "Put off"),
    Basket.HELD: ("En attente de place", "Waiting for room"),
    Basket.WAITING: ("En attente de réponse", "Waiting for an answer"),
    Basket.TO_CHASE: ("À relancer", "To chase"),
    Basket.LAST_CHANCE: ("Dernière chance", "Last chance"),
    Basket.WITHOUT_CONTACT: ("Sans personne de contact", "Without a contact person"),
    Basket.REFUSED_BY_ALL: ("Refusée par tous", "Refused by all"),
}
GROUNDS: Mapping[Ground, Phrase] = {
    Ground.NOT_RELEVANT: ("pas pertinent", "not relevant"),
    Ground.ALREADY_KNOWN: ("déjà en contact", "already in contact"),
    Ground.NO_TIME: ("pas le temps", "no time"),
    Ground.COMPETITOR: ("concurrent", "competitor"),
    Ground.NEED_MET: ("besoin satisfait", "need met"),
    Ground.OTHER: ("autre", "other"),
}


class OutcomeReport(BaseModel):
    """What a side says: were they in contact, was it useful."""

    model_config = ConfigDict(from_attributes=True)

    contacted: bool
    useful: bool | None = None


class MeetingReport(BaseModel):
    """The meeting of an introduction; ``sequence`` counts its changes."""

    model_config = ConfigDict(from_attributes=True)

    starts: datetime
    minutes: int
    place: str
    sequence: int
    cancelled: bool


class GivenMeeting(BaseModel):
    """When two organisations meet, how long, and where or by which link."""

    model_config = ConfigDict(extra="forbid")

    starts: Instant
    minutes: Whole = Field(60, ge=5, le=720)
    place: str = Field("", max_length=300)

    def plan(self) -> MeetingPlan:
        """Return it as the use case takes it."""
        return MeetingPlan(self.starts, self.minutes, self.place)


class IntroductionReport(BaseModel):
    """An introduction as staff see it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    first_id: str
    second_id: str
    state: State
    version: int
    created_at: datetime
    changed_at: datetime
    origin: Origin
    plan: str
    asked_at: datetime | None
    reminders: int
    until: datetime | None
    ground: Ground | None
    outcomes: dict[Side, OutcomeReport]
    waits_for: Side | None
    meeting: MeetingReport | None
    words: dict[Side, str]


class RecordReport(BaseModel):
    """One act on an introduction: who, when, on whose behalf."""

    version: int
    at: datetime
    act: Act
    before: State | None
    after: State
    party: Party
    person_id: str
    on_behalf_of: str
    ground: Ground | None
    until: datetime | None
    note: str
    plan: str
    meeting: MeetingReport | None

    @classmethod
    def of(cls, record: Record) -> Self:
        """Report on a record."""
        return cls(
            version=record.version,
            at=record.at,
            act=record.act,
            before=record.before,
            after=record.after,
            party=record.actor.party,
            person_id=record.actor.person_id,
            on_behalf_of=record.actor.on_behalf_of,
            ground=record.ground,
            until=record.until,
            note=record.note,
            plan=record.plan,
            meeting=_meeting_report(record.meeting),
        )


def _meeting_report(meeting: Meeting | None) -> MeetingReport | None:
    return None if meeting is None else MeetingReport.model_validate(meeting)


class IntroductionHistory(BaseModel):
    """An introduction and everything that was done to it, oldest first."""

    introduction: IntroductionReport
    history: list[RecordReport]


class Proposed(BaseModel):
    """What was proposed, and the pairs that could not be with why."""

    proposed: list[IntroductionReport]
    skipped: list[str]


class WaitingReport(BaseModel):
    """An introduction in a basket: whom it waits for, since when, and what holds it."""

    introduction: IntroductionReport
    organisation_id: str
    since: datetime
    why: str

    @classmethod
    def of(cls, waiting: Waiting) -> Self:
        """Report on an entry of a basket."""
        return cls(
            introduction=IntroductionReport.model_validate(waiting.introduction),
            organisation_id=waiting.organisation_id,
            since=waiting.since,
            why=waiting.why,
        )


class Wishes(BaseModel):
    """What an organisation wishes; what is left out is not wished."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    capacity: Whole | None = Field(None, ge=0, le=50, description="Requests a month; by size if left out")
    pause_until: Instant | None = Field(None, description="No request and no reminder before")
    not_with: tuple[ItemId, ...] = Field(
        (), max_length=200, description="Organisations not to be introduced to"
    )
    named_before: Flag = Field(False, description="Others may read its name before both agreed")

    def of(self, organisation_id: str) -> Availability:
        """Return the wishes of an organisation."""
        not_with = frozenset(self.not_with)
        return Availability(organisation_id, self.capacity, self.pause_until, not_with, self.named_before)


def wishes_report(availability: Availability) -> Wishes:
    """Report what an organisation wishes, its list in order of ids."""
    return Wishes(
        capacity=availability.capacity,
        pause_until=availability.pause_until,
        not_with=tuple(sorted(availability.not_with)),
        named_before=availability.named_before,
    )


def outcome_of(contacted: bool | None, useful: bool | None) -> Outcome | None:  # two answers
    """Return what was said of an introduction; None where nothing was."""
    return None if contacted is None else Outcome(contacted, useful)


def history_of(matcher: Matcher, introduction_id: str) -> IntroductionHistory:
    """Read an introduction with its history; NotFound when there is none."""
    one = matcher.store.introductions.get(introduction_id)
    records = matcher.store.introductions.history(introduction_id)
    return IntroductionHistory(
        introduction=IntroductionReport.model_validate(one),
        history=[RecordReport.of(record) for record in records],
    )


def baskets_of(matcher: Matcher, now: datetime) -> dict[Basket, list[Waiting]]:
    """Sort every introduction into the baskets of staff."""
    found = matcher.store.introductions.all()
    ids = sorted(_ids(found))
    plan = matcher.store.plans.load()
    present = Present(
        now,
        matcher.rules,
        matcher.store.introductions.past(matcher.introduction_worker.since(now)),
        organisations_of(matcher.store.items, ids),
        matcher.contacts_of(ids),
        {frozenset(pair) for pair in plan.pairs()} if plan else None,
    )
    return baskets(found, present)


def _ids(found: Sequence[Introduction]) -> set[str]:
    return {name for one in found for name in (one.first_id, one.second_id)}


def reports(found: Iterable[Introduction]) -> list[IntroductionReport]:
    """Report on introductions, in their order."""
    return [IntroductionReport.model_validate(one) for one in found]


def from_plan(matcher: Matcher, actor: Actor, most: int, now: datetime) -> Proposed:
    """Propose the best pairs of the plan; NotFound while there is none."""
    plan = matcher.store.plans.load()
    if plan is None:
        raise NotFound("There is no plan yet. Ask for one: POST /v1/plan, or run: matcher plan")
    done, skipped = matcher.introductions.propose_all(plan.pairs(), actor, now, plan=plan.version, most=most)
    return Proposed(proposed=reports(done), skipped=[one.why for one in skipped])
