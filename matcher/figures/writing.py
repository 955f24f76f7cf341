"""A report as a file: CSV and XLSX for spreadsheets, SVG for a page or a slide."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from openpyxl import Workbook

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.figures.report import FIGURES, Report, ReportRow
from matcher.files import write_whole
from matcher.importing import write_csv
from matcher.importing.formulas import escape as escape_cell

Lang = Literal["fr", "en"]
_BY = {
    "all": ("tous", "all"),
    "antenna": ("antenne", "antenna"),
    "size": ("taille", "size"),
    "factory": ("factory", "factory"),
}
_HEADS = {"fr": ("par", "groupe"), "en": ("by", "group")}
_WITHHELD = {"fr": "non montré", "en": "not shown"}
_EMPTY = {"fr": "Aucune activité du {} au {}.", "en": "No activity from {} to {}."}
_NOT_KNOWN = {"fr": "non connu", "en": "not known"}
_STEPS = ("proposed", "asked", "answered", "accepted", "met", "useful")
_BAR, _WIDTH, _TEXT = 34, 640, 250


def write_report(report: Report, path: Path, lang: Lang) -> None:
    """Write a report in the form that the ending of the file names: .csv, .xlsx or .svg.

    Raises
    ------
    InvalidRequest
        The ending is another one.
    BackendUnavailable
        The file cannot be written.
    """
    columns, rows = table_of(report, lang)
    if path.suffix == ".csv":
        write_csv(path, columns, rows)
    elif path.suffix == ".xlsx":
        _write_xlsx(path, columns, rows)
    elif path.suffix == ".svg":
        write_whole(path, svg_text(report, lang).encode())
    else:
        raise InvalidRequest(f"'{path.name}' has no ending that a report is written in: .csv, .xlsx or .svg.")


def table_of(report: Report, lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of a report, as texts; withheld figures say why."""
    which = 0 if lang == "fr" else 1
    columns = [*_HEADS[lang], *(names[which] for names in FIGURES.values())]
    return columns, [_cells(row, lang, which) for row in report.rows]


def empty_sentence(report: Report, lang: Lang) -> str:
    """Return what is said of a period without data."""
    return _EMPTY[lang].format(report.period.first, report.period.last)


def svg_text(report: Report, lang: Lang) -> str:
    """Return the way from proposals to useful meetings as bars: words beside each, no colour alone."""
    figures = report.rows[0].figures or {}
    which = 0 if lang == "fr" else 1
    most = max([figures.get(step, 0) for step in _STEPS] + [1])
    bars = []
    for place, step in enumerate(_STEPS):
        value, top = figures.get(step, 0), _BAR * (place + 1)
        width = round((_WIDTH - _TEXT - 60) * value / most)
        bars.append(
            f'<text x="{_TEXT - 10}" y="{top + 18}" text-anchor="end">{escape(FIGURES[step][which])}</text>'
            f'<rect x="{_TEXT}" y="{top}" width="{width}" height="24" fill="#1f5f8b"/>'
            f'<text x="{_TEXT + width + 8}" y="{top + 18}">{value:.0f}</text>'
        )
    title = (
        empty_sentence(report, lang) if report.is_empty else f"{report.period.first} - {report.period.last}"
    )
    height = _BAR * (len(_STEPS) + 1) + 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' font-family="sans-serif" font-size="15"><title>{escape(title)}</title>'
        f'<text x="0" y="20" font-weight="bold">{escape(title)}</text>{"".join(bars)}</svg>\n'
    )


def _cells(row: ReportRow, lang: Lang, which: int) -> list[str]:
    group = row.group or ("" if row.by == "all" else _NOT_KNOWN[lang])
    head = [_BY[row.by][which], group]
    if row.figures is None:
        return head + [_WITHHELD[lang]] * len(FIGURES)
    return head + [f"{row.figures[name]:g}" if name in row.figures else "" for name in FIGURES]


def _write_xlsx(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(columns))
    for row in rows:
        # Numbers as numbers, so that a spreadsheet can add them; a text that begins with = is no formula.
        sheet.append(
            [float(cell) if cell.replace(".", "", 1).isdigit() else escape_cell(cell) for cell in row]
        )
    try:
        book.save(path)
    except OSError as error:
        raise BackendUnavailable(
            f"The file {path.name} cannot be written. Check its folder.", place=path, cause=error.strerror
        ) from error
