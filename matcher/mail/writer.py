"""The mail of a message, from what is true when it is written: nothing of it is kept in the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jinja2 import TemplateError

from matcher.alerts import Alert
from matcher.domain import Items, Opportunity, Organisation
from matcher.errors import InvalidRequest, NotFound
from matcher.introductions import (
    BOTH_AGREED,
    Introduction,
    Introductions,
    Meeting,
    Past,
    Rules,
    Side,
    cancelled_of,
    wishes,
)
from matcher.mail.addresses import Addresses
from matcher.mail.delivery import Unwanted, Written
from matcher.mail.digests import Alerts, calls_of, facts_of_calls
from matcher.mail.invitations import Invitation, attach, facts_of, written_moment
from matcher.mail.messages import TO_CANDIDATES, Event, Message, Remark
from matcher.mail.phrases import common_lines, described, ground_told
from matcher.mail.rendering import Lang, Rendered, render, written_day
from matcher.mail.validity import ASKING, still_holds
from matcher.people import Links, Person, Purpose, check_address
from matcher.people.data_links import OPEN_FOR
from matcher.people.links import OWN_LINK_FOR, SIGN_IN_FOR

_ANSWERS_FOR = timedelta(days=60)
"""How long the two questions about an outcome may be answered by their link."""
_WHY = {
    "fr": "Vous recevez ce message parce que vous représentez {} dans le cluster",
    "en": "You receive this message because you represent {} in the cluster",
}
_ASKED_FOR = {
    Event.SIGN_IN: SIGN_IN_FOR,
    Event.RIGHTS: OPEN_FOR,
    Event.CANDIDATE_LINK: OWN_LINK_FOR,
    Event.CANDIDATE_OPENED: OWN_LINK_FOR,
    Event.CANDIDATE_DECIDED: OWN_LINK_FOR,
}
"""Mails that their reader asked for, and how long their links work."""
_NO_TOKEN = "…"  # noqa: S105  # what a preview has in place of one
_NAMING = frozenset({Event.ACCEPTED, Event.MEETING})


class People(Protocol):
    """Who is written to."""

    def get(self, person_id: str) -> Person:
        """Return a person; NotFound when there is none."""
        ...

    def of_organisation(self, organisation_id: str) -> list[Person]:
        """Return the people who speak for an organisation."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """What mails are written from; ``department_of`` names the department of an organisation, "" for none."""

    people: People
    items: Items
    introductions: Introductions
    links: Links
    alerts: Alerts
    department_of: Callable[[Organisation], str]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the cluster's name, its address, where the service is, and where the members are."""

    cluster: str
    address: str
    addresses: Addresses
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class _Case:
    """A message with the person who gets it, in their language."""

    message: Message
    person: Person
    lang: Lang
    now: datetime


class LetterWriter:
    """Writes the mails of messages.

    Parameters
    ----------
    sources
        What they are written from.
    sender
        Who writes.
    rules
        The delays of introductions, which mails name.
    """

    def __init__(self, sources: Sources, sender: Sender, rules: Rules) -> None:
        self._sources, self._sender, self._rules = sources, sender, rules

    def write(self, message: Message, now: datetime) -> Written | Unwanted:
        """Return the mail of a message, or why it is not to be sent: checked at this moment, not before."""
        try:
            person = self._sources.people.get(message.person_id)
            reason = self._hindrance(message, person, now)
            return Unwanted(reason) if reason else Written(self.compose(message, now))
        except NotFound:
            return Unwanted(Remark.NO_PERSON)  # the person or the introduction was erased
        except (InvalidRequest, ValueError):
            return Unwanted(Remark.BAD_ADDRESS)  # an address or a name that cannot stand in a header
        except TemplateError:
            return Unwanted(Remark.NOT_WRITTEN)

    def compose(self, message: Message, now: datetime) -> EmailMessage:
        """Return the mail of a message, whether or not it is still to be sent.

        Raises
        ------
        NotFound
            The person, the introduction or an organisation of it was erased.
        InvalidRequest
            The person's address cannot stand in a mail.
        """
        case = _case(message, self._sources.people.get(message.person_id), now)
        stop_url = "" if message.event in _ASKED_FOR else self._stop_url(case)
        facts = self._common(case, stop_url) | self._facts(case)
        mail = self._mail(case, render(message.event, case.lang, facts), stop_url)
        if meeting := self._meeting(message):
            attach(mail, self._invitation(case, meeting), self._sender.zone, now)
        return mail

    def preview(self, introduction: Introduction, side: Side, person: Person, now: datetime) -> Rendered:
        """Return the request to a side as a person would get it now, in their language; nothing is kept.

        Its links have three dots where a mail has the reader's own token: nothing can be answered by them.
        NotFound where an organisation was erased.
        """
        subjects = {"introduction": introduction.id, "organisation": introduction.organisation(side)}
        message = Message(0, "", person.id, Event.ASKED, subjects, now, now)
        case = _case(message, person, now)
        facts = self._common(case, self._sender.addresses.unsubscribe(_NO_TOKEN))
        facts |= self._about_introduction(case, introduction, side) | self._question(
            case.lang, now, _NO_TOKEN
        )
        return render(Event.ASKED, case.lang, facts)

    def _common(self, case: _Case, stop_url: str) -> dict[str, Any]:
        """Return the facts of every mail."""
        return {"reader": case.person.name, "cluster": self._sender.cluster, "stop_url": stop_url, "why": ""}

    def _hindrance(self, message: Message, person: Person, now: datetime) -> Remark | None:
        if person.disabled_at is not None:
            return Remark.NO_PERSON
        if message.event in _ASKED_FOR:
            return Remark.OVERDUE if now >= message.created_at + _ASKED_FOR[message.event] else None
        if not person.may_be_written_to:
            return Remark.OBJECTED
        if message.event is Event.ALERTS:
            return self._hindrance_of_alerts(message, person, now)
        introduction = self._introduction(message)
        if introduction is None or still_holds(message, introduction):
            return None
        return Remark.SETTLED

    def _hindrance_of_alerts(self, message: Message, person: Person, now: datetime) -> Remark | None:
        if person.id in self._sources.alerts.stopped():
            return Remark.OBJECTED
        return None if self._calls(message, now) else Remark.SETTLED

    def _facts(self, case: _Case) -> dict[str, Any]:
        if case.message.event is Event.SIGN_IN:
            return self._sign_in(case)
        if case.message.event is Event.RIGHTS:
            return self._rights(case)
        if case.message.event is Event.ALERTS:
            return self._alerts(case)
        if case.message.event in TO_CANDIDATES:
            token = self._sources.links.token(case.message.subjects["link"])
            facts = {"url": self._sender.addresses.candidate(token), "days": OWN_LINK_FOR.days}
            return facts | {"decision": case.message.subjects.get("decision", "")}
        return self._about(case)

    def _alerts(self, case: _Case) -> dict[str, Any]:
        own = self._organisation(case.message.subjects["organisation"])
        facts = facts_of_calls(self._calls(case.message, case.now), case.lang, self._sender.zone)
        why = _WHY[case.lang].format(own.name)
        return facts | {"own_name": own.name, "why": why, "page_url": self._sender.addresses.calls()}

    def _calls(self, message: Message, now: datetime) -> list[tuple[Alert, Opportunity]]:
        subjects, sources = message.subjects, self._sources
        week = subjects["digest"]
        return calls_of(sources.alerts, sources.items, subjects["organisation"], week, now)

    def _rights(self, case: _Case) -> dict[str, Any]:
        token, subjects = self._sources.links.token, case.message.subjects
        addresses = self._sender.addresses
        return {
            "url": addresses.data(token(subjects["export"])),
            "erase_url": addresses.erase(token(subjects["erase"])),
        }

    def _sign_in(self, case: _Case) -> dict[str, Any]:
        token = self._sources.links.token(case.message.subjects["link"])
        minutes = int(SIGN_IN_FOR.total_seconds() // 60)
        return {"url": self._sender.addresses.sign_in(token), "minutes": minutes}

    def _about(self, case: _Case) -> dict[str, Any]:
        """Return the facts of a mail about an introduction."""
        own_id = case.message.subjects["organisation"]
        introduction = self._introduction(case.message)
        if introduction is None:
            return self._about_meeting(case) | {"other_name": ""}
        side = introduction.side_of(own_id)
        if side is None:
            raise NotFound(f"'{own_id}' is not introduced in {introduction.id}.")
        facts = self._about_introduction(case, introduction, side)
        return facts | self._answering(case, introduction) | self._about_meeting(case)

    def _about_introduction(self, case: _Case, introduction: Introduction, side: Side) -> dict[str, Any]:
        """Return what a mail says to a side of an introduction: of the words of staff, that side's alone."""
        own = self._organisation(introduction.organisation(side))
        other = self._organisation(introduction.organisation(side.other))
        named = introduction.state in BOTH_AGREED or self._allows_its_name(other, case.now)
        return {
            "why": _WHY[case.lang].format(own.name),
            "own_name": own.name,
            "other": described(other, case.lang, None if named else self._sources.department_of(other)),
            "other_name": other.name if named else "",
            "lines": common_lines(own, other, case.lang),
            "word": [line for line in introduction.words.get(side, "").split("\n") if line],
            "asked_first": side is Side.FIRST,
            "ended_by_reader": introduction.ended_by is side,
            "ground": ground_told(introduction.ground, case.lang),
            "contacts": self._contacts(other) if case.message.event in _NAMING else (),
        }

    def _about_meeting(self, case: _Case) -> dict[str, Any]:
        """Return what a mail says of the meeting, and where the member sets its date."""
        own = self._organisation(case.message.subjects["organisation"])
        meeting = self._meeting(case.message)
        facts = facts_of(meeting, self._sender.zone, case.lang) if meeting else {"moment": ""}
        why = _WHY[case.lang].format(own.name)
        return facts | {"why": why, "page_url": self._sender.addresses.introductions(own.id)}

    def _introduction(self, message: Message) -> Introduction | None:
        """Return the introduction of a mail; None where a cancellation is all that is left of an erased one.

        NotFound where any other mail has lost its introduction.
        """
        try:
            return self._sources.introductions.get(message.subjects["introduction"])
        except NotFound:
            if message.event is Event.MEETING_CANCELLED:
                return None
            raise

    def _meeting(self, message: Message) -> Meeting | None:
        """Return the meeting that a mail invites to or cancels; None where it does neither."""
        if "starts" in message.subjects:
            return cancelled_of(message.subjects)
        if message.event is not Event.MEETING:
            return None
        return self._sources.introductions.get(message.subjects["introduction"]).meeting

    def _invitation(self, case: _Case, meeting: Meeting) -> Invitation:
        introduction = self._introduction(case.message)
        ids = [case.message.subjects["organisation"]]
        if introduction is not None:
            ids = [introduction.first_id, introduction.second_id]
        organisations = [self._organisation(item_id) for item_id in ids]
        people = [person for item_id in ids for person in self._sources.people.of_organisation(item_id)]
        return Invitation(
            meeting,
            case.lang,
            tuple(one.name for one in organisations),
            (self._sender.address, self._sender.cluster),
            tuple((person.email, person.name) for person in people if person.may_be_written_to),
        )

    def _answering(self, case: _Case, introduction: Introduction) -> dict[str, Any]:
        """Return the links to answer by, and until when, of a mail that asks something."""
        event, addresses = case.message.event, self._sender.addresses
        if event is Event.OUTCOME:
            token = self._answer_token(case, case.message.created_at + _ANSWERS_FOR)
            return {"answer_url": addresses.answer(token), "met_on": self._met_on(introduction, case.lang)}
        if event not in ASKING:
            return {}
        asked_at = introduction.asked_at or case.message.created_at
        last_moment = datetime.combine(self._rules.last_day(asked_at), time(), self._sender.zone)
        return self._question(case.lang, asked_at, self._answer_token(case, last_moment))

    def _question(self, lang: Lang, asked_at: datetime, token: str) -> dict[str, Any]:
        """Return when a request was made, until when it may be answered, and by which links."""
        addresses = self._sender.addresses
        return {
            "until": written_day(self._rules.last_day(asked_at), lang),
            "asked_on": written_day(self._rules.day(asked_at), lang),
            "yes_url": addresses.answer(token, "yes"),
            "later_url": addresses.answer(token, "not_now"),
            "no_url": addresses.answer(token, "no"),
        }

    def _met_on(self, introduction: Introduction, lang: Lang) -> str:
        """Return when the two were to meet; "" where no date is known."""
        meeting = introduction.meeting
        if meeting is None or meeting.cancelled:
            return ""
        return written_moment(meeting.starts, self._sender.zone, lang)

    def _answer_token(self, case: _Case, expires: datetime) -> str:
        subject = f"{case.message.subjects['introduction']}/{case.message.subjects['organisation']}"
        link = self._sources.links.make(
            Purpose.ANSWER, case.person.id, subject, case.now, expires, case.message.reference
        )
        return self._sources.links.token(link.id)

    def _stop_url(self, case: _Case) -> str:
        """Return where mails of this kind are stopped: alerts have a stop of their own."""
        person_id, is_alert = case.person.id, case.message.event is Event.ALERTS
        purpose = Purpose.STOP_ALERTS if is_alert else Purpose.UNSUBSCRIBE
        link_id = f"{purpose.value}-{person_id}"
        link = self._sources.links.make(purpose, person_id, person_id, case.now, link_id=link_id)
        token, addresses = self._sources.links.token(link.id), self._sender.addresses
        return addresses.stop_alerts(token) if is_alert else addresses.unsubscribe(token)

    def _organisation(self, organisation_id: str) -> Organisation:
        found = self._sources.items.get_many([organisation_id]).get(organisation_id)
        if not isinstance(found, Organisation):
            raise NotFound(f"There is no organisation '{organisation_id}' any more.")
        return found

    def _allows_its_name(self, other: Organisation, now: datetime) -> bool:
        past: Past = self._sources.introductions.past(now)
        return wishes(past.wishes, other.id).named_before

    def _contacts(self, other: Organisation) -> tuple[Mapping[str, str], ...]:
        people = [p for p in self._sources.people.of_organisation(other.id) if p.may_be_written_to]
        return tuple({"name": p.name, "function": p.function, "email": p.email} for p in people)

    def _mail(self, case: _Case, rendered: Rendered, stop_url: str) -> EmailMessage:
        mail = EmailMessage()
        address = self._sender.address
        mail["From"] = Address(self._sender.cluster, addr_spec=address)
        mail["To"] = Address(case.person.name, addr_spec=check_address(case.person.email))
        mail["Subject"] = rendered.subject
        mail["Date"] = case.now
        mail["Message-ID"] = f"<{case.message.reference}@{address.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday replies are not sent to it
        mail["Content-Language"] = case.lang
        if stop_url:
            mail["List-Unsubscribe"] = f"<{stop_url}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(rendered.text, cte="quoted-printable")
        mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        return mail


def _case(message: Message, person: Person, now: datetime) -> _Case:
    return _Case(message, person, "en" if person.lang == "en" else "fr", now)
