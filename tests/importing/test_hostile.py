"""Files made to exhaust a machine are refused at once and in little memory; others are no files at all."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from matcher.errors import InvalidRequest
from matcher.importing import read_table

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORKBOOK = (
    f'<workbook xmlns="{SHEET}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>"
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>nom</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>ville</t></is></c></row>'
)
MILLION = 1_000_000


def cell(reference: str, text: str = "x") -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def rows(count: int) -> Iterator[str]:
    """Rows in blocks: two million writes of one row each take longer than reading the file."""
    row = f'<row r="%d">{cell("A%d")}{cell("B%d")}</row>'
    block = 1_000
    template = row * block
    for first in range(2, count + 2, block):
        yield template % tuple(number for number in range(first, first + block) for _ in range(3))


def wide() -> Iterator[str]:
    for number in range(2, 2002):
        yield f'<row r="{number}">{cell(f"XFD{number}")}</row>'


def long_cell(megabytes: int) -> Iterator[str]:
    yield '<row r="2"><c r="A2" t="inlineStr"><is><t>'
    for _ in range(megabytes):
        yield "x" * MILLION
    yield "</t></is></c></row>"


BOMBS: dict[str, tuple[Callable[[], Iterator[str]], str]] = {
    "one cell at the far corner": (lambda: iter([f'<row r="1048576">{cell("XFD1048576")}</row>']), "beyond"),
    "a row number without end": (lambda: iter([f'<row r="999999999">{cell("A999999999")}</row>']), "beyond"),
    "cells in the last column": (wide, "beyond"),
    "a cell of 2 GB": (lambda: long_cell(2000), "once unpacked"),
    "two million rows": (lambda: rows(2 * MILLION), "beyond|once unpacked"),
}


def bomb(path: Path, body: Iterator[str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("xl/workbook.xml", WORKBOOK)
        book.writestr("xl/_rels/workbook.xml.rels", LINKS)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{SHEET}"><sheetData>{HEAD}'.encode())
            for part in body:
                sheet.write(part.encode())
            sheet.write(b"</sheetData></worksheet>")
    return path


MEGABYTES = 500
MEASURE = """
import sys
from pathlib import Path
from matcher.errors import InvalidRequest
from matcher.importing import read_table
try:
    read_table(Path(sys.argv[1]))
except InvalidRequest as error:
    print(error)
for line in Path("/proc/self/status").read_text().splitlines():
    if line.startswith("VmHWM:"):
        print(int(line.split()[1]) // 1024)
"""
"""Prints the message and the peak in megabytes. A resource usage would begin at the parent's own peak."""


@pytest.mark.process
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once_and_in_little_memory(tmp_path: Path, name: str) -> None:
    body, said = BOMBS[name]
    path = bomb(tmp_path / "bomb.xlsx", body())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    message, megabytes = done.stdout.strip().rsplit("\n", 1)
    assert any(word in message for word in said.split("|")), message
    assert int(megabytes) < MEGABYTES


def test_a_text_cell_of_a_hundred_megabytes_is_cut(tmp_path: Path) -> None:
    table = read_table(bomb(tmp_path / "long.xlsx", long_cell(100)))
    (row,) = table.rows
    assert len(row.cells[0]) < MILLION + 100_000, "too long for any field, and refused there"


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    entity = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">]>'
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/workbook.xml", entity + WORKBOOK)
        book.writestr("xl/_rels/workbook.xml.rels", LINKS)
    with pytest.raises(InvalidRequest, match="not a workbook"):
        read_table(path)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(InvalidRequest, match="not a regular file"):
            read_table(path)


def test_too_many_rows_of_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("nom;ville\n" + "A;B\n" * 100_100, encoding="utf-8")
    with pytest.raises(InvalidRequest, match="more than 100000 rows"):
        read_table(path)
