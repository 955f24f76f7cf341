"""Needs in files: a schema.org ``JobPosting``, an offer of France Travail (JSON), or a table of needs."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from matcher.errors import InvalidRequest
from matcher.hiring.needs.reading import MAX_TEXT, NeedFields, NeedReader, ReadNeed
from matcher.importing.tables import read_table
from matcher.language import fold

_TAG = re.compile(r"<[^>]{1,500}>")
_DEPARTMENT = re.compile(r"^\s*(\d{2}|2[AB])\b")
_EMPLOYMENT = {"INTERN": "stage", "TEMPORARY": "CDD", "CONTRACTOR": ""}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title_fr", "title", "titre", "intitule", "poste"),
    "text": ("need_text_fr", "text", "texte", "description", "besoin"),
    "rome": ("rome_code", "code_rome", "rome"),
    "city": ("city", "ville", "commune", "lieu"),
    "department": ("department_code", "departement", "code_departement"),
    "contract": ("contract", "contrat", "type_contrat"),
    "remote": ("remote", "teletravail"),
    "required": ("required_skills", "competences", "competences_requises"),
    "appreciated": ("optional_skills", "competences_appreciees"),
    "organisation": ("organisation_id", "organisation"),
}
"""Fields of a need, and the folded names of their columns."""


def read_content(reader: NeedReader, content: str, now: datetime) -> ReadNeed:
    """Read one need from a text, a ``JobPosting`` or an offer of France Travail; the content tells which.

    Raises
    ------
    InvalidRequest
        The content is empty, is damaged JSON, or JSON of another kind.
    """
    if not content.strip():
        raise InvalidRequest("The need is empty: write the job, the place and what the work asks.")
    if not content.lstrip().startswith("{"):
        return reader.read(content, now)
    try:
        offer: Any = json.loads(content)
    except ValueError as error:
        raise InvalidRequest(f"The need begins like JSON and is none: {error}.") from error
    if isinstance(offer.get("intitule"), str):
        return _from_france_travail(reader, offer, now)
    if isinstance(offer.get("title"), str):
        return _from_posting(reader, offer, now)
    raise InvalidRequest(
        "The JSON is neither a schema.org JobPosting ('title') nor an offer of France Travail ('intitule')."
    )


def read_table_of_needs(reader: NeedReader, path: Path, now: datetime) -> list[ReadNeed]:
    """Read a table of needs, one a row, in any office format; rows without title and text are left out.

    Raises
    ------
    InvalidRequest
        The file cannot be read, or has neither a column of titles nor one of texts.
    """
    table = read_table(path, rank=_rank)
    columns = {name: _column(table.columns, names) for name, names in _COLUMNS.items()}
    if columns["title"] is None and columns["text"] is None:
        raise InvalidRequest(f"{path.name} has no column 'title' (titre) nor 'text' (description).")
    found: list[ReadNeed] = []
    for row in table.rows:
        cells = {name: _cell(row.cells, at) for name, at in columns.items()}
        if cells["title"] or cells["text"]:
            found.append(_from_cells(reader, cells, now))
    return found


def _from_cells(reader: NeedReader, cells: Mapping[str, str], now: datetime) -> ReadNeed:
    known = NeedFields(
        title=cells["title"],
        rome=cells["rome"],
        city=cells["city"],
        department=cells["department"],
        contract=cells["contract"],
        remote=cells["remote"],
        required=_entries(cells["required"]),
        appreciated=_entries(cells["appreciated"]),
        organisation_id=cells["organisation"],
    )
    return reader.read(cells["text"] or cells["title"], now, known)


def _from_posting(reader: NeedReader, offer: Mapping[str, Any], now: datetime) -> ReadNeed:
    place = _dict(_first(offer.get("jobLocation"))).get("address")
    address = place if isinstance(place, dict) else {}
    employment = str(_first(offer.get("employmentType")) or "")
    known = NeedFields(
        title=_plain(offer.get("title")),
        city=_plain(address.get("addressLocality")),
        department=_plain(address.get("postalCode"))[:2],
        contract=_EMPLOYMENT.get(employment.upper(), employment),
        remote="full remote" if offer.get("jobLocationType") == "TELECOMMUTE" else "",
        expires_at=_instant(offer.get("validThrough")),
    )
    parts = [known.title, offer.get("description"), offer.get("skills"), offer.get("qualifications")]
    return reader.read("\n".join(filter(None, map(_plain, parts))), now, known)


def _from_france_travail(reader: NeedReader, offer: Mapping[str, Any], now: datetime) -> ReadNeed:
    city, department = _france_travail_place(_dict(offer.get("lieuTravail")))
    known = NeedFields(
        title=_plain(offer.get("intitule")),
        rome=_plain(offer.get("romeCode")),
        city=city,
        department=department,
        contract="apprentissage" if offer.get("alternance") else _plain(offer.get("typeContrat")),
        required=_asked(offer.get("competences"), required=True),
        appreciated=_asked(offer.get("competences"), required=False),
    )
    languages = [f"{language} exigé." for language in _asked(offer.get("langues"), required=True)]
    text = "\n".join([known.title, _plain(offer.get("description")), *languages])
    return reader.read(text, now, known)


def _france_travail_place(place: Mapping[str, Any]) -> tuple[str, str]:
    """Return town and department of a place such as "81 - ALBI" with its postal code."""
    named = _plain(place.get("libelle"))
    department = _DEPARTMENT.match(_plain(place.get("codePostal")) or named)
    return named.partition(" - ")[2].strip().title() or named, department[1] if department else ""


def _asked(entries: object, *, required: bool) -> tuple[str, ...]:
    """Return the names of entries that are required ("E"), or of those that are only welcome ("S")."""
    found = [_dict(one) for one in entries] if isinstance(entries, list) else []
    return tuple(_plain(one.get("libelle")) for one in found if (one.get("exigence") == "E") is required)


def _plain(value: object) -> str:
    """Return a value as text without tags, a list as its entries joined."""
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return _plain(value.get("name") or value.get("description"))
    return unescape(_TAG.sub(" ", str(value or "")))[:MAX_TEXT].strip()


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _key(header: str) -> str:
    return re.sub(r"[\s-]+", "_", fold(header).strip())


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    keys = [_key(name) for name in header]
    return next((keys.index(name) for name in names if name in keys), None)


def _rank(header: Sequence[str]) -> int:
    """Return how many columns of needs a row names: the header is the row that names most."""
    return sum(_column(header, names) is not None for names in _COLUMNS.values())


def _cell(cells: Sequence[Any], at: int | None) -> str:
    return str(cells[at] or "").strip() if at is not None and at < len(cells) else ""


def _entries(cell: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in re.split(r"[;\n]", cell) if entry.strip())
