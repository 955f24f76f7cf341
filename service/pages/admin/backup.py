"""The page *Sauvegarde*: when the store was last backed up, and a backup made now, to keep elsewhere."""

import shutil
import tempfile
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

router = APIRouter(include_in_schema=False)
AdminDep = Annotated[Caller, requires(Permission.MANAGE_KEYS)]
PATH = "/administration/sauvegarde"
TOO_OLD = timedelta(days=7)


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
async def make(admin: AdminDep, engine: EngineDep) -> Response:
    """Make a backup and send it; nothing of it stays on this machine."""
    at, by = now(), admin.person.id if admin.person else ""
    folder = Path(tempfile.mkdtemp(prefix="matcher-backup-"))  # 0700: a backup holds all personal data
    to = folder / f"matcher-{at:%Y-%m-%d-%H%M}.tar.gz"

    def write(matcher: Matcher) -> None:
        make_backup(matcher.store, matcher.settings.home, to, at, by=by)

    try:
        await engine.read(write)
    except BaseException:
        shutil.rmtree(folder)
        raise
    dropped = BackgroundTask(shutil.rmtree, folder)
    return FileResponse(to, media_type="application/gzip", filename=to.name, background=dropped)
