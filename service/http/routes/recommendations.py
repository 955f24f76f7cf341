"""Questions and their answers."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, ItemId, ItemType, Kind, Profile
from matcher.errors import InvalidRequest
from matcher.settings import Settings
from service import dates as moments
from service.http.deps import desk_of
from service.http.engine import Desk, stored
from service.http.examples import ANSWER
from service.http.middleware import HEAD
from service.http.query import PlainRoute, asked, described
from service.http.schemas import KindWishes, RecommendationRequest, SaidAnswer, Search, Wishes, problems, said

router = APIRouter(prefix="/v1", tags=["recommendations"], route_class=PlainRoute)

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": SaidAnswer, "content": {"application/json": {"example": ANSWER}}},
    **problems(422, 503),
}
_RESPONSES_FOR_ITEM = _RESPONSES | problems(404)


@router.get(
    "/organisations/{item_id}/recommendations",
    response_class=Response,
    responses=_RESPONSES_FOR_ITEM,
    summary="For a member",
    openapi_extra=described(KindWishes),
)
async def for_organisation(
    item_id: Annotated[ItemId, Path(examples=["ORG001"])], request: Request
) -> Response:
    """Recommend items of one kind to a stored organisation, best first."""
    wishes, desk = asked(KindWishes, request), desk_of(request)
    question = _question(wishes.kind.kind, wishes, desk.settings)
    answer = await desk.ask(lambda m: question(m, stored(m, item_id, ItemType.ORGANISATION)))
    if HEAD not in request.scope:  # whoever asks for the head sees nobody
        desk.note_shown(answer)
    return _said(answer, wishes)


@router.get(
    "/opportunities/{item_id}/members",
    response_class=Response,
    responses=_RESPONSES_FOR_ITEM,
    summary="Whom to tell of an opportunity",
    openapi_extra=described(Wishes),
)
async def members_for(item_id: Annotated[ItemId, Path(examples=["INT001"])], request: Request) -> Response:
    """List the members an opportunity fits, best first; none, with a notice, while it is not open."""
    wishes, desk = asked(Wishes, request), desk_of(request)
    question = _question(Kind.ALERT, wishes, desk.settings)
    answer = await desk.ask(lambda m: question(m, stored(m, item_id, ItemType.OPPORTUNITY)))
    return _said(answer, wishes)


@router.post(
    "/recommendations",
    response_class=Response,
    responses=_RESPONSES | problems(413, 415),
    summary="For a text or a profile",
)
async def for_profile(wishes: RecommendationRequest, request: Request) -> Response:
    """Recommend to somebody who is not stored; nothing of the question is kept or logged."""
    return await _for_profile(wishes.asked(), wishes, desk_of(request))


@router.get(
    "/search",
    response_class=Response,
    responses=_RESPONSES,
    summary="For a short text",
    openapi_extra=described(Search),
)
async def search(request: Request) -> Response:
    """Recommend for a short free text. Post a long or private one: addresses end up in logs of proxies."""
    wishes = asked(Search, request)
    return await _for_profile(Profile(description=wishes.q), wishes, desk_of(request))


async def _for_profile(profile: Profile, wishes: KindWishes, desk: Desk) -> Response:
    length = sum(len(text) for _, text in profile.fields())
    if length > desk.settings.max_text_chars:
        raise InvalidRequest(
            f"The text has {length} characters; this service reads at most {desk.settings.max_text_chars}."
        )
    question = _question(wishes.kind.kind, wishes, desk.settings)
    return _said(await desk.ask(lambda m: question(m, profile), slow=True), wishes)


def _question(
    kind: Kind, wishes: Wishes, settings: Settings
) -> Callable[[Matcher, AnyItem | Profile], Answer]:
    """Check the wishes against the limits and return the question to put to the matcher."""
    if wishes.k > settings.max_k:
        raise InvalidRequest(f"k is {wishes.k}; this service gives at most {settings.max_k} items.")
    at = moments.parse(wishes.on, settings.zone)
    return lambda matcher, asker: matcher.recommender.recommend(
        asker, kind, wishes.k, at, signals=wishes.explain
    )


def _said(answer: Answer, wishes: Wishes) -> Response:
    text = said(answer, wishes.lang, explain=wishes.explain)
    return Response(text, media_type="application/json", headers={"Cache-Control": "private, no-cache"})
