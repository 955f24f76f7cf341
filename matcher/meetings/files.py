"""Participants from CSV or XLSX; rounds to CSV, XLSX and one iCalendar file a person."""

import hashlib
import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import icalendar
import pandas as pd

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.language.text import fold
from matcher.meetings.participants import Participant, Roster

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "nom", "participant", "personne", "person"),
    "organisation": ("organisation", "organization", "entreprise", "societe", "structure", "company"),
    "themes": ("themes", "theme", "thematiques", "sujets", "topics", "expertise"),
    "territory": ("territory", "territoire", "ville", "city", "departement", "department", "antenne"),
    "offers": ("offers", "offres", "offre", "propose"),
    "needs": ("needs", "besoins", "besoin", "recherche", "cherche"),
    "avoids": ("avoids", "avoid", "veto", "evite", "a eviter", "ne pas rencontrer"),
    "met": ("met", "already met", "deja rencontre", "deja rencontres", "connait"),
    "table": ("table", "fixed table", "table fixe"),
}
_COUNTED = re.compile(r"[1-9][0-9]{0,3}(\.0)?")
"""A number of a table or a round, as a spreadsheet may write it."""


def read_sheet(path: Path) -> pd.DataFrame:
    """Read a CSV (``;`` ``,`` or tab; UTF-8 or Windows-1252) or an XLSX file as text cells.

    Raises
    ------
    InvalidRequest
        No such file, or one that is no table.
    """
    if not path.is_file():
        raise InvalidRequest(f"No such file: {path}.")
    try:
        return _workbook(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    except Exception as error:  # whatever openpyxl meets in a damaged workbook
        raise InvalidRequest(f"{path} is not a readable table: {str(error).strip().rstrip('.')}.") from error


def _workbook(path: Path) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # styles and extensions openpyxl does not know
        return pd.read_excel(path, dtype=str, keep_default_na=False)


def _csv(path: Path) -> pd.DataFrame:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    with warnings.catch_warnings():  # without index_col the cells of longer rows come under other names
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(
                StringIO(text), sep=separator, dtype=str, keep_default_na=False, index_col=False
            )
        except pd.errors.ParserWarning as error:
            raise ValueError("its rows have more cells than its header") from error


def _recognised(sheet: pd.DataFrame) -> dict[str, str]:
    """Our name -> the file's column."""
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, str] = {}
    for column in sheet.columns:
        name = known.get(" ".join(fold(str(column)).replace("_", " ").split()))
        if name and name not in found:
            found[name] = column
    return found


def _parts(cell: str) -> tuple[str, ...]:
    """Entries of a cell, apart by ``;`` ``|`` or line breaks, by commas where there are none of these."""
    splitter = r"[;|\n]" if re.search(r"[;|\n]", cell) else ","
    return tuple(part.strip() for part in re.split(splitter, cell) if part.strip())


def read_participants(path: Path) -> Roster:
    """Read the people of an event.

    One row a person; French or English headers: name, organisation, themes, territory, offers, needs,
    avoids, met, table. Only the name is required.

    Raises
    ------
    InvalidRequest
        No column of names, a table that is no number from 1, no or duplicate people.
    """
    sheet = read_sheet(path)
    found = _recognised(sheet)
    if "name" not in found:
        raise InvalidRequest(f"{path} has no column of names: call one of its columns 'nom' or 'name'.")
    people = []
    for line, row in enumerate(sheet.to_dict("records"), start=2):
        cells = {name: str(row[column]).strip() for name, column in found.items()}
        if not any(cells.values()):
            continue
        lists = {name: _parts(cells.pop(name)) for name in ("themes", "avoids", "met") if name in cells}
        table = _table(cells.pop("table", ""), line)
        people.append(Participant(**cells, **lists, table=table, line=line))  # type: ignore[arg-type]
    return Roster(people)


def _table(cell: str, line: int) -> int | None:
    if not cell:
        return None
    if not _COUNTED.fullmatch(cell):
        raise InvalidRequest(f"Line {line}: the table {cell!r} is not a number from 1.")
    return int(float(cell))


def read_scores(path: Path, roster: Roster) -> list[tuple[int, int, float]]:
    """Read pair scores: three columns, two names and a number, whatever the headers.

    Raises
    ------
    InvalidRequest
        Unknown name (near ones suggested), or a score that is no number in [0, 1]; the line is given.
    """
    sheet = read_sheet(path)
    if sheet.shape[1] < 3:
        raise InvalidRequest(f"{path} needs three columns: two names and a score.")
    scores = []
    for line, (first, second, score, *_) in enumerate(sheet.itertuples(index=False), start=2):
        try:
            value = float(str(score).replace(",", "."))
        except ValueError as error:
            raise InvalidRequest(f"{path}, line {line}: the score {score!r} is not a number.") from error
        if not 0 <= value <= 1:
            raise InvalidRequest(f"{path}, line {line}: the score {score!r} is not a number from 0 to 1.")
        scores.append((roster.find(first, f" (line {line})"), roster.find(second, f" (line {line})"), value))
    return scores


def read_rounds(path: Path, roster: Roster) -> list[tuple[int, int, int]]:
    """Read ``(round from 0, person, partner)`` back from a file written by :func:`write_rounds`."""
    return [
        (number, roster.find(person, where), roster.find(partner, where))
        for number, person, partner, where in _rows(path, "rencontre")
    ]


def read_tables(path: Path, roster: Roster) -> list[tuple[int, int, int]]:
    """Read ``(round from 0, person, table from 0)`` back from a file written by :func:`write_rounds`."""
    found = []
    for number, person, table, where in _rows(path, "table"):
        if not _COUNTED.fullmatch(table):
            raise InvalidRequest(f"The table {table[:20]!r} is not a number from 1{where}.")
        found.append((number, roster.find(person, where), int(float(table)) - 1))
    return found


def _rows(path: Path, what: str) -> list[tuple[int, str, str, str]]:
    """Rows with something under ``what``: round from 0, person, that, and where it is read."""
    sheet, columns = read_sheet(path), ["tour", "personne", what]
    if not set(columns) <= set(sheet.columns):
        raise InvalidRequest(f"{path} is not a file of rounds: it lacks the columns {', '.join(columns)}.")
    found = []
    for line, (number, person, value) in enumerate(sheet[columns].itertuples(index=False), start=2):
        if value:
            if not _COUNTED.fullmatch(number):
                raise InvalidRequest(
                    f"{path}, line {line}: the round {number[:20]!r} is not a number from 1."
                )
            where = (
                f" ({path.name}, line {line}; keep people who left in the list and name them with --absent)"
            )
            found.append((int(float(number)) - 1, _plain(person), _plain(value), where))
    return found


def _safe(cell: Any) -> Any:
    """Keep spreadsheets from running a name as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def write_rounds(rows: Sequence[Mapping[str, Any]], out: Path) -> None:
    """Write meetings, one row a person and round, as CSV (``;``, UTF-8 with BOM: Excel opens it) or XLSX.

    Raises
    ------
    InvalidRequest
        Neither ``.csv`` nor ``.xlsx``.
    BackendUnavailable
        The file cannot be written.
    """
    frame = pd.DataFrame([{key: _safe(value) for key, value in row.items()} for row in rows])
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise InvalidRequest(f"Rounds are written as .csv or .xlsx, not {out.suffix or out.name}.")
    try:
        if out.suffix.lower() == ".csv":
            frame.to_csv(out, index=False, sep=";", encoding="utf-8-sig")
            return
        with pd.ExcelWriter(out, engine="openpyxl") as book:
            frame.sort_values(["tour", "table", "personne"]).to_excel(book, sheet_name="Tours", index=False)
            frame.sort_values(["personne", "tour"]).to_excel(book, sheet_name="Participants", index=False)
    except OSError as error:
        raise BackendUnavailable(f"{out} cannot be written: {error.strerror or error}.") from error


def write_calendars(
    rows: Sequence[Mapping[str, Any]], folder: Path, *, start: datetime, minutes: int = 15, pause: int = 5
) -> int:
    """Write one iCalendar file a person, an event a meeting; returns the number of files.

    Parameters
    ----------
    rows
        As for :func:`write_rounds`.
    start
        Instant of the first round, with time zone.
    minutes, pause
        Length of a round, and time between two.

    Raises
    ------
    InvalidRequest
        ``start`` without time zone, or lengths that are not positive.
    BackendUnavailable
        The folder cannot be written.
    """
    if start.tzinfo is None:
        raise InvalidRequest("The start of the first round needs a time zone.")
    if minutes < 1 or pause < 0:
        raise InvalidRequest("A round lasts at least a minute, and a pause cannot be negative.")
    people: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        people.setdefault(str(row["personne"]), []).append(row)
    taken: set[str] = set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, meetings in people.items():
            calendar = icalendar.Calendar()
            calendar.add("prodid", "-//matcher//meetings//FR")
            calendar.add("version", "2.0")
            for row in meetings:
                if row["rencontre"]:
                    calendar.add_component(_event(row, start, minutes, pause))
            (folder / f"{_file_name(name, taken)}.ics").write_bytes(calendar.to_ical())
    except OSError as error:
        raise BackendUnavailable(f"{folder} cannot be written: {error.strerror or error}.") from error
    return len(people)


def _event(row: Mapping[str, Any], start: datetime, minutes: int, pause: int) -> icalendar.Event:
    begin = start + timedelta(minutes=(minutes + pause) * (int(row["tour"]) - 1))
    event = icalendar.Event()
    key = f"{begin.isoformat()}|{row['personne']}|{row['rencontre']}"
    event.add("uid", hashlib.sha256(key.encode()).hexdigest()[:32] + "@matcher")
    event.add("dtstamp", start)
    event.add("dtstart", begin)
    event.add("dtend", begin + timedelta(minutes=minutes))
    event.add("summary", f"Rencontre : {row['rencontre']}")
    event.add("location", f"Table {row['table']}")
    return event


def _file_name(name: str, taken: set[str]) -> str:
    """Name a file after a person: letters, digits and hyphens, unique among ``taken``."""
    base = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:80] or "participant"
    unique, number = base, 2
    while unique in taken:
        unique, number = f"{base}-{number}", number + 1
    taken.add(unique)
    return unique
