"""A candidate: a profile under a neutral code, and, sealed apart, who it is and who was told."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from matcher.hiring.profile import CandidateProfile

CODE_SIGNS = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""No vowel, so that no code is a word; no 0, 1, O or I, which people mix up."""
KEPT_FOR = timedelta(days=730)
"""Time after a candidate's last own act: two years (CNIL, recruitment guide of 2023; LEG20)."""
ERASED_ORGANISATION = "(erased)"
"""Stands in a candidate's choice for an organisation that was erased since; no id has brackets."""
CONFIRMED_WITHIN = timedelta(days=2)
"""Time for the address to be confirmed; what was typed is erased then."""


class Source(StrEnum):
    """How a profile came in; each is an act of the candidate, but ``sample``, which is nobody's."""

    INVITATION = "invitation"
    SIGN_UP = "sign_up"
    SAMPLE = "sample"


class CandidateState(StrEnum):
    """``unconfirmed`` until the candidate follows their link; ``paused`` when they hide the profile."""

    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Consent:
    """When the candidate agreed, and to which version of the notice."""

    notice_version: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A candidate as the store keeps it: nothing here names the person.

    ``shown_to`` are ids of the organisations to whom the HR factory may show the profile; all where it is
    empty. For one that was erased it holds :data:`ERASED_ORGANISATION`, so that the choice never widens to
    all. ``last_contact_at`` is the candidate's last own act.
    """

    id: str
    profile: CandidateProfile
    state: CandidateState
    source: Source
    consent: Consent
    created_at: datetime
    last_contact_at: datetime
    lang: str = "fr"
    shown_to: tuple[str, ...] = ()

    def may_be_shown_to(self, organisation_id: str) -> bool:
        """Whether the profile is shown for a need of an organisation; "" for a need of the cluster itself."""
        if self.state is not CandidateState.ACTIVE:
            return False
        return not self.shown_to or organisation_id in self.shown_to

    @property
    def kept_until(self) -> datetime:
        """When the profile is erased unless the candidate acts."""
        if self.state is CandidateState.UNCONFIRMED:
            return self.created_at + CONFIRMED_WITHIN
        return self.last_contact_at + KEPT_FOR


@dataclass(frozen=True, slots=True)
class Contact:
    """Who a candidate is; sealed in the store, and in no representation."""

    name: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedCandidate:
    """A candidate with the sealed contact and the keyed hash by which the address is recognised."""

    candidate: Candidate
    contact: str
    address_hash: str


@dataclass(frozen=True, slots=True)
class SealedOpening:
    """A contact that a person opened, as the store keeps it; ``by`` is None once that person was erased."""

    at: datetime
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A contact that was opened: when, by whom (a name, "" where the person was erased), and why."""

    at: datetime
    by: str
    reason: str


def new_id() -> str:
    """Return a random id, that of a candidate alone: people's begin with P."""
    return f"C{secrets.token_hex(8)}"


def new_code() -> str:
    """Return a neutral name, such as ``7K3-M2``: random, so that it says nothing of the person or the time.

    >>> len(new_code()), new_code()[3]
    (6, '-')
    """
    signs = "".join(secrets.choice(CODE_SIGNS) for _ in range(5))
    return f"{signs[:3]}-{signs[3:]}"
