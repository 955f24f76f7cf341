"""Whose rights are exercised: a person, an organisation or a candidate."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from matcher.domain import Items, ItemType, Organisation
from matcher.errors import NotFound
from matcher.language.lookup import find_id
from matcher.people import Person


class SubjectKind(StrEnum):
    """What a subject is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person, an organisation or a candidate, by its id in the store."""

    kind: SubjectKind
    id: str


class People(Protocol):
    """The people of the store."""

    def get(self, person_id: str) -> Person:
        """Return a person; NotFound for an unknown id."""
        ...

    def find(self, email: str) -> Person | None:
        """Return the person of an address; None if there is none."""
        ...

    def all(self) -> list[Person]:
        """Return everybody, by id."""
        ...

    def of_organisation(self, organisation_id: str) -> list[Person]:
        """Return those who speak for an organisation."""
        ...


class Candidates(Protocol):
    """The candidates of the store."""

    def id_of(self, named: str) -> str:
        """Return the id of the candidate of an address or a code; "" if there is none."""
        ...

    def texts(self, candidate_id: str) -> list[str]:
        """Return every text by which a candidate is recognised, the name first; NotFound otherwise."""
        ...


def find_subject(named: str, items: Items, people: People, candidates: Candidates) -> Subject:
    """Return the person of an address or id, the candidate of an address or code, or else the organisation.

    Raises
    ------
    NotFound
        There is none; the message says how subjects are named.
    InvalidRequest
        A name fits several organisations.
    """
    if "@" in named:
        person = people.find(named)
        if person is not None:
            return Subject(SubjectKind.PERSON, person.id)
    candidate_id = candidates.id_of(named)
    if candidate_id:
        return Subject(SubjectKind.CANDIDATE, candidate_id)
    if "@" in named:
        raise NotFound("Nothing is held on a person of this address: there is nothing to export or erase.")
    try:
        return Subject(SubjectKind.PERSON, people.get(named).id)
    except NotFound:
        return Subject(SubjectKind.ORGANISATION, find_id(items, named, ItemType.ORGANISATION))


def require_organisation(items: Items, organisation_id: str) -> Organisation:
    """Return a stored organisation; NotFound for any other id."""
    found = items.get_many([organisation_id]).get(organisation_id)
    if not isinstance(found, Organisation):
        raise NotFound(
            f"There is no organisation '{organisation_id}' in the store: it may be erased already."
        )
    return found
