"""One entry of the audit: references and acts, no text that a person wrote and no trait of one."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SERVICE = "service"
"""Who acts where no person does: the service by itself, the command line, a program with a key."""
FIRST = "0" * 64
"""What the first entry has for the hash of the entry before it."""
_REFERENCE_BYTES = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Acting(StrEnum):
    """For whom a person acts, as it was when they did: roles change, and an entry tells of its own time."""

    OWN = "own"
    """For themselves, or for an organisation they speak for."""
    STAFF = "staff"
    """For the cluster."""
    MEMBER = "member"
    """For another organisation."""


class Of(StrEnum):
    """What an entry is about."""

    PERSON = "person"
    ORGANISATION = "organisation"
    INTRODUCTION = "introduction"
    PLAN = "plan"
    CALL = "call"
    ERASURE = "erasure"
    REPORT = "report"
    BACKUP = "backup"
    GATE = "gate"
    CANDIDATE = "candidate"
    SHORTLIST = "shortlist"


NAMED = frozenset({Of.INTRODUCTION, Of.PLAN, Of.ERASURE, Of.REPORT, Of.BACKUP, Of.GATE, Of.SHORTLIST})
"""Things whose ids tell of no person and no organisation: entries hold them as they are."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be entered.

    Parameters
    ----------
    act
        What was done, such as ``introduction.approve`` or ``subject.export``.
    of, subject_id
        To what.
    actor
        The id of a person; "" for the service, the command line and keys.
    version
        The version that was seen or decided on; "" where there is none.
    """

    act: str
    of: Of
    subject_id: str
    actor: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is kept. ``before`` is the hash of the entry before it, ``hash`` its own.

    ``acting`` is an :class:`Acting`; "" where no person acts, and in entries made before it was kept.
    """

    seq: int
    at: datetime
    actor: str
    act: str
    subject: str
    version: str
    before: str
    hash: str = ""
    acting: str = ""


def reference(salt: bytes, of: Of, subject_id: str) -> str:
    """Return how an entry names something: the same for one id, and no way back once the id is erased.

    >>> reference(b"salt", Of.PLAN, "20261201")
    'plan:20261201'
    >>> reference(b"salt", Of.PERSON, "P1") == reference(b"salt", Of.PERSON, "P2")
    False
    """
    if of in NAMED or not subject_id:
        return f"{of.value}:{subject_id}"
    digest = hmac.digest(salt, f"audit {of.value} {subject_id}".encode(), "sha256")
    return f"{of.value}:{digest[:_REFERENCE_BYTES].hex()}"


def hash_of_entry(entry: Entry) -> str:
    """Return the hash of an entry over every field but the hash itself.

    Each field is written with its length in bytes before it, so that no character can move from one field
    to the next, and the instant in whole microseconds, as every database keeps it. ``acting`` is a last
    field where there is one, so that entries made without it keep their hash.

    >>> from dataclasses import replace
    >>> one = Entry(1, datetime(2026, 12, 1, tzinfo=UTC), "ab", "c", "", "", FIRST)
    >>> hash_of_entry(one) == hash_of_entry(replace(one, actor="a", act="bc"))
    False
    """
    micros = (entry.at - _EPOCH) // timedelta(microseconds=1)
    fields: Sequence[str] = (
        str(entry.seq),
        str(micros),
        entry.actor,
        entry.act,
        entry.subject,
        entry.version,
        entry.before,
        *([entry.acting] if entry.acting else []),
    )
    digest = hashlib.sha256()
    for field in fields:
        content = field.encode()
        digest.update(len(content).to_bytes(4, "big"))
        digest.update(content)
    return digest.hexdigest()
