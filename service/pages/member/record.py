"""The page *Ma fiche*: an organisation's record, to confirm or correct, and what a change would move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.imports import BY_PAGE
from matcher.domain.items import Organisation
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.pages.acting import Acting, ActingDep, PersonDep, home_of, now
from service.pages.editing import (
    Change,
    ChangedMeanwhile,
    Editor,
    former,
    history,
    keep,
    rectify,
    take_back,
)
from service.pages.forms import once, typed
from service.pages.frame import Page, back_to, show
from service.pages.member.effect import Effect, effects_of
from service.pages.member.record_form import (
    UNKNOWN_TOWN,
    FormField,
    Typed,
    changed_record,
    form_fields,
    sizes,
    stored_text,
    touched,
    typed_record,
)
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
WHO = {"member": mark("l'organisation"), "staff": mark("l'équipe du cluster")}
SHORT = 100
"""Characters below which a description says too little to match on."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of the record, in words."""

    change: Change
    by: str
    by_page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage(Page):
    """The form of a record; ``advice`` says what would help to be found, ``effects`` what a change would do.

    ``conflict``: somebody else has changed the record since it was read. ``previewed``: ``effects`` is what
    was asked for, even if it is empty.
    """

    template: ClassVar[str] = "member/record.html"

    organisation: Organisation
    base: str
    on_behalf: bool
    version: str
    fields: Sequence[FormField]
    sizes: Sequence[tuple[str, str]]
    advice: Sequence[str]
    effects: Sequence[Effect]
    previewed: bool
    conflict: bool
    history: Sequence[HistoryEntry]
    forgets: bool


@router.get("/ma-fiche", name="page_record_of_own")
async def own(person: PersonDep) -> Response:
    """Lead to the record of the organisation that the person speaks for."""
    if not person.organisations:
        return back_to(home_of(person))
    return back_to(f"/organisations/{person.organisations[0]}/fiche")


@router.get("/organisations/{item_id}/fiche", name="page_record")
async def record(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """Show the record as a form."""
    return await _show(request, acting, engine)


@router.post("/organisations/{item_id}/fiche", name="page_change_record")
async def change(request: Request, acting: ActingDep, engine: EngineDep) -> Response:
    """Keep the record as it was typed, or show what that would move."""

    async def do() -> Response:
        form = await typed(request)
        given = typed_record(form, is_staff=acting.on_behalf)
        wanted, errors = await engine.read(lambda matcher: _changed(matcher, acting.organisation, given))
        forgets = form.get("forget") == "yes"
        if errors:
            return await _show(request, acting, engine, _State(given, forgets, errors), status=422)
        if form.get("act") == "preview":
            before, at = acting.organisation, now()
            effects = await engine.ask(
                lambda matcher: effects_of(matcher, before, wanted, at), client_of(request)
            )
            return await _show(request, acting, engine, _State(given, forgets, effects=effects))
        return await _kept(request, acting, engine, _State(given, forgets))

    return await once(request, do)


@router.post("/organisations/{item_id}/fiche/annuler/{batch}", name="page_undo_record")
async def undo(request: Request, batch: str, acting: ActingDep, engine: EngineDep) -> Response:
    """Undo the latest change; one that staff made is theirs to undo."""

    async def do() -> Response:
        await engine.write(lambda matcher: take_back(matcher, acting.organisation, batch, _editor(acting)))
        return back_to(f"{acting.base}/fiche", said="undone")

    return await once(request, do)


@dataclass(frozen=True, slots=True)
class _State:
    """What the form is shown again with."""

    given: Typed | None = None
    forgets: bool = False
    errors: Mapping[str, str] | None = None
    effects: Sequence[Effect] | None = None
    theirs: Organisation | None = None


def _editor(acting: Acting) -> Editor:
    return Editor(acting.person.id, "staff" if acting.on_behalf else "member")


async def _kept(request: Request, acting: Acting, engine: EngineDep, state: _State) -> Response:
    given = state.given or Typed({}, frozenset(), "")
    store = rectify if state.forgets else keep

    def save(matcher: Matcher) -> bool:
        return store(
            matcher,
            acting.organisation.id,
            given.version,
            _editor(acting),
            lambda current: _changed(matcher, current, given)[0],
        )

    try:
        done = await engine.write(save)
    except ChangedMeanwhile as fault:
        read = await engine.read(lambda matcher: former(matcher, acting.organisation.id, given.version))
        found = _State(touched(given, read), state.forgets, theirs=fault.current)
        return await _show(request, replace(acting, organisation=fault.current), engine, found, status=409)
    return back_to(f"{acting.base}/fiche", said="record_kept" if done else "record_same")


async def _show(
    request: Request, acting: Acting, engine: EngineDep, state: _State | None = None, status: int = 200
) -> Response:
    state, item = state or _State(), acting.organisation
    fields = form_fields(item, state.given, is_staff=acting.on_behalf, errors=state.errors or {})
    fields = await engine.read(lambda matcher: _with_remarks(matcher, fields, state.theirs))
    changes = await engine.read(lambda matcher: history(matcher, item, is_staff=acting.on_behalf))
    page = RecordPage(
        organisation=item,
        base=acting.base,
        on_behalf=acting.on_behalf,
        version=item.version if state.given is None or state.theirs else state.given.version,
        fields=fields,
        sizes=sizes(),
        advice=_advice(item),
        effects=state.effects or (),
        previewed=state.effects is not None,
        conflict=state.theirs is not None,
        forgets=state.forgets,
        history=[HistoryEntry(one, WHO.get(one.who, ""), one.file == BY_PAGE) for one in changes],
    )
    return show(request, page, section="/ma-fiche", status=status)


def _changed(matcher: Matcher, item: Organisation, given: Typed) -> tuple[Organisation, dict[str, str]]:
    return changed_record(item, given, matcher.knowledge.territory)


def _with_remarks(
    matcher: Matcher, fields: Sequence[FormField], theirs: Organisation | None
) -> list[FormField]:
    """Add what another person has stored meanwhile, and that a town is not known."""
    marked = []
    for field in fields:
        if theirs is not None and stored_text(theirs, field.plan.name) != field.value:
            field = replace(field, theirs=stored_text(theirs, field.plan.name))  # noqa: PLW2901
        unknown = matcher.knowledge.territory.locate(field.value) is None
        if field.plan.name == "city" and field.value and unknown:
            field = replace(field, warning=UNKNOWN_TOWN)  # noqa: PLW2901
        marked.append(field)
    return marked


def _advice(item: Organisation) -> list[str]:
    """Return what would help to be found, most useful first; sentences in French."""
    wanting = {
        mark("Décrivez l'activité en deux ou trois phrases."): len(item.description) < SHORT,
        mark("Donnez au moins trois savoir-faire."): len(item.expertise) < 3,
        mark("Dites ce que vous cherchez : c'est ce que les autres peuvent apporter."): not item.needs,
        mark("Dites ce que vous proposez : c'est ce que les autres cherchent."): not item.offers,
        mark("Nommez les secteurs de vos clients."): not item.sectors,
        mark("Donnez la ville : l'antenne et les voisins comptent."): not item.city,
        mark("Donnez la taille : beaucoup d'appels en dépendent."): item.size_band is None,
    }
    return [sentence for sentence, lacks in wanting.items() if lacks]
