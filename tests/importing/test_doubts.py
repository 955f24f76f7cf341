"""What may be wrong in a file is taken as it is, and the row is named: towns, months before days."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain.items import Opportunity, Organisation
from matcher.importing import ImportReport, plan_import
from matcher.knowledge import Place, Territory
from tests.samples import migrated

TOWNS = Territory(
    [
        Place("Narbonne", "11", 43.18, 3.0),
        Place("Saint-Jean", "31", 43.66, 1.5, ambiguous=True),
        Place("Montpellier", "34", 43.61, 3.87),
    ],
    [Place("Aude", "11", 43.1, 2.4, precise=False), Place("Hérault", "34", 43.6, 3.4, precise=False)],
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "store" / "matcher.db")) as opened:
        yield opened


def planned(store: Store, folder: Path, text: str) -> ImportReport:
    path = folder / "liste.csv"
    path.write_text(text, encoding="utf-8")
    return plan_import(path, store, towns=TOWNS).report


def test_a_town_of_another_department_is_named_with_both_readings(store: Store, tmp_path: Path) -> None:
    rows = "Ada;Narbonne;34\nBea;NARBONNE Cedex;11100\nCléo;Saint-Jean;34\nDora;Ici;34\nEva;Montpellier;34\n"
    report = planned(store, tmp_path, f"raison sociale;ville;code postal\n{rows}".replace(";34", ";34000"))
    (doubt,) = report.doubts
    assert (doubt.line, doubt.value) == (2, "Narbonne / 34")
    assert "Aude (11)" in doubt.fr
    assert "Hérault (34)" in doubt.en
    assert report.put.inserted == 5, "a doubt rejects nothing"


def test_a_town_that_contradicts_what_is_stored_is_named(store: Store, tmp_path: Path) -> None:
    store.items.put([Organisation(id="O1", name="Ada", city="Montpellier", department_code="34")], source="x")
    report = planned(store, tmp_path, "id;raison sociale;ville\nO1;Ada;Narbonne\n")
    assert [doubt.value for doubt in report.doubts] == ["Narbonne / 34"]


def test_month_before_day_is_said_where_some_date_can_be_nothing_else(store: Store, tmp_path: Path) -> None:
    rows = "Appel A;03/04/2026\nAppel B;03/25/2026\nAppel C;05/05/2026\n"
    report = planned(store, tmp_path, f"appel;date limite\n{rows}")
    (notice,) = [one for one in report.notices if "03/25/2026" in one.fr]
    assert "l. 3" in notice.fr
    assert [(doubt.line, doubt.value) for doubt in report.doubts] == [(2, "03/04/2026")]
    (fault,) = report.rejects
    assert (fault.line, "25/03/2026" in fault.fr) == (3, True)


def test_dates_that_are_day_first_throughout_are_not_doubted(store: Store, tmp_path: Path) -> None:
    report = planned(store, tmp_path, "appel;date limite\nAppel A;03/04/2026\nAppel B;25/03/2026\n")
    assert (report.doubts, report.rejects) == ((), ())
    assert not any("mois" in notice.fr for notice in report.notices)


def test_a_day_first_date_stays_day_first(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "appels.csv"
    path.write_text("appel;ouverture\nAppel A;03/04/2026\n", encoding="utf-8")
    item = plan_import(path, store).table.rows[0].item
    assert isinstance(item, Opportunity)
    assert item.opens_at is not None
    assert (item.opens_at.day, item.opens_at.month) == (3, 4)
