"""Questions and their answers."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, ItemId, ItemType, Kind, Profile
from matcher.errors import InvalidRequest
from matcher.settings import Settings
from service import dates
from service.formats import answer_json
from service.http.deps import EngineDep, SettingsDep
from service.http.engine import MatcherEngine, get_stored
from service.http.examples import ANSWER
from service.http.schemas import AnswerQuery, KindQuery, RecommendationRequest, SearchQuery, problems

router = APIRouter(prefix="/v1", tags=["recommendations"])

Question = Callable[[Matcher, AnyItem | Profile], Answer]

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Answer, "content": {"application/json": {"example": ANSWER}}},
    **problems(422, 503),
}
_RESPONSES_FOR_ITEM = _RESPONSES | problems(404)


@router.get(
    "/organisations/{item_id}/recommendations",
    response_class=Response,
    responses=_RESPONSES_FOR_ITEM,
    summary="For a member",
)
async def for_organisation(
    item_id: Annotated[ItemId, Path(examples=["ORG001"])],
    query: Annotated[KindQuery, Query()],
    engine: EngineDep,
    settings: SettingsDep,
) -> Response:
    """Recommend items of one kind to a stored organisation, best first."""
    question = _question(query.kind, query, settings)
    answer = await engine.ask(lambda m: question(m, get_stored(m, item_id, ItemType.ORGANISATION)))
    engine.note_shown(answer)
    return _response(answer, query)


@router.get(
    "/opportunities/{item_id}/members",
    response_class=Response,
    responses=_RESPONSES_FOR_ITEM,
    summary="Members to alert of an opportunity",
)
async def alert(
    item_id: Annotated[ItemId, Path(examples=["INT001"])],
    query: Annotated[AnswerQuery, Query()],
    engine: EngineDep,
    settings: SettingsDep,
) -> Response:
    """List the members an opportunity fits, best first; none, with a notice, while it is not open."""
    question = _question(Kind.ALERT, query, settings)
    answer = await engine.ask(lambda m: question(m, get_stored(m, item_id, ItemType.OPPORTUNITY)))
    return _response(answer, query)


@router.post(
    "/recommendations",
    response_class=Response,
    responses=_RESPONSES | problems(413, 415),
    summary="For a text or a profile",
)
async def for_profile(body: RecommendationRequest, engine: EngineDep, settings: SettingsDep) -> Response:
    """Recommend for a text or profile that is not stored; nothing of the question is kept or logged."""
    return await _answer_profile(body.as_profile(), body, engine, settings)


@router.get("/search", response_class=Response, responses=_RESPONSES, summary="For a short text")
async def search(
    query: Annotated[SearchQuery, Query()], engine: EngineDep, settings: SettingsDep
) -> Response:
    """Recommend for a short free text. Post a long or private one: addresses end up in logs of proxies."""
    return await _answer_profile(Profile(description=query.q), query, engine, settings)


async def _answer_profile(
    profile: Profile, query: KindQuery, engine: MatcherEngine, settings: Settings
) -> Response:
    length = sum(len(text) for _, text in profile.fields())
    if length > settings.max_text_chars:
        raise InvalidRequest(
            f"The text has {length} characters; this service reads at most {settings.max_text_chars}."
        )
    question = _question(query.kind, query, settings)
    return _response(await engine.ask(lambda m: question(m, profile)), query)


def _question(kind: Kind, query: AnswerQuery, settings: Settings) -> Question:
    """Check the query against the limits and return the question to put to the matcher."""
    if query.k > settings.max_k:
        raise InvalidRequest(f"k is {query.k}; this service gives at most {settings.max_k} items.")
    at = dates.parse(query.on, settings.zone)
    return lambda matcher, asker: matcher.recommender.recommend(
        asker, kind, query.k, at, signals=query.explain
    )


def _response(answer: Answer, query: AnswerQuery) -> Response:
    body = answer_json(answer, explain=query.explain)
    return Response(body, media_type="application/json", headers={"Cache-Control": "private, no-cache"})
