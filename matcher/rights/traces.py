"""Fingerprints of texts that are to disappear, and the search for them in bytes.

A search must go on after a restart, and the list of what is sought must not be one more copy of it. So of
each text only windows of a few bytes are kept, as keyed hashes. A rolling hash finds the places worth a look
(Karp and Rabin, 1987), and the keyed SHA-256 of the window decides.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

WINDOW = 16
"""Bytes of a window at most. A text of sixteen given bytes is not found by chance."""
SHORTEST = 4
"""Bytes of a text at least: a shorter one is found in any file."""
WINDOWS_OF_A_TEXT = 6
"""Windows of a text at most, from its start to its end: one may lie across two pages of a database file."""
_FILTER = 1 << 16
_LOW_BITS = np.uint64(_FILTER - 1)
_PLAIN = re.compile(r'[^"\\\x00-\x1f]+')
"""What is written alike in JSON, CSV and a database row: no quotes, backslashes and control characters."""
_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-")


@dataclass(frozen=True, slots=True)
class Trace:
    """The fingerprint of one window: its length in bytes, its rolling hash and the start of its keyed hash.

    ``whole``: it counts only where no letter, digit, ``_`` or ``-`` stands beside it, as for an id that
    begins another id.
    ``shared``: of a label, which others may have too; it tells nothing of the window itself.
    """

    length: int
    rolling: int
    digest: str
    whole: bool = False
    shared: bool = field(default=False, compare=False)


class Tracer:
    """Makes traces and searches for them, with one key.

    Parameters
    ----------
    key
        Without it, traces cannot be compared with guessed texts.

    Examples
    --------
    >>> tracer = Tracer(b"a key of this example")
    >>> sought = tracer.traces(["Société Exemple, 31000 Toulouse"])
    >>> tracer.is_found(sought, "la Société Exemple, 31000 Toulouse".encode())
    True
    >>> tracer.is_found(sought, "la Société Modèle".encode())
    False
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        # odd, so that no byte of a window is multiplied away
        base = int.from_bytes(hashlib.sha256(b"base" + key).digest()[:8], "big") | 1
        self._base, self._inverse = np.uint64(base), np.uint64(pow(base, -1, 1 << 64))
        self._powers = self._inverses = _powers(self._base, 0)

    def traces(
        self, texts: Iterable[str], ids: Iterable[str] = (), labels: Iterable[str] = ()
    ) -> list[Trace]:
        """Return the traces of texts, of ids, which count as whole words only, and of labels.

        Others may have the same labels (:attr:`Trace.shared`).

        Texts of fewer than :data:`SHORTEST` bytes leave none.
        """
        found: dict[tuple[str, bool], Trace] = {}
        for text in texts:
            for window in _windows(text):
                self._add(found, window, whole=len(window) < WINDOW)
        for name in ids:
            if len(name.encode()) >= SHORTEST:
                self._add(found, name.encode(), whole=True)
        for label in labels:
            for window in _windows(label):
                self._add(found, window, whole=len(window) < WINDOW, shared=True)
        return list(found.values())

    def is_found(self, sought: Sequence[Trace], content: bytes) -> bool:
        """Whether any of the traces is in a content."""
        return bool(self.found(sought, content))

    def found(self, sought: Sequence[Trace], content: bytes) -> set[Trace]:
        """Return those of the traces that are in a content."""
        by_length: dict[int, list[Trace]] = {}
        for trace in sought:
            by_length.setdefault(trace.length, []).append(trace)
        # No window begins or ends with a zero byte, and most of a young index is megabytes of them.
        content = content.strip(b"\0")
        sums = self._sums(content)
        found: set[Trace] = set()
        for length, traces in by_length.items():
            found |= self._found(traces, length, content, sums)
        return found

    def _found(self, traces: Sequence[Trace], length: int, content: bytes, sums: Hashes) -> set[Trace]:
        known = {(trace.digest, trace.whole): trace for trace in traces}
        found: set[Trace] = set()
        for start in self._candidates(traces, length, sums):
            window = content[start : start + length]
            digest = self._digest(window)
            for whole in (False, True):
                trace = known.get((digest, whole))
                if trace and (not whole or _stands_alone(content, start, length)):
                    found.add(trace)
        return found

    def _candidates(self, traces: Sequence[Trace], length: int, sums: Hashes) -> Iterator[int]:
        """Yield the places whose rolling hash is that of a trace."""
        if len(sums) <= length:
            return
        rolling = self._rolling(sums, length)
        wanted = np.array(sorted({trace.rolling for trace in traces}), dtype=np.uint64)
        # A table of the low bits leaves one place in a thousand for the exact comparison.
        table = np.zeros(_FILTER, dtype=bool)
        table[wanted & _LOW_BITS] = True
        near = np.flatnonzero(table[rolling & _LOW_BITS])
        yield from near[np.isin(rolling[near], wanted)].tolist()

    def _sums(self, content: bytes) -> Hashes:
        """Return the sum of the first i bytes, each divided by the power of its place, for i from 0."""
        if len(self._powers) < len(content):
            self._powers = _powers(self._base, len(content))
            self._inverses = _powers(self._inverse, len(content))
        sums = np.zeros(len(content) + 1, dtype=np.uint64)
        values = np.frombuffer(content, dtype=np.uint8)
        np.cumsum(values * self._inverses[: len(content)], out=sums[1:])
        return sums

    def _rolling(self, sums: Hashes, length: int) -> Hashes:
        """Return the polynomial hash of every window, modulo 2**64.

        A difference of two sums is the window's polynomial divided by a power, which one product takes
        back: an odd base has an inverse. So all lengths share the sums, and none costs more for being long.
        """
        count = len(sums) - length
        rolling: Hashes = (sums[length:] - sums[:count]) * self._powers[length - 1 : length - 1 + count]
        # The low bits of a polynomial modulo a power of two depend on the low bits of the bytes alone.
        return rolling ^ (rolling >> np.uint64(29))

    def _digest(self, window: bytes) -> str:
        return hmac.digest(self._key, b"trace" + window, "sha256")[:16].hex()

    def _add(
        self, found: dict[tuple[str, bool], Trace], window: bytes, *, whole: bool, shared: bool = False
    ) -> None:
        rolling = int(self._rolling(self._sums(window), len(window))[0])
        trace = Trace(len(window), rolling, self._digest(window), whole, shared)
        found.setdefault((trace.digest, whole), trace)


def _powers(base: np.uint64, count: int) -> Hashes:
    """Return the powers of a base modulo 2**64, from the zeroth."""
    powers = np.full(max(count, 1), base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers)


def _windows(text: str) -> list[bytes]:
    """Return windows spread over a text, from its start; none of a text that is too short."""
    windows: list[bytes] = []
    for part in _PLAIN.findall(text):
        content = part.strip().encode()
        if SHORTEST <= len(content) <= WINDOW:
            windows.append(content)
        elif len(content) > WINDOW:
            starts = np.linspace(0, len(content) - WINDOW, WINDOWS_OF_A_TEXT).astype(int)
            windows += [content[at : at + WINDOW] for at in sorted(set(starts.tolist()))]
    places = np.linspace(0, len(windows) - 1, min(WINDOWS_OF_A_TEXT, len(windows))).astype(int)
    return [windows[place] for place in sorted(set(places.tolist()))]


def _stands_alone(content: bytes, start: int, length: int) -> bool:
    before = content[start - 1 : start] if start else b""
    after = content[start + length : start + length + 1]
    return not (before and before[0] in _WORD) and not (after and after[0] in _WORD)
