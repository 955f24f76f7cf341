"""The check of a chain of entries: nothing changed, left out, put in, moved or cut off."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.audit.entry import FIRST, Entry, hash_of_entry

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the chain, as writers know it; ``seq`` 0 of an empty one."""

    seq: int = 0
    hash: str = FIRST


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state of the chain that was signed: it then had ``seq`` entries, the last of this hash."""

    seq: int
    hash: str
    at: datetime
    signature: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which entry; 0 for the chain as a whole."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries and checkpoints there are, and the first faults; a sound chain has none."""

    entries: int
    checkpoints: int
    faults: tuple[Fault, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def sign(key: bytes, seq: int, hash_: str, at: datetime) -> Checkpoint:
    """Sign a state of the chain."""
    return Checkpoint(seq, hash_, at, _signature(key, seq, hash_, at))


def verify(entries: Iterable[Entry], head: Head, checkpoints: Sequence[Checkpoint], key: bytes) -> Verdict:
    """Check a chain.

    Every entry has the next number, the hash of the entry before it and its own hash. The last one is the
    head. Each checkpoint bears a good signature and agrees with the entry of its number: who can write to the
    database can hash anew, and cannot sign.

    Parameters
    ----------
    entries
        In ascending order of their number.
    head
        The last entry, as writers know it.
    checkpoints
        Signed states, in any order: those of the store, and copies kept elsewhere.
    key
        What checkpoints are signed with.

    Examples
    --------
    >>> verify([], Head(), [], b"key").is_sound
    True
    """
    marks: dict[int, list[Checkpoint]] = {}
    faults = [
        Fault(mark.seq, "a checkpoint is not signed with the key")
        for mark in checkpoints
        if not _is_signed(mark, key)
    ]
    for mark in checkpoints:
        marks.setdefault(mark.seq, []).append(mark)
    last = Head()
    for entry in entries:
        faults += _faults_of(entry, last)
        if any(mark.hash != entry.hash for mark in marks.get(entry.seq, ())):
            faults.append(Fault(entry.seq, "the entry is not the one that was signed"))
        last = Head(entry.seq, entry.hash)
    if last != head:
        faults.append(Fault(0, f"the chain ends at entry {last.seq}, and its head is entry {head.seq}"))
    cut = max(marks, default=0)
    if cut > last.seq:
        faults.append(Fault(0, f"entries {last.seq + 1} to {cut} were signed and are gone"))
    return Verdict(last.seq, len(checkpoints), tuple(faults[:MOST_FAULTS]))


def _faults_of(entry: Entry, last: Head) -> list[Fault]:
    faults = []
    if entry.seq != last.seq + 1:
        faults.append(Fault(entry.seq, f"the entry after {last.seq} is missing or moved"))
    if entry.before != last.hash:
        faults.append(Fault(entry.seq, "the entry does not follow from the one before it"))
    try:
        if entry.hash != hash_of_entry(entry):
            faults.append(Fault(entry.seq, "the entry was changed"))
    except (AttributeError, TypeError, ValueError):  # somebody edited bytes into a column of texts
        faults.append(Fault(entry.seq, "the entry cannot be read"))
    return faults


def _is_signed(mark: Checkpoint, key: bytes) -> bool:
    """Whether a checkpoint has a good signature; as bytes, since one that was edited may be any text."""
    expected = _signature(key, mark.seq, mark.hash, mark.at)
    return hmac.compare_digest(str(mark.signature).encode(), expected.encode())


def _signature(key: bytes, seq: int, hash_: str, at: datetime) -> str:
    signed = f"checkpoint {seq} {hash_} {at.isoformat(timespec='microseconds')}"
    return hmac.digest(key, signed.encode(), "sha256").hex()
