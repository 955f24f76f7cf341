"""Pages of shortlists: everyone listed for a need, requirement by requirement; a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import IllegalStep, InvalidRequest
from matcher.hiring import UnlawfulWords
from matcher.hiring.candidates import LANGUAGES
from matcher.hiring.shortlists import Apart, Decided, Decision, Line, Listed, MetBy, Shortlist, ties
from matcher.hiring.shortlists.phrases import APART, DECISIONS, SCORE, STATES, reason_of, summary_of
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import PersonDep, now
from service.pages.environment import translate
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, language_of, show
from service.pages.listing import Pager, page_number, page_of
from service.pages.text import mark
from service.words import Language, choose

router = APIRouter(include_in_schema=False)
HrDep = Annotated[Caller, requires(Permission.SEE_CANDIDATES)]
SECTION = "/recruter"
HOME = "/recruter/selections"
MEANWHILE = mark(
    "Quelqu'un d'autre a décidé sur ce profil entre-temps : lisez sa décision ci-dessus. Votre motif n'est"
    " pas perdu ; décidez à nouveau s'il le faut."
)
LOOKS = {MetBy.MET: "good", MetBy.PARTLY: "info", MetBy.NOT_STATED: ""}


@dataclass(frozen=True, slots=True)
class ShortlistWords:
    """Sentences of a shortlist in the reader's language."""

    lang: Language

    def _said(self, both: tuple[str, str]) -> str:
        return both[self.lang == "en"]

    def score(self) -> str:
        """Return what a score means."""
        return self._said(SCORE)

    def summary(self, entry: Listed) -> str:
        """Return how many requirements are met."""
        return self._said(summary_of(entry))

    def state(self, line: Line) -> str:
        """Return how far a requirement is met."""
        return self._said(STATES[line.state])

    def look(self, line: Line) -> str:
        """Return the look of its sign."""
        return LOOKS[line.state]

    def reason(self, line: Line) -> str:
        """Return why it is met, partly met or not stated."""
        return self._said(reason_of(line))

    def apart(self, why: Apart) -> str:
        """Return why a profile is listed apart."""
        return self._said(APART[why])

    def decision(self, decision: Decision) -> str:
        """Return what was decided."""
        return self._said(DECISIONS[decision])

    def decisions(self) -> list[tuple[str, str]]:
        """Return the choices of a person."""
        return [(one.value, self._said(DECISIONS[one])) for one in Decision]


@dataclass(frozen=True, slots=True)
class ShortlistRow:
    """A shortlist, and the title of its need."""

    shortlist: Shortlist
    title: str
    decided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistsPage(Page):
    """The shortlists, latest first."""

    template: ClassVar[str] = "hr/shortlists.html"

    rows: Sequence[ShortlistRow]
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistPage(Page):
    """One shortlist; ``fault`` is the code whose decision was not kept, ``why`` says why where words did it.

    ``typed`` has the reason by code.
    """

    template: ClassVar[str] = "hr/shortlist.html"

    shortlist: Shortlist
    title: str
    entries: Sequence[Listed]
    pager: Pager
    number: int
    ties: Mapping[str, int]
    reasons: Mapping[str, str]
    is_current: bool
    languages: Mapping[str, str]
    words: ShortlistWords
    fault: str
    why: str
    typed: Mapping[str, str]


@router.get(HOME, name="page_shortlists")
async def shortlists(request: Request, _hr: HrDep, engine: EngineDep) -> Response:
    """List the shortlists."""

    def read(matcher: Matcher) -> list[ShortlistRow]:
        return [_row(matcher, one) for one in matcher.hiring.shortlists.all()]

    rows, pager = page_of(await engine.read(read), request)
    return show(request, ShortlistsPage(rows=rows, pager=pager), section=SECTION)


@router.post("/recruter/besoins/{need_id}/selection", name="page_make_shortlist")
async def make(request: Request, need_id: str, person: PersonDep, _hr: HrDep, engine: EngineDep) -> Response:
    """Make a shortlist for a need."""

    async def do() -> Response:
        made = await engine.read(lambda matcher: matcher.hiring.shortlists.make(need_id, person.id, now()))
        return back_to(f"{HOME}/{made.id}", "shortlist_made")

    return await once(request, do)


@router.get(HOME + "/{shortlist_id}", name="page_shortlist")
async def shortlist(request: Request, shortlist_id: str, _hr: HrDep, engine: EngineDep) -> Response:
    """Show everyone on a shortlist."""
    return await _shown(request, shortlist_id, engine)


@router.post(HOME + "/{shortlist_id}/{code}", name="page_decide")
async def decide(request: Request, shortlist_id: str, code: str, hr: HrDep, engine: EngineDep) -> Response:
    """Keep what the signed-in person decided on a profile."""

    async def do() -> Response:
        form = await typed(request)
        try:
            decision = Decision(form.get("decision", ""))
            decided = Decided(decision, form.get("reason", ""), hr.person_id, now())
            seen = form.get("seen")
            await engine.read(
                lambda matcher: matcher.hiring.shortlists.decide(shortlist_id, code, decided, seen)
            )
        except IllegalStep:
            why = translate(MEANWHILE, language_of(request))
            refused = _Refused(code, form.get("reason", ""), why, 409)
            return await _shown(request, shortlist_id, engine, refused)
        except UnlawfulWords as unlawful:
            why = unlawful.french if language_of(request) == "fr" else str(unlawful)
            return await _shown(request, shortlist_id, engine, _Refused(code, form.get("reason", ""), why))
        except (ValueError, InvalidRequest):
            return await _shown(request, shortlist_id, engine, _Refused(code, form.get("reason", "")))
        return back_to(f"{HOME}/{shortlist_id}?page={page_number(request)}", "decided", code)

    return await once(request, do)


@dataclass(frozen=True, slots=True)
class _Refused:
    """A decision that was not kept: on which profile, the reason as typed, and what is wrong with it."""

    code: str = ""
    reason: str = ""
    why: str = ""
    status: int = 422


async def _shown(
    request: Request, shortlist_id: str, engine: EngineDep, refused: _Refused | None = None
) -> Response:
    refused = refused or _Refused()

    def read(matcher: Matcher) -> tuple[Shortlist, str, bool, dict[str, str]]:
        desk = matcher.hiring.shortlists
        found = desk.get(shortlist_id)
        reasons = {one.code: desk.reason(one.decided) for one in found.listed if one.decided}
        return found, _title(matcher, found.need_id), desk.is_current(found), reasons

    found, title, is_current, reasons = await engine.read(read)
    entries, pager = page_of(list(found.listed), request)
    page = ShortlistPage(
        shortlist=found,
        title=title,
        entries=entries,
        pager=pager,
        number=page_number(request),
        ties={one.code: ties(found.listed, one) for one in entries},
        reasons=reasons,
        is_current=is_current,
        languages={code: choose(names, language_of(request)) for code, names in LANGUAGES.items()},
        words=ShortlistWords(language_of(request)),
        fault=refused.code,
        why=refused.why,
        typed={refused.code: refused.reason},
    )
    return show(request, page, section=SECTION, status=refused.status if refused.code else 200)


def _row(matcher: Matcher, shortlist: Shortlist) -> ShortlistRow:
    decided = sum(entry.decided is not None for entry in shortlist.listed)
    return ShortlistRow(shortlist, _title(matcher, shortlist.need_id), decided)


def _title(matcher: Matcher, need_id: str) -> str:
    return matcher.hiring.needs.get(need_id).need.title
