"""JSON Lines, or a JSON list, read into a table: a column for each key, nested keys joined by a dot."""

import json
from typing import Any

from matcher.errors import InvalidRequest
from matcher.importing.layout import Table, TableRow
from matcher.importing.read_xlsx import as_typed
from matcher.importing.report import Fault

_NO_OBJECT = Fault("ce n'est pas un objet JSON", "this is not a JSON object")


def read_json(name: str, text: str) -> Table:
    """Read records into a table; a row's line is that of the file, or its rank in a list.

    InvalidRequest when the text is no JSON or holds no object.
    """
    records = _listed(name, text) if text.lstrip().startswith("[") else _lines(text)
    flat = [(line, _flat(record) if isinstance(record, dict) else record) for line, record in records]
    columns: dict[str, None] = {}
    for _, record in flat:
        if isinstance(record, dict):
            columns |= dict.fromkeys(record)
    if not columns:
        raise InvalidRequest(f"{name} holds no JSON object. Write one per line, each with a name.")
    return Table(list(columns), [_row(line, record, columns) for line, record in flat])


def _listed(name: str, text: str) -> list[tuple[int, Any]]:
    try:
        return list(enumerate(json.loads(text), start=1))
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"{name} is not JSON: {error}.") from error


def _lines(text: str) -> list[tuple[int, Any]]:
    lines = enumerate(text.split("\n"), start=1)
    return [(line, _parsed(raw)) for line, raw in lines if raw.strip()]


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


def _row(line: int, record: Any, columns: dict[str, None]) -> TableRow:
    if not isinstance(record, dict):
        return TableRow(line, [str(record)], _NO_OBJECT)
    return TableRow(line, [_value(record[key]) if key in record else None for key in columns])


def _value(value: Any) -> Any:
    return value if isinstance(value, list | dict) else as_typed(value)
