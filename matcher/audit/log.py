"""The use cases of the audit: enter, check, export, sign."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from matcher.audit.chain import (
    RESUME,
    Checkpoint,
    Head,
    Verdict,
    is_lost,
    is_signed,
    lost_version,
    sign,
    verify,
)
from matcher.audit.entry import Note, Of
from matcher.audit.ports import AuditRows
from matcher.errors import InvalidRequest
from matcher.files import write_whole

_log = logging.getLogger(__name__)
CHECKPOINT_FILE = "audit.checkpoint"
KEY_FILE = "audit-key"
KEPT_EVERY = timedelta(hours=1)
"""Time between two checkpoints that are kept for ever; the file has the latest."""


class AuditLog:
    """The audit of one store.

    Parameters
    ----------
    rows
        Where entries are kept.
    key
        Gives what checkpoints are signed with; read when it is needed.
    folder
        Where the latest checkpoint is kept beside the database, so that an older copy of the database in its
        place is seen.
    """

    def __init__(self, rows: AuditRows, key: Callable[[], bytes], folder: Path) -> None:
        self._rows, self._key, self._file = rows, key, folder / CHECKPOINT_FILE

    def enter(self, note: Note, now: datetime) -> None:
        """Enter one note."""
        self._rows.append([note], now)

    def checkpoint(self, now: datetime) -> Checkpoint | None:
        """Sign the present state; None when nothing was entered since the last one.

        Raises
        ------
        InvalidRequest
            The audit does not continue the state that was signed last. Signing it would put a good signature
            on a chain that was cut or changed, and overwrite the file that shows it.
        """
        head = self._rows.head()
        latest = self._latest()
        if latest is not None and self._rows.hash_at(latest.seq) != latest.hash:
            raise InvalidRequest(
                "The audit does not continue the state that was signed: see `matcher audit verify`. If the"
                " store was restored from a backup, `matcher audit resume`.",
                place=self._file,
            )
        if head.seq == 0 or (latest is not None and latest.seq == head.seq):
            return None
        return self._sign(now)

    def resume(self, now: datetime, *others: Checkpoint) -> Checkpoint | None:
        """Go on from an older state, as after a restore; return the signed state whose entries are lost.

        An entry that is signed with the key says so for ever: :meth:`verify` tells it. The checkpoint of the
        home and ``others`` kept elsewhere are compared; of several lost states the latest is entered. None
        where nothing is lost: there is no checkpoint, or the audit continues each or says it already.

        Raises
        ------
        InvalidRequest
            A checkpoint is not signed with the key, so that nothing can be said of it.
        """
        differing = self._not_continued(others)
        if not differing:
            return None
        key = self._key()
        if not all(is_signed(mark, key) for mark in differing):
            raise InvalidRequest(
                "A checkpoint is not signed with the key of this audit: give the key it was"
                " signed with (MATCHER_AUDIT_KEY, or the file audit-key).",
                place=self._file,
            )
        lost = max(differing, key=lambda mark: (mark.seq, mark.at))
        # Later than what is lost, whatever the clock says: of one instant, it would be taken as signed since.
        at = max(now, *(mark.at + timedelta(microseconds=1) for mark in differing))
        self._rows.append_to(lambda head: _lost_note(key, lost, head, at), at)
        self._sign(at)
        return lost

    def _not_continued(self, others: Sequence[Checkpoint]) -> list[Checkpoint]:
        """Return the checkpoints that the audit does not continue, without those it says are lost."""
        latest = self._latest()
        marks = [*([latest] if latest else []), *others]
        differing = [mark for mark in marks if self._rows.hash_at(mark.seq) != mark.hash]
        known = self.verify().resumptions if differing else ()
        return [mark for mark in differing if not is_lost(mark, known)]

    def _sign(self, now: datetime) -> Checkpoint:
        """Sign the present state, and keep it in the home and from time to time in the store."""
        head, known = self._rows.head(), self._rows.checkpoints()
        signed = sign(self._key(), head.seq, head.hash, now)
        if not known or abs(now - known[-1].at) >= KEPT_EVERY:  # the clock may have been set back
            self._rows.keep(signed)
        text = json.dumps(asdict(signed) | {"at": signed.at.isoformat(timespec="microseconds")})
        write_whole(self._file, text.encode(), check=lambda draft: draft.chmod(0o600))
        return signed

    def sign_due(self, now: datetime) -> None:
        """Sign as :meth:`checkpoint`; log why it cannot be done, since the mails after it must still go."""
        try:
            self.checkpoint(now)
        except InvalidRequest as error:
            _log.error("the audit is not signed: %s", error)

    def latest(self) -> str | None:
        """Return the latest checkpoint as it is kept in the home; None before the first."""
        return self._file.read_text(encoding="utf-8") if self._file.exists() else None

    def verify(self, *others: Checkpoint) -> Verdict:
        """Check the whole chain, against the checkpoints of store and home and ``others`` kept elsewhere."""
        latest = self._latest()
        marks = [*self._rows.checkpoints(), *([latest] if latest else []), *others]
        # One state, younger than every checkpoint: what is entered meanwhile is no fault.
        with self._rows.state() as (head, entries):
            return verify(entries, head, marks, self._key())

    def export(self) -> Iterator[dict[str, Any]]:
        """Yield every entry as plain values, oldest first."""
        for entry in self._rows.entries():
            yield asdict(entry) | {"at": entry.at.isoformat(timespec="microseconds")}

    def _latest(self) -> Checkpoint | None:
        return read_checkpoint(self._file) if self._file.exists() else None


def _lost_note(key: bytes, lost: Checkpoint, head: Head, at: datetime) -> Note:
    return Note(RESUME, Of.REPORT, "audit", version=lost_version(key, lost, head, at))


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint of a file; InvalidRequest for one that cannot be read."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Checkpoint(**(facts | {"at": datetime.fromisoformat(facts["at"])}))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InvalidRequest(
            "This is no checkpoint of the audit: name a file that `matcher audit checkpoint` wrote.",
            place=path,
            cause=error,
        ) from error
