"""The ``.xls`` files that are no workbooks: Excel 2003 XML (SpreadsheetML) and HTML tables."""

from html.parser import HTMLParser
from xml.parsers import expat

from matcher.errors import InvalidRequest
from matcher.importing.layout import MAX_COLUMNS, Cells, Grid, HeaderRank, grid_rank
from matcher.importing.report import refusal

_CELLS = ("td", "th")
_BREAKS = ("br", "p", "div", "li")


def read_spreadsheet_xml(name: str, data: bytes, rank: HeaderRank) -> Grid:
    """Return the cells of the worksheet that looks most like a table.

    InvalidRequest when the XML is damaged or holds no worksheet.
    """
    reader = _Worksheets(name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise _unreadable(name) from error
    return _best(name, reader.sheets, rank)


def read_html(name: str, text: str, rank: HeaderRank) -> Grid:
    """Return the cells of the table that looks most like one of items.

    InvalidRequest when there is none, or when the file ends within one: its last row could be any part of it.
    """
    reader = _HtmlTables(name)
    reader.feed(text)
    reader.close()
    if reader.depth > 0:
        raise refusal(
            f"{name} est coupé : son tableau ne se ferme pas. L'exporter de nouveau.",
            f"{name} is cut short: its table does not close. Export it again.",
        )
    return _best(name, reader.tables, rank)


def _best(name: str, found: list[Cells], rank: HeaderRank) -> Grid:
    grids = [cells.grid() for cells in found]
    if not grids:
        raise _unreadable(name)
    return max(grids, key=lambda grid: grid_rank(grid, rank))  # the first of the best


def _unreadable(name: str) -> InvalidRequest:
    return refusal(
        f"{name} ne contient pas de tableau lisible : l'enregistrer en .xlsx ou en CSV.",
        f"{name} holds no table that can be read: save it as .xlsx or CSV.",
    )


def _no_doctype(*_: object) -> None:
    raise ValueError("a worksheet has no document type: entities could be hidden in one")


class _Worksheets:
    """Collects the cells of each worksheet; ``ss:Index`` skips, merged cells count as many."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.sheets: list[Cells] = []
        self._row = self._column = self._merged = 0
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if local == "Worksheet":
            self.sheets.append(Cells(self._name))
            self._row = 0
        elif local == "Row":
            self._row, self._column = int(given.get("Index", self._row + 1)), 0
        elif local == "Cell":
            self._column = int(given.get("Index", self._column + 1))
            self._merged = int(given.get("MergeAcross", "0"))
            if self.sheets:
                self.sheets[-1].merge(self._row, self._row + int(given.get("MergeDown", "0")), self._column)
        elif local == "Data":
            self._text = []

    def end(self, tag: str) -> None:
        local = tag.rpartition(" ")[2]
        if local == "Data" and self._text is not None and self.sheets:
            self.sheets[-1].put(self._row, self._column, "".join(self._text))
            self._text = None
        elif local == "Cell":
            self._column += self._merged

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


class _HtmlTables(HTMLParser):
    """Collects the cells of each table; a table within a cell ends the one around it."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self._name = name
        self.tables: list[Cells] = []
        self.depth = 0
        """Number of tables that are open."""
        self._row = self._column = 0
        self._text: list[str] | None = None
        self._span = self._rows = 1
        self._taken: dict[int, int] = {}
        """The last row that a cell above takes of each column."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(Cells(self._name))
            self.depth += 1
            self._row, self._taken = 0, {}
        elif tag == "tr":
            self._keep()
            self._row, self._column = self._row + 1, 0
        elif tag in _CELLS:
            self._keep()
            self._open(dict(attrs))
        elif tag in _BREAKS and self._text:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in (*_CELLS, "tr", "table"):
            self._keep()
        self.depth -= tag == "table"

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(" ".join(data.split()) if data.strip() else " ")

    def _keep(self) -> None:
        if self._text is not None and self.tables:
            self.tables[-1].put(self._row, self._column, "".join(self._text).strip())
            self.tables[-1].merge(self._row, self._row + self._rows - 1, self._column)
            for column in range(self._column, self._column + self._span):
                self._taken[column] = self._row + self._rows - 1
            self._column += self._span - 1
        self._text = None

    def _open(self, attributes: dict[str, str | None]) -> None:
        """Begin a cell in the next column that no cell above takes."""
        self._row = max(self._row, 1)  # a first row may be left without its tag
        self._column += 1
        while self._taken.get(self._column, 0) >= self._row:
            self._column += 1
        self._text = []
        self._span = _count(attributes.get("colspan"))
        self._rows = _count(attributes.get("rowspan"))


def _count(text: str | None) -> int:
    return min(max(int(text), 1), MAX_COLUMNS) if text and text.isascii() and text.isdigit() else 1
