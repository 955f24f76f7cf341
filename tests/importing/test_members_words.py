"""An import leaves what a member wrote itself, and spellings alike; the report names it, and staff decide."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain.events import PutReport
from matcher.domain.imports import BY_PAGE, MEMBER, ImportFile
from matcher.domain.items import ItemType, Organisation
from matcher.errors import StalePlan
from matcher.importing import Choices, apply_plan, import_file, plan_import
from service.cli.main import main
from tests.samples import migrated

ADA = Organisation(id="O1", name="Ada", city="Toulouse", expertise=("Réseaux", "IA"), size_band="TPE")
ROW = "id;nom;ville;expertise;taille\nO1;Ada;{city};Réseaux|IA;{size}\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "store" / "matcher.db")) as opened:
        opened.items.put([ADA], source="test")
        yield opened


def listed(folder: Path, city: str, size: str = "TPE") -> Path:
    path = folder / "membres.csv"
    path.write_text(ROW.format(city=city, size=size), encoding="utf-8")
    return path


def edit(store: Store, who: str = MEMBER, **fields: object) -> str:
    item = store.items.get("O1").model_copy(update=fields)
    return store.items.put([item], source="page", file=ImportFile(BY_PAGE, "", who)).batch


def city_of(store: Store) -> str:
    item = store.items.get("O1")
    assert isinstance(item, Organisation)
    return item.city


def test_what_the_member_wrote_stays_and_is_named(store: Store, tmp_path: Path) -> None:
    edit(store, city="Albi")
    report = import_file(listed(tmp_path, "Foix", "PE"), store)
    (action,) = report.actions
    (kept,) = action.theirs
    assert (kept.field, kept.stored, kept.given) == ("city", "Albi", "Foix")
    assert kept.written_at is not None
    assert [change.field for change in action.changes] == ["size_band"], "the rest of the row is taken"
    assert city_of(store) == "Albi"
    again = import_file(listed(tmp_path, "Foix", "PE"), store)
    assert (again.put, city_of(store)) == (PutReport(unchanged=1), "Albi"), "an import gives nothing up"


def test_the_file_is_taken_where_staff_decide_so(store: Store, tmp_path: Path) -> None:
    edit(store, city="Albi")
    report = import_file(listed(tmp_path, "Foix"), store, choices=Choices(file_wins=True))
    assert (report.put, city_of(store)) == (PutReport(updated=1), "Foix")
    import_file(listed(tmp_path, "Gap"), store)
    assert city_of(store) == "Gap", "the file wrote last"


@pytest.mark.parametrize("last", ["staff", "undo"])
def test_a_field_that_another_hand_wrote_last_is_not_the_members(
    store: Store, tmp_path: Path, last: str
) -> None:
    batch = edit(store, city="Albi")
    if last == "undo":
        store.imports.undo(batch)
    else:
        edit(store, last, city="Rodez")
    import_file(listed(tmp_path, "Foix"), store)
    assert city_of(store) == "Foix"


def test_a_plan_made_before_the_member_wrote_is_not_applied(store: Store, tmp_path: Path) -> None:
    plan = plan_import(listed(tmp_path, "Foix"), store)
    edit(store, city="Albi")
    with pytest.raises(StalePlan):
        apply_plan(plan, store)


def test_a_clearing_cell_leaves_what_the_member_wrote(store: Store, tmp_path: Path) -> None:
    edit(store, city="Albi", size_band="PE")
    report = import_file(listed(tmp_path, "", ""), store, choices=Choices(empty_clears=True))
    item = store.items.get("O1")
    assert isinstance(item, Organisation)
    assert (item.city, item.size_band) == ("Albi", "PE")
    assert [one.field for one in report.actions[0].theirs] == ["city", "size_band"]


@pytest.mark.parametrize(("before", "wanted"), [(True, False), (False, True)])
def test_no_opposition_is_lost(store: Store, tmp_path: Path, before: bool, wanted: bool) -> None:
    edit(store, opted_out=before)
    edit(store, opted_out=wanted)
    path = tmp_path / "membres.csv"
    path.write_text(f"id;nom;opposition\nO1;Ada;{'non' if wanted else 'oui'}\n", encoding="utf-8")
    import_file(path, store)
    item = store.items.get("O1")
    assert isinstance(item, Organisation)
    assert item.opted_out


@pytest.mark.parametrize("city", ["TOULOUSE", "toulouse", "Toulousé"])
def test_capitals_and_accents_alone_are_no_change(store: Store, tmp_path: Path, city: str) -> None:
    path = tmp_path / "membres.csv"
    path.write_text(f"id;nom;ville;expertise\nO1;ADA;{city};RESEAUX|ia\n", encoding="utf-8")
    seq = store.outbox.last_seq()
    report = import_file(path, store)
    (action,) = report.actions
    assert (report.put, action.changes, report.alike) == (PutReport(unchanged=1), (), 3)
    assert action.theirs == []
    assert store.outbox.last_seq() == seq
    import_file(path, store, choices=Choices(file_wins=True))
    assert city_of(store) == city


def test_the_command_names_what_stays(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(store, city="Albi")
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "store"))
    path = listed(tmp_path, "Foix")
    main(["import", str(path)])
    said = " ".join(capsys.readouterr().out.split())
    assert "city: Albi" in said
    assert city_of(store) == "Albi"
    main(["import", "--file-wins", str(path)])
    assert city_of(store) == "Foix"


@pytest.mark.parametrize("title", ["Ne pas contacter", "Opposition", "Désinscrit", "Démissionnaire", "Radié"])
@pytest.mark.parametrize("tick", ["x", "X"])
def test_a_tick_in_a_deciding_column_is_a_yes(store: Store, tmp_path: Path, title: str, tick: str) -> None:
    path = tmp_path / "membres.csv"
    path.write_text(f"id;nom;{title}\nO1;Ada;{tick}\nO2;Bea;\n", encoding="utf-8")
    import_file(path, store, choices=Choices(ItemType.ORGANISATION))
    assert [is_opted_out(store, name) for name in ("O1", "O2")] == [True, False]


def test_an_empty_opposition_takes_no_resignation_back(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "membres.csv"
    path.write_text("id;nom;Opposition;Adhérent\nO1;Ada;;démissionnaire\n", encoding="utf-8")
    import_file(path, store, choices=Choices(ItemType.ORGANISATION))
    assert is_opted_out(store, "O1")


def is_opted_out(store: Store, name: str) -> bool:
    item = store.items.get(name)
    assert isinstance(item, Organisation)
    return item.opted_out
