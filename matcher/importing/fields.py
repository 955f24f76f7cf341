"""How each field is read from a cell, and how a row's helper columns become fields."""

from collections.abc import Callable, Container
from functools import lru_cache
from typing import Any

from matcher.domain.items import Eligibility
from matcher.importing.cells import (
    NO_END,
    STATUS,
    UPCOMING,
    BadCell,
    boolean,
    department,
    headcount,
    instant,
    number,
    postcode,
    sentences,
    size,
    words,
)
from matcher.language import fold_words

Reader = Callable[[str], Any]


def _closing(text: str) -> Any:
    return instant(text, closing=True)


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
    """Refuse what a page must never link to; complete ``www.exemple.fr``."""
    if text.casefold().startswith(("javascript:", "data:", "vbscript:")):
        raise BadCell("adresse refusée : http ou https seulement", "address refused: http or https only")
    return f"https://{text}" if text.casefold().startswith("www.") else text


def _sizes(text: str) -> list[str]:
    read = [("PE", "ME") if (band := size(word)) is None else (band,) for word in words(text)]
    return list(dict.fromkeys(band for bands in read for band in bands))


def _departments(text: str) -> list[str]:
    return [department(word) for word in words(text)]


READERS: dict[str, Reader] = {
    **dict.fromkeys(("expertise", "sectors", "themes", "keywords", "aliases", "inferred_fields"), words),
    **dict.fromkeys(("offers", "needs", "ateliers", "deliverables", "meetings", "hosts"), sentences),
    **dict.fromkeys(("opted_out", "illustrative", "is_inferred"), boolean),
    **dict.fromkeys(("opens_at", "next_meeting"), instant),
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
}


LISTS = frozenset(
    field for field, read in READERS.items() if read in (words, sentences, _sizes, _departments)
)
"""Fields that JSON may give as a list."""


def reader_of(field: str) -> Reader | None:
    """Return the function that reads a cell of ``field``, None for plain text.

    It remembers the cells it read last: sectors, towns and keywords come again and again in one column.
    """
    return lru_cache(maxsize=1024)(READERS[field]) if field in READERS else None


def needs_settling(field: str) -> bool:
    """Say whether a row with this column has to go through :func:`settle`."""
    return field.startswith(("_", "eligibility")) or field in ("opens_at", "closes_at", "dates_as_published")


def settle(data: dict[str, Any], fields: Container[str]) -> None:
    """Turn the helper columns of a row into ``fields``, in place. One the file gives itself always wins."""
    if "_postcode" in data:
        _default(data, "department_code", data.pop("_postcode"))
    if "_headcount" in data:
        _default(data, "size_band", data.pop("_headcount") or None)
    if "_department" in data:
        _settle_department(data, data.pop("_department"), fields)
    _settle_eligibility(data)
    _settle_dates(data)
    _settle_no_end(data)
    data.pop("_list", None)


def _default(data: dict[str, Any], field: str, value: Any) -> None:
    if not data.get(field):
        data[field] = value


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


def _settle_dates(data: dict[str, Any]) -> None:
    """Read what dates and status can be read of an announcement as published; the rest stays text.

    A closed call whose both dates are known is ``dated``: asked of a day within them, it was open.
    """
    opening, status = data.pop("_opens", ""), data.pop("_status", "")
    if "dates_as_published" in data and "closes_at" not in data:
        data["closes_at"] = _full_date(data["dates_as_published"], closing=True)
    if opening and not data.get("opens_at"):
        data["opens_at"] = _full_date(opening, closing=False)
        if data["opens_at"] is None:
            rest = data.get("dates_as_published") or ""
            data["dates_as_published"] = f"ouverture : {opening}" + (f" ; {rest}" if rest else "")
    if data.get("availability"):
        return
    opens, closes = data.get("opens_at"), data.get("closes_at")
    told = STATUS.get(fold_words(status), "unconfirmed") if status else "dated"
    if fold_words(status) in UPCOMING and not opens:
        told = "unconfirmed"  # not open yet, and nobody knows from when
    if told == "dated" or (told == "closed" and opens and closes not in (None, NO_END)):
        told = "dated" if opens or closes else "unconfirmed"
    if status or opens or closes:
        data["availability"] = told


def _settle_no_end(data: dict[str, Any]) -> None:
    """Keep no closing where the file says that there is none; what is not opened by a date either stands."""
    if data.get("closes_at") == NO_END:
        data["closes_at"] = None
        if data.get("availability") == "dated" and not data.get("opens_at"):
            data["availability"] = "standing"


def _full_date(text: str, *, closing: bool) -> Any:
    try:
        return instant(text.split("(", maxsplit=1)[0].strip(), closing=closing)
    except BadCell:
        return None
