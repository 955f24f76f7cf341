"""The use cases of rights: a copy of what is held, erasure, correction, and what is still owed of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from matcher.audit import Note, Of
from matcher.domain import Items, ItemType, Organisation
from matcher.people import Person, Role
from matcher.rights.accesses import Access, accesses_of, look, open_contacts
from matcher.rights.erasure import Erasure, Request
from matcher.rights.files import Found, Home, is_of_others
from matcher.rights.ports import Audit, Cleaning, Tables
from matcher.rights.subject import Candidates, People, Subject, SubjectKind, require_organisation
from matcher.rights.suppression import keys_of_item, keys_of_organisation, keys_of_person, suppression_hash
from matcher.rights.traces import Trace, Tracer
from matcher.rights.unread import RawItem

FORMAT = 1
OUTBOX = "table outbox"
"""Where changes wait for the index."""
_CORRECTED_LABELS = ("city", "department", "naf")
"""Those of them that are words of the record: codes and sizes are words of the product too."""
_OF_MEMBERS = frozenset({Role.MEMBER})
"""Who has no other role is in the store for the organisations alone that they speak for."""
_LABELS = frozenset({"city", "department_code", "size_band", "lang", "evidence_level", "department", "naf"})
"""Fields whose values many organisations share: they are no trace of one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the use cases work with."""

    items: Items
    people: People
    tables: Tables
    cleaning: Cleaning
    home: Home
    audit: Audit
    candidates: Candidates


class RightsDesk:
    """Exports, erases and corrects; every call is given the present instant.

    An erasure has two steps. In the store it is one transaction, carried out at once. Then the copies follow:
    the store's log and free pages, the index, lists of rejects. It is done only when a search of all bytes of
    the home folder finds nothing, and is tried again until then.

    Parameters
    ----------
    parts
        The outside things.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def export(self, subject: Subject, now: datetime, by: str = "") -> dict[str, Any]:
        """Return everything that is held on a subject, as plain JSON values; NotFound if nothing is.

        ``by`` is the person who asks; the audit keeps it.
        """
        self._facts(subject)
        note = Note("subject.export", Of(subject.kind.value), subject.id, by)
        self._parts.audit.append([note], now)
        held = self._parts.tables.held(subject)
        return {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "subject": {"kind": subject.kind.value, "id": subject.id},
            "held": held,
            "accesses": [
                {"at": one.at.isoformat(), "act": one.act, "by": one.by.value, "name": one.name}
                for one in self.accesses(subject)
            ],
        }

    def look(self, subjects: Sequence[Subject], by: Person | None, now: datetime) -> None:
        """Enter in the audit that a person of staff looks at records; nothing for members and programs."""
        look(self._parts.audit, subjects, by, now)

    def open_contacts(self, person_ids: Sequence[str], by: str, now: datetime) -> None:
        """Enter in the audit that addresses of contact persons are shown to a person; "" for a program."""
        open_contacts(self._parts.audit, person_ids, by, now)

    def accesses(self, subject: Subject) -> list[Access]:
        """Return who looked at the record of a subject, changed it or took a copy, the latest first."""
        return accesses_of(self._parts.audit, subject, self._parts.people.all())

    def erase(self, subject: Subject, now: datetime, by: str = "") -> Erasure:
        """Erase a subject in the store at once; the rest is owed until :meth:`finish`.

        It is not taken in again. With an organisation go the people who speak for it, for no other one and
        for none of the cluster: nothing is left that they are kept for. They may come back with another one.

        Raises
        ------
        NotFound
            The subject is not in the store, or was erased already.
        """
        return self._parts.tables.erase(self._request(subject, now, by, is_refused=True))

    def remove(
        self, organisation_id: str, now: datetime, by: str = "", *, check: Callable[[], object]
    ) -> Erasure:
        """Take an organisation out of the catalogue: erased like any, but it may be taken in again.

        ``check`` is called once no other process can write; what it raises ends the removal.
        """
        subject = Subject(SubjectKind.ORGANISATION, organisation_id)
        return self._parts.tables.erase(self._request(subject, now, by, is_refused=False), check)

    def _request(self, subject: Subject, now: datetime, by: str, *, is_refused: bool) -> Request:
        salt = self._parts.tables.salt()
        texts, labels, keys = self._facts(subject)
        traces = Tracer(salt).traces(texts, [subject.id], labels)
        hashes = [suppression_hash(salt, key) for key in keys] if is_refused else []
        people: list[Request] = []
        if subject.kind is SubjectKind.ORGANISATION:
            speaking = self._parts.people.of_organisation(subject.id)
            leaving = [person.id for person in speaking if person.roles <= _OF_MEMBERS]
            people = [
                self._request(Subject(SubjectKind.PERSON, each), now, by, is_refused=False)
                for each in leaving
            ]
        return Request(subject, now, by, traces, texts[:2], hashes, people)

    def correct_organisation(
        self,
        organisation_id: str,
        change: Callable[[Organisation], Organisation],
        now: datetime,
        by: str = "",
    ) -> Erasure | None:
        """Correct a record; what it said before leaves the files too, and cannot be brought back.

        Parameters
        ----------
        change
            Returns the record as it is to be; called with the present one once no other process can write,
            so that what it raises leaves everything as it is.

        Returns
        -------
        Erasure | None
            What is owed of the former texts; None where nothing changed.
        """
        request_of = self._correction(SubjectKind.ORGANISATION, now, by)
        return self._parts.tables.correct_organisation(organisation_id, change, request_of)

    def correct_person(
        self, person_id: str, change: Callable[[Person], Person], now: datetime, by: str = ""
    ) -> Erasure | None:
        """Correct what is held of a person; the former texts leave the files too.

        ``change`` and the result are as of :meth:`correct_organisation`; NotFound for an unknown id.
        """
        request_of = self._correction(SubjectKind.PERSON, now, by)
        return self._parts.tables.correct_person(person_id, change, request_of)

    def _correction(
        self, kind: SubjectKind, now: datetime, by: str
    ) -> Callable[[Organisation | Person, Organisation | Person], Request]:
        tracer = Tracer(self._parts.tables.salt())

        def request_of(before: Organisation | Person, after: Organisation | Person) -> Request:
            present = "\n".join([*_texts_of(after), *_stated_labels(after)])
            gone = [text for text in _texts_of(before) if text not in present]
            labels = [text for text in _stated_labels(before) if text not in present]
            return Request(Subject(kind, before.id), now, by, tracer.traces(gone, labels=labels))

        return request_of

    def finish(self, now: Callable[[], datetime]) -> list[Erasure]:
        """Bring what is owed to an end as far as it goes now; return the erasures as they are then.

        Safe to repeat at any moment and after any kill: each step looks at what is there.
        """
        self.rewrite_index(now())
        return self.search(now)

    def owes(self) -> bool:
        """Whether an erasure is not done yet."""
        return bool(self._parts.tables.owed())

    def rewrite_index(self, now: datetime) -> str:
        """Write the index anew where an erased organisation is in it; return what stood in the way.

        It is the one step of :meth:`finish` that needs the index to itself.
        """
        asked = [one.asked_at for one in self._parts.tables.owed() if one.kind is SubjectKind.ORGANISATION]
        return self._parts.cleaning.rewrite_index(max(asked), now) if asked else ""

    def search(self, now: Callable[[], datetime]) -> list[Erasure]:
        """Clean the files, search them all, and note what was found; the rest of :meth:`finish`."""
        owed = self._parts.tables.owed()
        if not owed:
            return []
        tracer = Tracer(self._parts.tables.salt())
        sought = list({trace for erasure in owed for trace in erasure.sought})
        # By a label alone, rows and files of others would go too.
        self._parts.home.clean_rejects(tracer, list(_own(owed)))
        erased = _own(erasure for erasure in owed if not erasure.rectification)
        self._parts.home.drop_uploads(tracer, list(erased))
        # Always: in a free page of the store a short text may lie beside another without a separator, where
        # the search does not recognise it as a word.
        troubles = {self._parts.cleaning.compact(), self._parts.cleaning.empty_log()} - {""}
        found = self._parts.home.search(tracer, sought)
        # As in free pages: an id in a row of the outbox has no separator in the file.
        waiting = tracer.found(sought, "\x00".join(self._parts.tables.outbox_ids()).encode())
        found = replace(found, files={**found.files, OUTBOX: waiting})
        return [self._settle(erasure, found, sorted(troubles), now()) for erasure in owed]

    def _settle(self, erasure: Erasure, found: Found, troubles: Sequence[str], now: datetime) -> Erasure:
        mine, own = set(erasure.sought), _own([erasure])
        places = [
            name for name, traces in found.files.items() if traces & (own if is_of_others(name) else mine)
        ]
        places = sorted(places) + [f"{name} (not readable)" for name in found.closed] + list(troubles)
        if erasure.kind is SubjectKind.ORGANISATION:
            trouble = self._parts.cleaning.index_hindrance(erasure.asked_at)
            places += [trouble] if trouble else []
        return self._parts.tables.settle(erasure.id, places, found.searched, now)

    def lift(self, keys: Iterable[str]) -> int:
        """Let a subject be taken in again; return how many of its keys were suppressed."""
        salt = self._parts.tables.salt()
        return self._parts.tables.lift([suppression_hash(salt, key) for key in keys])

    def _facts(self, subject: Subject) -> tuple[list[str], list[str], list[str]]:
        """Return the texts of a subject, its labels and the keys it is recognised by; NotFound if unknown."""
        if subject.kind is SubjectKind.CANDIDATE:
            # They come in by their own act alone, so nothing is refused later: they may come back.
            return self._parts.candidates.texts(subject.id), [], []
        if subject.kind is SubjectKind.PERSON:
            person = self._parts.people.get(subject.id)
            return _texts_of(person), [], keys_of_person(person)
        damaged = self._damaged(subject)
        if damaged is not None:
            fields = _without_labels(damaged.fields())
            texts = [damaged.name, damaged.siret, *_texts_in(fields)]
            return texts, _labels_in(fields), keys_of_organisation(subject.id, damaged.name, damaged.siret)
        organisation = require_organisation(self._parts.items, subject.id)
        return _texts_of(organisation), _labels_of(organisation), keys_of_item(organisation)

    def _damaged(self, subject: Subject) -> RawItem | None:
        """Return the row of an organisation that is stored and cannot be read; None for all others."""
        if subject.id in self._parts.items.get_many([subject.id]):
            return None
        raw = self._parts.tables.raw_item(subject.id)
        return raw if raw is not None and raw.may_be(ItemType.ORGANISATION) else None


def _own(erasures: Iterable[Erasure]) -> set[Trace]:
    """Return what is sought everywhere: labels are not sought in files of others."""
    return {trace for erasure in erasures for trace in erasure.sought if not trace.shared}


def _texts_of(subject: Organisation | Person) -> list[str]:
    """Return the texts that tell of a subject, its names first, without labels."""
    if isinstance(subject, Person):
        return [subject.email, subject.name]
    return [subject.name, subject.siret, *_texts_in(_own_fields(subject))]


def _labels_of(organisation: Organisation) -> list[str]:
    """Return the labels of a record, such as its expertise: others may have the same words."""
    return _labels_in(_own_fields(organisation))


def _texts_in(fields: Mapping[str, Any]) -> list[str]:
    return [value for value in fields.values() if isinstance(value, str)]


def _labels_in(fields: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for value in fields.values():
        if isinstance(value, tuple | list):
            found += [text for text in value if isinstance(text, str)]
    return found


def _own_fields(organisation: Organisation) -> dict[str, Any]:
    return _without_labels(organisation.model_dump(exclude_defaults=True))


def _without_labels(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in _LABELS | {"id", "name", "siret"}}


def _stated_labels(subject: Organisation | Person) -> list[str]:
    """Return every label that may be corrected; of one that another record has too nothing is sought."""
    if isinstance(subject, Person):
        return [subject.function, subject.source]
    return [*_labels_of(subject), *(str(getattr(subject, name, "")) for name in _CORRECTED_LABELS)]
