"""Candidates in SQL: every write looks at the gate in its own transaction."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.mail import queue_messages
from matcher.adapters.sql.schema import (
    candidate_contacts,
    candidate_gates,
    candidate_openings,
    candidates,
    links,
    people,
    shortlist_entries,
)
from matcher.audit import Note, Of
from matcher.domain import MessageRequest
from matcher.errors import NotFound
from matcher.hiring import CandidateProfile, HeldSkill, JobSkill
from matcher.hiring.candidates import (
    Candidate,
    CandidateState,
    Consent,
    Gate,
    SealedCandidate,
    SealedOpening,
    Source,
    require_open,
)
from matcher.people import FAULTS, LinkGone

_CHANGED = json.dumps({"lines": [], "languages": [], "has_changed": True})
_GONE = "There is no such profile: it may have been withdrawn."


class CandidateTables:
    """The candidates; see :class:`matcher.hiring.candidates.CandidateRows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def gate(self) -> Gate:
        """Return the gate as the last act left it; closed where there was none."""
        with self._database.reading("reading whether candidates are on") as connection:
            return _gate(connection)

    def set_gate(self, gate: Gate, actor: str) -> None:
        """Keep an act and enter it in the audit, in one transaction."""
        at = gate.at or self._database.now()
        row = {
            "is_open": gate.is_open,
            "at": stamp(at),
            "dpia": gate.dpia,
            "made_by": "" if actor else gate.by,
            "decided_by": actor or None,
        }
        act = "candidates.enable" if gate.is_open else "candidates.disable"
        with self._database.writing("turning candidates on or off") as connection:
            statement = insert(candidate_gates).returning(candidate_gates.c.number)
            number = connection.execute(statement, row).scalar_one()
            enter(connection, [Note(act, Of.GATE, str(number), actor)], at)

    def add(
        self, sealed: SealedCandidate, invitation: str = "", mails: Sequence[MessageRequest] = ()
    ) -> None:
        """Keep a candidate with contact and mails, and use up the invitation (a link id); all or nothing.

        CandidatesClosed while the gate is closed; LinkGone where the invitation was used meanwhile.
        """
        candidate = sealed.candidate
        contact = {
            "candidate_id": candidate.id,
            "sealed": sealed.contact,
            "address_hash": sealed.address_hash,
        }
        with self._database.writing("keeping a candidate") as connection:
            require_open(_gate(connection))
            if invitation:
                _use_up(connection, invitation, candidate.created_at)
            connection.execute(insert(candidates), _row(candidate))
            connection.execute(insert(candidate_contacts), contact)
            note = Note(
                "candidate.enter", Of.CANDIDATE, candidate.id, candidate.id, candidate.consent.notice_version
            )
            queue_messages(connection, mails, candidate.created_at)
            enter(connection, [note], candidate.created_at)

    def get(self, candidate_id: str) -> Candidate:
        """Return a candidate; NotFound for an unknown id."""
        statement = select(candidates).where(candidates.c.candidate_id == candidate_id)
        with self._database.reading("reading a candidate") as connection:
            row = connection.execute(statement).first()
        if row is None:
            raise NotFound(_GONE)
        return _candidate(row)

    def find(self, *, code: str = "", address_hash: str = "") -> Candidate | None:
        """Return the candidate of a code or of the keyed hash of an address; None if there is none."""
        contact = candidate_contacts.c
        by_address = select(contact.candidate_id).where(contact.address_hash == address_hash)
        condition = candidates.c.code == code if code else candidates.c.candidate_id.in_(by_address)
        with self._database.reading("finding a candidate") as connection:
            row = connection.execute(select(candidates).where(condition)).first()
        return None if row is None else _candidate(row)

    def all(self) -> Sequence[Candidate]:
        """Return every candidate, by code."""
        with self._database.reading("listing candidates") as connection:
            return [
                _candidate(row) for row in connection.execute(select(candidates).order_by(candidates.c.code))
            ]

    def change(self, candidate_id: str, changed: Callable[[Candidate], Candidate]) -> Candidate:
        """Replace a candidate by what ``changed`` makes of it, as it is when the write begins; return that.

        CandidatesClosed while the gate is closed, NotFound where it is gone.
        """
        mine = candidates.c.candidate_id == candidate_id
        with self._database.writing("changing a candidate") as connection:
            require_open(_gate(connection))
            row = connection.execute(select(candidates).where(mine)).first()
            if row is None:
                raise NotFound(_GONE)
            new = changed(_candidate(row))
            if _written(new.profile) != row.profile:
                _forget_matches(connection, candidate_id)
            connection.execute(update(candidates).where(mine).values(_row(new)))
        return new

    def pause(self, candidate_id: str, now: datetime) -> None:
        """Hide a profile, whether or not the gate is open; NotFound where it is gone."""
        mine = candidates.c.candidate_id == candidate_id
        values = {"state": CandidateState.PAUSED.value, "last_contact_at": stamp(now)}
        with self._database.writing("pausing a candidate") as connection:
            if not connection.execute(update(candidates).where(mine).values(values)).rowcount:
                raise NotFound(_GONE)

    def sealed_contact(self, candidate_id: str) -> str:
        """Return the sealed contact; NotFound for an unknown id."""
        contact = candidate_contacts.c
        with self._database.reading("reading a sealed contact") as connection:
            statement = select(contact.sealed).where(contact.candidate_id == candidate_id)
            sealed: str | None = connection.execute(statement).scalar()
        if sealed is None:
            raise NotFound(_GONE)
        return sealed

    def add_opening(self, candidate_id: str, opening: SealedOpening, mail: MessageRequest) -> None:
        """Keep that a contact was opened, with its mail and its audit entry; errors as :meth:`change`."""
        row = {
            "candidate_id": candidate_id,
            "opened_by": opening.by,
            "at": stamp(opening.at),
            "sealed": opening.reason,
        }
        with self._database.writing("opening a contact") as connection:
            require_open(_gate(connection))
            mine = select(candidates.c.code).where(candidates.c.candidate_id == candidate_id)
            if connection.execute(mine).first() is None:
                raise NotFound(_GONE)
            connection.execute(insert(candidate_openings), row)
            queue_messages(connection, [mail], opening.at)
            enter(
                connection, [Note("candidate.open", Of.CANDIDATE, candidate_id, opening.by or "")], opening.at
            )

    def openings(self, candidate_id: str) -> Sequence[SealedOpening]:
        """Return who opened a contact, oldest first."""
        opened = candidate_openings.c
        statement = select(candidate_openings).where(opened.candidate_id == candidate_id)
        with self._database.reading("reading who opened a contact") as connection:
            rows = connection.execute(statement.order_by(opened.number))
            return [SealedOpening(datetime.fromisoformat(row.at), row.opened_by, row.sealed) for row in rows]


def _use_up(connection: Connection, link_id: str, now: datetime) -> None:
    unused = update(links).where(links.c.id == link_id, links.c.used_at.is_(None))
    if not connection.execute(unused.values(used_at=stamp(now))).rowcount:
        raise LinkGone(FAULTS["used"][1], fault="used")


def _gate(connection: Connection) -> Gate:
    with_name = candidate_gates.outerjoin(people, people.c.id == candidate_gates.c.decided_by)
    statement = select(candidate_gates, people.c.name).select_from(with_name)
    row = connection.execute(statement.order_by(candidate_gates.c.number.desc()).limit(1)).first()
    if row is None:
        return Gate()
    return Gate(bool(row.is_open), datetime.fromisoformat(row.at), row.dpia, row.made_by or row.name or "")


def _forget_matches(connection: Connection, candidate_id: str) -> None:
    """Take what shortlists say of a changed profile off them: a skill taken back is not shown on."""
    listed = shortlist_entries.c.candidate_id == candidate_id
    connection.execute(update(shortlist_entries).where(listed).values(match=_CHANGED))


def _row(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate_id": candidate.id,
        "code": candidate.profile.code,
        "state": candidate.state.value,
        "source": candidate.source.value,
        "profile": _written(candidate.profile),
        "shown_to": json.dumps(sorted(candidate.shown_to)),
        "lang": candidate.lang,
        "notice_version": candidate.consent.notice_version,
        "consent_at": stamp(candidate.consent.at),
        "created_at": stamp(candidate.created_at),
        "last_contact_at": stamp(candidate.last_contact_at),
    }


def _written(profile: CandidateProfile) -> str:
    """Return a profile as JSON without its code: one text for one profile, everything in it sorted."""
    facts = {
        "skills": [
            [held.skill.id, held.skill.label, held.years] for held in sorted(profile.skills, key=_by_id)
        ],
        "languages": sorted(profile.languages),
        "certifications": sorted(profile.certifications),
        "zone": sorted(profile.zone),
        "remote": profile.remote,
        "available_from": profile.available_from.isoformat() if profile.available_from else None,
    }
    return json.dumps(facts, ensure_ascii=False)


def _by_id(held: HeldSkill) -> str:
    return held.skill.id


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(
        id=row.candidate_id,
        profile=replace(_read(row.profile), code=row.code),
        state=CandidateState(row.state),
        source=Source(row.source),
        consent=Consent(row.notice_version, datetime.fromisoformat(row.consent_at)),
        created_at=datetime.fromisoformat(row.created_at),
        last_contact_at=datetime.fromisoformat(row.last_contact_at),
        lang=row.lang,
        shown_to=tuple(json.loads(row.shown_to)),
    )


def _read(text: str) -> CandidateProfile:
    facts = json.loads(text)
    return CandidateProfile(
        code="",
        skills=tuple(HeldSkill(JobSkill(given, label), years) for given, label, years in facts["skills"]),
        languages=tuple(facts["languages"]),
        certifications=tuple(facts["certifications"]),
        zone=tuple(facts["zone"]),
        remote=facts["remote"],
        available_from=date.fromisoformat(facts["available_from"]) if facts["available_from"] else None,
    )
