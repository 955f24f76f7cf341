"""The HR factory put together: the use cases of candidates over the store, the mail and the rights."""

from collections.abc import Callable
from functools import cached_property

from matcher.adapters.sql import Store
from matcher.errors import NotFound
from matcher.hiring.candidates import (
    KEY_FILE,
    CandidateDesk,
    CandidateParts,
    Sealing,
)
from matcher.people import Links, Person, read_secret
from matcher.settings import Settings


class HiringParts:
    """What the HR factory works with; each part is made when it is first asked for.

    Parameters
    ----------
    settings
        What the operator chose.
    store
        The system of record.
    links
        Gives the links of mails.
    """

    def __init__(self, settings: Settings, store: Store, links: Callable[[], Links]) -> None:
        self._settings, self._store = settings, store
        self._links = links

    @cached_property
    def desk(self) -> CandidateDesk:
        """What administrators and the HR factory do with candidates."""
        return CandidateDesk(self._parts)

    @cached_property
    def _parts(self) -> CandidateParts:
        store = self._store
        return CandidateParts(
            store.candidates, Sealing(self._key), self._links(), store.mail, store.people, store.rights.salt
        )

    def _key(self) -> bytes:
        given = self._settings.candidate_key
        return read_secret(self._settings.home, given.get_secret_value() if given else "", KEY_FILE)


class Readers:
    """Who gets mail: people, and candidates, whose address is unsealed for the mail alone."""

    def __init__(self, store: Store, desk: Callable[[], CandidateDesk]) -> None:
        self._store, self._desk = store, desk

    def get(self, person_id: str) -> Person:
        """Return a person, or a candidate as one; NotFound when there is none."""
        try:
            return self._store.people.get(person_id)
        except NotFound:
            candidate = self._store.candidates.get(person_id)
            contact = self._desk().contact(person_id)
            return Person(candidate.id, contact.email, contact.name, lang=candidate.lang)

    def of_organisation(self, organisation_id: str) -> list[Person]:
        """Return the people who speak for an organisation."""
        return self._store.people.of_organisation(organisation_id)
