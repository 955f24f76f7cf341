"""The check of a chain of entries: nothing changed, left out, put in, moved or cut off."""

import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from matcher.audit.entry import FIRST, Entry, hash_of_entry

MOST_FAULTS = 20
_OF_EACH_KIND = 2
RESUME = "audit.resume"
"""The act of an entry by which the chain goes on from an older state, as after a restore."""


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


class FaultKind(StrEnum):
    """What may be wrong, in English; the braces are the numbers of a fault."""

    CHANGED = "the entry was changed"
    UNREADABLE = "the entry cannot be read"
    MOVED = "the entry after {} is missing or moved"
    UNLINKED = "the entry does not follow from the one before it"
    NOT_AS_SIGNED = "the entry is not the one that was signed"
    UNSIGNED = "a checkpoint is not signed with the key"
    HEAD = "the chain ends at entry {}, and its head is entry {}"
    GONE = "entries {} to {} were signed and are gone"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which entry; 0 for the chain as a whole. ``numbers`` are those of the kind.

    >>> Fault(0, FaultKind.GONE, (4, 6)).what
    'entries 4 to 6 were signed and are gone'
    """

    seq: int
    kind: FaultKind
    numbers: tuple[int, ...] = ()

    @property
    def what(self) -> str:
        """Say it in English."""
        return self.kind.value.format(*self.numbers)


@dataclass(frozen=True, slots=True)
class Resumption:
    """A signed entry says that the chain goes on from an older state, without entries up to ``lost``.

    ``hash`` is that of the lost entry, as it was signed.
    """

    seq: int
    lost: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries and checkpoints there are, and the first faults; a sound chain has none.

    ``resumptions``: where the store was restored from an older state. That is no fault, and is told for ever.
    """

    entries: int
    checkpoints: int
    faults: tuple[Fault, ...] = ()
    resumptions: tuple[Resumption, ...] = ()

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
    database can hash anew, and cannot sign. A checkpoint of entries that a restore lost is passed over where
    an entry says so, which is signed with the key too (:func:`lost_version`).

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
    marks = _by_number(checkpoints)
    unsigned = [mark for mark in checkpoints if not is_signed(mark, key)]
    faults = _faults_at(unsigned, FaultKind.UNSIGNED)
    last = Head()
    differing: list[Checkpoint] = []
    resumptions: list[Resumption] = []
    for entry in entries:
        faults += _faults_of(entry, last)
        differing += [mark for mark in marks.pop(entry.seq, ()) if mark.hash != entry.hash]
        if entry.act == RESUME:
            resumptions += _resumption(entry, key)
        last = Head(entry.seq, entry.hash)
    if last != head:
        faults.append(Fault(0, FaultKind.HEAD, (last.seq, head.seq)))
    faults += _faults_at(_not_lost(differing, resumptions), FaultKind.NOT_AS_SIGNED)
    # What is left of the marks is of entries that are not there.
    gone = _not_lost(chain.from_iterable(marks.values()), resumptions)
    if gone:
        latest = max(mark.seq for mark in gone)
        faults.append(Fault(0, FaultKind.GONE, (last.seq + 1, latest)))
    return Verdict(last.seq, len(checkpoints), tuple(_first_of_each(faults)), tuple(resumptions))


def _first_of_each(faults: Sequence[Fault]) -> list[Fault]:
    """Return at most :data:`MOST_FAULTS` faults, in order: the first two of each kind before all others.

    Many changed entries would otherwise hide that signed ones are gone.
    """
    told: Counter[FaultKind] = Counter()
    first: list[int] = []
    rest: list[int] = []
    for place, fault in enumerate(faults):
        told[fault.kind] += 1
        (first if told[fault.kind] <= _OF_EACH_KIND else rest).append(place)
    return [faults[place] for place in sorted([*first, *rest][:MOST_FAULTS])]


def lost_version(key: bytes, lost: Checkpoint, head: Head, at: datetime) -> str:
    """Return the version of the entry after ``head`` by which the chain goes on without a state signed later.

    It holds number and hash of the lost state and a signature, which is bound to place and instant of the
    entry: with a later date it would pass over what was signed since.
    """
    state = f"{lost.seq}:{lost.hash}"
    return f"{state}:{_lost_signature(key, state, Head(head.seq + 1, head.hash), at)}"


def is_lost(mark: Checkpoint, resumptions: Iterable[Resumption]) -> bool:
    """Whether an entry says that a restore lost a checkpoint: by its number and hash, or as an older one."""
    for one in resumptions:
        is_between = one.seq <= mark.seq <= one.lost and mark.at < one.at
        if is_between or (mark.seq, mark.hash) == (one.lost, one.hash):
            return True
    return False


def _resumption(entry: Entry, key: bytes) -> list[Resumption]:
    """Return what an entry says of a restore; nothing where it is not signed with the key."""
    lost, _, signature = entry.version.rpartition(":")
    expected = _lost_signature(key, lost, Head(entry.seq, entry.before), entry.at)
    number, _, hash_ = lost.partition(":")
    if not hmac.compare_digest(signature.encode(), expected.encode()) or not number.isdecimal():
        return []
    return [Resumption(entry.seq, int(number), hash_, entry.at)]


def _by_number(checkpoints: Sequence[Checkpoint]) -> dict[int, list[Checkpoint]]:
    marks: dict[int, list[Checkpoint]] = {}
    for mark in checkpoints:
        marks.setdefault(mark.seq, []).append(mark)
    return marks


def _faults_at(marks: Sequence[Checkpoint], kind: FaultKind) -> list[Fault]:
    return [Fault(mark.seq, kind) for mark in marks]


def _not_lost(marks: Iterable[Checkpoint], resumptions: Sequence[Resumption]) -> list[Checkpoint]:
    return [mark for mark in marks if not is_lost(mark, resumptions)]


def _lost_signature(key: bytes, lost: str, place: Head, at: datetime) -> str:
    signed = f"resume {lost} at {place.seq} after {place.hash} on {at.isoformat(timespec='microseconds')}"
    return hmac.digest(key, signed.encode(), "sha256").hex()


def _faults_of(entry: Entry, last: Head) -> list[Fault]:
    faults = []
    if entry.seq != last.seq + 1:
        faults.append(Fault(entry.seq, FaultKind.MOVED, (last.seq,)))
    if entry.before != last.hash:
        faults.append(Fault(entry.seq, FaultKind.UNLINKED))
    try:
        if entry.hash != hash_of_entry(entry):
            faults.append(Fault(entry.seq, FaultKind.CHANGED))
    except (AttributeError, TypeError, ValueError):  # somebody edited bytes into a column of texts
        faults.append(Fault(entry.seq, FaultKind.UNREADABLE))
    return faults


def is_signed(mark: Checkpoint, key: bytes) -> bool:
    """Whether a checkpoint has a good signature; bytes are compared, since an edited one may be any text."""
    expected = _signature(key, mark.seq, mark.hash, mark.at)
    return hmac.compare_digest(str(mark.signature).encode(), expected.encode())


def _signature(key: bytes, seq: int, hash_: str, at: datetime) -> str:
    signed = f"checkpoint {seq} {hash_} {at.isoformat(timespec='microseconds')}"
    return hmac.digest(key, signed.encode(), "sha256").hex()
