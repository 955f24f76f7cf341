"""Job needs: read, saved, closed; their leads, and the map of those without one."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from matcher.build import Matcher
from matcher.hiring import Finding
from matcher.hiring.needs import Draft, NeedFields, Override, gaps, unmet
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.schemas import problems
from service.needs import draft_facts, gap_facts, group_facts, need_facts

router = APIRouter(prefix="/v1", tags=["hiring"])
ManagerDep = Annotated[Caller, requires(Permission.MANAGE_NEEDS)]
NeedId = Annotated[str, Path(max_length=60)]
Line = Annotated[str, Field(max_length=200)]
_PROBLEMS = problems(401, 403, 404, 413, 415, 422, 503)
_READ = problems(401, 403, 404, 422, 503)


class Note(BaseModel):
    """Why words that the job check would correct stay as they are."""

    model_config = ConfigDict(extra="forbid")

    criterion: Line
    words: Line
    note: str = Field(max_length=500)


class NeedRequest(BaseModel):
    """A need in words, or a JobPosting or an offer of France Travail as JSON, and what is known of it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=20_000, examples=["développeuse Python junior à Nîmes"])
    title: Line = ""
    rome: Line = ""
    city: Line = ""
    department: Line = ""
    contract: Line = ""
    remote: Line = ""
    required: tuple[Line, ...] = Field((), max_length=100, description="Skills in words, one an entry")
    appreciated: tuple[Line, ...] = Field((), max_length=100)
    organisation_id: Line = ""
    notes: tuple[Note, ...] = Field((), max_length=100)
    version: Line = Field("", description="That was read, of a need that is corrected")

    def fields(self) -> NeedFields:
        """Return what is known beside the text."""
        return NeedFields(**self.model_dump(exclude={"text", "notes", "version"}))

    def overrides(self) -> list[Override]:
        """Return the notes on wordings."""
        return [Override(one.criterion, one.words, one.note) for one in self.notes]


class NoticeReport(BaseModel):
    """Something to look at before a need is saved, and the words it is about."""

    code: str
    words: str


class NeedReport(BaseModel):
    """A need (docs/api.md), what to look at in it, and what the job check finds in its wording."""

    need: dict[str, Any]
    notices: list[NoticeReport] = []
    findings: list[Finding] = []


class LeadsReport(BaseModel):
    """Groups of leads, in the order training, programme, employer, mobility.

    ``unmet_fr`` and ``unmet_en`` say why no training near by answers the need and what would help; "" where
    one does.
    """

    groups: list[dict[str, Any]]
    unmet_fr: str = ""
    unmet_en: str = ""


class NeedsReport(BaseModel):
    """Saved needs, latest first."""

    needs: list[dict[str, Any]]


class MapReport(BaseModel):
    """Needs without a training near by, most needs first."""

    gaps: list[dict[str, Any]]


@router.post("/needs/drafts", responses=_PROBLEMS, summary="Read a job need; nothing is saved")
async def draft_need(given: NeedRequest, _caller: ManagerDep, engine: EngineDep) -> NeedReport:
    """Return what was understood, with the words that say so, and what the job check finds."""
    return await engine.read(lambda matcher: _report(_draft(matcher, given)))


@router.post("/needs", status_code=201, responses=_PROBLEMS, summary="Save a job need")
async def save_need(given: NeedRequest, caller: ManagerDep, engine: EngineDep) -> NeedReport:
    """Save a need that names a job, and whose words are corrected or noted."""
    by = caller.person.id if caller.person else None

    def save(matcher: Matcher) -> NeedReport:
        draft = _draft(matcher, given)
        saved = matcher.hiring.needs.save(draft, given.overrides(), by)
        return _report(draft).model_copy(update={"need": need_facts(saved)})

    return await engine.read(save)


@router.get("/needs", responses=_READ, summary="List saved job needs")
async def list_needs(
    _caller: ManagerDep, engine: EngineDep, state: Literal["active", "all"] = "active"
) -> NeedsReport:
    """Return the needs for which people are sought, or all that are kept."""

    def read(matcher: Matcher) -> NeedsReport:
        desk = matcher.hiring.needs
        found = desk.all() if state == "all" else desk.active(_now())
        return NeedsReport(needs=[need_facts(one) for one in found])

    return await engine.read(read)


@router.get("/needs/gaps", responses=_READ, summary="Job needs without a training near by")
async def map_needs(_caller: ManagerDep, engine: EngineDep) -> MapReport:
    """Return departments and jobs whose needs have no training near by."""

    def read(matcher: Matcher) -> MapReport:
        needs = [one.need for one in matcher.hiring.needs.active(_now())]
        return MapReport(gaps=[gap_facts(one) for one in gaps(needs, matcher.hiring.leads)])

    return await engine.read(read)


@router.get("/needs/{need_id}", responses=_READ, summary="Get a job need")
async def get_need(need_id: NeedId, _caller: ManagerDep, engine: EngineDep) -> NeedReport:
    """Return a saved need."""
    return await engine.read(lambda matcher: NeedReport(need=need_facts(matcher.hiring.needs.get(need_id))))


@router.put("/needs/{need_id}", responses=_PROBLEMS | problems(409), summary="Correct a job need")
async def edit_need(
    need_id: NeedId, given: NeedRequest, _caller: ManagerDep, engine: EngineDep
) -> NeedReport:
    """Save a corrected need in the place of this one; 409 if ``version`` is not its present one."""

    def edit(matcher: Matcher) -> NeedReport:
        draft = _draft(matcher, given)
        saved = matcher.hiring.needs.edit(need_id, draft, given.overrides(), given.version)
        return _report(draft).model_copy(update={"need": need_facts(saved)})

    return await engine.read(edit)


@router.post("/needs/{need_id}/close", responses=_READ, summary="Close a job need")
async def close_need(need_id: NeedId, _caller: ManagerDep, engine: EngineDep) -> NeedReport:
    """Note that nobody is sought any more; safe to repeat."""
    return await engine.read(
        lambda matcher: NeedReport(need=need_facts(matcher.hiring.needs.close(need_id, _now())))
    )


@router.get("/needs/{need_id}/leads", responses=_READ, summary="Leads for a job need")
async def leads_of_need(need_id: NeedId, _caller: ManagerDep, engine: EngineDep) -> LeadsReport:
    """Return who teaches the job near by, who widens who applies, and whose people could move."""

    def read(matcher: Matcher) -> LeadsReport:
        need, leads = matcher.hiring.needs.get(need_id).need, matcher.hiring.leads
        groups, lacking = [group_facts(group) for group in leads.groups(need)], unmet(need, leads)
        if lacking is None:
            return LeadsReport(groups=groups)
        return LeadsReport(groups=groups, unmet_fr=lacking.fr, unmet_en=lacking.en)

    return await engine.read(read)


def _draft(matcher: Matcher, given: NeedRequest) -> Draft:
    return matcher.hiring.needs.draft(given.text, _now(), given.fields())


def _report(draft: Draft) -> NeedReport:
    from_notices = [NoticeReport(code=one.code, words=one.words) for one in draft.notices]
    return NeedReport(need=draft_facts(draft), notices=from_notices, findings=list(draft.findings))


def _now() -> datetime:
    return datetime.now(UTC)
