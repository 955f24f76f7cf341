"""JSON files into a table: lines or a list of records, GeoJSON features, JSON-LD of schema.org.

A column for each key, nested keys joined by a dot; of schema.org the properties that items have.
"""

import json
from typing import Any

from matcher.importing.formats.read_xlsx import as_typed
from matcher.importing.layout import MAX_COLUMNS, MAX_ROWS, Table, TableRow
from matcher.importing.report import Fault, Notice, refusal

_NO_OBJECT = Fault("ce n'est pas un objet JSON", "this is not a JSON object")
_TYPE = "@type"

Record = dict[str, Any]


def read_json(name: str, text: str) -> Table:
    """Read records into a table; a row's line is that of the file, or its rank in a list.

    InvalidRequest when the text is no JSON or holds no object.
    """
    notices: list[Notice] = []
    records = _records(name, text, notices)
    flat = [(line, _flat(record) if isinstance(record, dict) else record) for line, record in records]
    columns: dict[str, None] = {}
    for _, record in flat:
        if isinstance(record, dict):
            columns |= dict.fromkeys(record)
    if not columns:
        raise refusal(
            f"{name} ne contient aucun objet JSON. En écrire un par ligne, chacun avec un nom.",
            f"{name} holds no JSON object. Write one per line, each with a name.",
        )
    if len(columns) > MAX_COLUMNS or len(flat) > MAX_ROWS:
        raise refusal(
            f"{name} est trop grand : {len(flat)} objets et {len(columns)} clés. Le diviser.",
            f"{name} is too large: {len(flat)} objects and {len(columns)} keys. Split it.",
        )
    return Table(list(columns), [_row(line, record, columns) for line, record in flat], notices)


def _records(name: str, text: str, notices: list[Notice]) -> list[tuple[int, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith("["):
            raise refusal(f"{name} n'est pas du JSON : {error}.", f"{name} is not JSON: {error}.") from error
        lines = enumerate(text.split("\n"), start=1)
        return [(line, _parsed(raw)) for line, raw in lines if raw.strip()]
    return list(enumerate(_listed(document, notices), start=1))


def _listed(document: Any, notices: list[Notice]) -> list[Any]:
    """Return the records of one JSON document."""
    if isinstance(document, dict) and isinstance(document.get("@graph"), list):
        document = document["@graph"]
    elif isinstance(document, dict) and _is_geojson(document):
        notices.append(
            Notice(
                "GeoJSON : propriétés lues, coordonnées non lues.",
                "GeoJSON: properties read, coordinates not read.",
            )
        )
        return [_properties(feature) for feature in document["features"]]
    records = document if isinstance(document, list) else _inner(document)
    return [_of_schema_org(record) if _is_schema_org(record) else record for record in records]


def _is_geojson(document: Record) -> bool:
    return document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list)


def _inner(document: Any) -> list[Any]:
    """Return the records of what an interface answers, ``{"total": 2, "results": [...]}``, else the whole."""
    if not isinstance(document, dict) or "name" in document or _is_schema_org(document):
        return [document]
    lists = [value for value in document.values() if isinstance(value, list) and value]
    if len(lists) == 1 and all(isinstance(record, dict) for record in lists[0]):
        return list(lists[0])
    return [document]


def _properties(feature: Any) -> Any:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return feature
    own = {"id": feature["id"]} if "id" in feature else {}
    return own | feature["properties"]


def _is_schema_org(record: Any) -> bool:
    return isinstance(record, dict) and _TYPE in record


def _of_schema_org(record: Record) -> Record:
    """Lay out an organisation or a job posting; another thing keeps its own keys."""
    types = record[_TYPE] if isinstance(record[_TYPE], list) else [record[_TYPE]]
    if "JobPosting" in types:
        return _read(record, _JOB) | {"item_type": "lead", "lead_kind": "offre d'emploi"}
    if any(str(kind).endswith(_ORGANISATIONS) for kind in types):
        return _read(record, _ORGANISATION) | {"item_type": "organisation"}
    return record


def _read(record: Record, fields: dict[str, tuple[str, ...]]) -> Record:
    """Return each field that one of its paths leads to; the first path that does counts."""
    found: Record = {}
    for field, paths in fields.items():
        for path in paths:
            value = _at(record, path)
            if value not in (None, "", []):
                found[field] = value
                break
    return found


def _at(value: Any, path: str) -> Any:
    """Return what a path of keys leads to, in the first of several values; None if it leads nowhere."""
    for step in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            # schema.org allows a plain text for a thing: "hiringOrganization": "Exemple"
            return value if step in _PLAIN else None
        value = value.get(step)
    if isinstance(value, list):
        return _texts(value)
    return None if isinstance(value, dict) else value


_PLAIN = ("value", "name")


def _texts(values: list[Any]) -> list[str]:
    texts = [value.get("name") if isinstance(value, dict) else value for value in values]
    return [text for text in texts if isinstance(text, str)]


_ORGANISATIONS = (
    "Organization", "Corporation", "Business", "Association", "NGO", "Company", "Institution", "School",
)  # fmt: skip
_PLACE = {
    "city": ("address.addressLocality", "location.address.addressLocality"),
    "code postal": ("address.postalCode", "location.address.postalCode"),
}
_ORGANISATION = {
    "id": ("identifier.value",),
    "name": ("name", "legalName"),
    "description": ("description",),
    "source_url": ("url", "sameAs"),
    "effectif": ("numberOfEmployees.value",),
    "expertise": ("knowsAbout", "keywords"),
    "siret": ("siret", "taxID", "iso6523Code"),
    "naf": ("naics", "isicV4"),
    **_PLACE,
}
_JOB = {
    "id": ("identifier.value",),
    "name": ("title", "name"),
    "description": ("description",),
    "source_url": ("url",),
    "employer": ("hiringOrganization.name",),
    "city": ("jobLocation.address.addressLocality",),
    "code postal": ("jobLocation.address.postalCode",),
    "closes_at": ("validThrough",),
    "themes": ("occupationalCategory.name", "occupationalCategory", "skills.name"),
}


def _parsed(line: str) -> Any:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return line
    return _of_schema_org(record) if _is_schema_org(record) else record


def _flat(record: Record) -> Record:
    """Lift what is nested to columns of its own: ``eligibility.size_bands``."""
    flat: Record = {}
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
