"""The gate of tier B: nothing of a candidate is taken in or shown until an administrator records the DPIA."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from matcher.errors import InvalidRequest, NotAllowed

LONGEST = 200


class CandidatesClosed(NotAllowed):
    """Candidates are not taken in, and none is shown."""

    def __init__(self) -> None:
        super().__init__(
            "Candidates are off here: an administrator has to record the impact assessment first, with"
            " `matcher candidates enable --dpia REF --by NAME` or on the page Administration."
        )


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether candidates are taken in; ``dpia`` and ``by`` are of the last act, "" before the first.

    ``by`` is "" too where the person who was signed in then was erased since.
    """

    is_open: bool = False
    at: datetime | None = None
    dpia: str = ""
    by: str = ""


class GateRows(Protocol):
    """Where acts on the gate are kept."""

    def gate(self) -> Gate:
        """Return the gate as the last act left it."""
        ...

    def set_gate(self, gate: Gate, actor: str) -> None:
        """Keep an act and enter it in the audit; with ``actor``, the id of a person, the name is theirs."""
        ...


def opened(dpia: str, by: str, at: datetime) -> Gate:
    """Return the gate that an administrator opens.

    Raises
    ------
    InvalidRequest
        The reference of the impact assessment, or the name of the person who answers for it, is missing.

    Examples
    --------
    >>> from datetime import UTC
    >>> opened("DPIA-2026-04", "Inès Garcia", datetime(2026, 12, 1, tzinfo=UTC)).is_open
    True
    """
    return Gate(True, at, _line(dpia, "reference of the impact assessment (DPIA)"), _line(by, "name"))


def closed(by: str, at: datetime) -> Gate:
    """Return the gate that is closed, by whom; InvalidRequest where no name is given."""
    return Gate(False, at, "", _line(by, "name"))


def require_open(gate: Gate) -> None:
    """Raise CandidatesClosed unless the gate is open."""
    if not gate.is_open:
        raise CandidatesClosed


def _line(text: str, what: str) -> str:
    bare = text.strip()
    if not bare or len(bare) > LONGEST or not bare.isprintable():
        raise InvalidRequest(f"The {what} is one line of 1 to {LONGEST} characters.")
    return bare
