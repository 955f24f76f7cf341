"""The page that links of mails lead to: one introduction, answered without signing in.

Following a link acts on nothing: a scanner of mails that follows all three answers does no harm.
"""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Path, Request, Response

from matcher.build import Matcher
from matcher.domain.items import ItemType, Organisation
from matcher.errors import NotFound
from matcher.introductions import Act, Details, Introduction
from matcher.people import Purpose
from service.http.deps import EngineDep
from service.http.engine import get_stored
from service.pages.acting import Acting, now
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, show
from service.pages.member.introductions import answer_of, outcome_of, standings
from service.pages.member.standing import Standing

router = APIRouter(include_in_schema=False)

CHOICES = frozenset({Act.YES.value, Act.NOT_NOW.value, Act.NO.value})
"""Answers that a link of a mail may propose; none is given by following it."""
Token = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLinkPage(Page):
    """One introduction, and what may be answered; None when there is nothing to show of it any more.

    ``choice`` is the answer whose link was followed in the mail, "" for none: it is offered first. ``late``:
    such a link was followed after the answer was given, and changes nothing.
    """

    template: ClassVar[str] = "member/by_link.html"

    organisation: Organisation
    base: str
    one: Standing | None
    choice: str
    late: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """What a link leads to: for whom, and to which introduction."""

    token: str
    acting: Acting
    introduction: Introduction

    @property
    def base(self) -> str:
        """Path below which the forms of the page are sent."""
        return f"/answers/{self.token}"


async def _followed(token: Token, engine: EngineDep) -> Followed:
    return await engine.read(lambda matcher: _open(matcher, token))


FollowedDep = Annotated[Followed, Depends(_followed)]


@router.get("/answers/{token}", name="page_by_link")
async def by_link(request: Request, followed: FollowedDep, engine: EngineDep) -> Response:
    """Show the introduction with the answers that are possible; nothing is recorded."""
    organisation, wanted = followed.acting.organisation, followed.introduction.id
    found = await engine.read(lambda matcher: standings(matcher, organisation))
    one = next((replace(one, meeting_form=None) for one in found if one.id == wanted), None)
    asked = request.query_params.get("choice", "")
    chosen, is_open = asked in CHOICES, one is not None and one.is_asked
    page = ByLinkPage(
        organisation=organisation,
        base=followed.base,
        one=one,
        choice=asked if chosen and is_open else "",
        late=chosen and not is_open,
    )
    return show(request, page)


@router.post("/answers/{token}/introductions/{introduction_id}/reponse", name="page_answer_by_link")
async def answer(
    request: Request, introduction_id: str, followed: FollowedDep, engine: EngineDep
) -> Response:
    """Answer: yes, not now, or no with a reason."""

    async def do() -> Response:
        act, details = answer_of(await typed(request), now())
        return await _act(followed, engine, introduction_id, act, details)

    return await once(request, do)


@router.post("/answers/{token}/introductions/{introduction_id}/bilan", name="page_outcome_by_link")
async def outcome(
    request: Request, introduction_id: str, followed: FollowedDep, engine: EngineDep
) -> Response:
    """Keep how it was."""

    async def do() -> Response:
        form = await typed(request)
        details = outcome_of(form)
        return await _act(followed, engine, introduction_id, Act.OUTCOME, details)

    return await once(request, do)


def _open(matcher: Matcher, token: str) -> Followed:
    """Return what a link leads to; NotFound or LinkGone for a forged, foreign, expired or revoked one."""
    link = matcher.links.open(token, Purpose.ANSWER, now())
    introduction_id, _, organisation_id = link.subject.partition("/")
    person = matcher.store.people.get(link.person_id)
    organisation = get_stored(matcher, organisation_id, ItemType.ORGANISATION)
    if not isinstance(organisation, Organisation) or organisation_id not in person.organisations:
        raise NotFound("This link leads nowhere any more: its person does not speak for the organisation.")
    introduction = matcher.store.introductions.get(introduction_id)
    return Followed(token, Acting(person, organisation, on_behalf=False), introduction)


async def _act(
    followed: Followed, engine: EngineDep, introduction_id: str, act: Act, details: Details
) -> Response:
    if introduction_id != followed.introduction.id:
        raise NotFound("This link belongs to another introduction.")
    actor = followed.acting.actor(followed.introduction)
    await engine.write(lambda matcher: matcher.introductions.act(introduction_id, act, actor, now(), details))
    return back_to(followed.base, said=act.value)
