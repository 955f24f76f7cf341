"""One writer of the files that offices open: CSV without live formulas, and JSON Lines.

What :func:`write_items` writes, :func:`matcher.importing.read` reads back as the same items.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from matcher.domain.items import ITEM_CLASSES, AnyItem, Eligibility, ItemType
from matcher.errors import InvalidRequest
from matcher.files import write_whole
from matcher.importing.cells import splits_into
from matcher.importing.columns.headers import TYPE_COLUMN
from matcher.importing.formulas import escape

_INNER = "eligibility"
_JSON_LINES = (".jsonl", ".ndjson")


def csv_text(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str = ";", end: str = "\r\n"
) -> str:
    """Return header and rows as CSV; see :func:`cell` for how values are written.

    >>> csv_text(["nom", "ville"], [["=SUM(A1)", "Albi"], ["Ada", None]], end=" / ")
    "nom;ville / '=SUM(A1);Albi / Ada; / "
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow([escape(column) for column in columns])
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return text.getvalue()


def write_csv(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    delimiter: str = ";",
    check: Callable[[Path], None] | None = None,
) -> None:
    """Write a CSV file that Excel opens as it is: UTF-8 with BOM, CRLF, ``;`` between cells.

    The file is replaced whole or not at all. ``check`` reads the draft first and may raise.
    BackendUnavailable when it cannot be written.
    """
    text = csv_text(columns, rows, delimiter=delimiter)
    write_whole(path, text.encode("utf-8-sig", errors="replace"), check=check)


def write_jsonl(
    path: Path, records: Iterable[dict[str, Any]], *, check: Callable[[Path], None] | None = None
) -> None:
    """Write one JSON object a line; otherwise as :func:`write_csv`. No program runs its texts."""
    write_whole(path, jsonl_text(records).encode(), check=check)


def jsonl_text(records: Iterable[dict[str, Any]]) -> str:
    """Return one JSON object a line, letters with accents as they are."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def cell(value: Any) -> str:
    """Write a value as the text of a cell: lists joined by ``;``, oui or non, nothing for None.

    A list that could not be split again is written as a JSON list, which the reader also takes.

    >>> cell(("IA", "data")), cell(["IA, data"]), cell(["a;b"]), cell(True), cell(None)
    ('IA;data', 'IA, data;', '["a;b"]', 'oui', '')
    """
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list | tuple):
        return escape(_joined([str(part) for part in value]))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else escape(str(value))


def _joined(parts: list[str]) -> str:
    joined = ";".join(parts)
    for text in (joined, f"{joined};"):  # at a semicolon alone: the entry's commas stay in it
        if splits_into(text, parts):
            return text
    return json.dumps(parts, ensure_ascii=False)


def write_items(path: Path, items: Sequence[AnyItem], item_type: ItemType | None = None) -> None:
    """Write items as CSV or JSON Lines, by the ending of ``path``.

    The draft is read back and compared: a file that would be read otherwise never replaces a good one.

    Parameters
    ----------
    path
        Ends in ``.csv``, or ``.jsonl`` or ``.ndjson``.
    items
        In this order.
    item_type
        The type of all of them, needed for CSV: its columns are the fields of one type.

    Raises
    ------
    InvalidRequest
        Unknown ending, or CSV without type.
    BackendUnavailable
        The file cannot be written.
    """
    # The reader writes its rejected rows with this module: imported at the top, each would need the other.
    from matcher.importing.reader import read  # noqa: PLC0415  # see above

    def compare(draft: Path) -> None:
        if not items:
            return  # a header alone is no table to read
        found = {row.item.id: row.item for row in read(draft, item_type).rows if row.item}
        changed = [item.id for item in items if found.get(item.id) != item]
        if changed:
            raise InvalidRequest(
                f"{len(changed)} items cannot be read back from {path.suffix} unchanged "
                f"({', '.join(changed[:5])}). Nothing was written; export to .jsonl instead."
            )

    ending = path.suffix.lower()
    if ending in _JSON_LINES:
        write_jsonl(path, map(record, items), check=compare)
    elif ending != ".csv":
        raise InvalidRequest(f"'{path.name}' tells no format: end it in .jsonl or .csv.")
    elif item_type is None:
        raise InvalidRequest(f"A CSV holds one type of item: add --kind, one of {', '.join(ItemType)}.")
    else:
        columns = list(record(ITEM_CLASSES[item_type].model_construct(id="", name="")))
        write_csv(path, columns, (list(record(item).values()) for item in items), check=compare)


def record(item: AnyItem) -> dict[str, Any]:
    """Lay an item out flat, its type first, each condition of eligibility in a column of its own."""
    fields = item.model_dump(mode="json")
    inner = fields.pop(_INNER, None)
    flat: dict[str, Any] = {TYPE_COLUMN: item.item_type.value}
    flat |= {name: "" if value is None else value for name, value in fields.items()}
    if inner is not None:
        flat |= {f"{_INNER}.{name}": inner[name] for name in Eligibility.model_fields}
    return flat
