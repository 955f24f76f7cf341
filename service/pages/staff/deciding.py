"""The page of one pair: both sides next to each other, the mails they will get, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.items import Organisation
from matcher.errors import IllegalStep, InvalidRequest, NotFound
from matcher.introductions import (
    LONGEST_WORD,
    Act,
    Actor,
    Details,
    Introduction,
    Origin,
    Party,
    Side,
    State,
    allowed_acts,
)
from service.http.access import Caller
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.looking import look_at_organisations
from service.pages.acting import now
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, show
from service.pages.staff.pair import HistoryRow, PairSide, history_rows, pair_warnings, side_of_pair
from service.pages.staff.queue import StaffDep, decision_of
from service.pages.staff.words import (
    NAMES_THE_OTHER,
    SideMail,
    TypedWord,
    fault_of,
    names_the_other,
    new_words,
    side_mails,
    typed_words,
)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPage(Page):
    """One introduction: both sides, warnings, mails, history, and what staff may do.

    ``asked_by_member``: the first side asked for it and has agreed. ``judged``: False while the index is
    away, so that no side has evidence. ``conflict``: it changed while the form was filled in.
    ``incomplete``: the form lacked something. ``naming``: a word names the other side and nobody ticked that
    it may. ``previewed``: mails were asked for.
    """

    template: ClassVar[str] = "staff/pair.html"

    introduction: Introduction
    sides: Sequence[PairSide]
    warnings: Sequence[str]
    mails: Sequence[SideMail]
    longest: int
    history: Sequence[HistoryRow]
    acts: Sequence[str]
    postponed_until: datetime | None
    judged: bool
    asked_by_member: bool
    conflict: bool = False
    incomplete: bool = False
    naming: bool = False
    previewed: bool = False


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the form of a pair held: the version that was read, words, act, and what comes with the act."""

    version: int
    words: Mapping[Side, TypedWord]
    act: Act
    details: Details


@router.get("/a-traiter/{introduction_id}", name="page_pair")
async def pair(request: Request, introduction_id: str, staff: StaffDep, engine: EngineDep) -> Response:
    """Show one introduction, both sides next to each other."""
    at = now()
    page = await _read(request, introduction_id, engine, {}, at)
    seen = [page.introduction.first_id, page.introduction.second_id]
    await engine.read(lambda matcher: look_at_organisations(matcher, seen, staff.person, at))
    return show(request, page, section="/a-traiter")


@router.post("/a-traiter/{introduction_id}", name="page_decide_pair")
async def decide(request: Request, introduction_id: str, staff: StaffDep, engine: EngineDep) -> Response:
    """Show the mails with the words as typed, keep the words, or decide; nothing typed is lost."""
    return await once(request, lambda: _decided(request, introduction_id, staff, engine))


async def _decided(request: Request, introduction_id: str, staff: Caller, engine: EngineDep) -> Response:
    form = await typed(request)
    words = typed_words(form)
    if form.get("act") == "preview" or _is_refused(words):
        return await _shown_again(request, introduction_id, engine, words)
    actor = Actor(Party.STAFF, staff.name)
    try:
        await _require_consent(form, words, introduction_id, engine)
        sent = _sent(form, words)
        is_changed = await engine.write(lambda matcher: _do(matcher, introduction_id, sent, actor))
    except IllegalStep:
        if all(one.text == one.read for one in words.values()):
            return back_to("/a-traiter", said="some_changed")
        return await _shown_again(request, introduction_id, engine, words, status=409)
    except InvalidRequest:
        return await _shown_again(request, introduction_id, engine, words, status=422)
    if sent.act is Act.WRITE:
        return back_to(f"/a-traiter/{introduction_id}", said=_said(words) if is_changed else "record_same")
    return back_to("/a-traiter", said=f"staff_{sent.act.value}")


async def _require_consent(
    form: Mapping[str, str], words: Mapping[Side, TypedWord], introduction_id: str, engine: EngineDep
) -> None:
    """Raise InvalidRequest for a word that names the other organisation, unless it is ticked that it may."""
    if form.get("act") not in (Act.APPROVE, Act.WRITE) or "named" in form:
        return
    if await engine.read(lambda matcher: names_the_other(matcher, introduction_id, words, now())):
        raise InvalidRequest(NAMES_THE_OTHER)


async def _shown_again(
    request: Request,
    introduction_id: str,
    engine: EngineDep,
    words: Mapping[Side, TypedWord],
    *,
    status: int = 200,
) -> Response:
    """Show the pair with the words as they were typed: previewed, refused, or in conflict with others."""
    page = await _read(request, introduction_id, engine, words, now())
    is_refused = _is_refused(words)
    status = 422 if is_refused else status
    naming = status == 422 and any(mail.warning for mail in page.mails)
    incomplete = status == 422 and not is_refused and not naming
    page = replace(
        page, conflict=status == 409, incomplete=incomplete, naming=naming, previewed=status == 200
    )
    return show(request, page, section="/a-traiter", status=status)


async def _read(
    request: Request, introduction_id: str, engine: EngineDep, words: Mapping[Side, TypedWord], at: datetime
) -> PairPage:
    """Return the page of a pair; without evidence where the index is away, so that nothing typed is lost."""

    def read(matcher: Matcher) -> PairPage:
        return _pair(matcher, introduction_id, words, at)

    def read_without_index(matcher: Matcher) -> PairPage:
        return _pair(matcher, introduction_id, words, at, judged=False)

    return await engine.answer(engine.ask(read, client_of(request)), read_without_index)


def _said(words: Mapping[Side, TypedWord]) -> str:
    """Return what is said of words that were stored: that they will be sent, or that none is left."""
    return "word_kept" if any(one.text for one in words.values()) else "word_removed"


def _is_refused(words: Mapping[Side, TypedWord]) -> bool:
    return any(fault_of(one.text) for one in words.values())


def _sent(form: dict[str, str], words: Mapping[Side, TypedWord]) -> _Sent:
    """Return what a form holds; InvalidRequest where it holds no version, or no act that exists."""
    version = form.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise InvalidRequest("The form names an introduction without its version.")
    act, details = Act.WRITE, Details()
    if form.get("act") != Act.WRITE:
        act, details = decision_of(form, now())
    return _Sent(int(version), words, act, details)


def _do(matcher: Matcher, introduction_id: str, sent: _Sent, actor: Actor) -> bool:
    """Keep the words, then do the act; return whether a word changed. A refusal needs no word."""
    desk, at = matcher.introductions, now()
    version, words = sent.version, new_words(matcher.store.introductions.get(introduction_id), sent.words)
    if words and sent.act is not Act.REFUSE:
        written = Details(words=words, seen_version=version)
        version = desk.act(introduction_id, Act.WRITE, actor, at, written).version
    if sent.act is not Act.WRITE:
        desk.act(introduction_id, sent.act, actor, at, replace(sent.details, seen_version=version))
    return bool(words)


def _pair(
    matcher: Matcher,
    introduction_id: str,
    words: Mapping[Side, TypedWord],
    at: datetime,
    *,
    judged: bool = True,
) -> PairPage:
    one = matcher.store.introductions.get(introduction_id)
    by_member = one.origin is Origin.MEMBER
    items = matcher.store.items.get_many([one.first_id, one.second_id])
    first, second = items.get(one.first_id), items.get(one.second_id)
    if not isinstance(first, Organisation) or not isinstance(second, Organisation):
        raise NotFound(f"An organisation of '{introduction_id}' is not in the store any more.")
    return PairPage(
        introduction=one,
        sides=(
            side_of_pair(matcher, first, second, at, judged=judged, is_asked=not by_member),
            side_of_pair(matcher, second, first, at, judged=judged),
        ),
        warnings=pair_warnings(matcher, first, second),
        mails=side_mails(matcher, one, (first, second), words, at),
        longest=LONGEST_WORD,
        history=history_rows(matcher.store.introductions.history(introduction_id), one, (first, second)),
        acts=[act.value for act in allowed_acts(one, Party.STAFF)],
        postponed_until=one.until if one.state is State.PROPOSED and one.until and at < one.until else None,
        judged=judged,
        asked_by_member=by_member,
    )
