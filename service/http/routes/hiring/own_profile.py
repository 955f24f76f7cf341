"""A candidate's own acts: entering, and, by the link of their mail, all that they may do with their profile.

The token of the link comes in the header ``Candidate-Link``, never in an address, which proxies log.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from matcher.build import Matcher
from matcher.domain import Flag, Whole
from matcher.hiring.candidates import (
    CURRENT,
    MOST_BYTES,
    MOST_SKILLS,
    Candidate,
    CandidatesClosed,
    CvRefused,
    Entry,
    Wishes,
    person_notice,
)
from matcher.people import address_key
from service.http.access.limits import LINKS_OF_A_CLIENT, LINKS_OF_AN_ADDRESS, Attempts, network_of
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.http.routes.hiring.candidates import ProfileRecord, SkillRecord, profile_record
from service.http.schemas import problems
from service.shortlists import held_facts
from service.words import Language

router = APIRouter(prefix="/v1", tags=["candidates themselves"])
_ENTER = problems(404, 409, 410, 413, 415, 422, 429, 503)
_OWN = problems(404, 410, 422, 503)
_DONE = _OWN | problems(409, 413, 415)
Id = Annotated[str, Field(max_length=100)]
_FILE = {"schema": {"type": "string", "format": "binary"}}
_CV_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _FILE}}}


class NoticePart(BaseModel):
    """A heading and its text."""

    heading: str
    text: str


class NoticeReport(BaseModel):
    """What a candidate is told before anything is entered; entering names its ``version``."""

    version: str
    parts: list[NoticePart]


class EntryRequest(BaseModel):
    """Who enters, which version of the notice was agreed to, and the invitation where one is needed."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254, examples=["ada@courriel.example"])
    name: str = Field("", max_length=120)
    notice_version: str = Field(max_length=20, examples=[CURRENT])
    invitation: str = Field("", max_length=100, description="Token at the end of the invitation's address")
    lang: Language = "fr"


class LinkRequest(BaseModel):
    """Whose link is sent again."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254)


class SentReport(BaseModel):
    """What is said whether or not a mail was sent."""

    fr: str = "Si cette adresse peut entrer, un lien vient d'y être envoyé."
    en: str = "If this address may enter, a link has been sent to it."


class CvReport(BaseModel):
    """The profile after a CV; ``dropped`` counts signs that no reader sees, by why. The file is forgotten."""

    profile: ProfileRecord
    dropped: dict[str, int]


class WordsRequest(BaseModel):
    """Skills in the candidate's own words."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(max_length=2_000, examples=["Python (3 ans), PostgreSQL"])


class AddedReport(BaseModel):
    """The profile, and the skills that are new in it."""

    profile: ProfileRecord
    added: list[SkillRecord]


class KeptRequest(BaseModel):
    """Ids of skills and certifications to keep, each with its years or null; all others are forgotten."""

    model_config = ConfigDict(extra="forbid")

    years: dict[Id, Whole | None] = Field(max_length=2 * MOST_SKILLS)


class ChoicesRequest(BaseModel):
    """Where, when and to whom: all of it, as it shall be. See docs/api.md for ``to_everyone``."""

    model_config = ConfigDict(extra="forbid")

    departments: tuple[Id, ...] = Field((), max_length=100)
    remote: Flag = False
    available_from: date | None = None
    languages: tuple[Id, ...] = Field((), max_length=20)
    shown_to: tuple[Id, ...] = Field(
        (), max_length=100, description="Ids of organisations; empty: all members"
    )
    to_everyone: Flag = False


class ErasedReport(BaseModel):
    """Number of the certificate: the proof in the files follows by itself."""

    certificate: str


async def _followed(
    engine: EngineDep, token: Annotated[str, Header(alias="Candidate-Link", max_length=100)]
) -> Candidate:
    return await engine.read(lambda matcher: matcher.hiring.own.follow(token, _now()))


OwnDep = Annotated[Candidate, Depends(_followed)]


@router.get("/candidates/notice", responses=problems(409, 422, 503), summary="What candidates are told")
async def get_notice(engine: EngineDep, lang: Annotated[Language, Query()] = "fr") -> NoticeReport:
    """Return the notice in force, to be read before entering; 409 while its settings are missing."""

    def read(matcher: Matcher) -> list[tuple[str, str]]:
        if matcher.hiring.controller.missing():
            raise CandidatesClosed
        return person_notice().parts(lang, matcher.hiring.controller)

    parts = await engine.read(read)
    told = [NoticePart(heading=heading, text=text) for heading, text in parts]
    return NoticeReport(version=CURRENT, parts=told)


@router.post("/candidates", status_code=202, responses=_ENTER, summary="Enter as a candidate")
async def enter(given: EntryRequest, request: Request, engine: EngineDep) -> SentReport:
    """Keep the address, sealed, and send a link to it; the answer is the same for one that is known."""
    _count(request, given.email)
    entry = Entry(given.email, given.name, given.notice_version, given.lang, given.invitation)
    await engine.read(lambda matcher: matcher.hiring.own.enter(entry, _now()))
    return SentReport()


@router.post("/candidates/links", status_code=202, responses=_ENTER, summary="Send a candidate's link again")
async def send_link(given: LinkRequest, request: Request, engine: EngineDep) -> SentReport:
    """Send the link of a profile again; the answer is the same for an address that is not known."""
    _count(request, given.email)
    await engine.read(lambda matcher: matcher.hiring.own.send_link_again(given.email, _now()))
    return SentReport()


@router.get("/own-profile", responses=_OWN, summary="Everything held of a candidate")
async def get_own(candidate: OwnDep, engine: EngineDep, response: Response) -> dict[str, Any]:
    """Return everything that is held: profile, contact, openings, shortlists, decisions with reasons."""
    response.headers["Cache-Control"] = "no-store"
    return await engine.read(lambda matcher: held_facts(matcher, candidate))


@router.post("/own-profile/cv", responses=_DONE, openapi_extra=_CV_BODY, summary="Send a CV")
async def send_cv(candidate: OwnDep, request: Request, engine: EngineDep) -> CvReport:
    """Take the skills of a PDF, DOCX or text sent as the body; it stays in memory and is forgotten."""
    content = await _at_most(request, MOST_BYTES)
    changed, read = await engine.read(lambda m: m.hiring.own.take_cv(candidate, content, _now()))
    return CvReport(profile=profile_record(changed), dropped=dict(read.dropped))


@router.post("/own-profile/skills", responses=_DONE, summary="Add skills in words")
async def add_skills(candidate: OwnDep, given: WordsRequest, engine: EngineDep) -> AddedReport:
    """Add the skills that words name, as far as the lists have them."""
    changed, new = await engine.read(lambda m: m.hiring.own.add_skills(candidate, given.words, _now()))
    added = [SkillRecord(id=one.skill.id, label=one.skill.label, years=one.years) for one in new]
    return AddedReport(profile=profile_record(changed), added=added)


@router.put("/own-profile/skills", responses=_DONE, summary="Keep some skills alone")
async def keep_skills(candidate: OwnDep, given: KeptRequest, engine: EngineDep) -> ProfileRecord:
    """Keep the skills and certifications named, with these years; forget the others."""
    return await _changed(engine, lambda m: m.hiring.own.keep_only(candidate, given.years, _now()))


@router.put("/own-profile/choices", responses=_DONE, summary="Choose where, when and to whom")
async def choose(candidate: OwnDep, given: ChoicesRequest, engine: EngineDep) -> ProfileRecord:
    """Keep what the candidate chooses; organisations are named by their ids."""
    wishes = Wishes(
        zone=given.departments,
        remote=given.remote,
        available_from=given.available_from,
        shown_to=given.shown_to,
        languages=given.languages,
        to_everyone=given.to_everyone,
    )

    def act(matcher: Matcher) -> Candidate:
        known = matcher.knowledge.territory.departments
        return matcher.hiring.own.choose(candidate, wishes, known, _now())

    return await _changed(engine, act)


@router.post("/own-profile/pause", status_code=204, responses=_OWN, summary="Hide the profile")
async def pause(candidate: OwnDep, engine: EngineDep) -> None:
    """Hide the profile until it is resumed; always possible."""
    await engine.read(lambda matcher: matcher.hiring.own.pause(candidate, _now()))


@router.post("/own-profile/resume", responses=_DONE, summary="Show the profile again")
async def resume(candidate: OwnDep, engine: EngineDep) -> ProfileRecord:
    """Show the profile again."""
    return await _changed(engine, lambda matcher: matcher.hiring.own.resume(candidate, _now()))


@router.delete("/own-profile", responses=_OWN, summary="Withdraw: erase everything")
async def withdraw_profile(candidate: OwnDep, engine: EngineDep) -> ErasedReport:
    """Erase everything of the candidate, for good; always possible."""
    erasure = await engine.read(lambda matcher: matcher.hiring.own.withdraw(candidate, _now()))
    return ErasedReport(certificate=erasure.id)


async def _changed(engine: EngineDep, act: Callable[[Matcher], Candidate]) -> ProfileRecord:
    return profile_record(await engine.read(act))


async def _at_most(request: Request, most: int) -> bytes:
    """Return the body; CvRefused as soon as it is longer than ``most`` bytes."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise CvRefused("size")
    return bytes(content)


def _count(request: Request, email: str) -> None:
    """Count an address that is written to; TooManyAttempts where it is one too many."""
    attempts: Attempts = request.app.state.attempts
    attempts.count(LINKS_OF_A_CLIENT, "links", network_of(client_of(request)))
    attempts.count(LINKS_OF_AN_ADDRESS, "links", address_key(email))


def _now() -> datetime:
    return datetime.now(UTC)
