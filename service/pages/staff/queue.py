"""The page *À traiter*: what waits for staff, in baskets, and decisions on those that are ticked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.items import ItemType, Organisation
from matcher.errors import IllegalStep, InvalidRequest, NotFound
from matcher.introductions import (
    Act,
    Actor,
    Basket,
    Details,
    Ground,
    Origin,
    Party,
    Present,
    Waiting,
    baskets,
    organisations_of,
)
from matcher.market import IntroductionPlan
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import once, ticked, typed
from service.pages.frame import Page, back_to, show
from service.pages.listing import Pager, page_of
from service.pages.staff.pair import pair_warnings
from service.pages.staff.why import Why, why_of
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
StaffDep = Annotated[Caller, requires(Permission.MANAGE_INTRODUCTIONS)]

TITLES: dict[Basket, str] = {
    Basket.TO_APPROVE: mark("À approuver"),
    Basket.STALE_PLAN: mark("Plan dépassé"),
    Basket.POSTPONED: mark("Remises à plus tard"),
    Basket.HELD: mark("En attente d'envoi"),
    Basket.WAITING: mark("Réponse attendue"),
    Basket.TO_CHASE: mark("À relancer"),
    Basket.LAST_CHANCE: mark("Dernière chance"),
    Basket.WITHOUT_CONTACT: mark("Sans contact"),
    Basket.REFUSED_BY_ALL: mark("Refusées par tous"),
}
HELP: dict[Basket, str] = {
    Basket.TO_APPROVE: mark("Rien n'est envoyé avant votre accord."),
    Basket.STALE_PLAN: mark("Proposées par un plan qui ne les contient plus."),
    Basket.POSTPONED: mark(
        "Elles reviennent dans « À approuver » au jour choisi ; vous pouvez décider avant."
    ),
    Basket.HELD: mark("Approuvées ; la demande part quand l'organisation peut la recevoir."),
    Basket.WAITING: mark("Une organisation a reçu la demande et n'a pas répondu."),
    Basket.TO_CHASE: mark("Relancées sans réponse : un appel aiderait."),
    Basket.LAST_CHANCE: mark("Toutes les relances sont parties : la demande va expirer."),
    Basket.WITHOUT_CONTACT: mark("Personne ne reçoit les courriels de l'organisation interrogée."),
    Basket.REFUSED_BY_ALL: mark("Organisations que plusieurs autres ont déclinées : à appeler."),
}
WHY = {
    "paused": mark("en pause"),
    "capacity": mark("nombre de demandes du mois atteint"),
    "spacing": mark("interrogée il y a moins d'une semaine"),
}

DELAYS = ("1", "2", "4", "13")
"""Weeks for which staff may put a decision off."""


@dataclass(frozen=True, slots=True)
class BasketLink:
    """One basket of the menu, with how many introductions lie in it."""

    code: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One introduction in a basket: the two names, on whom it waits, since when, what holds it, until when.

    ``why`` is what holds it, ``reason`` what speaks for the pair, ``warnings`` what speaks against it;
    ``has_word``: staff wrote a word for it; ``asked_by_member``: the first asked for it.
    """

    id: str
    version: int
    first: str
    second: str
    waits_for: str
    since: datetime
    days: int
    why: str
    until: datetime | None
    reason: Why | None
    warnings: Sequence[str]
    has_word: bool
    asked_by_member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage(Page):
    """The baskets and the introductions of one of them; ``may_decide``: it is the one to approve.

    ``is_empty``: the directory holds nobody yet, so the page says what to do first.
    """

    template: ClassVar[str] = "staff/queue.html"

    baskets: Sequence[BasketLink]
    current: str
    title: str
    help: str
    rows: Sequence[QueueRow]
    may_decide: bool
    pager: Pager
    is_empty: bool


@router.get("/a-traiter", name="page_queue")
async def queue(request: Request, _staff: StaffDep, engine: EngineDep) -> Response:
    """Show the baskets, oldest first."""
    at = now()
    found = await engine.read(lambda matcher: _baskets(matcher, at))
    current = _basket(request.query_params.get("panier", ""), found)
    shown, pager = page_of(found[current], request)
    may_decide = current in (Basket.TO_APPROVE, Basket.STALE_PLAN, Basket.POSTPONED)

    def read(matcher: Matcher) -> list[QueueRow]:
        known = _organisations(matcher, shown)
        return [_row(waiting, known, at, matcher if may_decide else None) for waiting in shown]

    page = QueuePage(
        baskets=[BasketLink(one.value, TITLES[one], len(found[one])) for one in Basket],
        current=current.value,
        title=TITLES[current],
        help=HELP[current],
        rows=await engine.read(read),
        may_decide=may_decide,
        pager=pager,
        is_empty=not await engine.read(_has_organisations),
    )
    return show(request, page, section="/a-traiter")


@router.post("/a-traiter/decisions", name="page_decide")
async def decide(request: Request, staff: StaffDep, engine: EngineDep) -> Response:
    """Approve, refuse or put off those that are ticked; each keeps its own words."""
    return await once(request, lambda: _decided(request, staff, engine))


async def _decided(request: Request, staff: Caller, engine: EngineDep) -> Response:
    form = await typed(request)
    chosen = [_chosen(value) for value in await ticked(request, "chosen")]
    act, decided = decision_of(form, now())
    actor = Actor(Party.STAFF, staff.name)
    if not chosen:
        return back_to("/a-traiter", said="none_chosen")

    def do(matcher: Matcher) -> int:
        done = 0
        for introduction_id, version in chosen:
            details = replace(decided, seen_version=version)
            try:
                matcher.introductions.act(introduction_id, act, actor, now(), details)
            except (IllegalStep, NotFound):  # somebody else was faster: the rest is done all the same
                continue
            done += 1
        return done

    done = await engine.write(do)
    said = act.value if done == len(chosen) else "some_changed"
    return back_to("/a-traiter", said=f"staff_{said}" if said != "some_changed" else said)


def _has_organisations(matcher: Matcher) -> bool:
    return matcher.store.items.counts()[ItemType.ORGANISATION] > 0


def _baskets(matcher: Matcher, at: datetime) -> dict[Basket, list[Waiting]]:
    kept = matcher.store.introductions
    found = kept.all()
    ids = {name for one in found for name in (one.first_id, one.second_id)}
    plan = matcher.store.plans.load()
    planned = None if plan is None else _pairs_of(plan)
    present = Present(
        at,
        matcher.rules,
        kept.past(matcher.introduction_worker.since(at)),
        organisations_of(matcher.store.items, sorted(ids)),
        matcher.contacts_of(sorted(ids)),
        planned,
    )
    return baskets(found, present)


def _pairs_of(plan: IntroductionPlan) -> set[frozenset[str]]:
    pairs: set[frozenset[str]] = set()
    for organisation_id, entries in plan.lists.items():
        pairs.update(frozenset((organisation_id, entry.item_id)) for entry in entries)
    return pairs


def _basket(code: str, found: Mapping[Basket, Sequence[Waiting]]) -> Basket:
    """Return the basket of the address; without one, the first that holds something."""
    if code in {basket.value for basket in Basket}:
        return Basket(code)
    filled = [basket for basket in Basket if found[basket]]
    return filled[0] if filled else Basket.TO_APPROVE


def _organisations(matcher: Matcher, rows: Sequence[Waiting]) -> dict[str, Organisation]:
    ids = {name for row in rows for name in (row.introduction.first_id, row.introduction.second_id)}
    return organisations_of(matcher.store.items, ids)


def _row(
    waiting: Waiting, known: Mapping[str, Organisation], at: datetime, warned_by: Matcher | None
) -> QueueRow:
    """Return a row; what speaks against the pair is read by ``warned_by``, where a decision waits."""
    one = waiting.introduction
    by_member = one.origin is Origin.MEMBER
    first, second = known.get(one.first_id), known.get(one.second_id)
    names = {item.id: item.name for item in (first, second) if item is not None}
    return QueueRow(
        one.id,
        one.version,
        names.get(one.first_id, one.first_id),
        names.get(one.second_id, one.second_id),
        names.get(waiting.organisation_id, ""),
        waiting.since,
        (at - waiting.since).days,
        WHY.get(waiting.why, ""),
        one.until,
        why_of(first, second, first_seeks=by_member) if first and second else None,
        pair_warnings(warned_by, first, second) if warned_by and first and second else (),
        bool(one.words),
        by_member,
    )


def _chosen(value: str) -> tuple[str, int]:
    """Return id and version of a ticked introduction, sent as ``IN12:3``."""
    introduction_id, _, version = value.rpartition(":")
    if not version.isdecimal() or len(version) > 9:
        raise InvalidRequest("The form names an introduction without its version.")
    return introduction_id, int(version)


def decision_of(form: dict[str, str], at: datetime) -> tuple[Act, Details]:
    """Return what staff decided, with its reason or its delay; InvalidRequest where the form holds none."""
    act, note = form.get("act"), form.get("note", "")[:1000]
    if act == "approve":
        return Act.APPROVE, Details(note=note)
    if act == "postpone" and form.get("weeks") in DELAYS:
        return Act.POSTPONE, Details(until=at + timedelta(weeks=int(form["weeks"])), note=note)
    if act == "refuse" and form.get("ground") in {ground.value for ground in Ground}:
        return Act.REFUSE, Details(ground=Ground(form["ground"]), note=note)
    raise InvalidRequest("The form holds a decision, reason or delay that does not exist.")
