"""Lists of who takes part in which factory: recognised, planned, imported, taken out again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from matcher.adapters.sql import Store, open_store
from matcher.domain.items import AnyItem, Factory, Organisation
from matcher.domain.participation import Participation, ParticipationRole
from matcher.errors import InvalidRequest
from matcher.importing import Action, import_participations, lists_participations
from service.cli.main import main
from tests.samples import migrated

MEMBERS: list[AnyItem] = [
    Organisation(id="O1", name="Makina Corpus"),
    Organisation(id="O2", name="Koovea SAS"),
    Factory(id="F1", name="Transformation numérique"),
    Factory(id="F2", name="Santé"),
]
HOST = Participation("O1", "F1", ParticipationRole.HOST, date(2024, 1, 1), "qui.csv")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db")) as opened:
        opened.items.put(MEMBERS, source="test")
        yield opened


def written(folder: Path, rows: str, header: str = "Structure;Factory;Rôle;Depuis") -> Path:
    file = folder / "qui.csv"
    file.write_text(f"{header}\n{rows}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("header", "is_list"),
    [
        ("Structure;Factory;Rôle;Depuis", True),
        ("organisation_id;factory_id", True),
        ("Entreprise;Groupe de travail;Commentaire", True),
        ("Raison sociale;Factory;Description", False),
        ("nom;ville;secteur", False),
        ("Factory;Rôle", False),
    ],
)
def test_a_list_is_recognised_by_its_columns_alone(tmp_path: Path, header: str, is_list: bool) -> None:
    file = written(tmp_path, ";".join("x" for _ in header.split(";")), header)
    assert lists_participations(file) is is_list


def test_what_is_no_list_is_refused_with_the_columns_expected(tmp_path: Path, store: Store) -> None:
    with pytest.raises(InvalidRequest, match="columns expected: organisation, factory, role, since"):
        import_participations(written(tmp_path, "a;b", "nom;ville"), store)


def test_names_ids_roles_and_days_are_read(tmp_path: Path, store: Store) -> None:
    rows = "makina corpus;Transformation numerique;Animatrice;2024\nKoovea;F2;;12/03/2025"
    report = import_participations(written(tmp_path, rows), store)
    assert (report.put.inserted, report.rejects) == (2, ())
    member = Participation("O2", "F2", since=date(2025, 3, 12), source="qui.csv")
    assert store.participations.all() == [HOST, member]


def test_a_workbook_is_read_too(tmp_path: Path, store: Store) -> None:
    book = Workbook()
    sheet = book.create_sheet("Membres", 0)
    sheet.append(["Organisation", "Factory", "Rôle", "Depuis"])
    sheet.append(["O1", "F1", "pilote", date(2024, 1, 1)])
    file = tmp_path / "qui.xlsx"
    book.save(file)
    assert lists_participations(file)
    import_participations(file, store)
    assert [(one.role, one.since) for one in store.participations.all()] == [(HOST.role, HOST.since)]


def test_a_dry_run_says_what_would_become_of_each_row_and_writes_nothing(
    tmp_path: Path, store: Store
) -> None:
    store.participations.put([HOST])
    rows = "O1;F1;hôte;2023\nO2;F1;;\nO1;F2;chef;"
    report = import_participations(written(tmp_path, rows), store, dry_run=True)
    assert [one.action for one in report.actions] == [Action.CHANGED, Action.NEW, Action.REJECTED]
    (change,) = report.actions[0].changes
    assert (change.field, change.before, change.after) == ("since", "2024-01-01", "2023-01-01")
    assert store.participations.all() == [HOST]
    assert not (tmp_path / "qui.csv.rejects.csv").exists()


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("Makina Corps;F1;;", "organisation", "perhaps: Makina Corpus (O1)"),
        ("O1;Transformation numérik;;", "factory", "perhaps: Transformation numérique (F1)"),
        ("O1;zzz;;", "factory", "not in the catalogue"),
        (";F1;;", "organisation", "empty cell"),
        ("O1;F1;chef;", "role", "unknown role"),
        ("O1;F1;;bientôt", "since", "unreadable date"),
    ],
)
def test_a_bad_row_stays_out_with_the_reason_and_what_resembles_it(
    tmp_path: Path, store: Store, row: str, field: str, said: str
) -> None:
    file = written(tmp_path, f"{row}\nO2;F2;;")
    report = import_participations(file, store)
    (reject,) = report.rejects
    assert (reject.line, reject.field) == (2, field)
    assert said in reject.en
    assert [one.organisation_id for one in store.participations.all()] == ["O2"]
    assert lists_participations(tmp_path / "qui.csv.rejects.csv"), "corrected, it is imported again"


def test_a_file_imported_twice_changes_nothing_and_a_repeated_row_is_rejected(
    tmp_path: Path, store: Store
) -> None:
    file = written(tmp_path, "O1;F1;hôte;2024\nMakina Corpus;F1;animateur;2024")
    first = import_participations(file, store)
    assert [reject.en for reject in first.rejects] == ["said on line 2 already"]
    second = import_participations(file, store)
    assert (second.put.changed, second.put.unchanged) == (0, 1)
    assert store.participations.all() == [HOST]


def test_who_has_left_is_taken_out_of_all_roles_there(tmp_path: Path, store: Store) -> None:
    member = Participation("O1", "F1", ParticipationRole.MEMBER)
    elsewhere = Participation("O1", "F2")
    store.participations.put([HOST, member, elsewhere])
    report = import_participations(written(tmp_path, "O1;F1;retirée;"), store)
    assert report.put.updated == 1
    assert store.participations.all() == [elsewhere]


def test_the_command_recognises_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path))
    assert main(["import", str(written(tmp_path, "O1;F1;hôte;2024"))]) == 0
    assert "1 nouvelles / new" in capsys.readouterr().out
    assert store.participations.all() == [HOST]


def test_an_import_can_be_undone_and_what_was_changed_since_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path))
    store.participations.put([HOST])
    report = import_participations(
        written(tmp_path, "O1;F1;retirée;\nO1;F2;;\nO2;F2;;"), store, who="camille"
    )
    assert store.imports.get(report.batch).file.who == "camille"
    store.participations.put([Participation("O2", "F1")])
    assert main(["undo", report.batch]) == 0
    assert "left as they are: O2" in capsys.readouterr().out
    assert store.participations.of("O1") == [HOST]
    assert [one.factory_id for one in store.participations.of("O2")] == ["F1", "F2"]
    with pytest.raises(InvalidRequest, match="undone already"):
        store.imports.undo(report.batch)


def test_an_import_that_changes_nothing_is_no_batch(tmp_path: Path, store: Store) -> None:
    store.participations.put([HOST])
    assert import_participations(written(tmp_path, "O1;F1;hôte;2024"), store).batch == ""
    assert store.imports.all() == []
