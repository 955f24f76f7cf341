"""Workbooks as offices keep them: formulas that failed, a sheet to read first, hidden sheets."""

import csv
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from matcher.domain.items import ItemType, Organisation
from matcher.errors import InvalidRequest
from matcher.importing import ItemTable, read, rejects_path, write_rejects

HEADER = ["id", "nom", "besoins", "ville", "Fax"]
ADA = ["O1", "Ada", "IA", "Albi", "05"]
README = [["Liste des membres"], ["Mise à jour : mars 2026"]]
MEMBERS = [HEADER, ADA]

Rows = Sequence[Sequence[object]]


def written(path: Path, *sheets: tuple[str, Rows], hidden: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'


def as_excel_keeps_texts(path: Path, shared: Sequence[str], rows: Rows) -> Path:
    """Write a workbook whose texts are numbers of a table of its own, given as XML within ``<si>``.

    Excel keeps all texts so; what openpyxl writes has them in the cells.
    """
    lines = ["".join(map('<c t="s"><v>{}</v></c>'.format, row)) for row in rows]
    cells, texts = "".join(map("<row>{}</row>".format, lines)), "".join(map("<si>{}</si>".format, shared))
    parts = {
        "xl/_rels/workbook.xml.rels": f"<Relationships {_PACKAGE}>"
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Membres" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{cells}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {_MAIN}>{texts}</sst>",
    }
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, _XML + content)
    return path


def test_texts_are_read_from_the_table_that_excel_keeps_beside_the_cells(file: Path) -> None:
    shared = [
        "<t>id</t>",
        "<t>nom</t>",
        "<t>O1</t>",
        "<r><t>Ada </t></r><r><rPr><b/></rPr><t>Lovelace</t></r>",  # one word of it is bold
        "<t>Zoé</t><rPh><t>aid to reading</t></rPh>",
        "<t>O2</t>",
    ]
    table = read(as_excel_keeps_texts(file, shared, [[0, 1], [2, 3], [5, 4]]), ItemType.ORGANISATION)
    assert [(row.item.id, row.item.name) for row in table.rows if row.item] == [
        ("O1", "Ada Lovelace"),
        ("O2", "Zoé"),
    ]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "f.xlsx"


def names(table: ItemTable) -> list[str]:
    return [row.item.name for row in table.rows if row.item]


def needs(table: ItemTable) -> list[tuple[str, ...]]:
    return [row.item.needs for row in table.rows if isinstance(row.item, Organisation)]


class TestFailedFormulas:
    @pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
    @pytest.mark.parametrize(
        ("at", "column", "imported"),
        [
            (0, "id", ["Ada"]),
            (1, "nom", ["Ada"]),
            (2, "besoins", ["Bea", "Ada"]),
            (3, "ville", ["Bea", "Ada"]),
        ],
    )
    def test_one_that_decides_rejects_the_row_and_another_only_the_cell(
        self, file: Path, error: str, at: int, column: str, imported: list[str]
    ) -> None:
        row = ["O2", "Bea", "web", "Foix", ""]
        row[at] = error
        table = read(written(file, ("Membres", [HEADER, row, ADA])), ItemType.ORGANISATION)
        assert names(table) == imported
        [reject] = [*table.rows[0].rejects, *table.rows[0].unread]
        assert (reject.line, reject.field, reject.value) == (2, column, error)
        assert reject.fr == "la formule donne une erreur : la remplacer par une valeur"
        assert reject.en == "the formula gives an error: replace it by a value"

    def test_the_rejects_keep_its_text_and_are_refused_again(self, file: Path) -> None:
        table = read(written(file, ("Membres", [HEADER, ["O2", "Bea", "#N/A", None, None]])))
        write_rejects(rejects_path(file), table, table.rows)
        with rejects_path(file).open(encoding="utf-8-sig", newline="") as lines:
            [kept] = csv.DictReader(lines, delimiter=";")
        assert (kept["besoins"], kept["ville"]) == ("#N/A", "")
        assert read(rejects_path(file)).rows[0].unread

    def test_empty_cells_and_columns_that_are_not_read_do_not_matter(self, file: Path) -> None:
        table = read(written(file, ("Membres", [HEADER, ["O1", "Ada", None, "", "#N/A"]])))
        assert names(table) == ["Ada"]
        assert needs(table) == [()]

    @pytest.mark.parametrize("error", ["#N/A", "#VALEUR!", "#NOM?", "#NOM ?", "#NOMBRE!", "#NUL!", "#n/a"])
    def test_csv_made_of_such_a_sheet_is_rejected_alike(self, tmp_path: Path, error: str) -> None:
        file = tmp_path / "f.csv"
        file.write_text(f"id;nom;besoins\nO1;Ada;{error}\nO2;Bea;#numérique\n", encoding="utf-8")
        table = read(file)
        assert names(table) == ["Ada", "Bea"]
        assert table.rows[0].unread[0].value == error
        assert needs(table) == [(), ("#numérique",)]


class TestSheets:
    @pytest.mark.parametrize(
        "first", [[], README, [HEADER], [["Nom"], ["Ada Lovelace"]]], ids=["empty", "notes", "header", "name"]
    )
    def test_the_first_with_rows_under_a_header_is_read(self, file: Path, first: Rows) -> None:
        table = read(written(file, ("Lisez-moi", first), ("Membres", MEMBERS)))
        assert names(table) == ["Ada"]
        assert table.notices[0].fr == "Feuille lue : Membres ; non lues : Lisez-moi."
        assert table.notices[0].en == "Sheet read: Membres; not read: Lisez-moi."

    def test_of_several_the_first_is_read_and_the_others_are_named(self, file: Path) -> None:
        old = [HEADER, ["O9", "Zoé", "", "", ""]]
        table = read(written(file, ("2026", MEMBERS), ("2025", old), ("2024", old)))
        assert names(table) == ["Ada"]
        assert table.notices[0].en == "Sheet read: 2026; not read: 2025, 2024."

    def test_hidden_sheets_are_passed_over_and_named(self, file: Path) -> None:
        old = [HEADER, ["O9", "Zoé", "", "", ""]]
        table = read(written(file, ("Listes", old), ("Membres", MEMBERS), hidden=("Listes",)))
        assert names(table) == ["Ada"]
        assert table.notices[0].fr == "Feuille lue : Membres ; non lues : Listes (masquée)."

    def test_where_none_can_be_read_all_are_named(self, file: Path) -> None:
        written(file, ("Lisez-moi", README), ("Vide", []), ("Membres", MEMBERS), hidden=("Membres",))
        with pytest.raises(InvalidRequest, match=r"Sheets: Lisez-moi, Vide, Membres \(hidden\)\.") as fault:
            read(file)
        assert "'name' or 'nom'" in str(fault.value)

    def test_a_lone_column_of_names_is_read_where_there_is_no_table(self, file: Path) -> None:
        written(file, ("Lisez-moi", README), ("Membres", [["nom"], ["Ada"]]))
        assert names(read(file, ItemType.ORGANISATION)) == ["Ada"]

    def test_the_only_sheet_keeps_its_own_error(self, file: Path) -> None:
        with pytest.raises(InvalidRequest, match="Columns found: Liste des membres"):
            read(written(file, ("Membres", README)), ItemType.ORGANISATION)
        with pytest.raises(InvalidRequest, match="a header and no rows"):
            read(written(file, ("Membres", [HEADER])))
