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
