"""The page *Journal*: who saw or decided what, whether nothing of it was changed, and a copy to keep."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from matcher.audit import Entry, Fault, FaultKind, Of, Verdict
from matcher.build import Matcher
from matcher.domain.items import ItemType
from matcher.language import fold
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.admin.acts import ACTS, KINDS
from service.pages.forms import typed
from service.pages.frame import Page, show
from service.pages.listing import ROWS, Pager
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
AdminDep = Annotated[Caller, requires(Permission.MANAGE_PEOPLE)]
PATH = "/administration/journal"
LONGEST = 100
LONGEST_LIST = 2_000


FAULTS = {
    FaultKind.CHANGED: mark("elle a été changée"),
    FaultKind.UNREADABLE: mark("elle ne peut pas être lue"),
    FaultKind.MOVED: mark("la ligne qui suit la ligne %(first)s manque ou a été déplacée"),
    FaultKind.UNLINKED: mark("elle ne tient pas à la précédente"),
    FaultKind.NOT_AS_SIGNED: mark("ce n'est pas la ligne qui a été signée"),
    FaultKind.UNSIGNED: mark("un état du journal n'est pas signé avec la clé du service"),
    FaultKind.HEAD: mark("le journal finit à la ligne %(first)s, et sa dernière ligne connue est %(second)s"),
    FaultKind.GONE: mark("les lignes %(first)s à %(second)s ont été signées et ne sont plus là"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for: an act, and the references of who acted or what was concerned.

    ``naming`` is None where no name was given, and empty where nothing bears the name. ``typed`` is the name.
    """

    act: str = ""
    naming: tuple[str, ...] | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault of the chain: at which entry, 0 for the chain as a whole, and a sentence with its numbers."""

    seq: int
    words: str
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage(Page):
    """Entries, the latest first, of one act or of what bears one name where these are chosen.

    ``acts`` has code and words of each act to choose from; ``words`` and ``kinds`` say entries in French.
    ``names`` has, by their reference, the people and organisations that are still in the store. ``verdict``
    is that of a check that was asked for, None without one, and ``faults`` are those that it found.
    """

    template: ClassVar[str] = "admin/journal.html"

    acts: Sequence[tuple[str, str]]
    act: str
    naming: str
    entries: Sequence[Entry]
    names: Mapping[str, str]
    words: Mapping[str, str]
    kinds: Mapping[str, str]
    pager: Pager
    verdict: Verdict | None
    faults: Sequence[FaultRow]


@router.get(PATH, name="page_journal")
async def journal(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Show the latest entries, or those before one; an address names references alone, and no person."""
    given, query = request.query_params.get("qui", "")[:LONGEST_LIST], request.query_params
    naming = tuple(given.split(",")) if given else None
    chosen = Filter(query.get("acte", "")[:LONGEST], naming)
    return await _show(request, engine, chosen)


@router.post(PATH, name="page_filter_journal")
async def find(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Show what concerns a name that was typed: of everybody and everything that bears it."""
    form = await typed(request)
    name, act = form.get("qui", "")[:LONGEST], form.get("acte", "")[:LONGEST]
    naming = await engine.read(lambda matcher: _references(name, matcher))
    return await _show(request, engine, Filter(act, naming, name))


@router.post(f"{PATH}/verifier", name="page_verify_journal")
async def verify(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Check the whole chain and say what was found."""
    verdict = await engine.read(lambda matcher: matcher.audit.verify())
    return await _show(request, engine, Filter(), verdict)


@router.get("/administration/journal.jsonl", name="page_journal_file")
async def export(_admin: AdminDep, engine: EngineDep) -> Response:
    """Send every entry as a file of JSON lines, oldest first."""
    lines = await engine.read(_lines)
    name = f'attachment; filename="journal-{now():%Y-%m-%d}.jsonl"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(lines, media_type="application/x-ndjson", headers=headers)


def _lines(matcher: Matcher) -> bytes:
    return b"".join(json.dumps(entry, sort_keys=True).encode() + b"\n" for entry in matcher.audit.export())


async def _show(
    request: Request, engine: EngineDep, chosen: Filter, verdict: Verdict | None = None
) -> Response:
    given = request.query_params.get("avant", "")
    before = int(given) if given.isdecimal() and len(given) < 16 else 0
    page = await engine.read(lambda matcher: _page(matcher, chosen, before, verdict))
    return show(request, page, section="/administration")


def _page(matcher: Matcher, chosen: Filter, before: int, verdict: Verdict | None) -> JournalPage:
    acts = matcher.store.audit.acts()
    names = _names(matcher) if acts else {}
    found = matcher.store.audit.newest(ROWS + 1, before=before, act=chosen.act, naming=chosen.naming)
    shown = found[:ROWS]
    bearing = dict.fromkeys(names.get(reference, reference) for reference in chosen.naming or ())
    return JournalPage(
        acts=sorted(((act, ACTS.get(act, act)) for act in acts), key=lambda one: one[1]),
        act=chosen.act,
        naming=chosen.typed or ", ".join(bearing),
        entries=shown,
        names=names,
        words=ACTS,
        kinds=KINDS,
        pager=_pager(chosen, before, shown[-1].seq if len(found) > ROWS else 0),
        verdict=verdict,
        faults=[_fault_row(fault) for fault in verdict.faults] if verdict else [],
    )


def _pager(chosen: Filter, before: int, last: int) -> Pager:
    """Lead to the first page, unless it is shown, and to what is older than the entry ``last``, if not 0."""
    filters = {"acte": chosen.act, "qui": ",".join(chosen.naming or ())}
    first = f"{PATH}?{urlencode(filters)}" if before else ""
    older = f"{PATH}?{urlencode({**filters, 'avant': last})}" if last else ""
    return Pager(first, older)


def _fault_row(fault: Fault) -> FaultRow:
    numbers = dict(zip(("first", "second"), fault.numbers, strict=False))
    return FaultRow(fault.seq, FAULTS[fault.kind], numbers)


def _names(matcher: Matcher) -> dict[str, str]:
    """Return who and what the references of the audit stand for, as far as it is still in the store.

    Asked for once there is an entry: before the first one there is no key to make references with.
    """
    people = {person.id: person.name for person in matcher.store.people.all()}
    organisations = matcher.store.derived.value("names in the audit", lambda: _organisations(matcher))
    return {**organisations, **_by_reference(matcher, Of.PERSON, people)}


def _organisations(matcher: Matcher) -> dict[str, str]:
    """Return the names of all organisations, by their references: thousands of hashes take a while."""
    known = dict(matcher.store.items.names(ItemType.ORGANISATION))
    return _by_reference(matcher, Of.ORGANISATION, known)


def _by_reference(matcher: Matcher, of: Of, names: Mapping[str, str]) -> dict[str, str]:
    found = matcher.store.audit.references(of, names)
    return {reference: names[subject_id] for reference, subject_id in found.items()}


def _references(typed_name: str, matcher: Matcher) -> tuple[str, ...] | None:
    """Return the references of all that bear a name, whatever its case and accents; None for no name.

    A person and their company often share one. What is typed may be a reference itself.
    """
    sought = fold(typed_name)
    if not sought:
        return None
    names = _names(matcher) if matcher.store.audit.acts() else {}
    bearing = tuple(reference for reference, name in names.items() if fold(name) == sought)
    return bearing or (typed_name,)
