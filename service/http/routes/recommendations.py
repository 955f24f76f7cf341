"""Questions and their answers."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, ItemId, ItemType, Kind, Profile
from matcher.errors import InvalidRequest
from matcher.people import Permission
from matcher.recommend import Features
from matcher.settings import Settings
from service import dates
from service.formats import answer_json
from service.http.access import Caller, requires
from service.http.deps import EngineDep, SettingsDep
from service.http.engine import MatcherEngine, client_of, get_stored, unless_gone
from service.http.examples import ANSWER
from service.http.schemas import AnswerQuery, KindQuery, RecommendationRequest, SearchQuery, problems

router = APIRouter(prefix="/v1", tags=["recommendations"])


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose kind, number and date are settled."""

    kind: Kind
    k: int
    at: datetime
    explain: bool

    def put(self, matcher: Matcher, asker: AnyItem | Profile, features: Features | None = None) -> Answer:
        """Return the answer; ``features`` are those of an encoded profile."""
        return matcher.recommender.recommend(
            asker, self.kind, self.k, self.at, signals=self.explain, features=features
        )

    def put_without_index(self, matcher: Matcher, asker: AnyItem | Profile) -> Answer:
        """Return the answer of the store alone."""
        return matcher.answer_without_index(asker, self.kind, self.k, self.at)


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Answer, "content": {"application/json": {"example": ANSWER}}},
    **problems(401, 403, 422, 429, 503),
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
    request: Request,
    engine: EngineDep,
    settings: SettingsDep,
    caller: Annotated[Caller, requires(Permission.ASK)],
) -> Response:
    """Recommend items of one kind to a stored organisation, best first."""
    item = await engine.read(lambda matcher: get_stored(matcher, item_id, ItemType.ORGANISATION))
    caller.require_own(item, Permission.ASK_FOR_ANY)
    question = _question(query.kind, query, settings)
    answer = await _ask_stored(request, engine, question, item)
    if not answer.degraded:
        engine.note_shown(answer)
    return _response(answer if caller.may(Permission.SEE_PLAN) else _without_gains_of_others(answer), query)


@router.get(
    "/opportunities/{item_id}/members",
    response_class=Response,
    responses=_RESPONSES_FOR_ITEM,
    summary="Members to alert of an opportunity",
    dependencies=[requires(Permission.SEE_ALERTS)],
)
async def alert(
    item_id: Annotated[ItemId, Path(examples=["INT001"])],
    query: Annotated[AnswerQuery, Query()],
    request: Request,
    engine: EngineDep,
    settings: SettingsDep,
) -> Response:
    """List the members an opportunity fits, best first; none, with a notice, while it is not open."""
    question = _question(Kind.ALERT, query, settings)
    item = await engine.read(lambda matcher: get_stored(matcher, item_id, ItemType.OPPORTUNITY))
    answer = await _ask_stored(request, engine, question, item)
    return _response(answer, query)


@router.post(
    "/recommendations",
    response_class=Response,
    responses=_RESPONSES | problems(413, 415),
    summary="For a text or a profile",
    dependencies=[requires(Permission.ASK)],
)
async def for_profile(
    body: RecommendationRequest, request: Request, engine: EngineDep, settings: SettingsDep
) -> Response:
    """Recommend for a text or profile that is not stored; nothing of the question is kept or logged."""
    answer = await _ask_profile(request, engine, body.as_profile(), body, settings)
    return _response(answer, body)


@router.get(
    "/search",
    response_class=Response,
    responses=_RESPONSES,
    summary="For a short text",
    dependencies=[requires(Permission.ASK)],
)
async def search(
    query: Annotated[SearchQuery, Query()], request: Request, engine: EngineDep, settings: SettingsDep
) -> Response:
    """Recommend for a short free text. Post a long or private one: addresses end up in logs of proxies."""
    answer = await _ask_profile(request, engine, Profile(description=query.q), query, settings)
    return _response(answer, query)


async def _ask_stored(request: Request, engine: MatcherEngine, question: Question, item: AnyItem) -> Answer:
    asking = engine.ask(lambda matcher: question.put(matcher, item), client_of(request))
    answering = engine.answer(asking, lambda matcher: question.put_without_index(matcher, item))
    return await unless_gone(request, answering)


async def _ask_profile(
    request: Request, engine: MatcherEngine, profile: Profile, query: KindQuery, settings: Settings
) -> Answer:
    length = sum(len(text) for _, text in profile.fields())
    if length > settings.max_text_chars:
        raise InvalidRequest(
            f"The text has {length} characters; this service reads at most {settings.max_text_chars}."
        )
    question = _question(query.kind, query, settings)
    asking = engine.ask_text(
        profile,
        query.kind,
        lambda matcher, features: question.put(matcher, profile, features),
        client_of(request),
    )
    answering = engine.answer(asking, lambda matcher: question.put_without_index(matcher, profile))
    return await unless_gone(request, answering)


def _question(kind: Kind, query: AnswerQuery, settings: Settings) -> Question:
    """Check the query against the limits and return the question to put to the matcher."""
    if query.k > settings.max_k:
        raise InvalidRequest(f"k is {query.k}; this service gives at most {settings.max_k} items.")
    return Question(kind, query.k, dates.parse(query.on, settings.zone), query.explain)


def _without_gains_of_others(answer: Answer) -> Answer:
    """Return the answer without what each item gains: what it would win is for staff to know."""
    items = tuple(replace(item, gain_of_other=None) for item in answer.items)
    weaker = tuple(replace(item, gain_of_other=None) for item in answer.weaker)
    return replace(answer, items=items, weaker=weaker)


def _response(answer: Answer, query: AnswerQuery) -> Response:
    body = answer_json(answer, explain=query.explain)
    return Response(body, media_type="application/json", headers={"Cache-Control": "private, no-cache"})
