"""Any office file becomes a header and rows of plain cells, for items and for other lists alike."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

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


def test_a_cut_row_at_the_end_of_a_text_is_set_apart(tmp_path: Path) -> None:
    file = tmp_path / "membres.csv"
    rows = "".join(f"Membre {n};Albi;81\n" for n in range(15))
    file.write_text(f"Raison sociale;Ville;Code département\n{rows}Membre 15;Al", encoding="utf-8")
    faults = [row.line for row in read_table(file).rows if row.fault]
    assert faults == [17], "the first row of a block of sixteen, as Excel writes them"


def test_one_damaged_byte_leaves_the_other_names_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "membres.csv"
    file.write_bytes("Raison sociale;Ville\nCléo;Sète\nBéa;Nîmes\n".encode().replace("î".encode(), b"\xc3"))
    table = read_table(file)
    assert [row.cells[0] for row in table.rows] == ["Cléo", "Béa"]
    assert [notice.en[:12] for notice in table.notices] == ["Some signs o"]


def test_a_cell_that_runs_over_rows_counts_for_each(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Membres", None],
        ["Raison sociale", "Ville"],
        ["Ada", "Albi"],
        ["Bea", None],
        ["Cléo", "Gap"],
    ):
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    sheet.row_dimensions[5].hidden = True
    file = tmp_path / "membres.xlsx"
    book.save(file)
    table = read_table(file)
    assert [row.cells for row in table.rows] == [["Ada", "Albi"], ["Bea", "Albi"], ["Cléo", "Gap"]]
    assert "1 hidden row(s), read as well." in [notice.en for notice in table.notices]
    html = tmp_path / "membres.xls"
    cells = "<tr><td>Albi</td><td>Ada</td></tr><tr><td>Bea</td></tr>".replace("<td>A", "<td rowspan=2>A", 1)
    html.write_text(f"<table><tr><th>Ville<th>Raison sociale</tr>{cells}</table>", encoding="utf-8")
    assert [row.cells for row in read_table(html).rows] == [["Albi", "Ada"], ["Albi", "Bea"]]


def test_a_first_row_without_its_tag_is_a_row(tmp_path: Path) -> None:
    file = tmp_path / "membres.xls"
    file.write_text(
        "<table><thead><th>Raison sociale<th>Ville</thead><tr><td>Ada<td>Albi</tr></table>", encoding="utf-8"
    )
    assert [row.cells for row in read_table(file).rows] == [["Ada", "Albi"]]


def test_a_page_that_is_cut_within_its_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "membres.xls"
    file.write_text("<table><tr><th>Raison sociale<th>Ville<tr><td>Ada<td>Al", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="cut short"):
        read_table(file)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    book, chance = Workbook(), Random(seed)
    sheet = book.active
    assert sheet is not None
    for row in (["Raison sociale", "Ville"], *([f"Membre {n}", "Sète"] for n in range(30))):
        sheet.append(row)
    file = tmp_path / "membres.xlsx"
    book.save(file)
    data = bytearray(file.read_bytes())
    for _ in range(3):
        data[chance.randrange(30, len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    try:
        table = read_table(file)
    except InvalidRequest:
        return
    assert {len(row.cells) for row in table.rows if row.fault is None} == {len(table.columns)}
