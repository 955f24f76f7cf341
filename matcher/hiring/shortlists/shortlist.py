"""A shortlist: everyone eligible for a need, in the order of their scores, ties drawn by a recorded seed."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from matcher.errors import IllegalStep
from matcher.hiring.need import JobNeed, Remote
from matcher.hiring.profile import CandidateProfile
from matcher.hiring.shortlists.match import Match

_SHOWN_DECIMALS = 2
"""Scores are shown in percent: what is shown alike is a tie."""


class Apart(StrEnum):
    """Why a profile is listed apart: by the candidate's own wishes, never by a judgement."""

    ELSEWHERE = "elsewhere"
    LATER = "later"


class Decision(StrEnum):
    """What a person decides on a profile for one need; each can be changed at any time."""

    KEEP = "keep"
    NOT_NOW = "not_now"
    NOT_FOR_THIS_JOB = "not_for_this_job"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: by whom (id of a person), why, in their words, and when."""

    decision: Decision
    reason: str = field(repr=False)
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A profile on a shortlist.

    ``rank`` begins at 1 and is shared by ties. ``place`` is where it stands, ties in the order drawn.
    ``has_changed``: the candidate changed the profile since; what it met before is forgotten.
    """

    candidate_id: str
    match: Match
    rank: int
    place: int
    apart: Apart | None = None
    decided: Decided | None = None
    has_changed: bool = False

    @property
    def code(self) -> str:
        """The neutral name of the profile."""
        return self.match.code


def decided_meanwhile(code: str) -> IllegalStep:
    """Return the error of a decision on a profile that somebody else has decided on since it was read."""
    return IllegalStep(f"Somebody else decided on {code} meanwhile: read it first. Nothing was done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """Everyone eligible for a need at one moment.

    ``need_version`` tells whether the need was changed since; ``model`` and ``skills_version`` say with what
    it was made; ``seed`` gives the same order of ties again. ``listed`` is by place: those apart come last.
    """

    id: str
    need_id: str
    need_version: str
    made_at: datetime
    made_by: str
    seed: int
    model: str
    skills_version: str
    listed: tuple[Listed, ...] = ()

    def of(self, code: str) -> Listed | None:
        """Return the profile of a code; None where it is not on the list."""
        return next((one for one in self.listed if one.code == code), None)

    def among(self, candidate_ids: Collection[str]) -> Self:
        """Return it with the profiles of these candidates alone; ranks and places stay as they were made."""
        return replace(self, listed=tuple(one for one in self.listed if one.candidate_id in candidate_ids))


def version_of(need: JobNeed) -> str:
    """Return twelve signs for the state of a need that matching reads, others for every other state."""
    read = {
        "requirements": [asdict(requirement) for requirement in need.requirements],
        "languages": list(need.languages),
        "where": [need.department, need.remote.value if need.remote else ""],
    }
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:12]


def apart(need: JobNeed, profile: CandidateProfile, today: date) -> Apart | None:
    """Return why a profile is listed apart from a need; None where it is listed with the others.

    A profile without a zone, or a need without a department, is nowhere apart. Work that is done wholly away
    fits those who want that, wherever they are.
    """
    is_away = need.remote is Remote.FULLY and profile.remote
    if need.department and profile.zone and need.department not in profile.zone and not is_away:
        return Apart.ELSEWHERE
    if profile.available_from and profile.available_from > max(today, need.expires_at.date()):
        return Apart.LATER
    return None


def ordered(found: Iterable[tuple[str, Match, Apart | None]], seed: int) -> tuple[Listed, ...]:
    """Return profiles by descending score, ties in an order drawn by ``seed``; those apart after all others.

    Parameters
    ----------
    found
        Triples of a candidate's id, the match, and why it is listed apart. Their order does not matter.
    seed
        The same seed and codes give the same order.
    """

    def key(one: tuple[str, Match, Apart | None]) -> tuple[bool, float, bytes]:
        return one[2] is not None, -round(one[1].score, _SHOWN_DECIMALS), _lot(seed, one[1].code)

    listed: list[Listed] = []
    for place, (candidate_id, match, why) in enumerate(sorted(found, key=key), start=1):
        entry = Listed(candidate_id, match, place, place, why)
        if listed and _tie(listed[-1], entry):
            entry = replace(entry, rank=listed[-1].rank)
        listed.append(entry)
    return tuple(listed)


def ties(listed: Sequence[Listed], entry: Listed) -> int:
    """Return how many others share the rank of an entry."""
    return sum(other.rank == entry.rank for other in listed) - 1


def _tie(first: Listed, second: Listed) -> bool:
    same_score = round(first.match.score, _SHOWN_DECIMALS) == round(second.match.score, _SHOWN_DECIMALS)
    return same_score and (first.apart is None) == (second.apart is None)


def _lot(seed: int, code: str) -> bytes:
    """Return the lot that a code draws: as good as chance, and the same on every machine."""
    return hashlib.sha256(f"{seed} {code}".encode()).digest()
