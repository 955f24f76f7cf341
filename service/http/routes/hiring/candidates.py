"""Candidates, for the HR factory: profiles by skills alone, contacts opened, and whether they are on."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from matcher.build import Matcher
from matcher.domain import Whole
from matcher.hiring.candidates import MOST_SAMPLES, Candidate, Gate
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.schemas import problems
from service.looking import change_sample

router = APIRouter(prefix="/v1", tags=["hiring"])
_READ = problems(401, 403, 404, 409, 422, 503)
_DONE = _READ | problems(413, 415)
HrDep = Annotated[Caller, requires(Permission.SEE_CANDIDATES)]
AdminDep = Annotated[Caller, requires(Permission.MANAGE_PEOPLE)]
Code = Annotated[str, Path(max_length=20, examples=["7K3-M2"])]


class SkillRecord(BaseModel):
    """A skill of a profile; ``years`` as far as the candidate states them, ten at most."""

    id: str
    label: str
    years: int | None


class ProfileRecord(BaseModel):
    """A profile: nothing in it names the person. ``shown_to`` is empty where any member may be shown it."""

    code: str
    skills: list[SkillRecord]
    languages: list[str]
    certifications: list[str]
    departments: list[str]
    remote: bool
    available_from: date | None
    shown_to: list[str]


class OpeningRequest(BaseModel):
    """Why a contact is opened: the candidate reads it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=10, max_length=500, examples=["Poste de développement à Nîmes, besoin 12"])


class ContactRecord(BaseModel):
    """Who a candidate is."""

    name: str
    email: str


class InvitationRecord(BaseModel):
    """The address of an invitation, for one person; it is not shown again."""

    url: str


class GateRecord(BaseModel):
    """Whether candidates are taken in, since when, and on whose decision."""

    is_open: bool
    at: datetime | None
    dpia: str
    by: str


class GateRequest(BaseModel):
    """The reference of the impact assessment turns candidates on; without one they are turned off."""

    model_config = ConfigDict(extra="forbid")

    dpia: str = Field("", max_length=200, examples=["DPIA-2026-04"])


class SampleRequest(BaseModel):
    """How many invented profiles."""

    model_config = ConfigDict(extra="forbid")

    count: Whole = Field(60, ge=1, le=MOST_SAMPLES)


class SampleReport(BaseModel):
    """How many invented profiles were made, or erased."""

    profiles: int


@router.get("/candidates", responses=_READ, summary="List profiles")
async def list_candidates(_hr: HrDep, engine: EngineDep) -> list[ProfileRecord]:
    """List the profiles that may be shown, by code; 409 while candidates are off."""
    found = await engine.read(lambda matcher: matcher.hiring.desk.listed())
    return [profile_record(one) for one in found]


@router.get("/candidates/gate", responses=_READ, summary="Whether candidates are taken in")
async def get_gate(_admin: AdminDep, engine: EngineDep) -> GateRecord:
    """Say whether candidates are taken in."""
    return _gate_record(await engine.read(lambda matcher: matcher.hiring.desk.gate()))


@router.put("/candidates/gate", responses=_DONE, summary="Turn candidates on or off")
async def put_gate(given: GateRequest, admin: AdminDep, engine: EngineDep) -> GateRecord:
    """Turn candidates on with the reference of their impact assessment, or off without one."""
    by, actor = (admin.person.name, admin.person.id) if admin.person else ("key", "")

    def act(matcher: Matcher) -> Gate:
        if given.dpia.strip():
            return matcher.hiring.desk.enable(given.dpia, by, _now(), actor)
        return matcher.hiring.desk.disable(by, _now(), actor)

    return _gate_record(await engine.read(act))


@router.post("/candidates/sample", status_code=201, responses=_DONE, summary="Load invented profiles")
async def load_sample(given: SampleRequest, admin: AdminDep, engine: EngineDep) -> SampleReport:
    """Put invented profiles into a home without real ones; their codes begin with EXEMPLE."""

    def act(matcher: Matcher) -> int:
        made = matcher.hiring.sample.load(given.count, _now())
        change_sample(matcher, admin.person, _now())
        return len(made)

    return SampleReport(profiles=await engine.read(act))


@router.delete("/candidates/sample", responses=_READ, summary="Erase the invented profiles")
async def remove_sample(admin: AdminDep, engine: EngineDep) -> SampleReport:
    """Erase the invented profiles, and no other."""

    def act(matcher: Matcher) -> int:
        change_sample(matcher, admin.person, _now())
        return matcher.hiring.sample.remove(_now())

    return SampleReport(profiles=await engine.read(act))


@router.post("/candidates/invitations", status_code=201, responses=_DONE, summary="Invite a candidate")
async def invite(_hr: HrDep, engine: EngineDep) -> InvitationRecord:
    """Make an invitation to hand to one person: it works once, for thirty days, and names nobody."""

    def make(matcher: Matcher) -> InvitationRecord:
        return InvitationRecord(url=matcher.addresses.candidate_entry(matcher.hiring.desk.invite(_now())))

    return await engine.read(make)


@router.get("/candidates/{code}", responses=_READ, summary="Read a profile")
async def get_candidate(code: Code, _hr: HrDep, engine: EngineDep) -> ProfileRecord:
    """Read one profile; 404 where it is paused or withdrawn."""
    return profile_record(await engine.read(lambda matcher: matcher.hiring.desk.by_code(code)))


@router.post("/candidates/{code}/contact", responses=_DONE, summary="Open a contact")
async def open_contact(code: Code, given: OpeningRequest, hr: HrDep, engine: EngineDep) -> ContactRecord:
    """Open a candidate's contact, for a reason they read; who opened it and when is told to them."""
    by = hr.person.id if hr.person else ""
    contact = await engine.read(lambda m: m.hiring.desk.open_contact(code, by, given.reason, _now()))
    return ContactRecord(name=contact.name, email=contact.email)


def profile_record(candidate: Candidate) -> ProfileRecord:
    """Return a profile as the API shows it."""
    profile = candidate.profile
    return ProfileRecord(
        code=profile.code,
        skills=[SkillRecord(id=h.skill.id, label=h.skill.label, years=h.years) for h in profile.skills],
        languages=list(profile.languages),
        certifications=list(profile.certifications),
        departments=list(profile.zone),
        remote=profile.remote,
        available_from=profile.available_from,
        shown_to=list(candidate.shown_to),
    )


def _gate_record(gate: Gate) -> GateRecord:
    return GateRecord(is_open=gate.is_open, at=gate.at, dpia=gate.dpia, by=gate.by)


def _now() -> datetime:
    return datetime.now(UTC)
