"""One introduction as one of its two organisations reads it: what it may know, where it is, what is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from matcher.domain.items import Organisation
from matcher.introductions import (
    BOTH_AGREED,
    OVER,
    Act,
    Introduction,
    Meeting,
    Record,
    Rules,
    Side,
    State,
)
from matcher.mail import common_lines
from matcher.people import Person
from service.member_view import without_name
from service.pages.member.meeting_form import MeetingForm, form_of
from service.pages.text import STAFF_COUNTS, mark

_SENTENCES: dict[State, tuple[str, str]] = {
    State.PROPOSED: (mark("Votre demande attend l'équipe du cluster."), ""),
    State.APPROVED: (mark("Approuvée par l'équipe."), mark("Vous serez interrogés à votre tour.")),
    State.FIRST_AGREED: (mark("Vous avez accepté."), mark("L'autre organisation va être interrogée.")),
    State.ACCEPTED: (
        mark("Vous avez accepté tous les deux."),
        mark("Prenez contact : adresses ci-dessous."),
    ),
    State.MET: (mark("Vous vous êtes rencontrés."), mark("Dites en deux clics si c'était utile.")),
    State.CLOSED: (mark("Terminée, merci."), ""),
    State.REFUSED: (mark("L'équipe du cluster n'a pas retenu cette demande."), ""),
    State.EXPIRED: (mark("Sans réponse, la demande a expiré."), ""),
    State.WITHDRAWN: (mark("Retirée : il n'y a plus rien à faire."), ""),
    State.NOT_NOW: (mark("Remise à plus tard."), mark("Elle reviendra d'elle-même.")),
}
_DATED = (mark("Votre rencontre a une date."), mark("Elle est dans votre agenda, par courriel."))
_ASKED = (mark("Votre réponse est attendue."), mark("Sans réponse, la demande expire d'elle-même."))
_OTHER_ASKED = (mark("Vous avez accepté."), mark("L'autre organisation est interrogée."))
_OWN_NO = (mark("Vous avez décliné."), "")
_OTHER_NO = (mark("L'autre organisation n'a pas donné suite."), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One introduction for one side.

    ``name`` is "" while the other side may not be named; ``about`` describes it without naming it, and
    ``department`` says where it is. ``why`` is what speaks for it, by language, as the mail says. ``status``
    and ``following`` are sentences in French. ``deadline`` is the day the request ends, ``until`` that of
    "not now". ``contacts`` are people of the other side, once both agreed. ``meeting`` lies ahead;
    ``meeting_form`` is the form that sets its date, None where none can be set.
    """

    id: str
    version: int
    name: str
    other_id: str
    about: Organisation
    department: str
    size: str
    why: Mapping[str, Sequence[str]]
    status: str
    following: str
    since: datetime
    deadline: date | None
    until: datetime | None
    is_asked: bool
    may_withdraw: bool
    may_say_outcome: bool
    is_over: bool
    contacts: tuple[Person, ...]
    meeting: Meeting | None
    meeting_form: MeetingForm | None


@dataclass(frozen=True, slots=True)
class Known:
    """What goes with an introduction: its acts, whether the other side may be named, its people; and now.

    ``own`` is the organisation that reads; ``department`` names that of the other.
    """

    own: Organisation
    history: Sequence[Record]
    named: bool
    department: str
    contacts: Sequence[Person]
    now: datetime


def standing_of(
    introduction: Introduction,
    side: Side,
    other: Organisation,
    known: Known,
    rules: Rules,
) -> Standing:
    """Return an introduction as ``side`` reads it."""
    status, following = _sentences(introduction, side, known)
    ahead = introduction.meets_ahead(known.now)
    asked = introduction.waits_for is side
    return Standing(
        id=introduction.id,
        version=introduction.version,
        name=other.name if known.named else "",
        other_id=other.id if known.named else "",
        about=other if known.named else without_name(other),
        department=known.department,
        why={"fr": common_lines(known.own, other, "fr"), "en": common_lines(known.own, other, "en")},
        size=STAFF_COUNTS.get(other.size_band or "", ""),
        status=status,
        following=following,
        since=introduction.changed_at,
        deadline=_last_day(introduction, rules) if asked else None,
        until=introduction.until if introduction.state is State.NOT_NOW else None,
        is_asked=asked,
        may_withdraw=_may_withdraw(introduction, side),
        may_say_outcome=not ahead and _may_say_outcome(introduction, side),
        is_over=introduction.state in OVER,
        contacts=tuple(known.contacts) if introduction.state in BOTH_AGREED else (),
        meeting=introduction.meeting if ahead else None,
        meeting_form=form_of(introduction, known.now, rules.zone),
    )


def _last_day(introduction: Introduction, rules: Rules) -> date | None:
    return rules.last_day(introduction.asked_at) if introduction.asked_at else None


def _sentences(introduction: Introduction, side: Side, known: Known) -> tuple[str, str]:
    """Return where it is and what is next."""
    if introduction.waits_for is not None:
        return _ASKED if introduction.waits_for is side else _OTHER_ASKED
    if introduction.state is State.DECLINED:
        refused = [record.before for record in known.history if record.act is Act.NO]
        own = State.ASKED_FIRST if side is Side.FIRST else State.ASKED_SECOND
        return _OWN_NO if own in refused else _OTHER_NO
    return _DATED if introduction.meets_ahead(known.now) else _SENTENCES[introduction.state]


def _may_withdraw(introduction: Introduction, side: Side) -> bool:
    waiting = (State.PROPOSED, State.FIRST_AGREED, State.ASKED_SECOND)
    return side is Side.FIRST and introduction.state in waiting


def _may_say_outcome(introduction: Introduction, side: Side) -> bool:
    return introduction.state in BOTH_AGREED and side not in introduction.outcomes
