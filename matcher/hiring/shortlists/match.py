"""A need and a profile compared requirement by requirement: skills, years and languages alone are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import Protocol

from matcher.hiring.need import JobNeed, Requirement, Weight
from matcher.hiring.profile import CandidateProfile, HeldSkill
from matcher.hiring.shortlists.relatedness import Relatedness
from matcher.knowledge.job_skills import Relation

MODEL = "requirements-2"
"""Name of this way of matching; a stored shortlist keeps it. Change it with any number below."""
WEIGHTS: Mapping[Weight, float] = {Weight.REQUIRED: 1.0, Weight.APPRECIATED: 0.5}
CHANCES: Mapping[Relation, float] = {
    Relation.SAME: 1.0,
    Relation.NARROWER: 1.0,
    Relation.BROADER: 0.5,
    Relation.TRANSFERABLE: 0.4,
}
"""How likely a related skill is to do; that of the last two is a judgement, no measurement."""
LEAST = 0.1
"""A weaker relation counts nothing, so that popular skills, which are near everything, gain nothing."""
MOST = 0.9
"""A related skill never counts as much as the skill itself."""
_DECIMALS = 4


class MetBy(StrEnum):
    """How far a requirement is met; *not stated* says nothing of what the person can do."""

    MET = "met"
    PARTLY = "partly"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement: how far it is met, and by which skill of the profile.

    ``chance`` in [0, 1] is 1 for a skill that is held, with the years asked. ``held`` and ``relation`` are
    None where nothing speaks for it. ``short_of_years``: the skill is held, the years asked are not stated or
    fewer.
    """

    requirement: Requirement
    state: MetBy = MetBy.NOT_STATED
    chance: float = 0.0
    held: HeldSkill | None = None
    relation: Relation | None = None
    short_of_years: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """How a profile meets a need.

    ``score`` in [0, 1] is the share of the need's requirements that the profile is expected to meet: the mean
    of the chances of its lines, an appreciated one counting half. It orders a reading; it is no probability
    that the person suits, nor that they would be hired. ``languages`` pairs each language of the need with
    whether the profile states it; it counts as a requirement.
    """

    code: str
    score: float
    lines: tuple[Line, ...] = ()
    languages: tuple[tuple[str, bool], ...] = ()


class JobSkills(Protocol):
    """How skills stand to each other."""

    def related(self, skill_id: str, /) -> Mapping[str, Relation]:
        """Return the ids of related skills, and how each stands to this one."""
        ...


class NeedMatcher:
    """Compares needs with profiles.

    Parameters
    ----------
    skills
        Knows which skills are the same, wider, narrower or near.
    relatedness
        How often occupations that need one skill need another.
    version
        Names the state of the lists of skills; stored shortlists keep it.

    >>> from matcher.hiring.need import JobSkill
    >>> class Unrelated:
    ...     def related(self, skill_id):
    ...         return {}
    >>> python, sql = JobSkill("term:python", "Python"), JobSkill("term:sql", "SQL")
    >>> asked = [Requirement(python), Requirement(sql)]
    >>> match = NeedMatcher(Unrelated(), Relatedness({})).compare(
    ...     asked, (), CandidateProfile(code="7K3-M2", skills=(HeldSkill(python),)))
    >>> match.score, [line.state.value for line in match.lines]
    (0.5, ['met', 'not_stated'])
    """

    def __init__(self, skills: JobSkills, relatedness: Relatedness, version: str = "") -> None:
        self._skills, self._relatedness = skills, relatedness
        self.version = version

    def match(self, need: JobNeed, profile: CandidateProfile) -> Match:
        """Return how a profile meets a need; see :meth:`compare`."""
        return self.compare(need.requirements, need.languages, profile)

    def compare(
        self,
        requirements: tuple[Requirement, ...] | list[Requirement],
        languages: tuple[str, ...],
        profile: CandidateProfile,
    ) -> Match:
        """Return how a profile meets requirements and languages, lines in the order of the need.

        The same whatever the order of the profile's skills. A need without requirements and languages gives
        a score of 0 to everybody: it tells profiles apart by nothing.
        """
        lines = tuple(self._line(requirement, profile) for requirement in requirements)
        spoken = tuple((language, language in profile.languages) for language in languages)
        weights = [WEIGHTS[line.requirement.weight] for line in lines]
        gains = [weight * line.chance for weight, line in zip(weights, lines, strict=True)]
        total = fsum(weights) + len(spoken)
        met = fsum(gains) + sum(is_met for _, is_met in spoken)
        score = round(met / total, _DECIMALS) if total else 0.0
        return Match(profile.code, score, lines, spoken)

    def _line(self, requirement: Requirement, profile: CandidateProfile) -> Line:
        listed = list(self._listed(requirement, profile))
        shared = list(self._shared(requirement, profile))
        # The surest skill speaks; of two as sure the one that is stated more directly, then by id.
        # Added up, many skills that are each a little related would earn more than any of them: stuffing.
        return min(listed + shared, key=_preference, default=Line(requirement))

    def _listed(self, requirement: Requirement, profile: CandidateProfile) -> Iterator[Line]:
        """Yield what the lists of skills say of each skill of the profile."""
        related = self._skills.related(requirement.skill.id)
        for held in profile.skills:
            relation = Relation.SAME if held.skill.id == requirement.skill.id else related.get(held.skill.id)
            if relation:
                yield _line_by(requirement, held, relation, CHANCES[relation])

    def _shared(self, requirement: Requirement, profile: CandidateProfile) -> Iterator[Line]:
        """Yield the other skills of the profile that occupations need together with the one required."""
        for held in profile.skills:
            chance = min(self._relatedness.chance(held.skill.id, requirement.skill.id), MOST)
            if held.skill.id != requirement.skill.id and chance >= LEAST:
                yield _line_by(requirement, held, Relation.TRANSFERABLE, chance)


def _line_by(requirement: Requirement, held: HeldSkill, relation: Relation, chance: float) -> Line:
    asked = requirement.years or 0
    is_short = chance == 1.0 and (held.years or 0) < asked
    if is_short:
        # Half for the skill, the rest by the years: not stated is not none, and no line falls to nothing.
        chance = round(0.5 + 0.5 * (held.years or 0) / asked, _DECIMALS)
    state = MetBy.MET if chance == 1.0 else MetBy.PARTLY
    return Line(requirement, state, round(chance, _DECIMALS), held, relation, is_short)


def _preference(line: Line) -> tuple[float, int, str]:
    directness = list(Relation).index(line.relation) if line.relation else len(Relation)
    return (-line.chance, directness, line.held.skill.id if line.held else "")
