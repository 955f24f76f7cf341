"""Files as offices hold them, generated here: each is read right, or refused with the right reason."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from matcher.domain.items import ItemType, Opportunity
from matcher.errors import InvalidRequest
from matcher.importing import ItemTable, read

ORGANISATION, OPPORTUNITY, LEAD, FACTORY = (
    ItemType.ORGANISATION,
    ItemType.OPPORTUNITY,
    ItemType.LEAD,
    ItemType.FACTORY,
)
TODAY = date(2026, 11, 30)
Fields = dict[str, Any]
Case = tuple[str, str, bytes, ItemType | None, list[Fields]]


def csv(text: str, encoding: str = "utf-8") -> bytes:
    return text.replace("\n", "\r\n").encode(encoding)


def members(title: str, value: str) -> bytes:
    """A members' list with one more column."""
    return csv(f"id;raison sociale;description;ville;{title}\nM1;Ada;Capteurs.;Albi;{value}\n")


def calls(columns: str, cells: str) -> bytes:
    return csv(f"id;titre;thème;{columns}\nC1;Appel;IoT;{cells}\n")


def workbook(path: Path, rows: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Path:
    book = Workbook()
    sheet = book["Sheet"]
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def spreadsheet_xml(rows: Sequence[Sequence[str]]) -> bytes:
    lines = []
    for row in rows:
        cells = "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)
        lines.append(f"<Row>{cells}</Row>")
    namespace = "urn:schemas-microsoft-com:office:spreadsheet"
    head = f'<?xml version="1.0"?><Workbook xmlns="{namespace}" xmlns:ss="{namespace}">'
    return (
        f'{head}<Worksheet ss:Name="Membres"><Table>{"".join(lines)}</Table></Worksheet></Workbook>'.encode()
    )


def html(rows: Sequence[Sequence[str]]) -> bytes:
    lines = []
    for row in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in row)
        lines.append(f"<tr>{cells}</tr>")
    return f"<html><body><table>{''.join(lines)}</table></body></html>".encode()


ADA = {"name": "Ada", "city": "Albi"}
OUT = ADA | {"opted_out": True}
IN = ADA | {"opted_out": False}
HEADER = ["Raison sociale", "Présentation", "Ville"]
ROW = ["Ada", "Capteurs", "Albi"]

ENCODED: list[Case] = [
    (
        "utf-8 with BOM",
        "f.csv",
        csv("Raison sociale;Présentation;Ville\nAda;É;Albi\n", "utf-8-sig"),
        None,
        [ADA],
    ),
    (
        "windows-1252",
        "f.csv",
        csv("Raison sociale;Présentation;Ville\nAda;É €;Albi\n", "cp1252"),
        None,
        [ADA],
    ),
    ("utf-16 with tabs", "f.txt", csv("Raison sociale\tVille\nAda\tAlbi\n", "utf-16"), None, [ADA]),
    ("sep= of Excel", "f.csv", csv("sep=;\nRaison sociale;Ville\nAda;Albi\n"), None, [ADA]),
    ("commas", "f.csv", csv('Raison sociale,Ville\n"Ada",Albi\n'), None, [ADA]),
    ("pipes", "f.csv", csv("Raison sociale|Ville\nAda|Albi\n"), None, [ADA]),
    (
        "a title above",
        "f.csv",
        csv("Adhérents 2026;;\n\nRaison sociale;Ville;CP\nAda;Albi;81000\n"),
        None,
        [ADA],
    ),
    ("a total below", "f.csv", csv("Raison sociale;Ville;Effectif\nAda;Albi;12\nTotal;;12\n"), None, [ADA]),
    ("quoted line ends", "f.csv", csv('Raison sociale;Présentation;Ville\nAda;"a\nb";Albi\n'), None, [ADA]),
    ("a formula made safe", "f.csv", csv("Raison sociale;Ville\n'=Ada;Albi\n"), None, [{"name": "=Ada"}]),
    ("postal code without zero", "f.csv", members("CP", "9000"), None, [ADA | {"department_code": "09"}]),
    ("headcount in words", "f.csv", members("Effectif", "12 salariés"), None, [ADA | {"size_band": "PE"}]),
    ("HTML in a cell", "f.csv", members("Besoins", "<ul><li>IA</li></ul>"), None, [ADA | {"needs": ("IA",)}]),
    ("no need", "f.csv", members("Besoins", "aucun"), None, [ADA | {"needs": ()}]),
    ("need not said", "f.csv", members("Besoins", "N/C"), None, [ADA | {"needs": ()}]),
    (
        "SIRET with spaces",
        "f.csv",
        members("SIRET", "900 000 000 00015"),
        None,
        [{"siret": "90000000000015"}],
    ),
    ("column twice, same", "f.csv", members("CP;CP", "81000;81000"), None, [{"department_code": "81"}]),
]
DECIDING: list[Case] = [
    ("consent yes", "f.csv", members("Consentement", "oui"), None, [IN]),
    ("consent no", "f.csv", members("Accord de mise en relation", "non"), None, [OUT]),
    ("consent in English", "f.csv", members("Agrees to be contacted", "no"), None, [OUT]),
    ("opposition", "f.csv", members("Opposition", "oui"), None, [OUT]),
    ("do not", "f.csv", members("Ne souhaite pas être contacté", "oui"), None, [OUT]),
    ("opted out on a day", "f.csv", members("Date de désinscription", "01/03/2024"), None, [OUT]),
    ("resigned", "f.csv", members("Statut adhésion", "résilié"), None, [OUT]),
    ("valid member", "f.csv", members("Statut adhésion", "à jour"), None, [IN]),
    ("cancelled order", "f.csv", members("Statut de la commande", "Annulé"), None, [OUT]),
    ("member until last year", "f.csv", members("Fin d'adhésion", "31/12/2024"), None, [OUT]),
    ("member until next year", "f.csv", members("Fin d'adhésion", "31/12/2027"), None, [IN]),
    ("left", "f.csv", members("Démission", "12/05/2025"), None, [OUT]),
    ("active: no", "f.csv", members("Actif", "Non"), None, [OUT]),
    ("legal form called status", "f.csv", members("Statut", "SAS"), None, [IN]),
    ("a newsletter only", "f.csv", members("Opt-in newsletter", "non"), None, [IN]),
    ("Sirene: closed", "f.csv", members("etatAdministratifUniteLegale", "C"), None, [OUT]),
    ("Sirene: not to be shown", "f.csv", members("statutDiffusionUniteLegale", "P"), None, [OUT]),
]
DATED: list[Case] = [
    (
        "months",
        "f.csv",
        calls("ouverture;date limite", "nov. 2026;déc. 2026"),
        None,
        [{"opens_at": "2026-11-01T00:00:00+01:00", "closes_at": "2027-01-01T00:00:00+01:00"}],
    ),
    (
        "a serial number",
        "f.csv",
        calls("date limite", "46374"),
        None,
        [{"closes_at": "2026-12-19T00:00:00+01:00"}],
    ),
    (
        "hours in words",
        "f.csv",
        calls("date limite", "18 décembre 2026 à 17h"),
        None,
        [{"availability": "dated"}],
    ),
    (
        "millions",
        "f.csv",
        calls("date limite;budget", "2026-12-18;1,5 M€"),
        None,
        [{"budget_eur": 1_500_000.0}],
    ),
    (
        "thousands",
        "f.csv",
        calls("date limite;budget", "2026-12-18;250 k€"),
        None,
        [{"budget_eur": 250_000.0}],
    ),
    ("a rate", "f.csv", calls("date limite;taux", "2026-12-18;70 %"), None, [{"funding_rate": 0.7}]),
]
PROGRAMS: list[Case] = [
    (
        "HubSpot",
        "f.csv",
        csv(
            "Record ID,Company name,Company Domain Name,Industry,City,Postal Code,Number of Employees,"
            "About Us\n"
            "900,Orage,orage.example,INDUSTRIAL_AUTOMATION,Rodez,12000,34,Robots.\n"
        ),
        None,
        [{"id": "900", "source_url": "https://orage.example", "sectors": ("industrial automation",)}],
    ),
    (
        "Salesforce",
        "f.csv",
        csv(
            "Account ID,Account Name,Billing City,Billing Zip/Postal Code,Industry,Employees,Website,"
            "Description\n"
            "0015g00000AbCdE,Ada,Albi,81000,Energy,12,www.ada.example,Capteurs.\n"
        ),
        None,
        [ADA | {"id": "0015g00000AbCdE", "department_code": "81", "size_band": "PE"}],
    ),
    (
        "Odoo",
        "f.csv",
        csv(
            "id,name,is_company,city,zip,comment\n__export__.res_partner_41_ab,Ada,True,Albi,81000,<p>IoT</p>\n"
        ),
        None,
        [ADA | {"id": "__export__.res_partner_41_ab", "description": "IoT"}],
    ),
    (
        "CiviCRM",
        "f.csv",
        csv(
            "Contact ID,Contact Type,Organization Name,City,Postal Code,Do Not Email,Do Not Trade\n"
            "12,Organization,Ada,Albi,81000,1,1\n"
        ),
        None,
        [OUT | {"id": "12"}],
    ),
    (
        "Sirene",
        "f.csv",
        csv(
            "siret,denominationUniteLegale,activitePrincipaleUniteLegale,categorieJuridiqueUniteLegale,"
            "trancheEffectifsUniteLegale,codePostalEtablissement,libelleCommuneEtablissement,"
            "etatAdministratifUniteLegale\n90000000000015,ADA,62.01Z,5710,12,81000,ALBI,A\n"
        ),
        None,
        [{"siret": "90000000000015", "naf": "62.01Z", "legal_category": "5710", "size_band": "PE"}],
    ),
    (
        "RNA",
        "f.csv",
        csv(
            "id;titre;objet;adrs_codepostal;adrs_libcommune;siteweb;position\nW81;Ada;Partage.;81000;Albi;;D"
        ),
        ORGANISATION,
        [OUT | {"id": "W81", "description": "Partage."}],
    ),
    ("AssoConnect, XML", "f.xls", spreadsheet_xml([HEADER, ROW]), None, [ADA]),
    ("HelloAsso, HTML", "f.xls", html([HEADER, ROW]), None, [ADA]),
    (
        "HelloAsso",
        "f.csv",
        csv("Raison sociale;Nom adhérent;Prénom adhérent;Statut de la commande\nAda;Noé;Léa;Validé\n"),
        None,
        [{"name": "Ada", "opted_out": False}],
    ),
    (
        "GeoJSON",
        "f.geojson",
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "properties": {"nom": "Ada", "commune": "Albi", "siret": "900000000"}}
                ],
            }
        ).encode(),
        None,
        [ADA | {"siret": "900000000"}],
    ),
    (
        "JSON-LD organisation",
        "f.json",
        json.dumps(
            {
                "@type": "Organization",
                "name": "Ada",
                "address": {"addressLocality": "Albi", "postalCode": "81000"},
                "knowsAbout": ["IoT"],
            }
        ).encode(),
        None,
        [ADA | {"department_code": "81", "expertise": ("IoT",)}],
    ),
    (
        "JSON-LD job",
        "f.json",
        json.dumps(
            [
                {
                    "@type": "JobPosting",
                    "identifier": {"value": "J-77"},
                    "title": "Alternance",
                    "description": "<p>Analyste</p>",
                    "validThrough": "2026-12-20T23:59",
                    "hiringOrganization": {"name": "Ada"},
                    "jobLocation": {"address": {"addressLocality": "Albi", "postalCode": "81000"}},
                }
            ]
        ).encode(),
        None,
        [{"id": "J-77", "employer": "Ada", "city": "Albi", "closes_at": "2026-12-20T23:59:00+01:00"}],
    ),
    (
        "results of an interface",
        "f.json",
        b'{"total": 1, "results": [{"nom": "Ada", "siren": "900000000"}]}',
        None,
        [{"name": "Ada"}],
    ),
]
READ = [*ENCODED, *DECIDING, *DATED, *PROGRAMS]

REFUSED: list[tuple[str, bytes, ItemType | None, str]] = [
    ("nothing", b"", None, "est vide"),
    ("a header alone", csv("Raison sociale;Ville\n"), None, "aucune ligne"),
    ("old Excel", b"\xd0\xcf\x11\xe0" + b"\x00" * 100, None, "ancien format Excel"),
    ("a picture", b"\x89PNG\x00\x00", None, "n'est pas un fichier texte"),
    ("no workbook", b"PK\x03\x04 broken", None, "n'est pas un classeur"),
    ("an open quote", csv('Raison sociale;Ville\n"Ada;Albi\n'), None, "jamais fermé"),
    ("people only", csv("Nom;Prénom;Ville\nNoé;Léa;Albi\n"), ORGANISATION, "liste de personnes"),
    ("no names", csv("Ville;Besoins\nAlbi;IA\n"), ORGANISATION, "colonne pour le nom"),
    ("a type unknown", csv("nom;description\nAda;x\n"), None, "--kind"),
    ("consent unclear", members("Consentement", "peut-être"), None, "Consentement ne peut pas être lu"),
    ("consent looks so", members("Accord signé", "oui"), None, "Accord signé ne peut pas être lu"),
    ("status unclear", members("Statut adhésion", "en attente"), None, "« en attente »"),
    ("opted out to come", members("Date de désinscription", "01/03/2027"), None, "Date de désinscription"),
    ("not opposed", members("Non opposé", "oui"), None, "Non opposé ne peut pas être lu"),
    ("date of a call unknown", calls("Date du salon", "01/03/2027"), OPPORTUNITY, "Date du salon"),
    ("too many columns", csv(";".join(["nom"] * 600) + "\nA\n"), ORGANISATION, "600 cellules"),
    ("broken JSON", b"[1, 2", None, "n'est pas du JSON"),
    (
        "XML with a document type",
        b'<!DOCTYPE x><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        None,
        "tableau lisible",
    ),
]

ROWS: list[tuple[str, bytes, ItemType | None, str]] = [
    ("a person", csv("id,name,is_company,city\n1,Léa,False,Albi\n"), None, "une personne"),
    ("an id shortened by Excel", csv("id;raison sociale\n1,23E+11;Ada\n"), None, "raccourci par Excel"),
    ("a name with damaged accents", csv("id;raison sociale\nM1;SantÃ©\n"), None, "accents abîmés"),
    ("a name with an escape", csv("id;raison sociale\nM1;Ada\x1b[31m\n"), None, "invisibles"),
    ("a row cut short", csv("id;raison sociale;ville;cp\nM0;B;Albi;81000\nM1;Ada\n"), None, "ligne coupée"),
    ("a closing in words", calls("date limite", "fin décembre"), OPPORTUNITY, "date illisible"),
    (
        "a closing before the opening",
        calls("ouverture;date limite", "02/01/2027;01/01/2027"),
        OPPORTUNITY,
        "suivre",
    ),
]

CELLS: list[tuple[str, bytes, ItemType | None, str]] = [
    ("a number shortened by Excel", members("Expertise", "1,23E+11"), None, "raccourci par Excel"),
    ("damaged accents", members("Expertise", "santÃ©"), None, "accents abîmés"),
    ("an address that runs code", members("Site", "javascript:alert(1)"), None, "http ou https"),
    ("a SIRET too short", members("SIRET", "123"), None, "SIRET"),
    ("a year in words", members("Année", "vingt"), None, "nombre illisible"),
    ("two columns that differ", members("CP;CP", "31000;34000"), None, "se contredisent"),
    ("a failed formula", members("Besoins", "#N/A"), None, "formule"),
    (
        "an amount in words",
        calls("date limite;budget", "2026-12-18;beaucoup"),
        OPPORTUNITY,
        "nombre illisible",
    ),
]


def as_written(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def read_case(folder: Path, name: str, content: bytes, kind: ItemType | None) -> ItemTable:
    path = folder / name
    path.write_bytes(content)
    return read(path, kind, today=TODAY)


@pytest.mark.parametrize(
    ("name", "content", "kind", "expected"), [c[1:] for c in READ], ids=[c[0] for c in READ]
)
def test_it_is_read_right(
    tmp_path: Path, name: str, content: bytes, kind: ItemType | None, expected: list[Fields]
) -> None:
    table = read_case(tmp_path, name, content, kind)
    assert [(row.rejects, row.unread) for row in table.rows if row.rejects or row.unread] == []
    assert len(table.rows) == len(expected)
    for row, fields in zip(table.rows, expected, strict=True):
        assert {field: as_written(getattr(row.item, field)) for field in fields} == fields


@pytest.mark.parametrize(("content", "kind", "said"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_it_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, kind: ItemType | None, said: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_case(tmp_path, "f.csv", content, kind)
    french, _, english = str(refusal.value).partition(" / ")
    assert said in french
    assert english, "in both languages"


@pytest.mark.parametrize(("content", "kind", "said"), [c[1:] for c in ROWS], ids=[c[0] for c in ROWS])
def test_the_row_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, kind: ItemType | None, said: str
) -> None:
    row = read_case(tmp_path, "f.csv", content, kind).rows[-1]
    assert row.item is None
    assert any(said in reject.fr for reject in row.rejects)


@pytest.mark.parametrize(("content", "kind", "said"), [c[1:] for c in CELLS], ids=[c[0] for c in CELLS])
def test_the_cell_is_left_out_with_the_reason(
    tmp_path: Path, content: bytes, kind: ItemType | None, said: str
) -> None:
    (row,) = read_case(tmp_path, "f.csv", content, kind).rows
    assert row.item is not None
    (reject,) = row.unread
    assert said in reject.fr


def test_a_header_over_two_rows_is_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Export du 12/11/2026"],
        ["Entreprise", None, None, "Localisation", None, "Effectif"],
        ["Identifiant", "Nom", "Présentation", "CP", "Commune", None],
        ["M1", "Ada", "Capteurs.", "81000", "Albi", 12],
    ]
    path = workbook(tmp_path / "f.xlsx", rows, ["A2:C2", "D2:E2", "F2:F3"])
    (row,) = read(path).rows
    assert row.item is not None
    found = {
        field: getattr(row.item, field) for field in ("id", "name", "city", "department_code", "size_band")
    }
    assert found == {"id": "M1", "name": "Ada", "city": "Albi", "department_code": "81", "size_band": "PE"}


def test_a_workbook_holds_real_dates_and_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["id", "titre", "thème", "date limite", "budget"],
        ["C1", "Appel", "IoT", date(2026, 12, 18), 1e6],
    ]
    (row,) = read(workbook(tmp_path / "f.xlsx", rows)).rows
    assert isinstance(row.item, Opportunity)
    assert as_written(row.item.closes_at) == "2026-12-19T00:00:00+01:00"
    assert row.item.budget_eur == 1e6


def test_the_corpus_is_large_enough() -> None:
    assert len(READ) + len(REFUSED) + len(ROWS) + len(CELLS) >= 60
