"""The use cases of the HR factory: the gate, invitations, profiles without names, contacts opened."""

import hmac
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from matcher.domain import MessageRequest
from matcher.errors import BackendUnavailable, InvalidRequest, NotAllowed, NotFound
from matcher.hiring.candidates.candidate import (
    Candidate,
    CandidateState,
    Contact,
    Opening,
    SealedOpening,
)
from matcher.hiring.candidates.gate import Gate, closed, opened, require_open
from matcher.hiring.candidates.notice import Controller
from matcher.hiring.candidates.ports import CandidateRows, Mailbox, People
from matcher.hiring.candidates.sealing import Sealing
from matcher.people import Links, Purpose, address_key
from matcher.people.links import OWN_LINK_FOR

INVITED_FOR = timedelta(days=30)
SHORTEST_REASON = 10
LONGEST_REASON = 500
OPENED_EVENT = "candidate_opened"


@dataclass(frozen=True, slots=True)
class CandidateParts:
    """What the use cases of candidates work with.

    ``salt`` gives the key under which addresses are hashed; ``people`` are those who may open a contact;
    ``controller`` answers for the profiles; ``organisations`` returns which of some ids the catalogue has;
    ``require_lawful`` refuses a reason that speaks of a ground of discrimination.
    """

    rows: CandidateRows
    sealing: Sealing
    links: Links
    mail: Mailbox
    people: People
    salt: Callable[[], bytes]
    controller: Controller
    organisations: Callable[[Sequence[str]], Collection[str]]
    require_lawful: Callable[[str], None]


class CandidateDesk:
    """What administrators and the HR factory do; every call is given the present instant.

    Everything raises CandidatesClosed while tier B is off, but closing it and reading whether it is.
    """

    def __init__(self, parts: CandidateParts) -> None:
        self._parts = parts

    def gate(self) -> Gate:
        """Return whether candidates are taken in."""
        return self._parts.rows.gate()

    def enable(self, dpia: str, by: str, now: datetime, actor: str = "") -> Gate:
        """Take candidates in from now on; the reference of the impact assessment and the name are kept.

        InvalidRequest where one is missing, or a setting of what candidates are told.
        """
        self._parts.controller.require_complete()
        self._parts.rows.set_gate(opened(dpia, by, now), actor)
        return self.gate()

    def disable(self, by: str, now: datetime, actor: str = "") -> Gate:
        """Take nobody in and show nobody from now on; candidates still reach and erase their own profile."""
        self._parts.rows.set_gate(closed(by, now), actor)
        return self.gate()

    def invite(self, now: datetime) -> str:
        """Return the token of an invitation: for one person, thirty days. Nothing of the person is known.

        InvalidRequest where a setting of what the invited person is told is missing.
        """
        require_open(self.gate())
        self._parts.controller.require_complete()
        link = self._parts.links.make(Purpose.INVITATION, "", "", now, now + INVITED_FOR)
        return self._parts.links.token(link.id)

    def listed(self) -> Sequence[Candidate]:
        """Return the profiles that may be shown, by code; an order that says nothing."""
        require_open(self.gate())
        return [one for one in self._parts.rows.all() if one.state is CandidateState.ACTIVE]

    def by_code(self, code: str) -> Candidate:
        """Return the profile of a code; NotFound where it is paused, withdrawn or never was."""
        require_open(self.gate())
        found = self._parts.rows.find(code=code.strip().upper())
        if found is None or found.state is not CandidateState.ACTIVE:
            raise NotFound(f"There is no profile '{code}': it may have been withdrawn or paused.")
        return found

    def open_contact(self, code: str, by: str, reason: str, now: datetime) -> Contact:
        """Return the name and address of a candidate; who opened them, when and why is kept, and told.

        Parameters
        ----------
        code
            The profile.
        by
            Id of the person who opens it: a program cannot.
        reason
            What for, in words the candidate will read.

        Raises
        ------
        InvalidRequest
            The reason says too little or too much.
        UnlawfulWords
            The reason speaks of a ground on which the law forbids to decide.
        NotAllowed
            No person opens it.
        """
        bare = " ".join(reason.split())
        if not SHORTEST_REASON <= len(bare) <= LONGEST_REASON:
            raise InvalidRequest(
                f"Say why you open this contact, in {SHORTEST_REASON} to {LONGEST_REASON} characters: the"
                " candidate reads it."
            )
        if not by:
            raise NotAllowed("A contact is opened by a person who is signed in, never by a program.")
        self._parts.require_lawful(bare)
        candidate = self.by_code(code)
        sealed = SealedOpening(now, by, self._parts.sealing.seal({"reason": bare}))
        key = f"{OPENED_EVENT}:{candidate.id}:{now.isoformat()}"
        mail = MessageRequest(key, candidate.id, OPENED_EVENT, now, self._link(candidate, now))
        self._parts.rows.add_opening(candidate.id, sealed, mail)
        return self.contact(candidate.id)

    def contact(self, candidate_id: str) -> Contact:
        """Return who a candidate is: for mails to them and for their own page; see :meth:`open_contact`."""
        facts = self._parts.sealing.open(self._parts.rows.sealed_contact(candidate_id))
        return Contact(facts["name"], facts["email"])

    def openings(self, candidate_id: str) -> list[Opening]:
        """Return who opened a contact, oldest first, for the candidate."""
        return [
            Opening(one.at, self._name(one.by), self._parts.sealing.open(one.reason)["reason"])
            for one in self._parts.rows.openings(candidate_id)
        ]

    def find(self, named: str) -> Candidate | None:
        """Return the candidate of an address or a code, whatever its state; None where there is none."""
        if "@" in named:
            return self._parts.rows.find(address_hash=address_hash(self._parts.salt(), named))
        return self._parts.rows.find(code=named.strip().upper()) if named.strip() else None

    def id_of(self, named: str) -> str:
        """Return the id of the candidate of an address or a code; "" if there is none."""
        found = self.find(named)
        return found.id if found else ""

    def texts(self, candidate_id: str) -> list[str]:
        """Return every text by which a candidate could be recognised in the bytes of files, the name first.

        Where the key of the seals was lost, what is sealed cannot be named; its seal still can, and is
        erased.
        """
        rows = self._parts.rows
        texts = [rows.get(candidate_id).profile.code, rows.sealed_contact(candidate_id)]
        texts += [one.reason for one in rows.openings(candidate_id)]
        try:
            contact = self.contact(candidate_id)
        except BackendUnavailable:
            return texts
        return [text for text in (contact.name, contact.email) if text] + texts

    def _link(self, candidate: Candidate, now: datetime) -> dict[str, str]:
        return {"link": own_link(self._parts.links, candidate.id, now)}

    def _name(self, person_id: str | None) -> str:
        if not person_id:
            return ""
        try:
            return self._parts.people.get(person_id).name
        except NotFound:
            return ""


def address_hash(salt: bytes, email: str) -> str:
    """Return the keyed hash by which an address is recognised without being kept."""
    return hmac.digest(salt, b"candidate\0" + address_key(email).encode(), "sha256").hex()


def own_link(links: Links, candidate_id: str, now: datetime) -> str:
    """Make a link to a candidate's own page and return its id."""
    return links.make(Purpose.CANDIDATE, candidate_id, "", now, now + OWN_LINK_FOR).id
