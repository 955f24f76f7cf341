"""Cells that are taken as they are and may be wrong: a town of another département, month before day."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from matcher.importing.planning.decide import Decided
from matcher.importing.report import ItemTable, Notice, Reject, Row, shortened

_DATES = frozenset(["opens_at", "closes_at", "next_meeting", "_opens"])
_NUMERIC = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})\b")
_MONTHS = 12
_LISTED = 3


class Towns(Protocol):
    """What is known of towns."""

    @property
    def departments(self) -> Mapping[str, str]:
        """Name of each département, by code."""
        ...

    def departments_of(self, city: str) -> frozenset[str]:
        """Return the codes of the départements that a town lies in; none where that is not sure."""
        ...


def find_doubts(table: ItemTable, decided: Decided, towns: Towns | None) -> list[Reject]:
    """Return the cells to look at again, by line: they are imported as the file has them."""
    doubts = _reversed_dates(table)
    if towns is not None:
        for row in decided.rows:
            doubts += _misplaced(row, towns)
    return sorted(doubts, key=lambda doubt: doubt.line)


def _misplaced(row: Row, towns: Towns) -> list[Reject]:
    """Say where a town does not lie in the département beside it.

    Both stay: which of the two is wrong, only a person knows. Until then the département says where the
    item is, as :meth:`Territory.locate` has it.
    """
    city, code = getattr(row.item, "city", ""), getattr(row.item, "department_code", "")
    known = towns.departments_of(city) if city and code else frozenset()
    if not known or code in known:
        return []
    town = ", ".join(_named(one, towns) for one in sorted(known))
    said = _named(code, towns)
    return [
        Reject(
            row.line,
            "city",
            f"{city} : {town} ; la fiche dit {said}. Les deux restent, et le département situe la fiche ; "
            "corriger celui qui est faux",
            f"{city}: {town}; the record says {said}. Both stay, and the département places the record; "
            "correct the wrong one",
            shortened(f"{city} / {code}"),
        )
    ]


def _named(code: str, towns: Towns) -> str:
    name = towns.departments.get(code)
    return f"{name} ({code})" if name else code


class _Dated(NamedTuple):
    """A numeric date of a file that leaves open, or does not, which number is the month."""

    line: int
    title: str
    text: str
    first: int
    second: int

    @property
    def is_month_first(self) -> bool:
        return self.first <= _MONTHS < self.second

    @property
    def is_open(self) -> bool:
        return self.first != self.second and max(self.first, self.second) <= _MONTHS


def date_notices(table: ItemTable) -> list[Notice]:
    """Say once that some dates of the file can only be month first, and how the others are read."""
    found = _dates(table)
    sure = [date for date in found if date.is_month_first]
    if not sure:
        return []
    seen = ", ".join(f"{date.text} (l. {date.line})" for date in sure[:_LISTED])
    others = [date.text for date in found if date.is_open]
    fr = f", et {len(others)} autre(s), comme {others[0]}, le sont jour/mois" if others else ""
    en = f", and {len(others)} other(s), such as {others[0]}, are read day/month" if others else ""
    return [
        Notice(
            f"Dates où le mois vient d'abord : {seen}. Elles ne sont pas lues{fr} : écrire toutes les dates "
            "du fichier AAAA-MM-JJ.",
            f"Dates with the month first: {seen}. They are not read{en}: write all dates of the file as "
            "YYYY-MM-DD.",
        )
    ]


def _reversed_dates(table: ItemTable) -> list[Reject]:
    """Name the dates that a file which has some with the month first may mean otherwise."""
    found = _dates(table)
    if not any(date.is_month_first for date in found):
        return []
    return [
        Reject(
            date.line,
            date.title,
            "lue jour/mois ; d'autres dates du fichier ont le mois d'abord",
            "read day/month; other dates of the file have the month first",
            date.text,
        )
        for date in found
        if date.is_open
    ]


def _dates(table: ItemTable) -> list[_Dated]:
    columns = [use for use in table.mapping if use.field in _DATES]
    found = []
    for row in table.rows:
        for use in columns:
            found += _dated(row.line, use.title, row.cells, use.position)
    return found


def _dated(line: int, title: str, cells: Sequence[Any], position: int) -> list[_Dated]:
    text = str(cells[position] or "") if position < len(cells) else ""
    match = _NUMERIC.match(text)
    return [_Dated(line, title, shortened(text), int(match[1]), int(match[2]))] if match else []
