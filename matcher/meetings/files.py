"""Participants, scores and earlier rounds read from office files; rounds written as CSV or XLSX."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.importing import (
    HEADER,
    NOT_A_HEADER,
    Notice,
    Table,
    escape,
    read_table,
    refusal,
    restore,
    write_csv,
)
from matcher.language import fold_words
from matcher.meetings.attendance import Cell, Moment, entries, phrases, read_moment, read_presence
from matcher.meetings.columns import (
    Columns,
    looks_deciding,
    participants_rank,
    recognise,
    refuse_unread,
)
from matcher.meetings.participants import Participant, Roster

_COUNTED = re.compile(r"[1-9][0-9]{0,3}")
"""A number of a table or a round."""
_FAILED_FORMULA = re.compile(r"#(?:N/A|REF!|NAME\?|NOM\?|VALUE!|VALEUR!|DIV/0!|NULL!|NUL!|NUM!|NOMBRE!)")
_NO_PERSON = phrases(
    "info requested;information requested;a definir;a confirmer;a preciser;a venir;tbd;tba;n a;nc;"
    "n c;inconnu;inconnue;unknown;nan;none;null;neant;aucun;anonyme;anonymous;place reservee;reserve;"
    "reserved"
)


def read_participants(path: Path, ignored: Sequence[str] = ()) -> Roster:
    """Read the people of an event.

    Parameters
    ----------
    path
        Any office file, one row a person, French or English headers. Only names are required: in one
        column, or first and last name apart.
    ignored
        Headers to ignore, although they may decide who meets whom.

    Returns
    -------
    Roster
        Its notices say which rows and columns were not read. People who do not come are listed as not
        present.

    Raises
    ------
    InvalidRequest
        No column of names, a row that does not fit under the header, a deciding column or cell that is not
        understood, a table that is no number from 1, no or repeated people.
    """
    table = _read(path, participants_rank)
    columns = recognise(table.columns, ignored)
    if not {"name", "last_name"} & set(columns.single):
        raise refusal(
            f"{path.name} n'a pas de colonne de noms : appelez une de ses colonnes « nom ».",
            f"{path.name} has no column of names: call one of its columns 'nom' or 'name'.",
        )
    sheet = _Sheet(path.name, table, columns)
    sheet.refuse_deciding(ignored)
    present, notices = sheet.presence()
    people = [sheet.participant(place, present=present[place]) for place in range(len(sheet.rows))]
    return Roster(people, [*table.notices, *sheet.notices, *notices])


class _Row(dict[str, str]):
    """Cells by header, with the line they are on."""

    line: int


class _Sheet:
    """A list of participants under its columns: the rows that are people, and notices on the others."""

    def __init__(self, file: str, table: Table, columns: Columns) -> None:
        self.file, self.columns = file, columns
        self.rows: list[_Row] = []
        self.notices: list[Notice] = []
        for line, cells in _fitting(file, table):
            row = _Row(zip(table.columns, cells, strict=True))
            row.line = line
            reason = _no_person(self.name_of(row))
            if reason is None:
                self.rows.append(row)
            else:
                fr, en = reason
                self.notices.append(Notice(f"Ligne {line} non lue : {fr}.", f"Line {line} not read: {en}."))
        if columns.unread:
            listed = ", ".join(title.strip() for title in columns.unread)
            self.notices.append(Notice(f"Colonnes non lues : {listed}.", f"Columns not read: {listed}."))

    def refuse_deciding(self, ignored: Sequence[str]) -> None:
        """Refuse columns that may decide who meets whom, are not understood and say something."""
        skipped = {fold_words(title) for title in ignored}
        doubtful = [
            title
            for title in self.columns.unread
            if looks_deciding(title) and fold_words(title) not in skipped and self._filled(title)
        ]
        if doubtful:
            refuse_unread(self.file, doubtful)

    def _filled(self, title: str) -> bool:
        return any(row[title].strip() for row in self.rows)

    def name_of(self, row: _Row) -> str:
        """Return the name as one text: first name, then last name, if they are apart."""
        parts = [self.cell(row, field) for field in ("first_name", "last_name", "name")]
        return " ".join(part for part in parts if part)

    def cell(self, row: _Row, field: str) -> str:
        """Return the cell of a field, "" where the file has no such column."""
        title = self.columns.single.get(field)
        return "" if title is None else row[title].strip()

    def presence(self) -> tuple[list[bool], list[Notice]]:
        """Say of each row whether the person comes: every column that decides must agree."""
        present = [True] * len(self.rows)
        notices: list[Notice] = []
        for field in ("present", "absent"):
            for title in self.columns.deciding.get(field, ()):
                cells = [Cell(row.line, row[title]) for row in self.rows]
                comes, assumed = read_presence(title, cells, marks_absent=field == "absent")
                present = [before and now for before, now in zip(present, comes, strict=True)]
                notices += assumed
        away = [self.name_of(row) for row, comes in zip(self.rows, present, strict=True) if not comes]
        if away:
            listed = ", ".join(away[:10]) + (", …" if len(away) > 10 else "")
            notices.append(Notice(f"Absents, non placés : {listed}.", f"Absent, not placed: {listed}."))
        return present, notices

    def participant(self, place: int, *, present: bool) -> Participant:
        """Make the person of a row."""
        row = self.rows[place]
        return Participant(
            name=self.name_of(row),
            organisation=self.cell(row, "organisation"),
            themes=_themes(self.cell(row, "themes")),
            territory=self.cell(row, "territory"),
            offers=self.cell(row, "offers"),
            needs=self.cell(row, "needs"),
            avoids=self._entries(row, "avoids"),
            met=self._entries(row, "met"),
            table=_table(self.cell(row, "table"), row.line),
            present=present,
            arrives=self._moment(row, "arrival"),
            leaves=self._moment(row, "departure"),
            line=row.line,
        )

    def _entries(self, row: _Row, field: str) -> tuple[str, ...]:
        found: list[str] = []
        for title in self.columns.deciding.get(field, ()):
            found += entries(row[title])
        return tuple(found)

    def _moment(self, row: _Row, field: str) -> Moment | None:
        for title in self.columns.deciding.get(field, ()):
            moment = read_moment(title, Cell(row.line, row[title]))
            if moment is not None:
                return moment
        return None


def _no_person(name: str) -> tuple[str, str] | None:
    """Say in French and English why a name is no person; None if it is one, or should be."""
    if _FAILED_FORMULA.fullmatch(name):
        return f"« {name} » est une formule en erreur", f"{name!r} is a failed formula"
    if name and _once(fold_words(name)) in _NO_PERSON:
        return f"« {name} » n'est pas un nom", f"{name!r} is not a name"
    return None


def _once(text: str) -> str:
    """Return half of a text that repeats itself ("info requested info requested"), else the text."""
    words = text.split()
    middle = len(words) // 2
    return " ".join(words[:middle]) if words[:middle] == words[middle:] else text


def _themes(text: str) -> tuple[str, ...]:
    """Entries apart by ``;`` ``|`` or line breaks, by commas where there are none of these."""
    splitter = r"[;|\n]" if re.search(r"[;|\n]", text) else ","
    return tuple(part.strip() for part in re.split(splitter, text) if part.strip())


def _table(text: str, line: int) -> int | None:
    if not text:
        return None
    if not _COUNTED.fullmatch(text):
        raise InvalidRequest(f"Line {line}: the table {text[:20]!r} is not a number from 1.")
    return int(text)


def _read(path: Path, rank: Callable[[Sequence[str]], int]) -> Table:
    if not path.is_file():
        raise InvalidRequest(f"No such file: {path}.")
    return read_table(path, rank)


def _fitting(file: str, table: Table) -> list[tuple[int, list[str]]]:
    """Return line and cells of each row; refuse rows that do not fit under the header."""
    found = []
    for row in table.rows:
        if row.fault is not None:
            raise InvalidRequest(
                f"{file}, ligne {row.line} : {row.fault.fr}. / {file}, line {row.line}: {row.fault.en}."
            )
        found.append((row.line, [_printable(str(cell or "")) for cell in row.cells]))
    return found


def read_scores(path: Path, roster: Roster) -> list[tuple[int, int, float]]:
    """Read pair scores: three columns, two names and a number, whatever the headers.

    Raises
    ------
    InvalidRequest
        Unknown name (near ones suggested), or a score that is no number in [0, 1]; the line is given.
    """
    table = _read(path, lambda _: HEADER)
    if len(table.columns) < 3:
        raise InvalidRequest(f"{path} needs three columns: two names and a score.")
    scores = []
    for line, (first, second, score, *_) in _fitting(path.name, table):
        try:
            value = float(score.replace(",", "."))
        except ValueError as error:
            raise InvalidRequest(f"{path}, line {line}: the score {score!r} is not a number.") from error
        if not 0 <= value <= 1:
            raise InvalidRequest(f"{path}, line {line}: the score {score!r} is not a number from 0 to 1.")
        where = f" (line {line})"
        scores.append((roster.find(first, where), roster.find(second, where), value))
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
        found.append((number, roster.find(person, where), int(table) - 1))
    return found


def _rows(path: Path, what: str) -> list[tuple[int, str, str, str]]:
    """Rows with something under ``what``: round from 0, person, that, and where it is read."""
    wanted = ("tour", "personne", what)
    table = _read(path, lambda cells: HEADER if set(wanted) <= set(cells) else NOT_A_HEADER)
    if not set(wanted) <= set(table.columns):
        raise InvalidRequest(f"{path} is not a file of rounds: it lacks the columns {', '.join(wanted)}.")
    found = []
    for line, cells in _fitting(path.name, table):
        row = dict(zip(table.columns, cells, strict=True))
        number, person, value = (row[name] for name in wanted)
        if not value:
            continue
        if not _COUNTED.fullmatch(number):
            raise InvalidRequest(f"{path}, line {line}: the round {number[:20]!r} is not a number from 1.")
        where = f" ({path.name}, line {line}; keep people who left in the list and name them with --absent)"
        found.append((int(number) - 1, restore(person), restore(value), where))
    return found


def write_rounds(rows: Sequence[Mapping[str, Any]], out: Path) -> None:
    """Write meetings, one row a person and round, as CSV (``;``, UTF-8 with BOM: Excel opens it) or XLSX.

    A workbook has two sheets: by round and table, and by person.

    Raises
    ------
    InvalidRequest
        Neither ``.csv`` nor ``.xlsx``.
    BackendUnavailable
        The file cannot be written.
    """
    kind = out.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise InvalidRequest(f"Rounds are written as .csv or .xlsx, not {out.suffix or out.name}.")
    if kind == ".csv":
        write_csv(out, list(rows[0]) if rows else [], (list(row.values()) for row in rows))
        return
    try:
        _write_workbook(rows, out)
    except OSError as error:
        raise BackendUnavailable(f"{out} cannot be written: {error.strerror or error}.") from error


def _write_workbook(rows: Sequence[Mapping[str, Any]], out: Path) -> None:
    book = Workbook(write_only=True)
    for title, order in (("Tours", ("tour", "table", "personne")), ("Participants", ("personne", "tour"))):
        sheet = book.create_sheet(title)
        sheet.append(list(rows[0]) if rows else [])
        for row in sorted(rows, key=lambda row: _sort_key(row, order)):
            sheet.append([_neutral(cell) for cell in row.values()])
    book.save(out)


def _neutral(cell: Any) -> Any:
    return escape(_printable(cell)) if isinstance(cell, str) else cell


def _printable(text: str) -> str:
    """Put a space for each control character: no workbook can hold them, so names are read without them."""
    return ILLEGAL_CHARACTERS_RE.sub(" ", text)


def _sort_key(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[tuple[bool, Any], ...]:
    """Sort numbers and names; an empty cell comes last."""
    return tuple((row[name] == "", row[name] if row[name] != "" else 0) for name in columns)
