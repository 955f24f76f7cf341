"""The pages of *Importer*: send a file, choose, look, import, undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

from matcher.build import Matcher
from matcher.domain.imports import BY_PAGE, ImportBatch, UndoReport
from matcher.errors import InvalidRequest, NotFound
from matcher.importing import (
    ImportReport,
    Row,
    apply_plan,
    import_participations,
    rejects_path,
    write_rejects,
)
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import once, sent_file, typed
from service.pages.frame import Page, back_to, language_of, show
from service.pages.listing import Pager, page_of
from service.pages.staff.imports.columns import KINDS, clashing_title, field_options, take_choices
from service.pages.staff.imports.preview import DONE, Preview, preview_of
from service.pages.staff.imports.waiting import Waiting, WaitingFiles

router = APIRouter(include_in_schema=False)
WriterDep = Annotated[Caller, requires(Permission.WRITE_CATALOGUE)]
SECTION = "/importer"
STAFF = "staff"
"""Who imports, as it is kept: no person is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsPage(Page):
    """The form that takes a file, and the imports so far; ``missing``: no file was chosen.

    ``adrift``: names of the people who spoke for organisations that an undone import had brought.
    """

    template: ClassVar[str] = "staff/imports.html"

    missing: bool
    adrift: Sequence[str]
    megabytes: int
    batches: Sequence[ImportBatch]
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage(Page):
    """One file: its columns, what an import would do, or did.

    ``changed``: it would do otherwise by now. ``clash``: the title of columns that were given different
    choices.
    """

    template: ClassVar[str] = "staff/import.html"

    token: str
    waiting: Waiting
    preview: Preview | None
    kinds: Sequence[tuple[str, str]]
    options: Sequence[tuple[str, str]]
    labels: dict[str, str]
    done: dict[str, str]
    changed: bool
    clash: str | None
    has_rejects: bool


@router.get("/importer", name="page_imports")
async def imports(request: Request, _staff: WriterDep, engine: EngineDep) -> Response:
    """Show the form that takes a file, and the imports so far."""
    return await _show_imports(request, engine)


@router.post("/importer", name="page_send_file")
async def send_file(request: Request, _staff: WriterDep, engine: EngineDep) -> Response:
    """Keep the file and lead to its preview."""

    async def do() -> Response:
        name, content = await sent_file(request, "file")
        if not name:
            return await _show_imports(request, engine, missing=True)
        files = _files(request)
        token = await engine.read(lambda _: files.add(name, content, now()))
        return back_to(f"/importer/{token}")

    return await once(request, do)


@router.get("/importer/{token}", name="page_import")
async def preview(request: Request, token: str, _staff: WriterDep, engine: EngineDep) -> Response:
    """Show what an import of the file would do, or what it did."""
    return await _show(request, engine, token)


@router.post("/importer/{token}", name="page_choose_columns")
async def choose(request: Request, token: str, _staff: WriterDep, engine: EngineDep) -> Response:
    """Keep what was chosen for the columns and show what an import would do then."""
    form, files = await typed(request), _files(request)

    def take(matcher: Matcher) -> str | None:
        waiting = files.get(token)
        columns = preview_of(files.path(token), waiting, matcher).columns
        titles = [column.title for column in columns]
        clash = clashing_title(form, titles)
        if clash is None:
            take_choices(waiting, form, titles)
            files.save(token, waiting)
        return clash

    clash = await engine.read(take)
    if clash is not None:
        return await _show(request, engine, token, clash=clash, status=422)
    return back_to(f"/importer/{token}", anchor="effect")


@router.post("/importer/{token}/faire", name="page_do_import")
async def do_import(request: Request, token: str, staff: WriterDep, engine: EngineDep) -> Response:
    """Do what the preview said, or show it again where it would do otherwise now."""
    form, files = await typed(request), _files(request)

    def do(matcher: Matcher) -> bool:
        waiting = files.get(token)
        if waiting.done:  # a double click: it is done once
            return True
        found = preview_of(files.path(token), waiting, matcher)
        if found.error or found.fingerprint != form.get("fingerprint", ""):
            return False
        report = _import(matcher, files, token, found, _id_of(staff))
        put = report.put
        waiting.done, waiting.batch = True, report.batch
        waiting.counts = {
            "new": put.inserted,
            "changed": put.updated,
            "unchanged": put.unchanged,
            "rejected": report.rejected,
        }
        files.finish(token, waiting)
        return True

    done = await engine.work(do)  # the index follows in the background: it takes minutes for thousands
    if not done:
        return await _show(request, engine, token, changed=True, status=409)
    return back_to(f"/importer/{token}", said="imported")


@router.post("/importer/{token}/abandon", name="page_drop_file")
async def drop(request: Request, token: str, _staff: WriterDep, engine: EngineDep) -> Response:
    """Drop a file without importing it."""

    async def do() -> Response:
        files = _files(request)
        await engine.read(lambda _: files.drop(token))
        return back_to("/importer")

    return await once(request, do)


@router.get("/importer/{token}/rejets.csv", name="page_rejects")
async def rejects(request: Request, token: str, _staff: WriterDep) -> Response:
    """Send the rows that stayed out, to be corrected and imported again."""
    path = rejects_path(_files(request).path(token))
    if not path.is_file():
        raise NotFound("No row of this file stayed out.")
    return FileResponse(path, media_type="text/csv", filename=path.name)


@router.post("/importer/lots/{batch}/annuler", name="page_undo_import")
async def undo(request: Request, batch: str, staff: WriterDep, engine: EngineDep) -> Response:
    """Bring back what an import changed; name the people who then speak for no organisation."""

    def do(matcher: Matcher) -> tuple[UndoReport, list[str]]:
        report = matcher.store.imports.undo(batch, by=_id_of(staff))
        return report, [matcher.store.people.get(person_id).name for person_id in report.adrift]

    try:
        report, adrift = await engine.work(do)
    except InvalidRequest:  # a double click: it is undone once
        return back_to("/importer", said="import_undone_already")
    if adrift:
        return await _show_imports(request, engine, adrift=adrift)
    return back_to("/importer", said="import_undone_but" if report.kept else "import_undone")


def _files(request: Request) -> WaitingFiles:
    return WaitingFiles(request.app.state.settings.home)


async def _show_imports(
    request: Request, engine: EngineDep, *, missing: bool = False, adrift: Sequence[str] = ()
) -> Response:
    files = _files(request)
    await engine.read(lambda _: files.sweep(now()))
    found = await engine.read(lambda matcher: matcher.store.imports.all())
    shown, pager = page_of([batch for batch in found if batch.file.name != BY_PAGE], request)
    page = ImportsPage(
        missing=missing,
        adrift=adrift,
        megabytes=request.app.state.settings.max_upload_bytes // 1_048_576,
        batches=shown,
        pager=pager,
    )
    return show(request, page, section=SECTION, status=422 if missing else 200)


async def _show(
    request: Request,
    engine: EngineDep,
    token: str,
    *,
    changed: bool = False,
    clash: str | None = None,
    status: int = 200,
) -> Response:
    files = _files(request)
    waiting = await engine.read(lambda _: files.get(token))
    found = None
    if not waiting.done:
        found = await engine.read(lambda matcher: preview_of(files.path(token), waiting, matcher))
    options = field_options(found.kind, language_of(request)) if found else []
    page = ImportPage(
        token=token,
        waiting=waiting,
        preview=found,
        kinds=[(kind.value, title) for kind, title in KINDS.items()],
        options=options,
        labels=dict(options),
        done={action.value: words for action, words in DONE.items()},
        changed=changed,
        clash=clash,
        has_rejects=rejects_path(files.path(token)).is_file(),
    )
    return show(request, page, section=SECTION, status=status)


def _id_of(staff: Caller) -> str:
    return staff.person.id if staff.person else ""


def _import(matcher: Matcher, files: WaitingFiles, token: str, found: Preview, by: str) -> ImportReport:
    path = files.path(token)
    if found.participations:
        return import_participations(path, matcher.store, who=STAFF, by=by)
    plan = found.plan
    if plan is None:
        raise InvalidRequest("There is nothing to import: look at the file again.")

    def keep_rejects(rows: Sequence[Row]) -> None:
        write_rejects(rejects_path(path), plan.table, rows)

    return apply_plan(plan, matcher.store, who=STAFF, by=by, on_rejects=keep_rejects)
