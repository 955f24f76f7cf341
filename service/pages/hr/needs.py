"""Pages of job needs: written, understood and corrected, saved; leads; the map of needs without one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import IllegalStep
from matcher.hiring import JobNeed, Requirement, UnlawfulWords, Weight
from matcher.hiring.needs import (
    NO_FIELDS,
    Both,
    Draft,
    LeadGroup,
    NeedFields,
    NeedGap,
    NeedRefused,
    Override,
    SavedNeed,
    gaps,
    unmet,
)
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.needs import CONTRACTS, GROUP_TITLES, REMOTES, lead_line, notice_of, requirement_words
from service.pages.acting import now
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, language_of, show
from service.pages.hr.need_languages import codes_of, names_of, require_languages
from service.pages.hr.need_versions import kept_marks, marks_of, merged
from service.words import Language

router = APIRouter(include_in_schema=False)
ManagerDep = Annotated[Caller, requires(Permission.MANAGE_NEEDS)]
SECTION = "/recruter"
HOME = "/recruter/besoins"


@dataclass(frozen=True, slots=True)
class NeedWords:
    """Words of the pages of needs in the reader's language."""

    lang: Language

    def title(self, group: LeadGroup) -> str:
        """Return the title of a group of leads."""
        return GROUP_TITLES[group.kind][self.lang == "en"]

    def choices(self, kind: str) -> list[tuple[str, str]]:
        """Return the choices of a contract or of remote work, as read again and as shown."""
        named = CONTRACTS.values() if kind == "contract" else REMOTES.values()
        return [(words[0], words[self.lang == "en"]) for words in named]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsPage(Page):
    """The saved needs, and the map of those without a lead."""

    template: ClassVar[str] = "hr/needs.html"

    active: Sequence[SavedNeed]
    former: Sequence[SavedNeed]
    gaps: Sequence[NeedGap]
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPage(Page):
    """One need: a draft, or a saved one (``need_id``); ``fault`` says why it was not saved.

    ``version`` is the one that was read, and ``marks`` what its fields held then. ``conflict``: somebody else
    changed it since; ``theirs`` holds what they stored in the fields that were changed here too.
    """

    template: ClassVar[str] = "hr/need.html"

    need_id: str
    version: str
    marks: Mapping[str, str]
    conflict: bool
    theirs: Mapping[str, str]
    draft: Draft
    fields: Mapping[str, str]
    notices: Sequence[str]
    groups: Sequence[LeadGroup]
    unmet: str
    lines: Mapping[str, str]
    overrides: Mapping[tuple[str, str], str]
    words: NeedWords
    fault: str
    is_open: bool
    may_list: bool


@router.get("/recruter/besoins", name="page_needs")
async def needs(request: Request, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Show saved needs and the map of those without a training near by."""
    at = now()

    def read(matcher: Matcher) -> tuple[list[SavedNeed], list[SavedNeed], list[NeedGap]]:
        every = matcher.hiring.needs.all()
        active = [one for one in every if one.is_active(at)]
        former = [one for one in every if not one.is_active(at)]
        return active, former, gaps([one.need for one in active], matcher.hiring.leads)

    active, former, found = await engine.read(read)
    longest = request.app.state.settings.max_text_chars
    page = NeedsPage(active=active, former=former, gaps=found, longest=longest)
    return show(request, page, section=SECTION)


@router.post("/recruter/besoin", name="page_read_need")
async def read_need(request: Request, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Show what is understood of a need, its wording and its leads; nothing is kept."""
    form = await typed(request)
    if not form.get("text"):
        return back_to(HOME)
    return await _shown(request, engine, form)


@router.post("/recruter/besoins", name="page_save_need")
async def save_need(request: Request, caller: ManagerDep, engine: EngineDep) -> Response:
    """Save a need, new or corrected; what hinders it is said on the page, with what was typed."""

    async def do() -> Response:
        form = await typed(request)
        need_id, by = form.get("need_id", ""), caller.person.id if caller.person else None

        def save(matcher: Matcher) -> SavedNeed:
            desk, known = matcher.hiring.needs, _known(form)
            require_languages(known.languages)
            draft = desk.draft(form.get("text", ""), now(), known)
            if need_id:
                return desk.edit(need_id, draft, _overrides(form), form.get("version", ""))
            return desk.save(draft, _overrides(form), by)

        try:
            saved = await engine.read(save)
        except IllegalStep:
            return await _in_conflict(request, engine, form)
        except (NeedRefused, UnlawfulWords) as refused:
            said = refused.french if language_of(request) == "fr" else str(refused)
            return await _shown(request, engine, form, _State(fault=said))
        return back_to(f"{HOME}/{saved.need.id}", "need_saved")

    return await once(request, do)


@router.get("/recruter/besoins/{need_id}", name="page_need")
async def need(request: Request, need_id: str, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Show a saved need with its leads."""
    saved = await engine.read(lambda matcher: matcher.hiring.needs.get(need_id))
    return await _shown(request, engine, _form_of(saved, language_of(request)), _State(saved))


@router.post("/recruter/besoins/{need_id}/fermer", name="page_close_need")
async def close_need(need_id: str, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Close a need."""
    await engine.read(lambda matcher: matcher.hiring.needs.close(need_id, now()))
    return back_to(HOME, "need_closed")


@dataclass(frozen=True, slots=True)
class _State:
    """What a need is shown with: the saved one, why it was not saved, what somebody else stored meanwhile."""

    saved: SavedNeed | None = None
    fault: str = ""
    theirs: Mapping[str, str] | None = None

    @property
    def status(self) -> int:
        if self.fault:
            return 422
        return 200 if self.theirs is None else 409

    def marks(self, fields: Mapping[str, str], form: Mapping[str, str]) -> dict[str, str]:
        """Return what the fields held when they were read: now, or when the form sent was made."""
        is_read_now = self.saved is not None and self.theirs is None
        return marks_of(fields) if is_read_now else kept_marks(form)

    def is_open(self) -> bool:
        return self.saved is None or self.saved.is_active(now())


async def _shown(
    request: Request, engine: EngineDep, form: Mapping[str, str], state: _State | None = None
) -> Response:
    state, lang = state or _State(), language_of(request)

    def read(matcher: Matcher) -> tuple[Draft, list[LeadGroup], Both | None]:
        draft = matcher.hiring.needs.draft(form.get("text", ""), now(), _known(form))
        leads = matcher.hiring.leads
        return draft, leads.groups(draft.need), unmet(draft.need, leads)

    draft, groups, lacking = await engine.read(read)
    saved, fields = state.saved, _fields(draft, form, lang)
    notes = [*_overrides(form), *(saved.overrides if saved else ())]
    page = NeedPage(
        need_id=form.get("need_id", ""),
        version=saved.version if saved else form.get("version", ""),
        marks=state.marks(fields, form),
        conflict=state.theirs is not None,
        theirs=state.theirs or {},
        draft=draft,
        fields=fields,
        notices=[notice_of(one, lang) for one in draft.notices],
        groups=groups,
        unmet=_said(lacking, lang),
        lines={lead.id: lead_line(lead, lang) for group in groups for lead in group.leads},
        overrides={(one.criterion, one.words): one.note for one in notes},
        words=NeedWords(lang),
        fault=state.fault,
        is_open=state.is_open(),
        may_list=_may_list(request, state),
    )
    return show(request, page, section=SECTION, status=state.status)


async def _in_conflict(request: Request, engine: EngineDep, form: Mapping[str, str]) -> Response:
    """Show what was typed over what somebody else has stored since it was read."""
    lang = language_of(request)

    def read(matcher: Matcher) -> tuple[SavedNeed, dict[str, str]]:
        desk = matcher.hiring.needs
        saved = desk.get(form.get("need_id", ""))
        known = _form_of(saved, lang)
        return saved, _fields(desk.draft(known["text"], now(), _known(known)), known, lang)

    saved, stored = await engine.read(read)
    fields, theirs = merged(form, stored)
    return await _shown(request, engine, fields | marks_of(stored), _State(saved, theirs=theirs))


def _said(both: Both | None, lang: Language) -> str:
    if both is None:
        return ""
    return both.en if lang == "en" else both.fr


def _may_list(request: Request, state: _State) -> bool:
    """Whether profiles may be listed: the need is saved and open, and the caller works with profiles."""
    caller: Caller = request.state.caller
    return state.saved is not None and state.is_open() and caller.may(Permission.SEE_CANDIDATES)


def _fields(draft: Draft, form: Mapping[str, str], lang: Language) -> dict[str, str]:
    """Return what the form shows: what was understood, so that a person corrects it."""
    fields = _fields_of(draft.need, lang)
    return fields if fields["rome"] else fields | {"rome": form.get("rome", "")}


def _form_of(saved: SavedNeed, lang: Language) -> dict[str, str]:
    """Return the form of a saved need."""
    return {"need_id": saved.need.id} | _fields_of(saved.need, lang)


def _fields_of(asked: JobNeed, lang: Language) -> dict[str, str]:
    return {
        "text": asked.text,
        "title": asked.title,
        "rome": asked.occupation.rome if asked.occupation else "",
        "city": asked.city,
        "department": asked.department,
        "contract": CONTRACTS[asked.contract][0] if asked.contract else "",
        "remote": REMOTES[asked.remote][0] if asked.remote else "",
        "required": _listed(asked.requirements, Weight.REQUIRED),
        "appreciated": _listed(asked.requirements, Weight.APPRECIATED),
        "languages": names_of(asked.languages, lang),
        "organisation_id": asked.organisation_id,
    }


def _listed(requirements: Sequence[Requirement], weight: Weight) -> str:
    lines = [
        requirement_words(Requirement(one.skill, years=one.years), "fr")
        for one in requirements
        if one.weight is weight
    ]
    return "\n".join(lines)


def _known(form: Mapping[str, str]) -> NeedFields:
    """Return what the form says beside the text; nothing when only the text was sent."""
    known = NeedFields(
        title=form.get("title", ""),
        rome=form.get("rome", ""),
        city=form.get("city", ""),
        department=form.get("department", ""),
        contract=form.get("contract", ""),
        remote=form.get("remote", ""),
        required=_lines(form.get("required", "")),
        appreciated=_lines(form.get("appreciated", "")),
        languages=codes_of(form.get("languages", "")),
        organisation_id=form.get("organisation_id", ""),
    )
    return NO_FIELDS if known == NO_FIELDS else known


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _overrides(form: Mapping[str, str]) -> list[Override]:
    """Return the notes typed beside the findings, which the form numbers."""
    found: list[Override] = []
    for name, note in form.items():
        number = name.removeprefix("note-")
        if number != name and note:
            criterion, words = form.get(f"criterion-{number}", ""), form.get(f"words-{number}", "")
            found.append(Override(criterion, words, note))
    return found
