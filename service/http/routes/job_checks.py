"""The wording of a job offer, checked against the law; nothing of the offer is kept or logged."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from matcher.build import Matcher
from matcher.hiring import Finding, read_job_ad
from matcher.people import Permission
from service.http.access import requires
from service.http.deps import EngineDep
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["hiring"])


class JobOffer(BaseModel):
    """A job offer: text with its title on the first line, or a schema.org ``JobPosting`` as JSON text."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        min_length=1,
        max_length=20_000,
        examples=["Développeur web\nProfil jeune et dynamique, anglais langue maternelle."],
    )


class Findings(BaseModel):
    """What to look at in the offer: to fix before it is published, to justify, advice; in this order."""

    findings: list[Finding]


@router.post(
    "/job-checks",
    responses=problems(401, 403, 413, 415, 422),
    summary="Check the wording of a job offer",
    dependencies=[requires(Permission.ASK)],
)
async def check_job_offer(offer: JobOffer, engine: EngineDep) -> Findings:
    """Return the words the law forbids, asks to justify or advises against, each with its article."""
    return await engine.read(lambda matcher: _findings(matcher, offer.text))


def _findings(matcher: Matcher, text: str) -> Findings:
    return Findings(findings=matcher.job_check.findings(read_job_ad(text)))
