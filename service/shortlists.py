"""Shortlists as the API, the command line and the pages show them: codes and skills, never a name."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from matcher.build import Matcher
from matcher.hiring.candidates import Candidate
from matcher.hiring.shortlists import Decision, Line, Listed, MetBy, Shortlist
from matcher.hiring.shortlists.phrases import APART, reason_of, summary_of


class LineRecord(BaseModel):
    """A requirement: how far it is met, and by which skill of the profile; ``chance`` is in [0, 1]."""

    requirement: str
    state: MetBy
    chance: float
    held: str | None
    relation: str | None
    fr: str
    en: str


class DecisionRecord(BaseModel):
    """What a person decided; their reason is on the page alone."""

    decision: Decision
    at: datetime


class ListedRecord(BaseModel):
    """A profile: equal scores share a ``rank``; ``score`` is the share of requirements expected to be met."""

    code: str
    rank: int
    score: float
    apart_fr: str
    apart_en: str
    summary_fr: str
    summary_en: str
    lines: list[LineRecord]
    languages: dict[str, bool]
    decided: DecisionRecord | None


class ShortlistRecord(BaseModel):
    """A shortlist: who, in which order, made with what; ``seed`` drew the order of ties."""

    id: str
    need_id: str
    need_version: str
    made_at: datetime
    seed: int
    model: str
    skills_version: str
    profiles: list[ListedRecord]


def shortlist_record(shortlist: Shortlist) -> ShortlistRecord:
    """Return a shortlist with every profile, in its order."""
    return ShortlistRecord(
        id=shortlist.id,
        need_id=shortlist.need_id,
        need_version=shortlist.need_version,
        made_at=shortlist.made_at,
        seed=shortlist.seed,
        model=shortlist.model,
        skills_version=shortlist.skills_version,
        profiles=[_listed(entry) for entry in shortlist.listed],
    )


def held_facts(matcher: Matcher, candidate: Candidate) -> dict[str, Any]:
    """Return everything that is held of a candidate, shortlists and decisions with their jobs included."""
    hiring = matcher.hiring
    decided = [
        {"job": job, "at": one.at.isoformat(), "decision": one.decision.value, "reason": one.reason}
        for job, one in hiring.decisions_on(candidate.id)
    ]
    listed = [
        {"job": hiring.title_of(one.need_id), **shortlist_record(one).model_dump(mode="json")}
        for one in hiring.listed_with(candidate.id)
    ]
    return hiring.own.copy(candidate) | {"decided": decided, "listed": listed}


def _listed(entry: Listed) -> ListedRecord:
    apart = APART[entry.apart] if entry.apart else ("", "")
    summary = summary_of(entry)
    decided = DecisionRecord(decision=entry.decided.decision, at=entry.decided.at) if entry.decided else None
    return ListedRecord(
        code=entry.code,
        rank=entry.rank,
        score=entry.match.score,
        apart_fr=apart[0],
        apart_en=apart[1],
        summary_fr=summary[0],
        summary_en=summary[1],
        lines=[_line(line) for line in entry.match.lines],
        languages=dict(entry.match.languages),
        decided=decided,
    )


def _line(line: Line) -> LineRecord:
    french, english = reason_of(line)
    return LineRecord(
        requirement=line.requirement.skill.label,
        state=line.state,
        chance=line.chance,
        held=line.held.skill.label if line.held else None,
        relation=line.relation.value if line.relation else None,
        fr=french,
        en=english,
    )
