"""Any office file becomes a header and rows of plain cells, for items and for other lists alike."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from matcher.errors import InvalidRequest
from matcher.importing import HEADER, NOT_A_HEADER, read_table

SEATS = [
    ["Petit-déjeuner du 3 décembre"],
    ["Convive", "Chaise"],
    ["Ada Lovelace", "4"],
    [],
    ["Noé Neige", "5"],
]


def seats(cells: Sequence[str]) -> int:
    """Knows a list of seats, which no list of items looks like."""
    return HEADER if "Convive" in cells else NOT_A_HEADER


def written(folder: Path, form: str) -> Path:
    path = folder / f"places.{form}"
    if form == "xlsx":
        book = Workbook()
        book.create_sheet("Places")
        for row in SEATS:
            book["Places"].append(row)
        book.save(path)
        return path
    delimiter, encoding = {"csv": (";", "cp1252"), "txt": ("\t", "utf-16")}[form]
    path.write_text("\r\n".join(delimiter.join(row) for row in SEATS), encoding=encoding)
    return path


@pytest.mark.parametrize("form", ["csv", "txt", "xlsx"])
def test_the_header_is_where_the_caller_knows_one(tmp_path: Path, form: str) -> None:
    table = read_table(written(tmp_path, form), seats)
    assert table.columns == ["Convive", "Chaise"]
    assert [(row.line, row.cells) for row in table.rows] == [
        (3, ["Ada Lovelace", "4"]),
        (5, ["Noé Neige", "5"]),
    ]
    assert any("Petit-déjeuner" in notice.fr for notice in table.notices)


def test_a_row_that_does_not_fit_has_a_fault_and_keeps_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("Convive;Chaise\nAda;4;5\nNoé;5\n", encoding="utf-8")
    long, whole = read_table(path, seats).rows
    assert long.cells == ["Ada", "4", "5"]
    assert long.fault is not None
    assert "3 cells for 2 columns" in long.fault.en
    assert whole.fault is None


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text(";".join(["nom"] * 501) + "\n" + ";" * 500, encoding="utf-8")
    with pytest.raises(InvalidRequest, match="a line has 501 cells"):
        read_table(path)


ROWS = "Raison sociale;Ville\nCléo;Sète\nBéa;Nîmes\n"
SHEET = (
    '<?xml version="1.0" encoding="UTF-16"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
    "<Worksheet><Table><Row><Cell><Data>Raison sociale</Data></Cell><Cell><Data>Ville</Data></Cell></Row>"
    "<Row><Cell><Data>Cléo</Data></Cell><Cell><Data>Sète</Data></Cell></Row></Table></Worksheet></Workbook>"
)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_letters_of_several_bytes_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "membres.csv"
    file.write_bytes(ROWS.encode(encoding))
    table = read_table(file)
    assert ([row.cells for row in table.rows], table.notices) == ([["Cléo", "Sète"], ["Béa", "Nîmes"]], [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_worksheet_in_utf_16_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "membres.xls"
    file.write_bytes(SHEET.encode(encoding))
    assert [row.cells for row in read_table(file).rows] == [["Cléo", "Sète"]]


def test_damage_in_utf_16_is_said(tmp_path: Path) -> None:
    file = tmp_path / "membres.csv"
    data = ROWS.encode("utf-16")
    file.write_bytes(data[:-1])
    assert [notice.en[:12] for notice in read_table(file).notices] == ["Some signs o"]
    file.write_bytes(data[:60] + data[61:])
    with pytest.raises(InvalidRequest, match="damaged from line 2 on: a byte is missing"):
        read_table(file)
