"""The published index of professional equality: read with the ministry's columns, kept, shown in leads."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from matcher.errors import InvalidRequest
from matcher.hiring.needs import (
    LeadKind,
    NeedLeads,
    read_egapro,
    read_job_names,
    read_mobilities,
    read_need_reader,
    write_rejected,
)
from tests.samples import migrated

DATA = Path(__file__).parents[2] / "data"
READER = read_need_reader(DATA)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
PUBLISHED = (
    "Année;Structure;Tranche d'effectifs;SIREN;Raison Sociale;Nom UES;Entreprises UES (SIREN);Région;"
    "Département;Pays;Code NAF;Note Ecart rémunération;Note Ecart taux d'augmentation (hors promotion);"
    "Note Ecart taux de promotion;Note Ecart taux d'augmentation;Note Retour congé maternité;"
    "Note Hautes rémunérations;Note Index"
)
"""The header of the file that the ministry publishes."""


def row(
    siren: str = "394451223",
    value: str = "92",
    year: str = "2023",
    name: str = "Exemple SAS",
    department: str = "Haute-Garonne",
    region: str = "Occitanie",
) -> str:
    return (
        f"{year};Entreprise;50 à 250;{siren};{name};;;{region};{department};France;"
        f"62.02A - Conseil en systèmes et logiciels informatiques;36;20;15;NC;15;5;{value}"
    )


def file_of(folder: Path, *rows: str, header: str = PUBLISHED) -> Path:
    path = folder / "index-egalite-fh.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def test_the_published_columns_are_read(tmp_path: Path) -> None:
    path = file_of(
        tmp_path, row(), row(value="NC", year="2022"), row(region="Bretagne", department="Finistère")
    )
    read = read_egapro(path, READER.territory, 2026)
    (fact,) = read.facts
    assert (fact.siren, fact.year, fact.value, fact.department, fact.naf) == (
        "394451223",
        2023,
        92,
        "31",
        "62.02A",
    )
    assert fact.source_url.startswith("https://egapro.travail.gouv.fr/")
    assert (read.elsewhere, read.without_value, read.rejected) == (1, 1, ())


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([row(siren="394451224")], "no SIREN"),
        ([row(siren="39445122")], "no SIREN"),
        ([row(value="120")], "0 to 100"),
        ([row(value="92,5")], "0 to 100"),
        ([row(year="2017")], "2018 to 2026"),
        ([row(year="2027")], "2018 to 2026"),
        ([row(name="")], "name is missing"),
        ([row(department="")], "department"),
        ([row(), row(value="80")], "gives 92"),
    ],
)
def test_a_row_that_is_no_fact_is_rejected_with_its_reason(tmp_path: Path, rows: list[str], why: str) -> None:
    path = file_of(tmp_path, row(siren="387837032"), *rows)
    read = read_egapro(path, READER.territory, 2026)
    (rejected,) = read.rejected
    assert why in rejected.why_en
    assert rejected.line == len(rows) + 2
    out = tmp_path / "rejects.csv"
    write_rejected(out, read)
    again = read_egapro(out, READER.territory, 2026)
    assert len(again.facts) + len(again.rejected) == 1


def test_an_employer_whose_latest_year_has_no_index_has_no_fact(tmp_path: Path) -> None:
    later = "387837032"
    rows = [row(value="NC", year="2024"), row(value="99", year="2019"), row(value="90", year="2024")]
    rows += [row(siren=later, value="NC", year="2019"), row(siren=later, value="95", year="2022")]
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        store.employer_facts.put(read_egapro(file_of(tmp_path, row()), READER.territory, 2026).facts, NOW)
        read = read_egapro(file_of(tmp_path, *rows), READER.territory, 2026)
        assert [(one.siren, one.year) for one in read.facts] == [(later, 2022)]
        assert read.lapsed == {"394451223": 2024, later: 2019}
        store.employer_facts.put(read.facts, NOW, read.lapsed)
        assert [(one.siren, one.year) for one in store.employer_facts.all()] == [(later, 2022)]
        assert [entry.act for entry in store.audit.entries()] == ["facts.import"] * 2


def test_a_siren_that_a_spreadsheet_took_for_a_number_is_read(tmp_path: Path) -> None:
    (fact,) = read_egapro(file_of(tmp_path, row(siren="5520135.0")), READER.territory, 2026).facts
    assert fact.siren == "005520135"


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, "394451223;Exemple", header="SIREN;Raison Sociale")
    with pytest.raises(InvalidRequest, match="annee, note index, departement"):
        read_egapro(path, READER.territory, 2026)


def test_facts_are_kept_once_a_year_and_shown_with_value_year_and_source(tmp_path: Path) -> None:
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        first = read_egapro(
            file_of(tmp_path, row(value="88"), row(value="70", year="2022")), READER.territory, 2026
        )
        store.employer_facts.put(first.facts, NOW)
        store.employer_facts.put(read_egapro(file_of(tmp_path, row()), READER.territory, 2026).facts, NOW)
        assert [(one.year, one.value) for one in store.employer_facts.all()] == [(2022, 70), (2023, 92)]
        names = read_job_names(DATA)
        leads = NeedLeads(
            tuple, READER.territory, read_mobilities(DATA), names.parents, store.employer_facts.all
        )
        groups = {
            group.kind: group.leads for group in leads.groups(READER.read("data analyst à Albi", NOW).need)
        }
    (lead,) = groups[LeadKind.EMPLOYER]
    assert (lead.name, lead.year, lead.confirm) == ("Exemple SAS", 2023, True)
    assert "92 sur 100 pour 2023" in lead.fact.fr
    assert lead.source_url.startswith("https://egapro.travail.gouv.fr/")
