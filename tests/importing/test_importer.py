"""An import sets bad rows aside, puts the good ones in as one transaction, and can be repeated."""

import csv
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain.events import PutReport
from matcher.domain.items import ItemType, Organisation
from matcher.errors import BackendUnavailable
from matcher.importing import Choices, import_file, read, rejects_path
from tests.samples import migrated

HEADER = "id;nom;secteur;ville\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "store" / "matcher.db")) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "membres.csv"


def rejected_rows(file: Path) -> list[dict[str, str]]:
    with rejects_path(file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def test_good_rows_go_in_and_bad_ones_to_a_file(store: Store, file: Path) -> None:
    file.write_text(HEADER + "O1;Ada;santé;Albi\nO 2;Bea;;Foix\nO3;Cléo;IA;Sète\n", encoding="cp1252")
    report = import_file(file, store)
    assert (report.read, report.put, report.rejected) == (3, PutReport(inserted=2), 1)
    assert store.items.names() == [("O1", "Ada"), ("O3", "Cléo")]
    (row,) = rejected_rows(file)
    assert (row["id"], row["nom"], row["ville"], row["line"]) == ("O 2", "Bea", "Foix", "3")
    assert row["reason"].startswith("id: lettres sans accent")


def test_the_same_file_twice_changes_nothing(store: Store, file: Path) -> None:
    file.write_text("nom;secteur\nAda;santé\nBéa;IA\n", encoding="utf-8")
    assert import_file(file, store).put == PutReport(inserted=2)
    seq = store.outbox.last_seq()
    assert import_file(file, store).put == PutReport(unchanged=2)
    assert store.outbox.last_seq() == seq


def test_a_dry_run_says_what_would_happen_and_writes_nothing(store: Store, file: Path) -> None:
    file.write_text(HEADER + "O1;Ada;santé;Albi\nO2;Bea;IA;Foix\n", encoding="utf-8")
    import_file(file, store)
    file.write_text(HEADER + "O1;Ada;santé;Albi\nO2;Bea;IA;Gap\nO3;C;;\nO 4;D;;\n", encoding="utf-8")
    report = import_file(file, store, dry_run=True)
    assert (report.put, report.rejected, report.dry_run) == (PutReport(1, 1, 1), 1, True)
    assert store.items.counts()[ItemType.ORGANISATION] == 2
    assert not rejects_path(file).exists()


def test_a_mended_rejects_file_is_imported_as_it_is(store: Store, file: Path) -> None:
    file.write_text(HEADER + "O 2;Béa;IA;Foix\n", encoding="utf-8")
    import_file(file, store)
    mended = rejects_path(file)
    mended.write_text(mended.read_text(encoding="utf-8").replace("O 2", "O2"), encoding="utf-8")
    report = import_file(mended, store)
    assert (report.put, report.notices) == (PutReport(inserted=1), ())
    assert store.items.get("O2").name == "Béa"


def test_rejects_of_an_earlier_try_do_not_linger(store: Store, file: Path) -> None:
    file.write_text(HEADER + "O 2;Bea;IA;Foix\n", encoding="utf-8")
    import_file(file, store)
    file.write_text(HEADER + "O2;Bea;IA;Foix\n", encoding="utf-8")
    import_file(file, store)
    assert not rejects_path(file).exists()


def test_a_row_with_a_stray_delimiter_keeps_its_cells_in_the_rejects(store: Store, file: Path) -> None:
    file.write_text("nom,secteur\nAda,santé\nBea,IA,data\n", encoding="utf-8")
    import_file(file, store)
    text = rejects_path(file).read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith("3,")
    assert text.splitlines()[1].endswith(",Bea,IA,data")
    assert "3 cells for 2 columns" in text
    (again,) = read(rejects_path(file), ItemType.ORGANISATION).rows
    assert "3 cells for 2 columns" in again.rejects[0].en, "unmended, it is refused again"
    rejects_path(file).write_text(text.replace("IA,data", '"IA,data"'), encoding="utf-8")
    (mended,) = read(rejects_path(file), ItemType.ORGANISATION).rows
    assert mended.item is not None
    assert mended.item == Organisation(id=mended.item.id, name="Bea", sectors=("IA", "data"))


def test_a_users_own_line_and_reason_stay_in_the_rejects(store: Store, file: Path) -> None:
    file.write_text("id;nom;secteur;line;reason\nO 2;Bea;IA;B;neuf\n", encoding="utf-8")
    import_file(file, store)
    with rejects_path(file).open(encoding="utf-8-sig", newline="") as lines:
        header, row = csv.reader(lines, delimiter=";")
    assert header == ["line", "reason", "id", "nom", "secteur", "line", "reason"]
    assert (row[0], row[2:]) == ("2", ["O 2", "Bea", "IA", "B", "neuf"])
    mended = rejects_path(file)
    mended.write_text(mended.read_text(encoding="utf-8").replace("O 2", "O2"), encoding="utf-8")
    assert [notice.en for notice in import_file(mended, store).notices] == [
        "Unknown columns, not read: line, reason."
    ]


def test_the_second_row_of_an_id_or_a_name_is_rejected(store: Store, file: Path) -> None:
    file.write_text(HEADER + "O1;Ada;;\nO1;Bea;;\n;Cléo;;\n;cleo;;\n", encoding="utf-8")
    report = import_file(file, store)
    assert [(r.line, r.field, r.en.split(":")[0]) for r in report.rejects] == [
        (3, "id", "same id as on line 2"),
        (5, "name", "same name as on line 4"),
    ]
    assert report.put.inserted == 2


def test_a_row_without_id_finds_the_stored_item_of_its_name(store: Store, file: Path) -> None:
    store.items.put([Organisation(id="ORG001", name="Makina Corpus", expertise=("data",))], source="test")
    file.write_text("nom;secteur;ville\nMAKINA CORPUS;santé;Toulouse\n", encoding="utf-8")
    assert import_file(file, store).put == PutReport(updated=1)
    item = store.items.get("ORG001")
    assert isinstance(item, Organisation)
    assert (item.city, item.expertise) == ("Toulouse", ("data",)), "columns the file lacks stay as they were"


def test_a_name_several_items_bear_needs_an_id(store: Store, file: Path) -> None:
    store.items.put([Organisation(id=f"O{n}", name="Ada") for n in range(2)], source="test")
    file.write_text("nom;secteur\nada;santé\n", encoding="utf-8")
    (fault,) = import_file(file, store).rejects
    assert "several items have this name (O0, O1)" in fault.en


def test_an_empty_cell_keeps_the_field_unless_it_clears(store: Store, file: Path) -> None:
    ada = Organisation(id="O1", name="Ada", city="Albi", sectors=("santé",), expertise=("data",))
    store.items.put([ada], source="test")
    file.write_text(HEADER + "O1;Ada;;\n", encoding="utf-8")
    report = import_file(file, store)
    assert (report.put, report.kept, report.emptied) == (PutReport(unchanged=1), 2, 0)
    assert store.items.get("O1") == ada
    report = import_file(file, store, choices=Choices(empty_clears=True))
    assert (report.put, report.kept, report.emptied) == (PutReport(updated=1), 0, 2)
    assert store.items.get("O1") == Organisation(id="O1", name="Ada", expertise=("data",))


@pytest.mark.parametrize(
    ("cell", "needs"), [("aucun", ()), ("Néant", ()), ("N/C", ("IoT",)), ("-", ("IoT",))]
)
def test_none_empties_and_not_said_keeps(store: Store, file: Path, cell: str, needs: tuple[str, ...]) -> None:
    store.items.put([Organisation(id="O1", name="Ada", needs=("IoT",))], source="test")
    file.write_text(f"id;nom;besoins\nO1;Ada;{cell}\n", encoding="utf-8")
    import_file(file, store)
    member = store.items.get("O1")
    assert isinstance(member, Organisation)
    assert member.needs == needs


def test_an_id_of_another_type_rejects_its_row_only(store: Store, file: Path) -> None:
    store.items.put([Organisation(id="O1", name="Ada")], source="test")
    file.write_text("id,name,kind\nO1,Ada,école\nL2,Bea,école\n", encoding="utf-8")
    report = import_file(file, store, choices=Choices(ItemType.LEAD))
    assert report.put == PutReport(inserted=1)
    assert report.rejects[0].en == "this id already belongs to an item of type organisation"


def test_nothing_goes_in_when_the_rejects_cannot_be_written(store: Store, file: Path) -> None:
    file.write_text(HEADER + "O1;Ada;;\nO 2;Bea;;\n", encoding="utf-8")
    rejects_path(file).mkdir()
    with pytest.raises(BackendUnavailable, match="nothing was imported"):
        import_file(file, store)
    assert store.items.names() == []


def test_a_full_disk_leaves_no_part_of_the_rejects(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file.write_text(HEADER + "O1;Ada;;\nO 2;Bea;;\n", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackendUnavailable, match="nothing was imported") as caught:
        import_file(file, store)
    assert "No space left" in caught.value.detail
    assert [path for path in file.parent.iterdir() if path.is_file()] == [file]
    assert store.items.names() == []


def test_a_file_without_rejects_is_imported_from_a_read_only_folder(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, **_: bool) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    file.write_text(HEADER + "O1;Ada;;\n", encoding="utf-8")
    monkeypatch.setattr(Path, "unlink", refused)
    assert import_file(file, store).put == PutReport(inserted=1)
    rejects_path(file).touch()
    with pytest.raises(BackendUnavailable, match="copy the file to a folder you may write to"):
        import_file(file, store)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write where nobody may")
def test_from_a_folder_nobody_may_write_to_only_files_without_rejects_are_imported(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "office" / "membres.csv"
    file.parent.mkdir()
    file.write_text(HEADER + "O1;Ada;;\n", encoding="utf-8")
    file.parent.chmod(0o555)
    try:
        assert import_file(file, store).put == PutReport(inserted=1)
        file.write_text(HEADER + "O 2;Bea;;\n", encoding="utf-8")
        with pytest.raises(BackendUnavailable, match="copy the file to a folder you may write to"):
            import_file(file, store)
    finally:
        file.parent.chmod(0o755)


def test_all_rows_of_a_file_are_one_transaction(store: Store, file: Path) -> None:
    file.write_text(HEADER + "".join(f"O{n};N{n};;\n" for n in range(2500)), encoding="utf-8")
    table = read(file)
    assert len(table.rows) == 2500
    assert import_file(file, store).put.inserted == 2500
    assert store.outbox.changes(0, 1)[0].item_id == "O0"
    assert store.outbox.last_seq() == 2500
