"""An erasure: asked for, carried out in the store at once, and over when no file holds anything of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from matcher.rights.subject import Subject, SubjectKind
from matcher.rights.traces import Trace


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be erased, and how it is recognised afterwards.

    Parameters
    ----------
    subject
        Who.
    at, by
        When it was asked for, and by which person ("" for the command line or a key).
    traces
        What is sought in the files until nothing is found.
    names
        How texts of others would name the subject; kept nowhere.
    suppressed
        Hashes of the keys by which the subject is refused from now on.
    people
        Requests for the people who speak for the subject, each carried out where they then speak for no
        organisation any more.
    """

    subject: Subject
    at: datetime
    by: str = ""
    traces: Sequence[Trace] = ()
    names: Sequence[str] = ()
    suppressed: Sequence[str] = ()
    people: Sequence["Request"] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """What an erasure removed from the store: rows by table, and rows of others that name the subject.

    ``named_elsewhere`` are places such as ``items.body FAC001``: texts that others wrote. They stay and are
    for a person to read.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    named_elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as the store keeps it. Nothing in it names the subject.

    ``sought`` are the traces that must disappear; none once it is done. ``found_in`` are the files in which
    some were found at the last search, ``tries`` how many searches there were.
    """

    id: str
    kind: SubjectKind
    asked_at: datetime
    rectification: bool = False
    removal: Removal = Removal()
    sought: tuple[Trace, ...] = ()
    found_in: tuple[str, ...] = ()
    tries: int = 0
    searched_bytes: int = 0
    done_at: datetime | None = None


_KEPT = (
    "Hashes by which the subject is recognised and refused, where it asked to be erased; pseudonymous entries"
    " of the audit."
)


def certificate(erasure: Erasure) -> dict[str, Any]:
    """Return what may be handed out on an erasure: what was done and when, without the data.

    Examples
    --------
    >>> from datetime import UTC
    >>> one = Erasure("ER1", SubjectKind.PERSON, datetime(2026, 12, 1, tzinfo=UTC))
    >>> certificate(one)["state"]
    'owed'
    """
    return {
        "certificate": erasure.id,
        "of": erasure.kind.value,
        "act": "rectification" if erasure.rectification else "erasure",
        "state": "done" if erasure.done_at else "owed",
        "asked_at": erasure.asked_at.isoformat(),
        "done_at": erasure.done_at.isoformat() if erasure.done_at else None,
        "rows_removed": dict(erasure.removal.rows),
        "named_in_texts_of_others": list(erasure.removal.named_elsewhere),
        "searches": erasure.tries,
        "bytes_searched": erasure.searched_bytes,
        "found_in": list(erasure.found_in),
        "kept": "" if erasure.rectification else _KEPT,
        "limits": "Backups made before this date hold the data until they are deleted. On PostgreSQL and on a"
        " Qdrant server, freed pages are overwritten at their own next clean-up.",
    }
