"""What one of its two organisations may know of an introduction, for pages and for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from matcher.build import Matcher
from matcher.domain.eligibility import is_listed
from matcher.domain.items import AnyItem, Organisation
from matcher.errors import IllegalStep, InvalidRequest, NotFound
from matcher.introductions import (
    BOTH_AGREED,
    Act,
    Actor,
    Introduction,
    Origin,
    Party,
    Past,
    Record,
    Side,
    State,
    allowed_acts,
    wishes,
)
from matcher.language import fold
from service.introductions import MeetingReport, OutcomeReport

_NOT_POSSIBLE = "This introduction cannot be proposed: the cluster's staff can say more."


class OtherSide(BaseModel):
    """The other organisation; ``id`` and ``name`` are null, and its town is "", while it may not be named."""

    model_config = ConfigDict(from_attributes=True)

    id: str | None
    name: str | None
    city: str
    department: str
    size_band: str | None
    expertise: tuple[str, ...]
    sectors: tuple[str, ...]
    offers: tuple[str, ...]


class ContactReport(BaseModel):
    """A person of the other organisation."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    function: str
    email: str


class OwnIntroduction(BaseModel):
    """An introduction as one of its two organisations reads it.

    ``is_asked``: its answer is awaited, until ``answer_by``. ``acts`` are those it may do now. ``contacts``
    are empty before both agreed. ``outcome`` is what it said itself.
    """

    id: str
    version: int
    state: State
    changed_at: datetime
    is_asked: bool
    answer_by: date | None
    until: datetime | None
    acts: list[Act]
    other: OtherSide
    contacts: list[ContactReport]
    meeting: MeetingReport | None
    outcome: OutcomeReport | None


def is_visible(introduction: Introduction, side: Side, history: Sequence[Record]) -> bool:
    """Whether a side knows of an introduction: it was asked, or it proposed it itself."""
    own = introduction.origin is Origin.MEMBER and side is Side.FIRST
    return own or any(record.asked_id == introduction.organisation(side) for record in history)


def may_name(introduction: Introduction, side: Side, other_allows: bool) -> bool:
    """Whether the other organisation may be named to a side.

    Once both agreed; where the other allows it; and to a member of the one it asked to meet.
    """
    own = introduction.origin is Origin.MEMBER and side is Side.FIRST
    return introduction.state in BOTH_AGREED or own or other_allows


def without_name(organisation: Organisation) -> Organisation:
    """Drop its town and the entries that name the organisation: they would tell what the rest does not."""
    name = fold(organisation.name)
    kept: dict[str, object] = {"city": "", "department": ""}
    for field in ("expertise", "sectors", "offers"):
        kept[field] = tuple(entry for entry in getattr(organisation, field) if name not in fold(entry))
    return organisation.model_copy(update=kept)


def require_visible(matcher: Matcher, introduction_id: str, organisation_id: str) -> Introduction:
    """Return an introduction that an organisation knows of; NotFound, as for none, for any other."""
    unknown = NotFound(f"There is no introduction '{introduction_id}' of this organisation.")
    try:
        introduction = matcher.store.introductions.get(introduction_id)
    except NotFound:
        raise unknown from None
    side = introduction.side_of(organisation_id)
    if side is None or not is_visible(
        introduction, side, matcher.store.introductions.history(introduction_id)
    ):
        raise unknown
    return introduction


def ask_to_meet(matcher: Matcher, pair: tuple[str, str], actor: Actor, now: datetime) -> Introduction:
    """Propose an introduction as a member asks for it, without telling what the member may not know.

    An introduction under way of which the member knows nothing yet, and the other's do-not-introduce list,
    are refused in the same words; staff read which it is.

    Raises
    ------
    NotFound
        There is no such organisation, or it opted out.
    InvalidRequest, IllegalStep
        The member has an introduction with it, names itself, or it is not possible.
    """
    if actor.party is Party.STAFF:
        return matcher.introductions.propose(pair, actor, now)
    _require_listed(matcher, pair[1])
    try:
        return matcher.introductions.propose(pair, actor, now)
    except (InvalidRequest, IllegalStep) as fault:
        if pair[0] == pair[1] or _knows_of_one(matcher, pair):
            raise
        raise IllegalStep(_NOT_POSSIBLE) from fault


def _require_listed(matcher: Matcher, organisation_id: str) -> None:
    found = matcher.store.items.get_many([organisation_id]).get(organisation_id)
    if found is None or not is_listed(found):
        raise NotFound(f"There is no organisation '{organisation_id}' in the store.")


def _knows_of_one(matcher: Matcher, pair: tuple[str, str]) -> bool:
    """Whether the first of a pair knows of an introduction with the second."""
    kept = matcher.store.introductions
    for one in kept.all(organisation_id=pair[0]):
        side = one.side_of(pair[0])
        if side is not None and one.organisation(side.other) == pair[1]:
            return is_visible(one, side, kept.history(one.id))
    return False


def own_introductions(matcher: Matcher, organisation_id: str, now: datetime) -> list[OwnIntroduction]:
    """Return the introductions that an organisation knows of, latest change first, ties by id."""
    found = matcher.store.introductions.all(organisation_id=organisation_id)
    ids = {name for one in found for name in (one.first_id, one.second_id)}
    known = _Known(matcher, matcher.store.items.get_many(ids), matcher.store.introductions.past(now))
    shown = []
    for one in found:
        side = one.side_of(organisation_id)
        if side is not None and is_visible(one, side, matcher.store.introductions.history(one.id)):
            shown.append(_seen_by(one, side, known))
    return sorted(shown, key=lambda one: (one.changed_at, one.id), reverse=True)


def own_introduction(matcher: Matcher, introduction: Introduction, organisation_id: str) -> OwnIntroduction:
    """Return one introduction as one of its organisations reads it."""
    ids = (introduction.first_id, introduction.second_id)
    past = matcher.store.introductions.past(introduction.changed_at)
    side = Side.FIRST if organisation_id == introduction.first_id else Side.SECOND
    return _seen_by(introduction, side, _Known(matcher, matcher.store.items.get_many(ids), past))


@dataclass(frozen=True, slots=True)
class _Known:
    """What introductions are read with: both organisations, and what they wish."""

    matcher: Matcher
    items: Mapping[str, AnyItem]
    past: Past


def _seen_by(one: Introduction, side: Side, known: _Known) -> OwnIntroduction:
    other_id = one.organisation(side.other)
    named = may_name(one, side, wishes(known.past.wishes, other_id).named_before)
    asked = one.waits_for is side
    said = one.outcomes.get(side)
    return OwnIntroduction(
        id=one.id,
        version=one.version,
        state=one.state,
        changed_at=one.changed_at,
        is_asked=asked,
        answer_by=known.matcher.rules.last_day(one.asked_at) if asked and one.asked_at else None,
        until=one.until if one.state is State.NOT_NOW else None,
        acts=_possible(one, side),
        other=_described(known.items.get(other_id), known.matcher, named=named),
        contacts=_contacts(one, other_id, known.matcher),
        meeting=MeetingReport.model_validate(one.meeting) if one.meeting else None,
        outcome=OutcomeReport.model_validate(said) if said else None,
    )


def _possible(one: Introduction, side: Side) -> list[Act]:
    """Return what a side may do now; how it was, it says once."""
    acts = allowed_acts(one, Party(side.value))
    return [act for act in acts if act is not Act.OUTCOME or side not in one.outcomes]


def _contacts(one: Introduction, other_id: str, matcher: Matcher) -> list[ContactReport]:
    """Return the people of the other side who accept mail, once both agreed."""
    if one.state not in BOTH_AGREED:
        return []
    people = matcher.store.people.of_organisation(other_id)
    return [ContactReport.model_validate(person) for person in people if person.may_be_written_to]


def _described(other: AnyItem | None, matcher: Matcher, *, named: bool) -> OtherSide:
    """Describe the other organisation; one that was erased meanwhile has nothing left to show."""
    if not isinstance(other, Organisation):
        return OtherSide(
            id=None,
            name=None,
            city="",
            department="",
            size_band=None,
            expertise=(),
            sectors=(),
            offers=(),
        )
    shown = OtherSide.model_validate(other if named else without_name(other))
    shown = shown.model_copy(update={"department": matcher.department_of(other)})
    return shown if named else shown.model_copy(update={"id": None, "name": None})
