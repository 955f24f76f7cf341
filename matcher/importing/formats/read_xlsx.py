"""Excel workbooks into cells as an office would type them, in bounded memory.

openpyxl fills every row up to its last cell, so that one stray cell at XFD1048576 takes gigabytes. This
reader keeps filled cells only and stops at the limits of :class:`~matcher.importing.layout.Cells`. It reads
what a table needs (ECMA-376 part 1: workbook, relationships, shared strings, number formats, cells) and
leaves out the rest.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from matcher.errors import InvalidRequest
from matcher.importing.layout import Cells, Grid, HeaderRank, grid_rank
from matcher.importing.report import Notice, refusal

MAX_UNPACKED = 256 * 2**20
"""Bytes of all parts of the archive together, as it declares them; checked before any is unpacked."""
_MAX_TEXT = 32_767
"""Characters of a cell, by Excel's own limit; what follows is left out, and too long for any field."""
_MAX_SHARED = 64 * 2**20
"""Characters of all shared texts together."""
_CHUNK = 2**16
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    LookupError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
    RuntimeError,  # a part with a password, or packed in a way that is not known
)
"""What a workbook that is damaged or locked raises while it is read."""
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,9})")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,9}):[A-Z]{1,3}([0-9]{1,9})")


@dataclass(slots=True)
class _Sheet:
    title: str
    part: str
    visible: bool


@dataclass(slots=True)
class _Book:
    archive: zipfile.ZipFile
    sheets: list[_Sheet] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    dates: set[int] = field(default_factory=set)
    """Positions of the cell formats that show a number as a date."""
    epoch: datetime = CALENDAR_WINDOWS_1900


def read_xlsx(name: str, data: bytes, rank: HeaderRank) -> tuple[Grid, list[Notice]]:
    """Return the cells of the visible sheet that looks most like a table, and which sheets were not read.

    The first sheet with rows under a header is read; if there is none, the first of the best rank.

    Raises
    ------
    InvalidRequest
        Not a workbook, larger than the limits, or none of several sheets looks like a table: the message
        names them.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_size(name, archive)
        book = _open(name, archive)
        title, found, grid = _best(name, book, rank)
    except _DAMAGE as error:
        raise refusal(
            f"{name} n'est pas un classeur qu'Excel peut ouvrir : l'enregistrer de nouveau en .xlsx.",
            f"{name} is not a workbook Excel can open: save it again as .xlsx.",
        ) from error
    if not found and len(book.sheets) > 1:
        raise refusal(
            f"{name} : aucune feuille visible n'a de lignes sous un en-tête avec une colonne « nom ». "
            f"Feuilles : {_listed(book.sheets, 'masquée')}.",
            f"{name}: no visible sheet has rows under a header with a column 'name' or 'nom'. "
            f"Sheets: {_listed(book.sheets, 'hidden')}.",
        )
    notices = _hidden(grid.hidden)
    rest = [sheet for sheet in book.sheets if sheet.title != title]
    if not rest:
        return grid, notices
    fr = f"Feuille lue : {title} ; non lues : {_listed(rest, 'masquée')}."
    return grid, [*notices, Notice(fr, f"Sheet read: {title}; not read: {_listed(rest, 'hidden')}.")]


def _hidden(count: int) -> list[Notice]:
    """Say that rows which the sheet hides are read: a filter hides them, and deletes nothing."""
    if not count:
        return []
    return [Notice(f"{count} ligne(s) masquées, lues elles aussi.", f"{count} hidden row(s), read as well.")]


def _listed(sheets: list[_Sheet], hidden: str) -> str:
    return ", ".join(sheet.title if sheet.visible else f"{sheet.title} ({hidden})" for sheet in sheets)


def _check_size(name: str, archive: zipfile.ZipFile) -> None:
    if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
        megabytes = MAX_UNPACKED >> 20
        raise refusal(
            f"{name} dépasse {megabytes} Mo une fois décompressé : le diviser.",
            f"{name} holds more than {megabytes} MB once unpacked: split it.",
        )


def _open(name: str, archive: zipfile.ZipFile) -> _Book:
    parts = set(archive.namelist())
    if "xl/workbook.xml" not in parts:
        kind = archive.read("mimetype")[:80].decode("ascii", "replace") if "mimetype" in parts else ""
        what = "OpenDocument (.ods)" if "opendocument" in kind else "-"
        if what == "-":
            raise KeyError("xl/workbook.xml")
        raise refusal(
            f"{name} est au format {what} : l'enregistrer en .xlsx ou en CSV.",
            f"{name} is in the format {what}: save it as .xlsx or CSV.",
        )
    book = _Book(archive)
    _read_sheets(book)
    if "xl/styles.xml" in parts:
        _read_date_formats(book)
    if "xl/sharedStrings.xml" in parts:
        _read_shared(name, book)
    return book


def _read_sheets(book: _Book) -> None:
    targets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            book.epoch = CALENDAR_MAC_1904
        elif tag == "sheet":
            target = targets.get(attributes.get("id", ""), "")
            part = str(PurePosixPath("xl") / target) if not target.startswith("/") else target[1:]
            if "worksheets/" in part:
                visible = attributes.get("state", "visible") == "visible"
                book.sheets.append(_Sheet(attributes["name"], part, visible))

    _parse(book.archive, "xl/_rels/workbook.xml.rels", start=relation)
    _parse(book.archive, "xl/workbook.xml", start=sheet)


def _read_date_formats(book: _Book) -> None:
    own: dict[int, str] = {}
    formats: list[int] = []
    within: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        within.append(tag)
        if tag == "numFmt" and "formatCode" in attributes:
            own[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "xf" and within[-2:-1] == ["cellXfs"]:
            formats.append(int(attributes.get("numFmtId", "0")))

    _parse(book.archive, "xl/styles.xml", start=start, end=lambda _: within.pop())
    for position, number in enumerate(formats):
        if is_date_format(own.get(number) or BUILTIN_FORMATS.get(number, "General")):
            book.dates.add(position)


def _read_shared(name: str, book: _Book) -> None:
    text = _Text()
    kept = 0

    def start(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            text.clear()
        text.open(tag)

    def end(tag: str) -> None:
        nonlocal kept
        text.close(tag)
        if tag == "si":
            book.shared.append(text.value())
            kept += len(book.shared[-1]) + 50  # what Python keeps beside the characters of a text
            if kept > _MAX_SHARED:
                raise _too_large(name)

    _parse(book.archive, "xl/sharedStrings.xml", start=start, end=end, data=text.add)


def _best(name: str, book: _Book, rank: HeaderRank) -> tuple[str, int, Grid]:
    """Return title, rank and cells of the first sheet with a table, else of the first of the best."""
    best = ("", -1, Grid([]))
    for sheet in book.sheets:
        if not sheet.visible:
            continue
        grid = _read_cells(name, book, sheet)
        found = grid_rank(grid, rank)
        if found > best[1]:
            best = (sheet.title, found, grid)
        if found > 1:
            break
    return best


class _Text:
    """The text within ``<t>`` or ``<v>`` of one cell, without the reading aids (``<rPh>``) of its letters."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._open = False
        self._aside = False

    def clear(self) -> None:
        self._parts, self._length = [], 0

    def open(self, tag: str) -> None:
        self._aside = self._aside or tag == "rPh"
        self._open = tag in ("t", "v") and not self._aside

    def close(self, tag: str) -> None:
        self._open = False
        if tag == "rPh":
            self._aside = False

    def add(self, data: str) -> None:
        if self._open and self._length <= _MAX_TEXT:
            self._parts.append(data)
            self._length += len(data)

    def value(self) -> str:
        return "".join(self._parts).replace("_x000D_", "")


class _SheetReader:
    """Collects the filled cells of a sheet, row by row, from the events of the XML parser."""

    def __init__(self, name: str, book: _Book) -> None:
        self._book = book
        self.cells = Cells(name)
        self._text = _Text()
        self._row = self._column = 0
        self._type = ""
        self._format = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._column += 1
            if found := _REFERENCE.fullmatch(attributes.get("r", "")):
                self._row, self._column = int(found[2]), _column(found[1])
            self._type = attributes.get("t", "n")
            self._format = int(attributes.get("s", "0"))
            self._text.clear()
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            self.cells.hidden += attributes.get("hidden") in ("1", "true")
        elif tag == "mergeCell" and (merged := _RANGE.fullmatch(attributes.get("ref", ""))):
            self.cells.merge(int(merged[2]), int(merged[3]), _column(merged[1]))
        self._text.open(tag)

    def end(self, tag: str) -> None:
        self._text.close(tag)
        if tag == "c" and (text := self._text.value()):
            self.cells.put(self._row, self._column, self._typed(text))

    def data(self, text: str) -> None:
        self._text.add(text)

    def _typed(self, text: str) -> str:
        if self._type == "s":
            return self._book.shared[int(text)]
        if self._type == "b":
            return "oui" if text == "1" else "non"
        if self._type == "n":
            return self._number(text)
        return text.replace("T00:00:00", "") if self._type == "d" else text

    def _number(self, text: str) -> str:
        value = float(text)
        if self._format in self._book.dates:
            try:
                return as_typed(from_excel(value, self._book.epoch))
            except (OverflowError, ValueError):
                return as_typed(value)
        return as_typed(value)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _read_cells(name: str, book: _Book, sheet: _Sheet) -> Grid:
    reader = _SheetReader(name, book)
    _parse(book.archive, sheet.part, start=reader.start, end=reader.end, data=reader.data)
    return reader.cells.grid()


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], Any] = lambda _: None,
    data: Callable[[str], None] = lambda _: None,
) -> None:
    """Send the elements of one part to the handlers, names without their namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda tag, attributes: start(
        tag.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _no_doctype
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _no_doctype(*_: object) -> None:
    raise ValueError("a workbook has no document type: entities could be hidden in one")


def _too_large(name: str) -> InvalidRequest:
    return refusal(
        f"{name} contient trop de texte pour un seul import : le diviser.",
        f"{name} holds too much text for one import: split it.",
    )


def as_typed(value: Any) -> str:
    """Write a typed cell as an office would type it: 31 and not 31.0, oui and not True.

    >>> as_typed(31.0), as_typed(True), as_typed(datetime(2026, 3, 19)), as_typed(None)
    ('31', 'oui', '2026-03-19 00:00:00', '')
    """
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value != value:  # noqa: PLR0124  # NaN, which JSON of some programs has for an empty cell
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return "" if value is None else str(value)
