"""The page *Courriers*: every mail with its state, and each as its reader gets it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import MatcherError
from matcher.mail import TO_CANDIDATES, Event, Message, State
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.frame import Page, show
from service.pages.listing import Pager
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
_SECRET = re.compile(r"/[\w-]{20,}")
"""What stands in a link so that only its reader can follow it."""
MailDep = Annotated[Caller, requires(Permission.SEE_MAIL)]
ROWS = 25
STATES: dict[State, str] = {
    State.QUEUED: mark("en attente"),
    State.SENDING: mark("envoi en cours"),
    State.SENT: mark("envoyé"),
    State.PARKED: mark("à examiner"),
    State.KEPT: mark("conservé, non envoyé"),
    State.CANCELLED: mark("sans objet"),
}
EVENTS: dict[Event, str] = {
    Event.SIGN_IN: mark("Lien de connexion"),
    Event.RIGHTS: mark("Liens vers ses données"),
    Event.CANDIDATE_LINK: mark("Lien d'un profil"),
    Event.CANDIDATE_OPENED: mark("Contact ouvert"),
    Event.CANDIDATE_DECIDED: mark("Décision sur un profil"),
    Event.ALERTS: mark("Appels de la semaine"),
    Event.ASKED: mark("Mise en relation proposée"),
    Event.REMINDER: mark("Rappel"),
    Event.LAST_CHANCE: mark("Dernier rappel"),
    Event.ACCEPTED: mark("Acceptée par les deux"),
    Event.DECLINED: mark("Déclinée"),
    Event.EXPIRED: mark("Restée sans réponse"),
    Event.WITHDRAWN: mark("Retirée"),
    Event.MEETING: mark("Rencontre : invitation"),
    Event.MEETING_CANCELLED: mark("Rencontre annulée"),
    Event.OUTCOME: mark("Deux questions sur la suite"),
}


@dataclass(frozen=True, slots=True)
class StateLink:
    """One state of the menu, with how many mails are in it."""

    code: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail of the list."""

    id: int
    event: str
    to: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsPage(Page):
    """The mails of a state, or all, newest first."""

    template: ClassVar[str] = "staff/mails.html"

    states: Sequence[StateLink]
    current: str
    rows: Sequence[MailRow]
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage(Page):
    """One mail as its reader gets it; ``text`` is "" where it can no longer be written.

    No text is kept: ``is_anew`` says that one that was sent is written anew from what is stored now.
    """

    template: ClassVar[str] = "staff/mail.html"

    row: MailRow
    subject: str
    text: str
    is_anew: bool


@router.get("/courriers", name="page_mails")
async def mails(request: Request, _staff: MailDep, engine: EngineDep) -> Response:
    """List mails, newest first."""
    state, below = _asked(request)

    def read(matcher: Matcher) -> tuple[list[Message], Mapping[State, int], dict[str, str]]:
        found = matcher.store.mail.all(state, limit=ROWS + 1, before=below)
        names = {person.id: person.name for person in matcher.store.people.all()}
        return found, matcher.store.mail.counts(), names

    found, counts, names = await engine.read(read)
    page = MailsPage(
        states=[StateLink(one.value, STATES[one], counts[one]) for one in State if counts[one]],
        current=state.value if state else "",
        rows=[_row(message, names) for message in found[:ROWS]],
        pager=Pager(after=_following(state, found)),
    )
    return show(request, page, section="/courriers")


@router.get("/courriers/{number}", name="page_mail")
async def mail(request: Request, number: int, _staff: MailDep, engine: EngineDep) -> Response:
    """Show one mail as it is, or would be, sent."""
    page = await engine.read(lambda matcher: _page(matcher, number))
    return show(request, page, section="/courriers")


def _asked(request: Request) -> tuple[State | None, int | None]:
    """Return the state and the number below which mails are listed; None for what the address leaves out."""
    code, before = request.query_params.get("etat", ""), request.query_params.get("avant", "")
    state = State(code) if code in {one.value for one in State} else None
    return state, int(before) if before.isdecimal() and len(before) < 15 else None


def _following(state: State | None, found: Sequence[Message]) -> str:
    """Return the address of the next page; "" where what was read ends with this one."""
    if len(found) <= ROWS:
        return ""
    return f"?etat={state.value if state else ''}&avant={found[ROWS - 1].id}"


def _page(matcher: Matcher, number: int) -> MailPage:
    message = matcher.store.mail.get(number)
    names = {person.id: person.name for person in matcher.store.people.all()}
    subject, text = _written(matcher, message)
    is_anew = message.state is State.SENT
    return MailPage(row=_row(message, names), subject=subject, text=text, is_anew=is_anew)


def _written(matcher: Matcher, message: Message) -> tuple[str, str]:
    """Return subject and text; both "" where the mail can no longer be written, as after an erasure.

    A sign-in link is not shown: it would let its reader in as somebody else. Of other links the secret part
    is left out: its reader could answer for somebody. Who a candidate is, is not for staff at all.
    """
    if message.event in TO_CANDIDATES | {Event.SIGN_IN, Event.RIGHTS}:
        return "", ""
    try:
        written = matcher.letters.compose(message, now())
    except MatcherError:
        return "", ""
    body = written.get_body(("plain",))
    return str(written["Subject"]), _SECRET.sub("/…", str(body.get_content())) if body else ""


def _row(message: Message, names: Mapping[str, str]) -> MailRow:
    to = names.get(message.person_id, "")
    return MailRow(message.id, EVENTS[message.event], to, STATES[message.state], message.created_at)
