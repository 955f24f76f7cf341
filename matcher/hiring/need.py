"""A job need: its occupation, requirements, place and contract. It describes a job, never a person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class JobSkill:
    """A skill of the lists a need and a profile share.

    ``id`` begins with its list: ``esco:`` and the end of its address, ``rome:`` and its code, ``term:`` and a
    folded name of a tool or language that neither has. ``label`` is French.
    """

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Occupation:
    """The job in ROME 4 (``rome``, five characters) and in ESCO (``esco``, its address, "" when not known).

    ``words`` is what in the need says so, "" when a person chose it.
    """

    rome: str
    label: str
    words: str = ""
    esco: str = ""


class Weight(StrEnum):
    """Whether the work needs a skill from the first day, or would gain by it."""

    REQUIRED = "required"
    APPRECIATED = "appreciated"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A skill the job asks, and the ``words`` that say so; ``years`` of this skill, None when not asked."""

    skill: JobSkill
    weight: Weight = Weight.REQUIRED
    words: str = ""
    years: int | None = None


class Contract(StrEnum):
    """The contract that is offered."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    APPRENTICESHIP = "apprenticeship"
    PROFESSIONALISATION = "professionalisation"
    INTERNSHIP = "internship"


class Remote(StrEnum):
    """How much of the work is done away from the place."""

    NO = "no"
    PARTLY = "partly"
    FULLY = "fully"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNeed:
    """A need as it was read, corrected and confirmed.

    ``title`` names both genders in full words. ``languages`` are ISO 639-1 codes that the work truly needs.
    ``city`` is a name and ``department`` its code, "" when not said; ``text`` is what was written.
    """

    id: str
    title: str
    text: str
    created_at: datetime
    expires_at: datetime
    occupation: Occupation | None = None
    requirements: tuple[Requirement, ...] = ()
    languages: tuple[str, ...] = ()
    city: str = ""
    department: str = ""
    remote: Remote | None = None
    contract: Contract | None = None
    organisation_id: str = ""
