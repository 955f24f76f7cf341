"""The page *Journal*: who saw or decided what, whether nothing of it was changed, and a copy to keep."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from matcher.audit import Entry, Of, Verdict
from matcher.build import Matcher
from matcher.domain.items import ItemType
from matcher.language import fold
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.frame import Page, show
from service.pages.listing import ROWS, Pager

router = APIRouter(include_in_schema=False)
AdminDep = Annotated[Caller, requires(Permission.MANAGE_PEOPLE)]
PATH = "/administration/journal"
LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage(Page):
    """Entries, the latest first, of one act or one reference where these are chosen.

    ``names`` has, by their reference, the people and organisations that are still in the store. ``verdict``
    is that of a check that was asked for, None without one.
    """

    template: ClassVar[str] = "admin/journal.html"

    acts: Sequence[str]
    act: str
    naming: str
    entries: Sequence[Entry]
    names: Mapping[str, str]
    pager: Pager
    verdict: Verdict | None


@router.get(PATH, name="page_journal")
async def journal(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Show the latest entries, or those before one."""
    return show(
        request, await engine.read(lambda matcher: _page(matcher, request)), section="/administration"
    )


@router.post(f"{PATH}/verifier", name="page_verify_journal")
async def verify(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Check the whole chain and say what was found."""
    verdict = await engine.read(lambda matcher: matcher.audit.verify())
    page = await engine.read(lambda matcher: _page(matcher, request, verdict))
    return show(request, page, section="/administration")


@router.get("/administration/journal.jsonl", name="page_journal_file")
async def export(_admin: AdminDep, engine: EngineDep) -> Response:
    """Send every entry as a file of JSON lines, oldest first."""
    lines = await engine.read(_lines)
    name = f'attachment; filename="journal-{now():%Y-%m-%d}.jsonl"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(lines, media_type="application/x-ndjson", headers=headers)


def _lines(matcher: Matcher) -> bytes:
    return b"".join(json.dumps(entry, sort_keys=True).encode() + b"\n" for entry in matcher.audit.export())


def _page(matcher: Matcher, request: Request, verdict: Verdict | None = None) -> JournalPage:
    query = request.query_params
    act, naming = query.get("acte", "")[:LONGEST], query.get("qui", "").strip()[:LONGEST]
    given = query.get("avant", "")
    before = int(given) if given.isdecimal() and len(given) < 16 else 0
    acts = matcher.store.audit.acts()
    names = _names(matcher) if acts else {}
    found = matcher.store.audit.newest(ROWS + 1, before=before, act=act, naming=_reference(naming, names))
    shown = found[:ROWS]
    filters = {"acte": act, "qui": naming}
    first = f"{PATH}?{urlencode(filters)}" if before else ""
    older = f"{PATH}?{urlencode({**filters, 'avant': shown[-1].seq})}" if len(found) > ROWS else ""
    return JournalPage(
        acts=acts,
        act=act,
        naming=naming,
        entries=shown,
        names=names,
        pager=Pager(first, older),
        verdict=verdict,
    )


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


def _reference(typed: str, names: Mapping[str, str]) -> str:
    """Return the reference of a name, whatever its case and accents; what was typed where none bears it."""
    sought = fold(typed)
    if not sought:
        return ""
    for reference, name in names.items():
        if fold(name) == sought:
            return reference
    return typed
