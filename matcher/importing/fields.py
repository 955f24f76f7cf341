"""How each field is read from a cell, and how a row's helper columns become fields."""

import hashlib
import re
from collections.abc import Callable, Container
from functools import lru_cache
from typing import Any

from matcher.domain.items import Eligibility
from matcher.importing.cells import (
    NO_END,
    STATUS,
    UPCOMING,
    boolean,
    department,
    headcount,
    instant,
    number,
    postcode,
    sentences,
    siret,
    size,
    staff_code,
    words,
)
from matcher.importing.texts import BadCell
from matcher.language import fold_words

Reader = Callable[[str], Any]


def _closing(text: str) -> Any:
    return instant(text, closing=True, months=True)


def _opening(text: str) -> Any:
    return instant(text, months=True)


def _whole(text: str) -> float | int:
    value = number(text)
    return int(value) if value.is_integer() else value


def _rate(text: str) -> float:
    value = number(text)
    if not 0 <= value <= 1:
        raise BadCell(
            "taux entre 0 et 100 % attendu : écrire 70 % ou 0,7",
            "a rate from 0 to 100% expected: write 70 % or 0.7",
        )
    return value


def _language(text: str) -> str:
    return {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}.get(
        fold_words(text), text.lower()
    )


def _availability(text: str) -> str:
    return STATUS.get(fold_words(text), text.lower())


def _link(text: str) -> str:
    """Keep http and https addresses only; complete ``www.exemple.fr`` and ``exemple.fr``."""
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    if re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?", text, re.IGNORECASE):
        return f"https://{text}"
    raise BadCell("adresse refusée : http ou https seulement", "address refused: http or https only")


def _industries(text: str) -> tuple[str, ...]:
    """Read keywords; HubSpot's ``INDUSTRIAL_AUTOMATION`` is ``industrial automation``."""
    return tuple(
        word.replace("_", " ").lower() if _ENUMERATED.fullmatch(word) else word for word in words(text)
    )


_ENUMERATED = re.compile(r"[A-Z]{2,}(?:_[A-Z]+)+")


def _person(text: str) -> bool:
    """Read whether a row is an organisation; BadCell for a person."""
    if fold_words(text) in _ORGANISED:
        return True
    if fold_words(text) in _PEOPLE:
        raise BadCell(
            "une personne, pas une organisation : non importée", "a person, not an organisation: not imported"
        )
    raise BadCell(
        "organisation ou personne ? oui ou non attendu", "organisation or person? yes or no expected"
    )


_ORGANISED_WORDS = (
    "oui;true;vrai;1;yes;organization;organisation;company;entreprise;societe;association;"
    "personne morale;structure"
)
_ORGANISED = frozenset(_ORGANISED_WORDS.split(";"))
_PEOPLE_WORDS = (
    "non;false;faux;0;no;individual;person;personne;particulier;contact;household;personne physique;individu"
)
_PEOPLE = frozenset(_PEOPLE_WORDS.split(";"))


def _external(text: str) -> str:
    """Make an id of one that another program gave: a character that an id cannot hold becomes its code.

    >>> _external("__export__.res_partner_41_ab"), _external("Réf 7/B")
    ('__export__.res_partner_41_ab', 'R_E9_f_20_7_2F_B')
    """
    coded = "".join(sign if re.match(r"[A-Za-z0-9._:-]", sign) else f"_{ord(sign):X}_" for sign in text)
    coded = coded if re.match(r"[A-Za-z0-9_]", coded) else f"_{coded}"
    return coded if len(coded) <= 128 else f"x-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _sizes(text: str) -> list[str]:
    read = [("PE", "ME") if (band := size(word)) is None else (band,) for word in words(text)]
    return list(dict.fromkeys(band for bands in read for band in bands))


def _departments(text: str) -> list[str]:
    return [department(word) for word in words(text)]


READERS: dict[str, Reader] = {
    **dict.fromkeys(("expertise", "themes", "keywords", "aliases", "inferred_fields"), words),
    **dict.fromkeys(("offers", "needs", "ateliers", "deliverables", "meetings", "hosts"), sentences),
    **dict.fromkeys(
        ("opted_out", "accepts_ranking", "illustrative", "is_inferred", "reserved", "apprenticeship"), boolean
    ),
    **dict.fromkeys(("public", "levels", "rome_codes"), words),
    "opens_at": _opening,
    "next_meeting": instant,
    "sectors": _industries,
    "siret": siret,
    "funding_rate": _rate,
    "budget_eur": number,
    **dict.fromkeys(("source_year", "eligibility.min_countries"), _whole),
    "closes_at": _closing,
    "size_band": size,
    "department_code": department,
    "lang": _language,
    "availability": _availability,
    "source_url": _link,
    "eligibility.size_bands": _sizes,
    "eligibility.department_codes": _departments,
    "eligibility.legal_kinds": words,
    "_postcode": postcode,
    "_headcount": headcount,
    "_staff_code": staff_code,
    "_person": _person,
    "_external": _external,
}


LISTS = frozenset(
    field for field, read in READERS.items() if read in (words, sentences, _industries, _sizes, _departments)
)
"""Fields that JSON may give as a list."""
YES_OR_NO = frozenset(field for field, read in READERS.items() if read is boolean)
"""Fields in which « x » says yes."""


def reader_of(field: str) -> Reader | None:
    """Return the function that reads a cell of ``field``, None for plain text.

    It remembers the cells it read last: sectors, towns and keywords come again and again in one column.
    """
    return lru_cache(maxsize=1024)(READERS[field]) if field in READERS else None


def literal_reader_of(field: str) -> Reader | None:
    """Return how a cell of a file of our own is read: only addresses of other schemes are refused."""
    return _literal_link if field == "source_url" else reader_of(field)


def _literal_link(text: str) -> str:
    if re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        return _link(text)
    return text


def needs_settling(field: str) -> bool:
    """Say whether a row with this column has to go through :func:`settle`."""
    return field.startswith(("_", "eligibility")) or field in ("opens_at", "closes_at", "dates_as_published")


def settle(data: dict[str, Any], fields: Container[str]) -> None:
    """Turn the helper columns of a row into ``fields``, in place. One the file gives itself always wins."""
    if "_postcode" in data:
        _default(data, "department_code", data.pop("_postcode"))
    for helper in ("_headcount", "_staff_code"):
        if helper in data:
            _default(data, "size_band", data.pop(helper) or None)
    if "_external" in data:
        _default(data, "id", data.pop("_external"))
    _settle_opposition(data)
    if "_department" in data:
        _settle_department(data, data.pop("_department"), fields)
    _settle_eligibility(data)
    _settle_dates(data, fields)
    _settle_no_end(data)
    for helper in ("_list", "_person", "_first_name"):
        data.pop(helper, None)


def _default(data: dict[str, Any], field: str, value: Any) -> None:
    if not data.get(field):
        data[field] = value


def _settle_opposition(data: dict[str, Any]) -> None:
    """Keep whether the deciding columns exclude an organisation: one that does is enough."""
    said = data.pop("_excluded", [])
    if True in said:
        data["opted_out"] = True
    elif False in said and "opted_out" not in data:
        data["opted_out"] = False


def _settle_department(data: dict[str, Any], text: str, fields: Container[str]) -> None:
    if has_code(text):
        _default(data, "department_code", department(text))
    elif "department" in fields:
        data["department"] = text


def has_code(text: str) -> bool:
    """Say whether a département is given by its code, and not by its name alone."""
    try:
        return bool(department(text))
    except BadCell:
        return False


def _settle_eligibility(data: dict[str, Any]) -> None:
    columns = {f"eligibility.{name}": name for name in Eligibility.model_fields}
    given = {name: data.pop(column) for column, name in columns.items() if column in data}
    if given:
        data["eligibility"] = {name: value for name, value in given.items() if value not in (None, "")}


def _settle_dates(data: dict[str, Any], fields: Container[str]) -> None:
    """Read what dates and status can be read of an announcement as published; the rest stays text."""
    opening, status = data.pop("_opens", ""), data.pop("_status", "")
    if "dates_as_published" in data and "closes_at" not in data:
        data["closes_at"] = _full_date(data["dates_as_published"], closing=True)
    if opening and not data.get("opens_at"):
        _settle_opening(data, opening)
    dated = status or data.get("opens_at") or data.get("closes_at")
    if "availability" in fields and dated and not data.get("availability"):
        data["availability"] = _available(status, data.get("opens_at"), data.get("closes_at"))


def _settle_opening(data: dict[str, Any], opening: str) -> None:
    """Read an opening as published; one that is no date is kept as text before the other dates."""
    data["opens_at"] = _full_date(opening, closing=False)
    if data["opens_at"] is None:
        published = [f"ouverture : {opening}", data.get("dates_as_published")]
        data["dates_as_published"] = " ; ".join(filter(None, published))


def _available(status: str, opens: Any, closes: Any) -> str:
    """Return when a call is open, by its status in words and its dates.

    A closed call whose both dates are known is ``dated``: asked of a day within them, it was open. One to
    come is unconfirmed while it is not known from when.
    """
    availability = STATUS.get(fold_words(status), "unconfirmed") if status else "dated"
    if fold_words(status) in UPCOMING and not opens:
        availability = "unconfirmed"
    if availability == "closed" and opens and closes not in (None, NO_END):
        availability = "dated"
    if availability == "dated" and not (opens or closes):
        availability = "unconfirmed"
    return availability


def _settle_no_end(data: dict[str, Any]) -> None:
    """Drop a closing that the file says is none; without an opening the item is standing."""
    if data.get("closes_at") == NO_END:
        data["closes_at"] = None
        if data.get("availability") == "dated" and not data.get("opens_at"):
            data["availability"] = "standing"


def _full_date(text: str, *, closing: bool) -> Any:
    try:
        return instant(text.split("(", maxsplit=1)[0].strip(), closing=closing)
    except BadCell:
        return None
