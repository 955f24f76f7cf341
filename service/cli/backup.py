"""The commands backup and restore."""

from pathlib import Path

from matcher.adapters.sql import open_store, utc_now
from matcher.audit import Note, Of
from matcher.backup import Manifest
from matcher.backup import restore as restore_backup
from matcher.build import open_matcher
from matcher.settings import Settings
from service.backups import kept_files, make_backup
from service.cli.catalogue import opened_store
from service.cli.render.console import remarks
from service.cli.rights.audit import NOTHING_TO_COMPARE, told_of_resumption


def backup(settings: Settings, to: Path) -> None:
    """Write a backup of the store and of what nothing rebuilds."""
    with open_store(settings.database_url) as store:
        store.check()
        manifest = make_backup(store, settings.home, to, utc_now())
    remarks().print(
        f"{to} holds {_content(manifest)}. It holds personal data: keep it where the store may be."
    )


def restore(settings: Settings, source: Path) -> None:
    """Write a backup into an empty home and store."""
    with opened_store(settings) as store:
        manifest = restore_backup(source, store.backup, kept_files(settings.home))
        place = store.place
    with open_matcher(settings) as matcher:
        is_compared = matcher.audit.latest() is not None
        lost = matcher.audit.resume(utc_now())
        # Also where nothing shows a loss: in a new home there is no checkpoint to compare with.
        made_at = manifest.made_at.isoformat(timespec="seconds")
        matcher.audit.enter(Note("backup.restore", Of.REPORT, "backup", version=made_at), utc_now())
    if lost is not None:
        remarks().print(told_of_resumption(lost))
    elif not is_compared:
        remarks().print(NOTHING_TO_COMPARE)
    remarks().print(
        f"The store at {place} is as it was on {manifest.made_at:%Y-%m-%d %H:%M} UTC: {_content(manifest)}.\n"
        "Next: `matcher prepare` (if the home is new), then `matcher reindex`."
    )


def _content(manifest: Manifest) -> str:
    items, rows = manifest.rows["items"], sum(manifest.rows.values())
    return f"{items} items, {rows} rows in {len(manifest.rows)} tables"
