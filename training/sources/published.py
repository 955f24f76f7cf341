"""Reads what public pages print: French dates, amounts and conditions, by rules a person can check.

A text that no rule reads plainly gives nothing: an unknown stays unknown.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from matcher.domain.items import Eligibility, SizeBand

PARIS = ZoneInfo("Europe/Paris")
BRUSSELS = ZoneInfo("Europe/Brussels")
EU_CLOSING_HOUR = time(17)
"""The usual closing hour of the EU portal, Brussels time; assumed wherever only a day is published."""

MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
          "novembre", "décembre")  # fmt: skip
_DATE = re.compile(
    r"(?:candidature )?(?:(?P<day>\d{1,2})(?:er)?(?:-(?P<last>\d{1,2}))? )?"
    rf"(?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})(?: (?P<hour>\d{{1,2}})h(?P<minute>\d\d))?"
    r"(?P<rest>$| ;.*| \((?!publication).*)"
)
_MILLIONS = re.compile(r"(?:jusqu'à )?(\d+(?:,\d+)?) M€")
_ADDRESS = re.compile(r"https?://\S+")
_PERCENT = re.compile(r"(\d{1,3}) %")
_COUNTRIES = re.compile(r"au moins .* de (\w+) pays|(\w+) pays au moins")
_NUMBERS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5}
_APPLICANTS = re.compile(
    r"PME|jeunes entreprises|startups|villes|universités|clusters|laboratoires|chercheurs|consortiums"
    r"|secteur public|structures|petites et moyennes entreprises"
)
_SMALL = {"PME", "petites et moyennes entreprises"}
_YOUNG = {"startups", "jeunes entreprises"}
SME_BANDS: tuple[SizeBand, ...] = ("TPE", "PE", "ME")


def opening(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the first instant of the day a text names, or None when it names no whole day.

    >>> opening("1er juillet 2025", PARIS).isoformat()
    '2025-07-01T00:00:00+02:00'
    >>> opening("2014", PARIS) is None
    True
    """
    found = _DATE.fullmatch(text)
    return _day(found, zone, "day") if found and found["day"] else None


def closing(text: str, zone: ZoneInfo, hour: time | None = None) -> datetime | None:
    """Return the instant from which it is too late.

    The printed hour; else ``hour`` on the day; else the end of the day, of the last day of a range, or of
    the month. An application date goes before the date of the fair it leads to.

    >>> closing("janvier 2017", PARIS).isoformat()
    '2017-02-01T00:00:00+01:00'
    >>> closing("candidature 1er août 2016 ; salon 7-10 novembre 2016", PARIS).isoformat()
    '2016-08-02T00:00:00+02:00'
    >>> closing("15 avril 2026", BRUSSELS, EU_CLOSING_HOUR).isoformat()
    '2026-04-15T17:00:00+02:00'
    >>> closing("annuel, date non relevée", PARIS) is None
    True
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    if not found["day"]:
        first = _day(found, zone, None)
        return (first + timedelta(days=32)).replace(day=1)
    day = _day(found, zone, "last" if found["last"] else "day")
    if found["hour"]:
        return day.replace(hour=int(found["hour"]), minute=int(found["minute"]))
    return day.replace(hour=hour.hour) if hour else day + timedelta(days=1)


def is_exact(text: str) -> bool:
    """Whether a text gives the closing instant's day and year itself (no bare month, no deduced year)."""
    found = _DATE.fullmatch(text)
    return bool(found and found["day"] and "déduit" not in found["rest"])


def budget(text: str) -> float | None:
    """Return a total in euros when the text starts with one; ranges and ceilings per project give None.

    >>> budget("7,5 M€, jusqu'à 3 projets"), budget("4 à 8 M€ par projet"), budget("jusqu'à 150 000 euros")
    (7500000.0, None, None)
    """
    found = _MILLIONS.match(text)
    return float(found[1].replace(",", ".")) * 1e6 if found else None


def funding_rate(text: str) -> float | None:
    """Return the one share printed, in [0, 1].

    >>> funding_rate("4 M€, 100 % des coûts directs")
    1.0
    """
    found = _PERCENT.findall(text)
    return int(found[0]) / 100 if len(found) == 1 else None


def eligibility(text: str, description: str, departments: Mapping[str, str]) -> Eligibility:
    """Type the conditions a text states plainly; ``departments`` maps the region's codes to names.

    A size condition is read only where every applicant named is an SME or a start-up; "consortium européen"
    is three countries (Horizon Europe, General Annex B: legal entities of three different Member States or
    associated countries, unless the call says otherwise).

    >>> eligibility("au moins trois organisations de trois pays", "", {}).min_countries
    3
    >>> eligibility("PME et secteur public", "", {}).size_bands
    ()
    """
    named = set(_APPLICANTS.findall(text))
    small = bool(named & _SMALL) and named <= _SMALL | _YOUNG and "cheffe de file" not in text
    codes = [
        code
        for code, name in departments.items()
        if re.search(rf"(?:d'|du |de |des |l')(?:l')?{name}\b", text)
    ]
    if "d'Occitanie" in text:
        codes = list(departments)
    found = _COUNTRIES.search(text) or _COUNTRIES.search(description)
    countries = _NUMBERS.get(found[1] or found[2], 1) if found else 3 if "consortium européen" in text else 1
    return Eligibility(
        size_bands=SME_BANDS if small else (), department_codes=tuple(codes), min_countries=countries
    )


def eu_instant(day: str, hour: time) -> datetime:
    """Return ``hour`` Brussels time on an ISO day."""
    return datetime.combine(datetime.fromisoformat(day[:10]), hour, BRUSSELS)


def _day(found: re.Match[str], zone: ZoneInfo, group: str | None) -> datetime:
    day = int(found[group]) if group else 1
    year, month = int(found["year"]), MONTHS.index(found["month"]) + 1
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=zone)


def address(source: str) -> str:
    """Return the web address in what was noted of a source; empty where there is none that others can open.

    >>> address("package legi-data 2.513.0 ; https://www.legifrance.gouv.fr/x")
    'https://www.legifrance.gouv.fr/x'
    >>> address("slides of a session")
    ''
    """
    found = _ADDRESS.search(source)
    return found[0] if found else ""
