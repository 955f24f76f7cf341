"""The page *Sauvegarde*: when the store was last backed up, and a backup made now, to keep elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from matcher.build import Matcher
from matcher.people import Permission
from service.backups import last_made, make_backup
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.frame import Page, show
from service.pages.keeping import Keeping

router = APIRouter(include_in_schema=False)
AdminDep = Annotated[Caller, requires(Permission.MANAGE_KEYS)]
PATH = "/administration/sauvegarde"
TOO_OLD = timedelta(days=7)
BACKUPS = "backups-under-way"
LEFT_FOR = timedelta(hours=1)
"""Longer than the slowest download: one that is still being sent is not swept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupPage(Page):
    """When the last backup was made, None for never; ``is_due``: that is more than a week ago."""

    template: ClassVar[str] = "admin/backup.html"

    last: datetime | None
    is_due: bool


@router.get(PATH, name="page_backup")
async def backup(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Show when the last backup was made."""
    last = await engine.read(lambda matcher: last_made(matcher.store))
    page = BackupPage(last=last, is_due=last is None or now() - last > TOO_OLD)
    return show(request, page, section="/administration")


@router.post(PATH, name="page_make_backup")
async def make(request: Request, admin: AdminDep, engine: EngineDep) -> Response:
    """Make a backup and send it; nothing of it stays on this machine."""
    at, by = now(), admin.person.id if admin.person else ""
    kept = kept_backups(request.app.state.settings.home)
    token = await engine.read(lambda _: kept.make(at))
    to = kept.folder(token) / f"matcher-{at:%Y-%m-%d-%H%M}.tar.gz"

    def write(matcher: Matcher) -> None:
        make_backup(matcher.store, matcher.settings.home, to, at, by=by)

    try:
        await engine.read(write)
    except BaseException:
        kept.drop(token)
        raise
    return FileResponse(
        to,
        headers={"Cache-Control": "no-store"},
        media_type="application/gzip",
        filename=to.name,
        background=BackgroundTask(kept.drop, token),
    )


def kept_backups(home: Path) -> Keeping:
    """Return where backups are until they are sent: in the home, so that an erasure and a sweep find them.

    One that a process left when it was killed goes with the sweep of a start, or of the next day; until then
    an erasure is owed, for it cannot be searched inside.
    """
    return Keeping(home / BACKUPS, LEFT_FOR)
