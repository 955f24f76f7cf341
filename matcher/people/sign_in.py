"""Signing in: by a link in a mail, with a password, or through an identity provider."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from matcher.domain.messages import MessageRequest
from matcher.errors import NotAllowed, NotFound
from matcher.people.links import FAULTS, Links, Purpose
from matcher.people.open_id import NotVouched, vouched_address
from matcher.people.passwords import is_right
from matcher.people.person import Person
from matcher.people.visits import Visits


class PeopleRows(Protocol):
    """The people, as signing in needs them."""

    def get(self, person_id: str) -> Person:
        """Return a person; NotFound for an unknown id."""
        ...

    def find(self, email: str) -> Person | None:
        """Return the person of an address, whatever its case; None if there is none."""
        ...

    def password_hash(self, person_id: str) -> str | None:
        """Return the hash of a person's password; None where none is set."""
        ...


class Mailbox(Protocol):
    """Where mails are queued."""

    def queue(self, requests: Iterable[MessageRequest], now: datetime) -> int:
        """Queue mails; return how many are new."""
        ...


class WrongSignIn(NotAllowed):
    """Address and password do not belong together; which of the two is wrong is not said."""


class SignIn:
    """Lets people in."""

    def __init__(self, people: PeopleRows, links: Links, visits: Visits, mailbox: Mailbox) -> None:
        self._people = people
        self._links = links
        self._visits = visits
        self._mailbox = mailbox

    def ask_for_link(self, email: str, now: datetime) -> None:
        """Queue a mail with a link to sign in, if the address is that of a person who may.

        Nothing is returned: whoever asks must not learn who has an account.
        """
        person = self._people.find(email)
        if person is None or not person.may_sign_in:
            return
        link = self._links.make(Purpose.SIGN_IN, person.id, "", now)
        request = MessageRequest(f"sign_in:{link.id}", person.id, "sign_in", now, {"link": link.id})
        self._mailbox.queue([request], now)

    def who_follows(self, token: str, now: datetime) -> Person:
        """Return the person whom a link would sign in, without using it; errors as :meth:`follow`."""
        return self._allowed(self._links.open(token, Purpose.SIGN_IN, now).person_id)

    def follow(self, token: str, now: datetime) -> str:
        """Use a link and return the token of the visit that begins.

        Raises
        ------
        NotFound
            The link is unknown, or its person was disabled or erased meanwhile.
        LinkGone
            It expired or was used.
        """
        self.who_follows(token, now)
        person = self._allowed(self._links.use(token, Purpose.SIGN_IN, now).person_id)
        return self._visits.begin(person.id, now)

    def with_password(self, email: str, password: str, now: datetime) -> str:
        """Check a password and return the token of the visit that begins; WrongSignIn otherwise."""
        person = self._people.find(email)
        kept = self._people.password_hash(person.id) if person is not None else None
        right = is_right(password, kept)  # computed in every case: the time must not tell who has an account
        if person is None or not person.may_sign_in or not right:
            raise WrongSignIn("Address and password do not belong together.")
        return self._visits.begin(person.id, now)

    def vouched(self, claims: Mapping[str, object], now: datetime) -> str:
        """Return the token of the visit of the person whose address an identity provider vouches for.

        No person is made: who is not known asks the cluster for an account.

        Raises
        ------
        NotVouched
            The provider does not vouch for the address, or no person who may sign in has it.
        """
        person = self._people.find(vouched_address(claims))
        if person is None or not person.may_sign_in:
            raise NotVouched("No account has the address that the provider vouches for.", fault="unknown")
        return self._visits.begin(person.id, now)

    def _allowed(self, person_id: str) -> Person:
        person = self._people.get(person_id)
        if not person.may_sign_in:
            raise NotFound(FAULTS["unknown"][1])
        return person
