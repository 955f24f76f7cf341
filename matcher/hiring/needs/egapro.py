"""The published index of professional equality (Egapro): dated facts on employers, read from its file.

The Ministry of Labour publishes one row a company and year since 2018, for companies of 50 employees or more
(Code du travail, L1142-8 to L1142-10; Licence Ouverte 2.0). A fact is about an employer, with its year and
source; it enters no score, neither of a person nor of an organisation.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from matcher.errors import InvalidRequest
from matcher.importing import write_csv
from matcher.importing.layout import Table
from matcher.importing.tables import read_table
from matcher.knowledge import Territory
from matcher.language import fold_words

PUBLISHED_AT = "https://egapro.travail.gouv.fr/index-egalite-fh.xlsx"
"""Where the ministry publishes the file; the source of rows that name none."""
FIRST_YEAR = 2018
"""The first year of the index: published on 1 March 2019."""
NOTHING_TO_CORRECT = 85
"""Below it an employer publishes goals, below 75 it corrects (Code du travail, L1142-9 and L1142-9-1)."""
_TRADES = ("58", "59", "60", "61", "62", "63", "71", "72")
"""Divisions of NAF: publishing, media, telecommunications, computing, engineering, research."""
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "siren": ("siren",),
    "name": ("raison sociale", "company name"),
    "year": ("annee", "reference year"),
    "value": ("note index", "index score"),
    "region": ("region",),
    "department": ("departement", "department"),
    "naf": ("code naf", "naf"),
    "source": ("source url",),
}
"""Parts of a fact, and their folded columns: those the ministry publishes, and those of our own extract."""
_NEEDED = ("siren", "name", "year", "value", "department")
_NOT_CALCULABLE = frozenset({"", "nc", "non calculable"})
_REGION = "occitanie"
_HIGHEST = 100
_NAF = re.compile(r"\d{2}\.?\d{2}[A-Z]")


@dataclass(frozen=True, slots=True)
class EmployerFact:
    """The index of one employer for one year: ``value`` in 0 to 100, what it was published as."""

    siren: str
    year: int
    value: int
    name: str
    department: str
    naf: str
    source_url: str


@dataclass(frozen=True, slots=True)
class RejectedFact:
    """A row that could not be read: its line, why in French and English, and its cells."""

    line: int
    why_fr: str
    why_en: str
    cells: Sequence[Any] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """What a file of the index says.

    ``elsewhere`` counts rows of other regions, ``without_value`` those published without an index. ``lapsed``
    is the latest year published without one of each employer, by SIREN: no fact of that year or before is in
    ``facts``, since an old value would stand for an employer that has none.
    """

    facts: tuple[EmployerFact, ...]
    rejected: tuple[RejectedFact, ...]
    elsewhere: int
    without_value: int
    columns: tuple[str, ...] = ()
    lapsed: Mapping[str, int] = field(default_factory=dict)


class EmployerFacts(Protocol):
    """Where facts on employers are kept."""

    def put(
        self, facts: Sequence[EmployerFact], at: datetime, lapsed: Mapping[str, int] | None = None
    ) -> None:
        """Keep facts, each in the place of the one of its employer and year; forget those that lapsed."""
        ...

    def all(self) -> Sequence[EmployerFact]:
        """Return every fact, by employer and year."""
        ...


class _Unreadable(Exception):
    """A row that is no fact, with the reason in both languages."""

    def __init__(self, why_fr: str, why_en: str) -> None:
        super().__init__(why_en)
        self.why_fr, self.why_en = why_fr, why_en


def read_egapro(path: Path, territory: Territory, latest_year: int) -> ReadFacts:
    """Read a file of the index, in any office format; only employers of the region are kept.

    Parameters
    ----------
    path
        The published file, or rows of it. It has over 200,000 rows: filter it by region first, since a table
        is read up to 100,000.
    territory
        Knows the departments of the region.
    latest_year
        A later year is refused as a slip.

    Raises
    ------
    InvalidRequest
        The file cannot be read, or lacks a column; the message names it.
    """
    table = read_table(path, rank=_rank)
    at = {part: _column(table.columns, names) for part, names in _COLUMNS.items()}
    lacking = [_COLUMNS[part][0] for part in _NEEDED if at[part] is None]
    if lacking:
        raise InvalidRequest(
            f"{path.name} lacks the columns {', '.join(lacking)}: give the index as the ministry publishes it"
            f" ({PUBLISHED_AT})."
        )
    return _read_rows(table, at, _Departments(territory), latest_year)


def exemplary(facts: Iterable[EmployerFact], distance: Callable[[str], float]) -> list[EmployerFact]:
    """Return the latest fact of each employer of the cluster's trades whose index asks for no correction.

    The nearest first by ``distance`` of the code of a department, then the highest index, ties by SIREN.
    Below :data:`NOTHING_TO_CORRECT` an employer must publish goals: it is none to learn from, and no list of
    such employers is made.

    >>> fact = EmployerFact("394451223", 2023, 92, "Exemple", "31", "62.01Z", PUBLISHED_AT)
    >>> from dataclasses import replace
    >>> facts = [replace(fact, year=2022, value=99), fact, replace(fact, siren="1", value=84)]
    >>> [(one.year, one.value) for one in exemplary(facts, float)]
    [(2023, 92)]
    """
    latest: dict[str, EmployerFact] = {}
    for fact in sorted(facts, key=lambda one: one.year):
        latest[fact.siren] = fact
    good = [one for one in latest.values() if one.value >= NOTHING_TO_CORRECT and one.naf.startswith(_TRADES)]
    return sorted(good, key=lambda one: (distance(one.department), -one.value, one.siren))


def write_rejected(path: Path, read: ReadFacts) -> None:
    """Write the rejected rows with line and reason; corrected, the file can be read itself."""
    rows = [[one.line, one.why_fr, *one.cells] for one in read.rejected]
    write_csv(path, ["line", "reason", *read.columns], rows)


class _Departments:
    """Codes of the region's departments, by their folded names and by themselves."""

    def __init__(self, territory: Territory) -> None:
        named = {fold_words(name): code for code, name in territory.departments.items()}
        self._codes = named | {code.casefold(): code for code in territory.departments}

    def code(self, written: str) -> str:
        """Return the code of a department of the region, "" for any other."""
        return self._codes.get(fold_words(written), "")


def _read_rows(
    table: Table, at: Mapping[str, int | None], departments: _Departments, latest_year: int
) -> ReadFacts:
    facts: dict[tuple[str, int], EmployerFact] = {}
    rejected: list[RejectedFact] = []
    lapsed: dict[str, int] = {}
    elsewhere = without_value = 0
    for row in table.rows:
        cells = {part: _cell(row.cells, place) for part, place in at.items()}
        if _is_elsewhere(cells, departments):
            elsewhere += 1
        elif fold_words(cells["value"]) in _NOT_CALCULABLE:
            without_value += 1
            _note_lapsed(cells, lapsed, latest_year)
        else:
            try:
                fact = _fact(cells, departments, latest_year)
                _refuse_second(fact, facts)
                facts[fact.siren, fact.year] = fact
            except _Unreadable as fault:
                rejected.append(RejectedFact(row.line, fault.why_fr, fault.why_en, row.cells))
    kept = tuple(facts[key] for key in sorted(facts) if key[1] > lapsed.get(key[0], 0))
    return ReadFacts(kept, tuple(rejected), elsewhere, without_value, tuple(table.columns), lapsed)


def _note_lapsed(cells: Mapping[str, str], lapsed: dict[str, int], latest_year: int) -> None:
    """Note the year of a row without an index; a row that names no employer or year says nothing."""
    try:
        siren, year = _siren(cells["siren"]), _year(cells["year"], latest_year)
    except _Unreadable:
        return
    lapsed[siren] = max(year, lapsed.get(siren, 0))


def _is_elsewhere(cells: Mapping[str, str], departments: _Departments) -> bool:
    """Return whether a row is of another region: by its region, else by its department."""
    region = fold_words(cells["region"])
    if region:
        return region != _REGION
    return bool(cells["department"]) and not departments.code(cells["department"])


def _fact(cells: Mapping[str, str], departments: _Departments, latest_year: int) -> EmployerFact:
    siren = _siren(cells["siren"])
    year, value = _year(cells["year"], latest_year), _value(cells["value"])
    department = departments.code(cells["department"])
    if not department or not cells["name"]:
        raise _Unreadable("département ou raison sociale manquants", "department or name is missing")
    naf = _NAF.match(cells["naf"])
    source = cells["source"] if cells["source"].startswith("https://") else PUBLISHED_AT
    return EmployerFact(siren, year, value, cells["name"], department, naf[0] if naf else "", source)


def _siren(cell: str) -> str:
    # A spreadsheet takes a SIREN for a number and drops its first zeros: the check digit tells.
    siren = re.sub(r"\s|\.0$", "", cell).zfill(9)
    if not re.fullmatch(r"[0-9]{9}", siren) or not int(siren) or not _is_checked(siren):
        raise _Unreadable(f"« {cell} » n'est pas un SIREN", f"'{cell}' is no SIREN")
    return siren


def _year(cell: str, latest: int) -> int:
    year = _whole(cell)
    if year is None or not FIRST_YEAR <= year <= latest:
        raise _Unreadable(
            f"année « {cell} » : attendu de {FIRST_YEAR} à {latest}",
            f"year '{cell}': expected {FIRST_YEAR} to {latest}",
        )
    return year


def _value(cell: str) -> int:
    value = _whole(cell)
    if value is None or value > _HIGHEST:
        raise _Unreadable(
            f"note « {cell} » : attendu de 0 à {_HIGHEST}, ou NC",
            f"index '{cell}': expected 0 to {_HIGHEST}, or NC",
        )
    return value


def _refuse_second(fact: EmployerFact, facts: Mapping[tuple[str, int], EmployerFact]) -> None:
    """Refuse another value for an employer and year; the same one again is harmless."""
    earlier = facts.get((fact.siren, fact.year))
    if earlier is not None and earlier.value != fact.value:
        raise _Unreadable(
            f"le fichier donne déjà {earlier.value} à {fact.siren} pour {fact.year}",
            f"the file gives {earlier.value} to {fact.siren} for {fact.year} already",
        )


def _is_checked(siren: str) -> bool:
    """Return whether the digits of a SIREN agree (Luhn, ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(siren)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def _whole(cell: str) -> int | None:
    found = re.fullmatch(r"(\d{1,4})(?:[.,]0)?", cell)
    return int(found[1]) if found else None


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    folded = [fold_words(name) for name in header]
    return next((folded.index(name) for name in names if name in folded), None)


def _rank(header: Sequence[str]) -> int:
    return sum(_column(header, names) is not None for names in _COLUMNS.values())


def _cell(cells: Sequence[Any], at: int | None) -> str:
    return str(cells[at] or "").strip() if at is not None and at < len(cells) else ""
