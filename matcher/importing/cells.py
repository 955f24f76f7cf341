"""From the text of a cell to the value of a field, as French offices write them.

Dates: ``19 mars 2026 14h00``, ``1er juillet 2025``, ``19/03/2026`` (day first), ``2026-03-19``, ISO 8601, and
``46327``, the number a spreadsheet keeps for a day.
Without a zone they are read in Europe/Paris. A date without a time, or at midnight with no zone (how
spreadsheets write a day), means its first instant for an opening, and for a closing the end of that day,
which is the next midnight. A closing in the year 9999 is how databases write that there is none.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from matcher.importing.texts import BadCell
from matcher.language import fold, fold_words

PARIS = ZoneInfo("Europe/Paris")
NO_END = datetime.max.replace(tzinfo=UTC)
"""A closing that never comes; no instant to keep, since no other zone can write it."""

_MONTH_NAMES = (
    "janvier january janv jan",
    "fevrier february fevr fev feb",
    "mars march mar",
    "avril april avr apr",
    "mai may",
    "juin june jun",
    "juillet july juil jul",
    "aout august aug",
    "septembre september sept sep",
    "octobre october oct",
    "novembre november nov",
    "decembre december dec",
)
_MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_CLOCK = r"(?:\s+(?:a|at|,)?\s*(?P<hour>\d{1,2})\s*[h:]\s*(?P<minute>\d{2})?(?::\d{2})?)?"
_WORDED = re.compile(
    rf"(?:[a-z]+\.?\s+)?(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?P<month>[a-z]+)\.?,?\s+(?P<year>\d{{4}}){_CLOCK}"
)
_NUMERIC = re.compile(rf"(?P<day>\d{{1,2}})[/.-](?P<month>\d{{1,2}})[/.-](?P<year>\d{{4}}|\d{{2}}){_CLOCK}")

_BREAKS = ";|\n"
_COMMAS = re.compile(r",(?![^(]*\))")

_YES = frozenset(["oui", "vrai", "x", "true", "yes", "1", "o", "v", "y"])
_NO = frozenset(["non", "faux", "false", "no", "0", "n", "f"])
_SIZES = {
    "micro entreprise": "TPE",
    "microentreprise": "TPE",
    "tres petite entreprise": "TPE",
    "petite entreprise": "PE",
    "moyenne entreprise": "ME",
    "entreprise de taille intermediaire": "ETI",
    "grande entreprise": "GE",
    "grand groupe": "GE",
}
_HEADS = ((10, "TPE"), (50, "PE"), (250, "ME"), (5000, "ETI"))  # INSEE, decree 2008-1354, by headcount alone
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_MAX_DIGITS = 9  # of a headcount: there are no more people
UPCOMING = ("a venir", "upcoming")
STATUS = {
    **dict.fromkeys(("clos", "close", "closed", "passe", "ferme", "past", "termine"), "closed"),
    **dict.fromkeys(("permanent", "standing"), "standing"),
    **dict.fromkeys(("ouvert", "ouverte", "open", *UPCOMING), "dated"),
}


def instant(text: str, *, closing: bool = False, months: bool = False) -> datetime:
    """Read a date as an instant; see the module for what a missing time or zone means.

    Parameters
    ----------
    text
        The cell.
    closing
        A day without a time lasts to its end, and so does a month.
    months
        Whether a month alone is read, as the whole month.

    Raises
    ------
    BadCell
        Not one day (or month), or outside the years 2 to 9998.

    Examples
    --------
    >>> instant("19 mars 2026 14h00").isoformat()
    '2026-03-19T14:00:00+01:00'
    >>> instant("19/03/2026", closing=True).isoformat()
    '2026-03-20T00:00:00+01:00'
    >>> instant("nov. 2026", closing=True, months=True).isoformat()
    '2026-12-01T00:00:00+01:00'
    """
    read = _iso(text) or _serial(text) or _written(text)
    if read is not None:
        return _placed(read, closing=closing)
    first = _month(text) if months else None
    if first is None:
        _refuse_month_first(text)
        raise BadCell(
            "date illisible : écrire 19/03/2026, 19 mars 2026 14h00 ou 2026-03-19",
            "unreadable date: write 19/03/2026, 19 mars 2026 14h00 or 2026-03-19",
        )
    return (_next_month(first) if closing else first).replace(tzinfo=PARIS)


def _refuse_month_first(text: str) -> None:
    """Say of a date such as 03/25/2026 that its month comes first: nothing is guessed."""
    found = _NUMERIC.match(text.strip())
    if found and int(found["month"]) > 12 >= int(found["day"]):
        meant = f"{found['month']}/{found['day']}/{found['year']}"
        raise BadCell(f"le mois vient d'abord : écrire {meant}", f"the month comes first: write {meant}")


def _placed(read: datetime, *, closing: bool) -> datetime:
    """Give a date its zone, and a closing day its end."""
    if closing and read.year == NO_END.year:
        return NO_END
    if not 1 < read.year < NO_END.year:  # in another zone it may lie outside all years
        raise BadCell("date hors du calendrier", "date outside the calendar")
    if read.tzinfo is not None:
        return read
    if closing and read.time() == time():
        read += timedelta(days=1)
    return read.replace(tzinfo=PARIS)


def _serial(text: str) -> datetime | None:
    """Read the number of days since 1899-12-30 by which spreadsheets keep a date, from 1954 to 2119."""
    if not re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return None
    days = float(text.replace(",", "."))
    if not _FIRST_SERIAL <= days < _LAST_SERIAL:
        return None
    return datetime(1899, 12, 30) + timedelta(minutes=round(days * 24 * 60))  # noqa: DTZ001 - instant() gives it


def _month(text: str) -> datetime | None:
    found = re.fullmatch(r"([a-z]+)\.?\s+(\d{4})", fold(text).strip()) or re.fullmatch(
        r"(\d{1,2})/(\d{4})", text.strip()
    )
    if found is None:
        return None
    month = int(found[1]) if found[1].isdigit() else _MONTHS.get(found[1], 0)
    if not (1 <= month <= 12 and 1 < int(found[2]) < NO_END.year):
        return None
    return datetime(int(found[2]), month, 1)  # noqa: DTZ001 - instant() gives the zone


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=32)).replace(day=1)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    plain = re.sub(r"\s+", " ", text.casefold().translate(str.maketrans("éûàâ", "euaa"))).strip()
    found = _WORDED.fullmatch(plain) or _NUMERIC.fullmatch(plain)
    if found is None:
        return None
    month = int(found["month"]) if found["month"].isdigit() else _MONTHS.get(found["month"], 0)
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    clock = int(found["hour"] or 0), int(found["minute"] or 0)
    try:
        return datetime(year, month, int(found["day"]), *clock)  # noqa: DTZ001 - instant() gives the zone
    except ValueError:
        return None


def splits_into(text: str, parts: Sequence[str]) -> bool:
    """Say whether :func:`words` and :func:`sentences` both split a cell into exactly these entries."""
    return list(words(text)) == list(sentences(text)) == list(parts)


def words(text: str) -> tuple[str, ...]:
    """Split keywords at ``;`` or ``|`` or line ends, else at commas outside brackets; repeats go.

    >>> words("IA (vision, langage), data, data")
    ('IA (vision, langage)', 'data')
    """
    if any(sign in text for sign in _BREAKS) or _listed(text):
        return sentences(text)
    return _distinct(_COMMAS.split(text) if "(" in text else text.split(","))


def sentences(text: str) -> tuple[str, ...]:
    """Split at ``;`` or ``|`` or line ends only: a comma belongs to the sentence."""
    if (listed := _listed(text)) is not None:
        return tuple(listed)
    for sign in _BREAKS[1:]:
        text = text.replace(sign, _BREAKS[0])
    return _distinct(text.split(_BREAKS[0]))


def _listed(text: str) -> list[str] | None:
    """Return the entries of a JSON list of texts, as an export writes what no sign could separate."""
    if not text.startswith('["'):
        return None
    try:
        entries = json.loads(text)
    except ValueError:
        return None
    return entries if all(isinstance(entry, str) for entry in entries) else None


def _distinct(parts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, [part.strip(" \t\r\xa0-•*·") for part in parts])))


def boolean(text: str) -> bool:
    """Read oui/non, vrai/faux, x, true/false, yes/no, 1/0."""
    if (word := fold_words(text)) in _YES:
        return True
    if word in _NO:
        return False
    raise BadCell("oui ou non attendu", "oui or non (yes or no) expected")


_AMOUNT = re.compile(
    r"(?P<number>[-+]?[\d.,]*\d[.,]?(?:e[-+]?\d{1,2})?)(?P<unit>k|m|md|mds|millions?|milliards?|mille)?"
)
_UNITS = {"": 1, "k": 1e3, "mille": 1e3, "m": 1e6, "million": 1e6, "md": 1e9, "milliard": 1e9}


def number(text: str) -> float:
    """Read ``1 234 567,50 €``, ``3000000.0``, ``1,5 M€``, ``250 k€`` or ``70 %`` (0.7).

    >>> number("1 234 567,50 €"), number("1,5 M€"), number("70 %")
    (1234567.5, 1500000.0, 0.7)
    """
    plain = re.sub(r"[\s\u202f\xa0€]|(?:d')?eur(?:os?)?$", "", text.casefold().replace("’", "'"))
    percent, plain = plain.endswith("%"), plain.rstrip("%")
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise BadCell("nombre illisible", "unreadable number")
    digits = found["number"]
    if digits.count(",") == 1 and "." not in digits:
        digits = digits.replace(",", ".")
    try:
        value = float(digits) * _UNITS[(found["unit"] or "").rstrip("s")]
    except ValueError as error:  # 1.2.3
        raise BadCell("nombre illisible", "unreadable number") from error
    return value / (100 if percent else 1)


def department(text: str) -> str:
    """Read a département's code: ``9`` is ``09``, ``Hérault (34)`` is ``34``.

    >>> department("2a"), department("9")
    ('2A', '09')
    """
    found = re.search(r"\b(2[ab]|97\d|\d{1,2})\b", text.casefold())
    if found is None:
        raise BadCell("code de département attendu (31, 2A, 974)", "département code expected (31, 2A, 974)")
    return found[1].upper().zfill(2)


def postcode(text: str) -> str:
    """Return the département of a postal code.

    >>> postcode("31000"), postcode("20200"), postcode("1000")
    ('31', '2B', '01')
    """
    plain = re.sub(r"\s", "", text).zfill(5)
    if not re.fullmatch(r"\d{5}", plain):
        raise BadCell("code postal à cinq chiffres attendu", "five-digit postal code expected")
    if plain.startswith("20"):
        return "2A" if plain < "20200" else "2B"
    return plain[:3] if plain.startswith("97") else plain[:2]


def size(text: str) -> str | None:
    """Read a size band; ``PME`` alone does not say whether PE or ME and gives None."""
    return None if fold_words(text) in ("pme", "sme") else _SIZES.get(fold_words(text), text.strip().upper())


def headcount(text: str) -> str:
    """Return the size band of ``12``, ``12 salariés`` or the range ``10-49`` (its upper end decides)."""
    found = re.findall(r"\d+", re.sub(r"(?<=\d)[\s\u202f\xa0](?=\d{3})", "", text))
    if not found or len(found[-1]) > _MAX_DIGITS:
        raise BadCell("effectif illisible", "unreadable headcount")
    return next((band for limit, band in _HEADS if int(found[-1]) < limit), "GE")


def siret(text: str) -> str:
    """Read a SIRET of 14 digits, or a SIREN of 9.

    >>> siret("900 000 000 00015")
    '90000000000015'
    """
    digits = re.sub(r"[\s.\u202f\xa0-]", "", text)
    if not re.fullmatch(r"\d{9}|\d{14}", digits):
        raise BadCell(
            "SIRET de 14 chiffres (ou SIREN de 9) attendu", "SIRET of 14 digits (or SIREN of 9) expected"
        )
    return digits


_STAFF = {
    **dict.fromkeys(("00", "01", "02", "03"), "TPE"),
    **dict.fromkeys(("11", "12"), "PE"),
    **dict.fromkeys(("21", "22", "31"), "ME"),
    **dict.fromkeys(("32", "41", "42", "51"), "ETI"),
    **dict.fromkeys(("52", "53"), "GE"),
}


def staff_code(text: str) -> str | None:
    """Return the size band of a headcount code of the Sirene register (INSEE); ``NN`` gives none.

    >>> staff_code("12"), staff_code("NN")
    ('PE', None)
    """
    code = text.strip().upper()
    if code in ("NN", ""):
        return None
    if code.zfill(2) not in _STAFF:
        raise BadCell("code de tranche d'effectif inconnu", "unknown code of a headcount")
    return _STAFF[code.zfill(2)]
