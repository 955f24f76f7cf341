"""The profile of a candidate: what is recognised as a skill, and nothing else of a person."""

from dataclasses import dataclass
from datetime import date

from matcher.hiring.need import JobSkill


@dataclass(frozen=True, slots=True, order=True)
class HeldSkill:
    """A skill, and the ``years`` of it that the candidate stated; None when not stated."""

    skill: JobSkill
    years: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateProfile:
    """What matching may read of a candidate.

    ``code`` is a neutral name that says nothing of the person. ``languages`` are ISO 639-1 codes,
    ``certifications`` codes of RNCP, ``zone`` codes of departments. There is no field for a name, an age, an
    address, a school or a free text, and none may be added.
    """

    code: str
    skills: tuple[HeldSkill, ...] = ()
    languages: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    zone: tuple[str, ...] = ()
    remote: bool = False
    available_from: date | None = None
