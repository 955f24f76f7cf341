"""The page *Mes mises en relation*: what waits for an answer, what runs, what is over; and the acts on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.items import AnyItem, Organisation
from matcher.errors import InvalidRequest
from matcher.introductions import (
    Act,
    Actor,
    Availability,
    Details,
    Ground,
    Introduction,
    Outcome,
    Party,
    Past,
    capacity_of,
    wishes,
)
from service import member_view
from service.http.deps import EngineDep
from service.member_view import is_visible, may_name
from service.pages.acting import Acting, ActingDep, PersonDep, home_of, now
from service.pages.environment import translate
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, language_of, show
from service.pages.member.meeting_form import WRONG_MEETING, MeetingForm, plan_of
from service.pages.member.meeting_form import typed_form as typed_meeting
from service.pages.member.standing import Known, Standing, standing_of
from service.pages.member.wishes import WishForm, form_of, typed_form, wish

router = APIRouter(include_in_schema=False)
DAYS_OF_A_MONTH = 30
MONTHS = frozenset({"1", "3", "6"})
OUTCOMES = {"useful": Outcome(True, True), "useless": Outcome(True, False), "none": Outcome(False)}
FORMER_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionsPage(Page):
    """The introductions of an organisation, and the form of its wishes."""

    template: ClassVar[str] = "member/introductions.html"

    organisation: Organisation
    base: str
    on_behalf: bool
    to_answer: Sequence[Standing]
    running: Sequence[Standing]
    over: Sequence[Standing]
    form: WishForm


@router.get("/mes-mises-en-relation", name="page_introductions_of_own")
async def own(person: PersonDep) -> Response:
    """Lead to the introductions of the organisation that the person speaks for."""
    if not person.organisations:
        return back_to(home_of(person))
    return back_to(f"/organisations/{person.organisations[0]}/introductions")


@router.get("/organisations/{item_id}/introductions", name="page_introductions")
async def introductions(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """Show the introductions of the organisation."""
    return await show_introductions(request, acting, engine)


async def show_introductions(
    request: Request,
    acting: Acting,
    engine: EngineDep,
    form: WishForm | None = None,
    meeting: tuple[str, MeetingForm] | None = None,
) -> Response:
    """Show the page; a form that was refused, of wishes or of an introduction's meeting, as it was typed."""
    found = await engine.read(lambda matcher: standings(matcher, acting.organisation))
    shown = sorted({person.id for standing in found for person in standing.contacts})
    await engine.read(lambda matcher: matcher.rights.open_contacts(shown, acting.person.id, now()))
    status = 200 if form is None and meeting is None else 422
    if meeting is not None:
        found = _as_typed(found, *meeting)
    if form is None:
        form = await engine.read(lambda matcher: form_of(matcher, acting.organisation, now()))
    waiting, running, over = _sorted(found)
    page = IntroductionsPage(
        organisation=acting.organisation,
        base=acting.base,
        on_behalf=acting.on_behalf,
        to_answer=waiting,
        running=running,
        over=over[:FORMER_SHOWN],
        form=form,
    )
    return show(request, page, section="/mes-mises-en-relation", status=status)


@router.post("/organisations/{item_id}/introductions/{introduction_id}/reponse", name="page_answer")
async def answer(request: Request, introduction_id: str, acting: ActingDep, engine: EngineDep) -> Response:
    """Answer a request: yes, not now, or no with a reason."""

    async def do() -> Response:
        form = await typed(request)
        act, details = answer_of(form, now())
        return await _act(acting, engine, introduction_id, act, details)

    return await once(request, do)


@router.post("/organisations/{item_id}/introductions/{introduction_id}/bilan", name="page_outcome")
async def outcome(request: Request, introduction_id: str, acting: ActingDep, engine: EngineDep) -> Response:
    """Keep how it was."""

    async def do() -> Response:
        form = await typed(request)
        details = outcome_of(form)
        return await _act(acting, engine, introduction_id, Act.OUTCOME, details)

    return await once(request, do)


@router.post("/organisations/{item_id}/introductions/{introduction_id}/retrait", name="page_withdraw")
async def withdraw(request: Request, introduction_id: str, acting: ActingDep, engine: EngineDep) -> Response:
    """Take a request of one's own back."""

    async def do() -> Response:
        details = Details(seen_version=version_of(await typed(request)))
        return await _act(acting, engine, introduction_id, Act.WITHDRAW, details)

    return await once(request, do)


@router.post("/organisations/{item_id}/introductions/{introduction_id}/rencontre", name="page_meeting")
async def meeting(request: Request, introduction_id: str, acting: ActingDep, engine: EngineDep) -> Response:
    """Set or change the date of a meeting, or cancel it; a date that is refused is shown as typed."""

    async def do() -> Response:
        form = await typed(request)
        seen = version_of(form)
        if form.get("act") == Act.CANCEL_MEETING.value:
            return await _act(acting, engine, introduction_id, Act.CANCEL_MEETING, Details(seen_version=seen))
        given = typed_meeting(form)
        plan = plan_of(given, request.app.state.settings.zone)
        try:
            details = Details(meeting=plan, seen_version=seen)
            return await _act(acting, engine, introduction_id, Act.SCHEDULE, details)
        except InvalidRequest:
            refused = replace(given, error=translate(WRONG_MEETING, language_of(request)))
            return await show_introductions(request, acting, engine, meeting=(introduction_id, refused))

    return await once(request, do)


@router.post("/organisations/{item_id}/demandes", name="page_ask_to_meet")
async def ask_to_meet(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """Propose to staff that the organisation meets a partner."""

    async def do() -> Response:
        form = await typed(request)
        pair = (acting.organisation.id, form.get("item", ""))
        actor = Actor(Party.FIRST, acting.person.id)
        if acting.on_behalf:
            actor = Actor(Party.STAFF, acting.person.id, acting.organisation.id)
        await engine.write(lambda matcher: member_view.ask_to_meet(matcher, pair, actor, now()))
        return back_to(f"{acting.base}/introductions", said="asked_to_meet")

    return await once(request, do)


def _sorted(found: Sequence[Standing]) -> tuple[list[Standing], list[Standing], list[Standing]]:
    """Return those that wait for an answer, those that run, and those that are over."""
    waiting, running, over = [], [], []
    for one in found:
        if one.is_over:
            over.append(one)
        elif one.is_asked:
            waiting.append(one)
        else:
            running.append(one)
    return waiting, running, over


def _as_typed(found: Sequence[Standing], introduction_id: str, form: MeetingForm) -> list[Standing]:
    """Return the introductions, one of them with the form of its meeting as it was typed."""
    return [replace(one, meeting_form=form) if one.id == introduction_id else one for one in found]


def answer_of(form: dict[str, str], at: datetime) -> tuple[Act, Details]:
    """Return the answer that a form holds.

    Raises
    ------
    InvalidRequest
        The answer, its reason or its delay is none of those that the page offers.
    """
    seen = version_of(form)
    given = form.get("answer", "")
    if given == "yes":
        return Act.YES, Details(seen_version=seen)
    if given == "not_now" and form.get("months") in MONTHS:
        until = at + timedelta(days=DAYS_OF_A_MONTH * int(form["months"]))
        return Act.NOT_NOW, Details(until=until, seen_version=seen)
    if given == "no" and form.get("ground") in {ground.value for ground in Ground}:
        return Act.NO, Details(ground=Ground(form["ground"]), seen_version=seen)
    raise InvalidRequest("The form holds an answer that does not exist.")


def outcome_of(form: dict[str, str]) -> Details:
    """Return how a form says that it was; InvalidRequest for an outcome that does not exist."""
    said = OUTCOMES.get(form.get("outcome", ""))
    if said is None:
        raise InvalidRequest("The form holds an outcome that does not exist.")
    return Details(outcome=said, seen_version=version_of(form))


def version_of(form: dict[str, str]) -> int | None:
    """Return the version of the introduction that the page showed; None where the form has none."""
    given = form.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


async def _act(
    acting: Acting, engine: EngineDep, introduction_id: str, act: Act, details: Details
) -> Response:
    def do(matcher: Matcher) -> Introduction:
        actor = acting.actor(acting.known(matcher, introduction_id))
        return matcher.introductions.act(introduction_id, act, actor, now(), details)

    await engine.write(do)
    return back_to(f"{acting.base}/introductions", said=act.value)


def standings(matcher: Matcher, organisation: Organisation) -> list[Standing]:
    """Return the introductions that an organisation knows of, latest change first."""
    kept = matcher.store.introductions
    found = kept.all(organisation_id=organisation.id)
    items = matcher.store.items.get_many(
        {one.organisation(side.other) for one in found if (side := one.side_of(organisation.id))}
    )
    past = kept.past(now())
    shown = []
    for one in found:
        standing = _standing(matcher, one, organisation, items, past)
        if standing is not None:
            shown.append(standing)
    return sorted(shown, key=lambda one: (one.since, one.id), reverse=True)


def _standing(
    matcher: Matcher, one: Introduction, organisation: Organisation, items: Mapping[str, AnyItem], past: Past
) -> Standing | None:
    side = one.side_of(organisation.id)
    other = items.get(one.organisation(side.other)) if side else None
    history = matcher.store.introductions.history(one.id)
    if side is None or not isinstance(other, Organisation) or not is_visible(one, side, history):
        return None
    people = matcher.store.people.of_organisation(other.id)
    return standing_of(
        one,
        side,
        other,
        Known(
            organisation,
            history,
            may_name(one, side, wishes(past.wishes, other.id).named_before),
            matcher.department_of(other),
            [person for person in people if person.may_be_written_to],
            now(),
        ),
        matcher.rules,
    )


@router.post("/organisations/{item_id}/disponibilite", name="page_wish")
async def wishing(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """Keep what the organisation wishes; a form that is refused is shown again as it was typed."""
    form = await typed(request)
    usual = capacity_of(acting.organisation, Availability(acting.organisation.id))
    given = typed_form(form, usual)
    kept = await engine.write(lambda matcher: wish(matcher, acting.organisation, given, now()))
    if kept.error:
        refused = replace(kept, error=translate(kept.error, language_of(request)))
        return await show_introductions(request, acting, engine, refused)
    return back_to(f"{acting.base}/introductions", said="wished", anchor="disponibilite")
