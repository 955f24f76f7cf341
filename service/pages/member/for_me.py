"""The page *Pour moi*: what is for an organisation, its reactions, and what it set aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.events import Action, Feedback, Refusal
from matcher.domain.items import Kind, Organisation
from matcher.errors import InvalidRequest, NotFound
from matcher.feedback import holding, react
from matcher.introductions import BOTH_AGREED, OVER, Origin
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.pages.acting import Acting, ActingDep, PersonDep, home_of, now
from service.pages.environment import translate
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, language_of, show
from service.pages.listing import Pager, page_of
from service.pages.member.cards import KINDS, Group, group_of
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
SHOWN = 5
ACTIONS: dict[Action, str] = {
    Action.JOINED: mark("Vous l'avez rejointe."),
    Action.INTERESTED: mark("Cela vous intéresse."),
    Action.NOT_FOR_ME: mark("Ce n'est pas pour vous."),
    Action.ALREADY_MET: mark("Vous vous êtes déjà rencontrés."),
    Action.DISMISSED: mark("Écartée."),
}
REASONS: dict[Refusal, str] = {
    Refusal.OTHER_FIELD: mark("pas votre domaine"),
    Refusal.NO_TIME: mark("pas le temps"),
    Refusal.ALREADY_DONE: mark("déjà fait"),
    Refusal.PLACE_OR_SIZE: mark("lieu ou taille"),
    Refusal.OTHER: mark("autre raison"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForMePage(Page):
    """What is for an organisation; ``aside`` counts its reactions, ``last_reaction`` can be taken back."""

    template: ClassVar[str] = "member/for_me.html"

    organisation: Organisation
    base: str
    on_behalf: bool
    groups: Sequence[Group]
    aside: int
    last_reaction: int | None


@dataclass(frozen=True, slots=True)
class ReactionRow:
    """One reaction that holds, in words."""

    number: int
    name: str
    action: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AsidePage(Page):
    """The reactions of an organisation, latest first."""

    template: ClassVar[str] = "member/aside.html"

    organisation: Organisation
    base: str
    rows: Sequence[ReactionRow]
    pager: Pager


@router.get("/pour-moi", name="page_for_me_of_own")
async def own(person: PersonDep) -> Response:
    """Lead to the page of the organisation that the person speaks for; staff go to their queue."""
    return back_to(home_of(person))


@router.get("/organisations/{item_id}/pour-moi", name="page_for_me")
async def for_me(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """Show what is for the organisation."""
    at = now()

    def ask(matcher: Matcher) -> list[Answer]:
        recommend = matcher.recommender.recommend
        return [recommend(acting.organisation, kind, SHOWN, at, signals=False) for kind in KINDS]

    def ask_the_store(matcher: Matcher) -> list[Answer]:
        return [matcher.answer_without_index(acting.organisation, kind, SHOWN, at) for kind in KINDS]

    answers = await engine.answer(engine.ask(ask, client_of(request)), ask_the_store)
    if not acting.on_behalf:  # what staff look at was not shown to the member
        for answer in (answer for answer in answers if not answer.degraded):
            engine.note_shown(answer)
    given = await engine.read(lambda matcher: _reactions(matcher, acting.organisation.id))
    running = await engine.read(lambda matcher: _running(matcher, acting.organisation.id))
    groups = [group_of(answer, _of_kind(given, answer.kind), running) for answer in answers]
    number = request.query_params.get("reaction", "")
    page = ForMePage(
        organisation=acting.organisation,
        base=acting.base,
        on_behalf=acting.on_behalf,
        groups=groups,
        aside=len(given),
        last_reaction=int(number) if number.isdecimal() and len(number) < 12 else None,
    )
    return show(request, page, section="/pour-moi")


@router.post("/organisations/{item_id}/reactions", name="page_react")
async def reacting(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """Keep a reaction and go back to the list."""

    async def do() -> Response:
        form = await typed(request)
        row = _row(form, acting)
        kept = await engine.write(lambda matcher: react(matcher.store.items, matcher.store.events, row))
        return back_to(
            f"{acting.base}/pour-moi?reaction={kept.id}", said=row.action.value, anchor=row.kind.value
        )

    return await once(request, do)


@router.post("/organisations/{item_id}/reactions/{number}/annuler", name="page_undo")
async def undoing(request: Request, number: int, acting: ActingDep, engine: EngineDep) -> Response:
    """Take a reaction back."""

    async def do() -> Response:
        form = await typed(request)

        def take_back(matcher: Matcher) -> Feedback:
            known = {row.id for row in _reactions(matcher, acting.organisation.id)}
            if number not in known:
                raise NotFound("There is no such reaction to take back.")
            return matcher.store.events.undo_feedback(number, acting.by, now())

        await engine.write(take_back)
        path = "mis-de-cote" if form.get("back") == "aside" else "pour-moi"
        return back_to(f"{acting.base}/{path}", said="undone")

    return await once(request, do)


@router.get("/organisations/{item_id}/mis-de-cote", name="page_aside")
async def aside(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """List the reactions of the organisation, to take them back."""
    given = await engine.read(lambda matcher: _reactions(matcher, acting.organisation.id))
    given.sort(key=lambda row: row.id, reverse=True)
    shown, pager = page_of(given, request)
    items = await engine.read(lambda matcher: matcher.store.items.get_many([row.item_id for row in shown]))
    lang = language_of(request)
    rows = [
        ReactionRow(
            row.id,
            items[row.item_id].name if row.item_id in items else row.item_id,
            translate(ACTIONS.get(row.action, row.action.value), lang),
            translate(REASONS[row.reason], lang) if row.reason else "",
            row.at,
        )
        for row in shown
    ]
    page = AsidePage(organisation=acting.organisation, base=acting.base, rows=rows, pager=pager)
    return show(request, page, section="/pour-moi")


def _reactions(matcher: Matcher, organisation_id: str) -> list[Feedback]:
    """Return the reactions of an organisation that hold, oldest first."""
    rows = holding(matcher.store.events.feedback_naming(organisation_id))
    return [row for row in rows if row.query_id == organisation_id and row.action in ACTIONS]


def _running(matcher: Matcher, organisation_id: str) -> frozenset[str]:
    """Return the ids of those with whom an introduction is under way that the organisation knows of."""
    found = [
        one
        for one in matcher.store.introductions.all(organisation_id=organisation_id)
        if one.state in BOTH_AGREED or (one.origin is Origin.MEMBER and one.first_id == organisation_id)
    ]
    ids = {name for one in found if one.state not in OVER for name in (one.first_id, one.second_id)}
    return frozenset(ids - {organisation_id})


def _of_kind(given: Sequence[Feedback], kind: Kind) -> dict[str, Feedback]:
    return {row.item_id: row for row in given if row.kind is kind}


def _row(form: dict[str, str], acting: Acting) -> Feedback:
    """Return the reaction of a form; InvalidRequest for values that no form of ours sends."""
    try:
        action, kind = Action(form.get("action", "")), Kind(form.get("kind", ""))
        reason = Refusal(form["reason"]) if form.get("reason") else None
    except ValueError:
        raise InvalidRequest("The form holds a reaction, kind or reason that does not exist.") from None
    return Feedback(
        now(),
        kind,
        acting.organisation.id,
        form.get("item", ""),
        action,
        reason=reason,
        by=acting.by,
        answer_id=form.get("answer", "")[:64],
    )
