"""A candidate's own page, by the link of a mail: what is kept, and what they do with it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.responses import JSONResponse

from matcher.build import Matcher
from matcher.domain.items import ItemType
from matcher.domain.store import Items
from matcher.errors import Ambiguous, InvalidRequest, NotFound
from matcher.hiring.candidates import (
    LANGUAGES,
    MOST_BYTES,
    MOST_YEARS,
    Candidate,
    ChangeRefused,
    CvRefused,
    Opening,
    Wishes,
)
from matcher.hiring.shortlists import Decided
from matcher.language.lookup import find_item
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import once, sent_in_memory, ticked, typed
from service.pages.frame import Page, back_to, language_of, show
from service.shortlists import held_facts

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True, slots=True)
class Choices:
    """The form of choices: as they are kept, or as typed where they were refused.

    ``organisations`` are names of those the profile may be shown to; ``gone`` the ids that stay chosen of
    those that are no longer in the store.
    """

    zone: Collection[str]
    remote: bool
    available_from: str
    languages: Collection[str]
    organisations: str
    gone: Collection[str]
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage(Page):
    """What is kept of a candidate, and the forms.

    ``choices`` fill their form; ``words`` and ``text`` are skills and a CV as typed, where they were refused.
    ``gone`` are the ids of organisations that are no longer in the store; ``certifications`` has the title
    of each code.
    ``dropped`` counts characters of a CV that were left out, None where none was read; ``wrong`` is what has
    to be corrected, "" for nothing.
    """

    template: ClassVar[str] = "candidate/own.html"

    base: str
    candidate: Candidate
    kept_until: date
    is_open: bool
    certifications: Mapping[str, str]
    departments: Mapping[str, str]
    languages: Mapping[str, str]
    choices: Choices
    gone: Sequence[str]
    openings: Sequence[Opening]
    decisions: Sequence[tuple[str, Decided]]
    most_years: int
    words: str = ""
    text: str = ""
    dropped: Mapping[str, int] | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPage(Page):
    """Asks to confirm; ``certificate`` is the proof's number once everything is erased, "" before."""

    template: ClassVar[str] = "candidate/withdraw.html"

    base: str
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """The candidate of a link."""

    token: str
    candidate: Candidate

    @property
    def base(self) -> str:
        """Path below which the forms of the page are sent."""
        return f"/candidat/{self.token}"


async def _followed(token: Token, engine: EngineDep) -> Followed:
    return Followed(token, await engine.read(lambda matcher: matcher.hiring.own.follow(token, now())))


FollowedDep = Annotated[Followed, Depends(_followed)]


@router.get("/candidat/{token}", name="page_candidate")
async def own(request: Request, followed: FollowedDep, engine: EngineDep) -> Response:
    """Show what is kept; nothing is recorded."""
    return show(request, await engine.read(lambda matcher: _page(matcher, request, followed)))


@router.post("/candidat/{token}/cv", name="page_candidate_cv")
async def cv(request: Request, followed: FollowedDep, engine: EngineDep) -> Response:
    """Take the skills of a CV that is sent or pasted; the file stays in memory and is forgotten."""
    sent = await sent_in_memory(request, MOST_BYTES)
    content = sent.get("file") or sent.get("text", b"")

    def act(matcher: Matcher) -> OwnPage:
        try:
            changed, read = matcher.hiring.own.take_cv(followed.candidate, content, now())
        except (ChangeRefused, CvRefused) as refused:
            pasted = sent.get("text", b"").decode(errors="replace")
            page = _page(matcher, request, followed, wrong=_sentence(request, refused))
            return replace(page, text=pasted)
        return _page(matcher, request, Followed(followed.token, changed), dropped=read.dropped)

    page = await engine.read(act)
    return show(request, page, status=422 if page.wrong else 200)


@router.post("/candidat/{token}/ajouter", name="page_candidate_add")
async def add(request: Request, followed: FollowedDep, engine: EngineDep) -> Response:
    """Add the skills that words name, as far as the lists have them."""
    words = (await typed(request)).get("words", "")[:2_000]
    return await _done(
        request,
        followed,
        engine,
        lambda m: m.hiring.own.add_skills(followed.candidate, words, now()),
        lambda page: replace(page, words=words),
    )


@router.post("/candidat/{token}/garder", name="page_candidate_keep")
async def keep(request: Request, followed: FollowedDep, engine: EngineDep) -> Response:
    """Keep the ticked skills and certifications alone, with the years chosen."""
    kept, form = await ticked(request, "kept"), await typed(request)
    years = {skill_id: _number(form.get(f"years-{skill_id}", "")) for skill_id in kept}
    return await _done(
        request, followed, engine, lambda m: m.hiring.own.keep_only(followed.candidate, years, now())
    )


@router.post("/candidat/{token}/choix", name="page_candidate_choose")
async def choose(request: Request, followed: FollowedDep, engine: EngineDep) -> Response:
    """Keep departments, remote work, date, languages and organisations."""
    form = await typed(request)
    zone, languages = await ticked(request, "zone"), await ticked(request, "languages")
    gone = await ticked(request, "gone")
    given = Choices(
        zone,
        "remote" in form,
        form.get("available_from", ""),
        languages,
        form.get("organisations", ""),
        gone,
        "everyone" in form,
    )

    def act(matcher: Matcher) -> Candidate:
        names = [name.strip() for name in given.organisations.split(";") if name.strip()]
        items = matcher.store.items
        named = [_organisation(items, name) for name in names]
        # An organisation that is gone has no name to type: it stays chosen until its own box is unticked.
        still = [gone_id for gone_id in followed.candidate.shown_to if gone_id in gone]
        wishes = Wishes(
            zone=tuple(zone),
            remote=given.remote,
            available_from=_day(given.available_from),
            shown_to=(*named, *still),
            languages=tuple(languages),
            to_everyone=given.everyone,
        )
        departments = matcher.knowledge.territory.departments
        return matcher.hiring.own.choose(followed.candidate, wishes, departments, now())

    return await _done(request, followed, engine, act, lambda page: replace(page, choices=given))


@router.post("/candidat/{token}/pause", name="page_candidate_pause")
async def pause(followed: FollowedDep, engine: EngineDep) -> Response:
    """Hide the profile."""
    await engine.read(lambda matcher: matcher.hiring.own.pause(followed.candidate, now()))
    return back_to(followed.base, said="candidate_paused")


@router.post("/candidat/{token}/reprendre", name="page_candidate_resume")
async def resume(followed: FollowedDep, engine: EngineDep) -> Response:
    """Show the profile again."""
    await engine.read(lambda matcher: matcher.hiring.own.resume(followed.candidate, now()))
    return back_to(followed.base, said="candidate_resumed")


@router.get("/candidat/{token}/copie.json", name="page_candidate_copy")
async def copy(followed: FollowedDep, engine: EngineDep) -> Response:
    """Return everything that is held, as a file."""
    held = await engine.read(lambda matcher: held_facts(matcher, followed.candidate))
    headers = {"Content-Disposition": 'attachment; filename="mon-profil.json"', "Cache-Control": "no-store"}
    return JSONResponse(held, headers=headers)


@router.get("/candidat/{token}/effacer", name="page_candidate_withdraw")
async def ask_to_withdraw(request: Request, followed: FollowedDep) -> Response:
    """Ask to confirm that everything is erased."""
    return show(request, WithdrawPage(base=followed.base))


@router.post("/candidat/{token}/effacer", name="page_candidate_withdrawn")
async def withdraw(request: Request, token: Token, engine: EngineDep) -> Response:
    """Erase everything of the candidate; the rest of the proof follows by itself."""

    async def do() -> Response:
        # Followed here: when the form comes again, the link is erased with the rest.
        followed = await _followed(token, engine)
        erasure = await engine.read(lambda matcher: matcher.hiring.own.withdraw(followed.candidate, now()))
        return show(request, WithdrawPage(base=followed.base, certificate=erasure.id))

    return await once(request, do)


async def _done(
    request: Request,
    followed: Followed,
    engine: EngineDep,
    act: Callable[[Matcher], Any],
    as_typed: Callable[[OwnPage], OwnPage] = lambda page: page,
) -> Response:
    """Act, and lead back to the page; where the change is refused, show it ``as_typed`` with why."""

    def tried(matcher: Matcher) -> OwnPage | None:
        try:
            act(matcher)
        except ChangeRefused as refused:
            return as_typed(_page(matcher, request, followed, wrong=_sentence(request, refused)))
        return None

    page = await engine.read(tried)
    return back_to(followed.base, said="candidate_kept") if page is None else show(request, page, status=422)


def _sentence(request: Request, refused: CvRefused | ChangeRefused) -> str:
    return refused.french if language_of(request) == "fr" else str(refused)


def _number(typed_years: str) -> int | None:
    return int(typed_years) if typed_years.isdecimal() and len(typed_years) < 3 else None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ChangeRefused(
            "Une date s'écrit comme 2026-12-31.", "A date is written as 2026-12-31."
        ) from error


def _organisation(items: Items, name: str) -> str:
    """Return the id of the organisation of this name; ChangeRefused where none or several have it."""
    try:
        return find_item(items, name, ItemType.ORGANISATION).id
    except (NotFound, Ambiguous, InvalidRequest) as error:
        raise ChangeRefused(
            f"Aucune organisation, ou plusieurs, pour « {name} » : écrivez son nom en entier.",
            f"No organisation, or several, for “{name}”: write its whole name.",
        ) from error


def _page(
    matcher: Matcher,
    request: Request,
    followed: Followed,
    *,
    dropped: Mapping[str, int] | None = None,
    wrong: str = "",
) -> OwnPage:
    candidate, which = followed.candidate, int(language_of(request) == "en")
    organisations = matcher.store.items.get_many(list(candidate.shown_to))
    gone = [gone_id for gone_id in candidate.shown_to if gone_id not in organisations]
    return OwnPage(
        base=followed.base,
        candidate=candidate,
        kept_until=candidate.kept_until.date(),
        is_open=matcher.hiring.desk.gate().is_open,
        certifications=matcher.hiring.titles(candidate.profile.certifications),
        departments=matcher.knowledge.territory.departments,
        languages={code: names[which] for code, names in LANGUAGES.items()},
        choices=_choices(candidate, " ; ".join(one.name for one in organisations.values()), gone),
        gone=gone,
        openings=matcher.hiring.desk.openings(candidate.id),
        decisions=matcher.hiring.decisions_on(candidate.id),
        most_years=MOST_YEARS,
        dropped=dropped,
        wrong=wrong,
    )


def _choices(candidate: Candidate, organisations: str, gone: Collection[str]) -> Choices:
    profile = candidate.profile
    available_from = profile.available_from.isoformat() if profile.available_from else ""
    return Choices(profile.zone, profile.remote, available_from, profile.languages, organisations, gone)
