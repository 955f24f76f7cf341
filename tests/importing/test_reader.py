"""Files as French offices produce them, good and bad, become items or reasons."""

import json
import zipfile
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.items import Factory, ItemType, Lead, Opportunity, Organisation
from matcher.errors import InvalidRequest
from matcher.importing import ItemTable, Row, read, write_rejects
from matcher.importing.cells import boolean, headcount, instant, number, size, words
from matcher.importing.columns.headers import infer_type
from matcher.importing.texts import BadCell
from tests.examples import draws

Item = TypeVar("Item", Organisation, Factory, Opportunity, Lead)

MEMBERS = (
    "nom{0}site{0}présentation{0}secteur{0}ville\nL'Été{0}www.ete.fr{0}Des données d'été.{0}santé{0}Sète\n"
)


CELLS = st.sampled_from(
    [
        "",
        "id",
        "nom",
        "secteur",
        "taille",
        "opening",
        "status",
        "date limite",
        "eligibility",
        "item_type",
        "code",
        "line",
        "département",
        "\n",
        ";",
        "oui",
        "31/02/2026",
        "10000-01-01",
        "31/12/9999",
        "effectif",
        "9" * 5000,
        "1e99",
        "é",
        "factory",
    ]
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | CELLS | st.just("\ud800"),
    lambda deep: st.lists(deep, max_size=2) | st.dictionaries(CELLS, deep, max_size=2),
    max_leaves=4,
)


def read_text(
    tmp_path: Path, text: str, *, name: str = "f.csv", encoding: str = "utf-8", kind: ItemType | None = None
) -> ItemTable:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read(path, kind)


def item_of(row: Row, kind: type[Item]) -> Item:
    assert isinstance(row.item, kind)
    return row.item


def items_of(table: ItemTable, kind: type[Item]) -> list[Item]:
    return [item_of(row, kind) for row in table.rows]


def only_item(table: ItemTable, kind: type[Item]) -> Item:
    (row,) = table.rows
    assert row.rejects == ()
    return item_of(row, kind)


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("delimiter", [";", ",", "\t"])
    def test_a_member_list_reads_the_same_in_every_encoding_and_delimiter(
        self, tmp_path: Path, encoding: str, delimiter: str
    ) -> None:
        item = only_item(read_text(tmp_path, MEMBERS.format(delimiter), encoding=encoding), Organisation)
        assert isinstance(item, Organisation)
        assert (item.name, item.city, item.sectors) == ("L'Été", "Sète", ("santé",))
        assert item.description == "Des données d'été."
        assert item.source_url == "https://www.ete.fr"

    def test_windows_1252_is_noticed(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, MEMBERS.format(";"), encoding="cp1252")
        assert "Windows-1252" in table.notices[0].en

    def test_damaged_accents_are_noticed(self, tmp_path: Path) -> None:
        damaged = MEMBERS.format(";").encode().decode("latin-1")
        assert any("look damaged" in notice.en for notice in read_text(tmp_path, damaged).notices)

    def test_a_workbook_reads_numbers_dates_and_booleans_as_they_look(self, tmp_path: Path) -> None:
        path = tmp_path / "f.xlsx"
        rows = [
            ["Ada", 31.0, pd.Timestamp("2026-03-19"), True],
            [None, None, None, None],
            ["Bea", 9, None, False],
        ]
        with pd.ExcelWriter(path) as book:
            pd.DataFrame(rows, columns=["nom", "code département", "fax", "opposition"]).to_excel(
                book, index=False
            )
            pd.DataFrame([[1]]).to_excel(book, sheet_name="Brouillon")
        table = read(path, ItemType.ORGANISATION)
        assert [row.line for row in table.rows] == [2, 4]
        assert [(item.department_code, item.opted_out) for item in items_of(table, Organisation)] == [
            ("31", True),
            ("09", False),
        ]
        assert [notice.fr for notice in table.notices] == [
            "Feuille lue : Sheet1 ; non lues : Brouillon.",
            "Colonnes inconnues, non lues : fax.",
        ]

    def test_json_lines_and_lists_read_alike(self, tmp_path: Path) -> None:
        records = [{"id": "ORG1", "name": "Ada", "expertise": ["IA", "data"], "source_year": 2020}]
        lines = read_text(tmp_path, "\n".join(map(json.dumps, records)), name="f.jsonl")
        listed = read_text(tmp_path, json.dumps(records), name="f.json")
        assert only_item(lines, Organisation) == only_item(listed, Organisation)
        assert only_item(lines, Organisation).expertise == ("IA", "data")

    def test_a_row_that_names_its_type_needs_no_kind(self, tmp_path: Path) -> None:
        text = '{"item_type": "lead", "name": "Ada"}\n{"item_type": "factory", "name": "Data"}\n'
        table = read_text(tmp_path, text + '{"item_type": "person", "name": "X"}\nnot json\n', name="f.jsonl")
        assert [row.item and row.item.item_type for row in table.rows] == ["lead", "factory", None, None]
        assert [row.rejects[0].en for row in table.rows[2:]] == [
            "type expected: organisation, factory, opportunity, lead",
            "this is not a JSON object",
        ]

    def test_lines_are_numbered_as_a_spreadsheet_does(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, 'nom;ville;taille\n"A\nA";x;\n\nB;x;GIGA\n')
        assert [row.line for row in table.rows] == [2, 4]
        assert table.rows[1].unread[0].line == 4

    def test_excels_own_first_line_is_obeyed(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "sep=,\nname,expertise\nA;B,x\n")
        assert (table.rows[0].line, only_item(table, Organisation).name) == (3, "A;B")

    def test_a_row_with_too_many_cells_is_rejected_alone(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "nom;secteur\nA;x\nB;x;;\nC;x;y\n")
        assert [row.item is not None for row in table.rows] == [True, True, False]
        assert "3 cells for 2 columns" in table.rows[2].rejects[0].en

    def test_a_row_cut_short_is_rejected_and_empties_nothing(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "id;nom;ville;besoins;secteur\nO1;Un;Albi;;\nO3;Trois\n")
        assert [row.item is not None for row in table.rows] == [True, False]
        assert "2 cells for 5 columns" in table.rows[1].rejects[0].en

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("nom;ville;besoins;id\nA;Albi;x;ORG1\nB;Albi\n", None),
            ("line;reason;nom;ville\n2;;A;Albi\n3\n", ItemType.ORGANISATION),
        ],
    )
    def test_a_row_that_ends_before_the_id_or_before_its_own_cells_is_one_of_them(
        self, tmp_path: Path, text: str, kind: ItemType | None
    ) -> None:
        whole, cut = read_text(tmp_path, text, kind=kind).rows
        assert whole.item is not None
        assert (whole.item.name, cut.item, cut.line) == ("A", None, 3)
        assert "cut short" in cut.rejects[0].en

    def test_the_short_blocks_of_excel_are_whole(self, tmp_path: Path) -> None:
        """Excel leaves trailing columns out where they are empty in sixteen rows on end."""
        whole = "".join(f"O{n};N{n};;\n" for n in range(2, 17))
        block = "".join(f"O{n};N{n}\n" for n in range(17, 33))
        table = read_text(tmp_path, f"id;nom;secteur;ville\n{whole}{block}O33;N33;IA;Albi\nO34;N34\n")
        assert [row.line for row in table.rows if row.rejects] == [34]
        assert item_of(table.rows[20], Organisation).model_fields_set == {"id", "name", "sectors", "city"}

    def test_a_quotation_mark_that_swallows_rows_rejects_them(self, tmp_path: Path) -> None:
        rows = 'A;"conseil;Albi;x\nB;audit;Foix;y\nC;web";Sète;z\nD;data;Gap;t\n'
        table = read_text(tmp_path, "nom;texte;ville;secteur\n" + rows)
        assert [row.item is not None for row in table.rows] == [False, True]
        assert 'texte: the quotation mark (") opened here closes 2 lines below' in table.rows[0].rejects[0].en
        text = 'nom;texte;ville;secteur\nA;"conseil ; audit\nweb, data ; IA";Albi;"IA; web\ndata; jeux"\n'
        assert only_item(read_text(tmp_path, text), Organisation).sectors == ("IA", "web", "data", "jeux")

    def test_an_open_quotation_mark_is_named_by_its_row(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidRequest, match="opens in row 5 never closes"):
            read_text(tmp_path, '\n\nnom;secteur\nA;x\n"B;x\nC;y\n')

    @pytest.mark.parametrize("title", ["Liste des adhérents", "Adhérents, mars 2026\n\nDigital;;;", "Membre"])
    def test_a_title_above_the_header_is_passed_over(self, tmp_path: Path, title: str) -> None:
        table = read_text(tmp_path, title + "\nnom;site;secteur;ville\nAda;www.ada.fr;santé;Albi\n")
        assert only_item(table, Organisation).city == "Albi"
        assert table.rows[0].line == 3 + title.count("\n")
        assert title[:6] in table.notices[0].fr

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "is empty"),
            (b"\xef\xbb\xbf \r\n", "is empty"),
            (b"nom;secteur\r\n", "no rows"),
            (b"ville;secteur\r\nToulouse;x\r\n", "no column for the name"),
            (b"nom\r\nA\r\n", "--kind"),
            (b"nom;secteur\r\nA;\x81\x8d\r\n", "neither UTF-8 nor Windows-1252"),
            (b"\x00\x01\x02binary", "not a text file"),
            (b"\xd0\xcf\x11\xe0old", "old Excel format"),
            (b"PK\x03\x04broken", "not a workbook"),
            (b'nom;secteur\r\n"A;x\r\nB;y\r\n', "never closes"),
            (b"[1, 2", "is not JSON"),
            (b"[1, 2]", "no JSON object"),
        ],
    )
    def test_a_file_that_cannot_be_read_says_why(self, tmp_path: Path, data: bytes, said: str) -> None:
        path = tmp_path / "f.csv"
        path.write_bytes(data)
        with pytest.raises(InvalidRequest, match=said):
            read(path)

    def test_an_absent_file_or_a_folder_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidRequest, match="No such file"):
            read(tmp_path / "nowhere.csv")
        with pytest.raises(InvalidRequest, match="directory"):
            read(tmp_path)

    def test_a_workbook_broken_inside_is_said_so(self, tmp_path: Path) -> None:
        path = tmp_path / "f.xlsx"
        pd.DataFrame([["Ada"]], columns=["nom"]).to_excel(path, index=False)
        with zipfile.ZipFile(path) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        with zipfile.ZipFile(path, "w") as book:
            for name, data in parts.items():
                book.writestr(name, data[: len(data) // 2])
        with pytest.raises(InvalidRequest, match="not a workbook"):
            read(path)

    def test_signs_that_are_no_text_are_rejected(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, '{"name": "A", "city": "\\ud800"}', name="f.jsonl", kind=ItemType.LEAD)
        (fault,) = table.rows[0].unread
        assert (fault.field, fault.en, fault.value) == ("city", "unreadable signs", "?")
        assert item_of(table.rows[0], Lead).city == ""

    @given(
        st.binary(max_size=60)
        | st.lists(st.lists(CELLS, max_size=6).map(";".join), max_size=5).map("\n".join).map(str.encode)
        | st.lists(st.dictionaries(CELLS, JSON_VALUES, max_size=5).map(json.dumps), max_size=4)
        .map("\n".join)
        .map(str.encode),
        st.none() | st.sampled_from(ItemType),
    )
    @settings(max_examples=draws(40), deadline=None)
    def test_whatever_the_bytes_there_are_rows_or_one_clear_error(
        self, tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: ItemType | None
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "fuzz.csv"
        path.write_bytes(data)
        try:
            table = read(path, kind)
        except InvalidRequest:
            return
        assert all((row.item is None) == bool(row.rejects) for row in table.rows)
        write_rejects(path.with_name("fuzz.rejects.csv"), table, table.rows)

    def test_empty_lines_before_the_header_count(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "\r\n\r\nnom;secteur\r\nAda;x\r\n")
        assert table.rows[0].line == 4

    def test_a_list_where_text_is_wanted_is_rejected(self, tmp_path: Path) -> None:
        nothing = read_text(
            tmp_path, '{"id": "L1", "name": "A", "city": NaN}', name="n.jsonl", kind=ItemType.LEAD
        )
        assert only_item(nothing, Lead).city == ""
        table = read_text(tmp_path, '{"name": "A", "city": ["Albi"]}', name="f.jsonl", kind=ItemType.LEAD)
        (fault,) = table.rows[0].unread
        assert (fault.field, fault.fr) == ("city", "texte attendu")


class TestRows:
    def test_every_fault_of_a_row_is_told_with_line_column_and_value(self, tmp_path: Path) -> None:
        text = "id;Nom;Taille;Opposition;année\nO 1;;XXL;peut-être;1800\nO2;B;;;vingt\nO3;C;TPE;non;2020\n"
        table = read_text(tmp_path, text, kind=ItemType.ORGANISATION)
        faults = [fault for row in table.rows for fault in (*row.rejects, *row.unread)]
        told = sorted((fault.line, fault.field, fault.fr, fault.value) for fault in faults)
        assert told == [
            (2, "Nom", "vide", ""),
            (2, "Opposition", "oui ou non attendu", "peut-être"),
            (2, "Taille", "valeur inconnue ; attendu : 'TPE', 'PE', 'ME', 'ETI' ou 'GE'", "XXL"),
            (2, "année", "au moins 1900", "1800"),
            (2, "id", "lettres sans accent, chiffres et . _ : - seulement, 128 signes au plus", "O 1"),
            (3, "année", "nombre illisible", "vingt"),
        ]
        assert table.rows[0].item is None, "id, name and opposition decide"
        assert item_of(table.rows[1], Organisation).source_year is None, (
            "a year decides nothing: the rest is imported"
        )

    def test_a_number_beyond_all_numbers_is_rejected_where_it_stands(self, tmp_path: Path) -> None:
        table = read_text(
            tmp_path, f"id;name;budget_eur\nO1;A;5\nO2;B;{'9' * 400}\n", kind=ItemType.OPPORTUNITY
        )
        assert item_of(table.rows[1], Opportunity).budget_eur is None
        [reject] = table.rows[1].unread
        assert (reject.line, reject.field) == (3, "budget_eur")
        assert (reject.fr, reject.en) == ("nombre trop grand", "number too large")

    def test_a_megabyte_in_a_cell_is_rejected_and_its_report_stays_short(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, f"nom;secteur;description\nA;x;{'y' * 2**20}\nB;x;ok\n")
        (fault,) = table.rows[0].unread
        assert (fault.field, fault.en) == ("description", "too long: at most 20000 characters")
        assert len(fault.value) <= 60
        assert table.rows[1].item is not None

    def test_unknown_columns_are_told_once_unless_empty(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "nom;secteur;Fax;Notes\nA;x;05;\nB;x;06;\n")
        assert [notice.en for notice in table.notices] == ["Unknown columns, not read: Fax."]

    def test_only_the_columns_of_the_file_count_as_set(self, tmp_path: Path) -> None:
        item = only_item(read_text(tmp_path, "id;nom;secteur;ville\nORG1;A;;\n"), Organisation)
        assert item.model_fields_set == {"id", "name", "sectors", "city"}
        assert item.sectors == ()

    def test_a_missing_id_is_derived_from_the_folded_name(self, tmp_path: Path) -> None:
        first = only_item(read_text(tmp_path, "nom;secteur\nÉcole  42;\n"), Organisation)
        second = only_item(read_text(tmp_path, "Nom;Secteur\necole 42;x\n"), Organisation)
        assert first.id == second.id
        assert first.id.startswith("organisation-")

    def test_pme_alone_is_too_vague_to_keep_and_said_so(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "nom;secteur;taille\nA;x;PME\nB;x;grand groupe\n")
        assert [item.size_band for item in items_of(table, Organisation)] == [None, "GE"]
        assert "1 rows" in table.notices[0].en

    def test_postcode_headcount_and_departement_fill_the_fields_they_imply(self, tmp_path: Path) -> None:
        table = read_text(
            tmp_path, "nom;secteur;code postal;effectif\nA;x;1000;12 salariés\nB;x;20200;10-49\n"
        )
        assert [(item.department_code, item.size_band) for item in items_of(table, Organisation)] == [
            ("01", "PE"),
            ("2B", "PE"),
        ]
        table = read_text(tmp_path, "nom;secteur;département\nA;x;9\nB;x;Hérault (34)\nC;x;Gers\n")
        assert [(item.department_code, item.department) for item in items_of(table, Organisation)] == [
            ("09", ""),
            ("34", ""),
            ("", "Gers"),
        ]

    def test_a_type_without_a_field_for_the_name_of_a_departement_reads_its_code_only(
        self, tmp_path: Path
    ) -> None:
        table = read_text(tmp_path, "nom;type de piste;departement\nA;école;\nB;école;Gers\nC;école;9\n")
        assert [item.department_code for item in items_of(table, Lead)] == ["", "", "09"]
        (notice,) = table.notices
        assert "only the code (31, 2A, 974) is read for this type, lead (1 names)" in notice.en
        (notice,) = read_text(tmp_path, "nom;type de piste;Fax;departement\nA;école;05;31\n").notices
        assert notice.en == "Unknown columns, not read: Fax."

    def test_no_headcount_sets_no_size(self, tmp_path: Path) -> None:
        item = only_item(read_text(tmp_path, "nom;ville;effectif;secteur\nSans;Albi;;x\n"), Organisation)
        assert item.size_band is None
        item = only_item(read_text(tmp_path, "nom;ville;effectif;taille\nSans;Albi;;ETI\n"), Organisation)
        assert item.size_band == "ETI"

    def test_a_headcount_beyond_all_people_is_rejected_where_it_stands(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "nom;secteur;effectif\nA;x;" + "9" * 5000 + "\nB;x;12\n")
        assert [fault.en for fault in table.rows[0].unread] == ["unreadable headcount"]
        assert item_of(table.rows[0], Organisation).size_band is None
        assert item_of(table.rows[1], Organisation).size_band == "PE"

    def test_a_cell_is_told_as_it_is_written(self, tmp_path: Path) -> None:
        text = "title;theme;taux;budget\nA;x;70;\nB;x;150%;\nC;x;70 %;- 5 €\nD;x;0,7;\n"
        table = read_text(tmp_path, text)
        told = [(fault.field, fault.value, fault.fr) for row in table.rows for fault in row.unread]
        rate = "taux entre 0 et 100 % attendu : écrire 70 % ou 0,7"
        assert told[:2] == [("taux", "70", rate), ("taux", "150%", rate)]
        assert told[2][:2] == ("budget", "- 5 €")
        assert item_of(table.rows[3], Opportunity).funding_rate == pytest.approx(0.7)

    def test_an_address_that_runs_code_is_refused(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "nom;secteur;site\nA;x;JavaScript:alert(1)\n")
        assert table.rows[0].unread[0].field == "site"
        assert item_of(table.rows[0], Organisation).source_url == ""


class TestOpportunities:
    HEADER = "id;title;theme;opening;deadline_or_date_as_published;status_on_2026_11_22\n"

    def test_dates_as_published_become_a_window_when_they_are_whole(self, tmp_path: Path) -> None:
        text = self.HEADER + "I1;Appel;IA, santé;16 janvier 2026;19 mars 2026 14h00 (Bruxelles);clos\n"
        item = only_item(read_text(tmp_path, text), Opportunity)
        assert str(item.opens_at) == "2026-01-16 00:00:00+01:00"
        assert str(item.closes_at) == "2026-03-19 14:00:00+01:00"
        assert (item.availability, item.themes) == ("dated", ("IA", "santé"))
        assert item.dates_as_published == "19 mars 2026 14h00 (Bruxelles)"

    @pytest.mark.parametrize(
        ("opening", "published", "status", "availability"),
        [
            ("", "3-4 octobre 2024", "passé", "closed"),
            ("2010", "permanent", "permanent", "standing"),
            ("", "18 mars 2027", "à venir", "unconfirmed"),
            ("2 mars 2027", "15 septembre 2027", "à venir", "dated"),
            ("", "annuel", "ouvert", "unconfirmed"),
            ("", "2026", "à vérifier", "unconfirmed"),
        ],
    )
    def test_what_is_not_known_well_enough_is_never_open(
        self, tmp_path: Path, opening: str, published: str, status: str, availability: str
    ) -> None:
        item = only_item(
            read_text(tmp_path, f"{self.HEADER}I1;Appel;IA;{opening};{published};{status}\n"), Opportunity
        )
        assert item.availability == availability
        assert published in item.dates_as_published

    def test_a_call_that_will_be_shown_to_nobody_is_noticed(self, tmp_path: Path) -> None:
        rows = "I1;Appel;IA;;annuel;ouvert\nI2;Appel;IA;;31/12/2026;ouvert\n"
        (notice,) = read_text(tmp_path, self.HEADER + rows).notices
        assert "(1 rows): shown to nobody" in notice.en

    def test_european_calls_are_known_by_their_code(self, tmp_path: Path) -> None:
        call = {
            "list": "allCalls",
            "name": "EIC",
            "code": "HORIZON-2027-01",
            "openDate": "2027-05-05",
            "closeDate": "2027-11-18 00:00:00",
            "budget": "500000.0",
            "link": "https://ec.europa.eu/x",
        }
        table = read_text(tmp_path, json.dumps([call, call | {"code": "HORIZON-2027-02"}]), name="calls.json")
        assert [item.id for item in items_of(table, Opportunity)] == ["HORIZON-2027-01", "HORIZON-2027-02"]
        item = item_of(table.rows[0], Opportunity)
        assert str(item.closes_at) == "2027-11-19 00:00:00+01:00", "until the end of the last day"
        assert (item.budget_eur, item.availability) == (500_000, "dated")
        assert table.notices == ()

    def test_a_code_that_cannot_be_an_id_still_gives_one_that_stays(self, tmp_path: Path) -> None:
        text = "title;code;date limite\nAppel;AMI 2026 / n° 3;01/02/2026\n"
        first, again = read_text(tmp_path, text), read_text(tmp_path, text)
        assert only_item(first, Opportunity).id == only_item(again, Opportunity).id

    def test_a_window_the_wrong_way_round_is_rejected(self, tmp_path: Path) -> None:
        table = read_text(tmp_path, "id;title;ouverture;date limite\nI1;A;02/01/2026;01/01/2026\n")
        assert table.rows[0].rejects[0].fr == "la clôture doit suivre l'ouverture"

    @pytest.mark.parametrize(
        ("opening", "deadline", "status", "availability"),
        [
            ("", "31/12/9999", "", "standing"),
            ("", "9999-12-31 00:00:00", "ouvert", "standing"),
            ("02/01/2026", "31/12/9999 23h59", "ouvert", "dated"),
            ("02/01/2026", "31/12/9999", "clos", "closed"),
            ("", "31/12/9999", "à venir", "unconfirmed"),
        ],
    )
    def test_a_closing_at_the_end_of_the_calendar_is_none(
        self, tmp_path: Path, opening: str, deadline: str, status: str, availability: str
    ) -> None:
        header = "id;title;ouverture;date limite;statut\n"
        item = only_item(read_text(tmp_path, f"{header}I1;A;{opening};{deadline};{status}\n"), Opportunity)
        assert (item.availability, item.closes_at) == (availability, None)

    @pytest.mark.parametrize(("opening", "closing"), [("31/12/9999", ""), ("", "01/01/0001")])
    def test_other_dates_at_the_ends_of_the_calendar_are_rejected(
        self, tmp_path: Path, opening: str, closing: str
    ) -> None:
        table = read_text(tmp_path, f"id;title;ouverture;date limite\nI1;A;{opening};{closing}\n")
        assert table.rows[0].rejects[0].fr == "date hors du calendrier"

    def test_typed_eligibility_comes_from_its_own_columns(self, tmp_path: Path) -> None:
        header = "id;title;eligibility.size_bands;eligibility.department_codes;eligibility.min_countries\n"
        item = only_item(read_text(tmp_path, header + "I1;A;TPE, PME;31|9;3\n"), Opportunity)
        assert item.eligibility.size_bands == ("TPE", "PE", "ME")
        assert item.eligibility.department_codes == ("31", "09")
        assert item.eligibility.min_countries == 3

    def test_what_is_exported_as_json_comes_back_the_same(self, tmp_path: Path) -> None:
        item = Opportunity(
            id="I1",
            name="A",
            availability="dated",
            closes_at=instant("1er juillet 2025", closing=True),
            eligibility={"size_bands": ("PE",)},
            funding_rate=0.7,
        )
        body = item.model_dump(mode="json") | {"item_type": "opportunity"}
        assert only_item(read_text(tmp_path, json.dumps(body), name="f.jsonl"), Opportunity) == item


class TestCells:
    @pytest.mark.parametrize(
        ("text", "opening", "closing"),
        [
            ("19 mars 2026 14h00", "2026-03-19T14:00:00+01:00", "2026-03-19T14:00:00+01:00"),
            ("jeudi 19 mars 2026 à 14 h 30", "2026-03-19T14:30:00+01:00", "2026-03-19T14:30:00+01:00"),
            ("1er juillet 2025", "2025-07-01T00:00:00+02:00", "2025-07-02T00:00:00+02:00"),
            ("15 Août 2025", "2025-08-15T00:00:00+02:00", "2025-08-16T00:00:00+02:00"),
            ("19/03/2026", "2026-03-19T00:00:00+01:00", "2026-03-20T00:00:00+01:00"),
            ("19/03/26 9h", "2026-03-19T09:00:00+01:00", "2026-03-19T09:00:00+01:00"),
            ("2026-03-19", "2026-03-19T00:00:00+01:00", "2026-03-20T00:00:00+01:00"),
            ("2026-10-25 00:00:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
            ("2026-03-19T00:00:00+00:00", "2026-03-19T00:00:00+00:00", "2026-03-19T00:00:00+00:00"),
            ("5 November 2026", "2026-11-05T00:00:00+01:00", "2026-11-06T00:00:00+01:00"),
        ],
    )
    def test_dates_are_instants_a_closing_day_lasts_to_its_end(
        self, text: str, opening: str, closing: str
    ) -> None:
        assert instant(text).isoformat() == opening
        assert instant(text, closing=True).isoformat() == closing

    @pytest.mark.parametrize(
        "text", ["mars 2026", "2026", "31/02/2026", "3-4 octobre 2024", "bientôt", "12 brumaire 2026"]
    )
    def test_what_is_not_one_day_is_not_a_date(self, text: str) -> None:
        with pytest.raises(BadCell):
            instant(text)

    @pytest.mark.parametrize(
        ("text", "value"), [("oui", True), ("VRAI", True), ("x", True), ("Non", False), ("0", False)]
    )
    def test_yes_and_no(self, text: str, value: bool) -> None:
        assert boolean(text) is value

    @pytest.mark.parametrize(
        ("text", "value"),
        [("1 234 567,50 €", 1_234_567.5), ("3000000.0", 3e6), ("70 %", 0.7), ("1\u202f000 EUR", 1000)],
    )
    def test_numbers(self, text: str, value: float) -> None:
        assert number(text) == pytest.approx(value)

    @pytest.mark.parametrize("text", ["nan", "inf", "douze", "1.2.3", ""])
    def test_what_is_not_a_number(self, text: str) -> None:
        with pytest.raises(BadCell):
            number(text)

    def test_keywords_split_at_semicolons_first_and_commas_only_without_them(self) -> None:
        assert words("IA, data ; cloud|edge;;IA, data") == ("IA, data", "cloud", "edge")
        assert words("IA, data , cloud") == ("IA", "data", "cloud")
        assert words("- IA\n- data") == ("IA", "data")

    def test_sizes(self) -> None:
        assert [size(text) for text in ("tpe", "Micro-entreprise", "PME")] == ["TPE", "TPE", None]
        assert [headcount(text) for text in ("9", "10 à 49", "1 200 personnes", "6000")] == [
            "TPE",
            "PE",
            "ETI",
            "GE",
        ]


@pytest.mark.parametrize(
    ("header", "item_type"),
    [
        ("id,name,member_type,city,expertise_keywords,sectors_served,size_band", "organisation"),
        ("id,name,aliases,service_axis,status,description_fr,ateliers_fr,livrables_fr", "factory"),
        ("id,title,description_fr,country_region,theme,type,opening,eligibility", "opportunity"),
        ("name,kind,theme,description_fr,evidence_level,source_url", "lead"),
    ],
)
def test_headers_betray_the_type(header: str, item_type: str) -> None:
    assert infer_type(header.split(","), []) == item_type


def test_ids_decide_where_headers_do_not() -> None:
    assert infer_type(["id", "name"], ["FAC01", "FAC02"]) == ItemType.FACTORY
    with pytest.raises(InvalidRequest, match="--kind: organisation, factory, opportunity, lead"):
        infer_type(["id", "name"], ["FAC01", "ORG002"])
