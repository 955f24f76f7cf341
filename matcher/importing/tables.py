"""Files as offices produce them, read into plain cells: CSV, XLSX, JSON Lines.

Text is UTF-8 (with or without BOM), UTF-16 with BOM (Excel's "Unicode text"), else Windows-1252; the
delimiter is the one most frequent in the header. A line's number is that of a spreadsheet row: the header
is line 1, empty lines count. In JSON it is the line of the file, or the rank in a list.
"""

import json
from pathlib import Path
from typing import Any

from matcher.errors import InvalidRequest
from matcher.importing.importer import Notice
from matcher.importing.read_csv import read_csv
from matcher.importing.read_xlsx import as_typed, read_xlsx
from matcher.importing.sheet import Sheet

MAX_BYTES = 256 * 2**20


def load(path: Path) -> Sheet:
    """Read a file into cells; InvalidRequest says what is wrong with it as a whole."""
    data = _bytes(path)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidRequest(f"{path.name} is in the old Excel format: save it as .xlsx or CSV.")
    if data.startswith(b"PK"):
        sheet = read_xlsx(path.name, data)
    else:
        text, notices = _decoded(path.name, data)
        is_json = text.lstrip()[:1] in ("{", "[") or path.suffix.lower() in (".json", ".jsonl", ".ndjson")
        sheet = _json(path.name, text) if is_json else read_csv(path.name, text)
        sheet.notices += notices
    if not sheet.rows:
        raise InvalidRequest(f"{path.name} holds a header and no rows.")
    return sheet


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidRequest(f"{path.name} is larger than {MAX_BYTES >> 20} MB: split it.")
        data = path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.") from error
    if not data.strip(b"\xef\xbb\xbf \r\n\t"):
        raise InvalidRequest(f"{path.name} is empty.")
    return data


def _decoded(name: str, data: bytes) -> tuple[str, list[Notice]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    if b"\x00" in data:
        raise InvalidRequest(f"{name} is not a text file. Give CSV, XLSX or JSON Lines.")
    try:
        text, notices = data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise InvalidRequest(
                f"{name} is neither UTF-8 nor Windows-1252 (byte {error.start}). Save it as 'CSV UTF-8'."
            ) from error
        notices = [
            Notice("Lu en Windows-1252 : ce n'est pas de l'UTF-8.", "Read as Windows-1252: not UTF-8.")
        ]
    if any(sign in text for sign in ("Ã©", "Ã¨", "â€™", "\ufffd")):
        notices.append(
            Notice(
                "Des accents semblent abîmés (« Ã© ») : réexporter le fichier en UTF-8.",
                "Some accents look damaged ('Ã©'): export the file again as UTF-8.",
            )
        )
    return text, notices


def _json(name: str, text: str) -> Sheet:
    if text.lstrip().startswith("["):
        try:
            records: list[tuple[int, Any]] = list(enumerate(json.loads(text), start=1))
        except (ValueError, RecursionError) as error:
            raise InvalidRequest(f"{name} is not JSON: {error}.") from error
    else:
        lines = enumerate(text.split("\n"), start=1)
        records = [(line, _parsed(raw)) for line, raw in lines if raw.strip()]
    records = [(line, _flat(record) if isinstance(record, dict) else record) for line, record in records]
    columns = list(dict.fromkeys(key for _, record in records if isinstance(record, dict) for key in record))
    if not columns:
        raise InvalidRequest(f"{name} holds no JSON object. Write one per line, each with a name.")
    sheet = Sheet(columns, [])
    for line, record in records:
        if isinstance(record, dict):
            sheet.rows.append((line, [_value(record[key]) if key in record else None for key in columns]))
        else:
            sheet.broken[line] = ("ce n'est pas un objet JSON", "this is not a JSON object")
            sheet.rows.append((line, [str(record)]))
    return sheet


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Lift what is nested to columns of its own: ``eligibility.size_bands``."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": deep for inner, deep in value.items()}
        else:
            flat[key] = value
    return flat


def _value(value: Any) -> Any:
    return value if isinstance(value, list | dict) else as_typed(value)
