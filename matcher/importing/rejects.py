"""The rejects file: rows and cells that were not imported, to be corrected and imported again."""

from collections.abc import Sequence
from pathlib import Path

from matcher.errors import BackendUnavailable
from matcher.importing.export import write_csv
from matcher.importing.layout import OURS
from matcher.importing.report import ItemTable, Row


def rejects_path(path: Path) -> Path:
    """Return where the rejected rows of ``path`` go: ``members.csv.rejects.csv`` beside it."""
    return path.with_name(f"{path.name}.rejects.csv")


def write_rejects(out: Path, table: ItemTable, rows: Sequence[Row]) -> None:
    """Write rows with ``line`` and ``reason`` before all their cells; no rows: remove ``out``.

    UTF-8 with BOM and the delimiter of the file, which spreadsheets open as they are; corrected, the file can
    be imported itself. Cells beyond the header stay beyond it: until corrected, such a row is refused again.
    BackendUnavailable when the file cannot be written.
    """
    try:
        if rows:
            cells = ([row.line, _reasons(row), *row.cells] for row in rows)
            write_csv(out, [*OURS, *table.columns], cells, delimiter=table.delimiter)
        elif out.exists():  # a read-only folder refuses to unlink even what is not there
            out.unlink()
    except (BackendUnavailable, OSError) as error:
        raise BackendUnavailable(
            f"The rejected rows cannot be kept, so nothing was imported. {error} "
            "Or copy the file to a folder you may write to, with space left.",
            place=out,
            cause=getattr(error, "cause", "") or getattr(error, "strerror", ""),
        ) from error


def _reasons(row: Row) -> str:
    faults = [*row.rejects, *row.unread]
    return " | ".join(
        f"{reject.field}: {reject.reason}" if reject.field else reject.reason for reject in faults
    )
