"""Invented profiles for demonstrations: nobody is behind them, and no real one is beside."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from random import Random

from matcher.errors import InvalidRequest
from matcher.hiring.candidates.candidate import (
    CODE_SIGNS,
    Candidate,
    CandidateState,
    Consent,
    SealedCandidate,
    Source,
    new_id,
)
from matcher.hiring.candidates.desk import CandidateParts, address_hash
from matcher.hiring.candidates.gate import require_open
from matcher.hiring.candidates.notice import CURRENT
from matcher.hiring.candidates.ports import Erases
from matcher.hiring.need import JobSkill
from matcher.hiring.profile import CandidateProfile, HeldSkill
from matcher.rights import Subject, SubjectKind

SAMPLE_PREFIX = "EXEMPLE-"
"""Every page, command and answer names a profile by its code: there it says that nobody is behind it."""
MOST_SAMPLES = 300
SEED = 113
_LANGUAGES = 12
_DEPARTMENTS = ("09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82")
_YEARS = (None, None, 1, 2, 3, 5)


class SampleDesk:
    """Puts invented profiles into a home without real ones, and erases them.

    Parameters
    ----------
    parts
        What the use cases of candidates work with.
    skills
        Gives labels of skills by id; the first ones, programming languages, are held most often.
    rights
        Erases.
    """

    def __init__(
        self,
        parts: CandidateParts,
        skills: Callable[[], Mapping[str, str]],
        rights: Callable[[], Erases],
    ) -> None:
        self._parts, self._skills, self._rights = parts, skills, rights

    def is_shown(self) -> bool:
        """Whether the home shows invented profiles, beside which nobody enters."""
        return _holds_sample(self._parts.rows.all())

    def load(self, count: int, now: datetime, seed: int = SEED) -> Sequence[Candidate]:
        """Keep ``count`` invented profiles and return them; the same seed gives the same skills.

        Raises
        ------
        CandidatesClosed
            Tier B is off.
        InvalidRequest
            The count is not 1 to :data:`MOST_SAMPLES`, or the home holds candidates already.
        """
        require_open(self._parts.rows.gate())
        if not 1 <= count <= MOST_SAMPLES:
            raise InvalidRequest(f"Ask for 1 to {MOST_SAMPLES} invented profiles.")
        if self._parts.rows.all():
            raise InvalidRequest(
                "This home holds candidates: invented profiles are for a home of their own. Those of an"
                " earlier sample go with `matcher candidates sample --remove`."
            )
        chance = Random(seed)  # noqa: S311  # invented people, no secret
        skills = [JobSkill(skill_id, label) for skill_id, label in self._skills().items()]
        return [self._add(_profile(chance, skills, number), now) for number in range(1, count + 1)]

    def remove(self, now: datetime) -> int:
        """Erase the invented profiles, and no other; return how many there were."""
        invented = [one for one in self._parts.rows.all() if one.source is Source.SAMPLE]
        for candidate in invented:
            self._rights().erase(Subject(SubjectKind.CANDIDATE, candidate.id), now)
        return len(invented)

    def _add(self, profile: CandidateProfile, now: datetime) -> Candidate:
        candidate = Candidate(
            id=new_id(),
            profile=profile,
            state=CandidateState.ACTIVE,
            source=Source.SAMPLE,
            consent=Consent(CURRENT, now),
            created_at=now,
            last_contact_at=now,
        )
        # A random address: erased ones are refused ever after, and a new sample must not be.
        email = f"exemple-{secrets.token_hex(6)}@example.invalid"
        sealed = self._parts.sealing.seal({"name": f"Profil inventé {profile.code}", "email": email})
        self._parts.rows.add(SealedCandidate(candidate, sealed, address_hash(self._parts.salt(), email)))
        return candidate


def _holds_sample(candidates: Sequence[Candidate]) -> bool:
    return any(one.source is Source.SAMPLE for one in candidates)


def require_no_sample(candidates: Sequence[Candidate]) -> None:
    """Raise InvalidRequest where invented profiles are held: a real person does not enter beside them."""
    if _holds_sample(candidates):
        raise InvalidRequest(
            "This home shows invented profiles, for a demonstration: nobody enters here. They go with"
            " `matcher candidates sample --remove`."
        )


def _profile(chance: Random, skills: Sequence[JobSkill], number: int) -> CandidateProfile:
    """Return a profile: a few of the first skills and of the others, so that most needs find some."""
    languages, others = skills[:_LANGUAGES], skills[_LANGUAGES:]
    held = chance.sample(languages, min(len(languages), chance.randint(1, 3)))
    held += chance.sample(others, min(len(others), chance.randint(3, 6)))
    signs = f"{CODE_SIGNS[number // len(CODE_SIGNS)]}{CODE_SIGNS[number % len(CODE_SIGNS)]}"
    return CandidateProfile(
        code=f"{SAMPLE_PREFIX}{signs}",
        skills=tuple(sorted(HeldSkill(skill, chance.choice(_YEARS)) for skill in held)),
        zone=tuple(sorted(chance.sample(_DEPARTMENTS, 2))),
        remote=chance.random() < 0.5,
    )
