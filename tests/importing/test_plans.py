"""An import is planned, applied as planned, and can be undone; twins are told and merged."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain.items import Factory, Organisation
from matcher.errors import InvalidRequest, StalePlan
from matcher.importing import Action, Certainty, Choices, apply_plan, import_file, load_profile, plan_import
from service.cli.main import main
from tests.samples import migrated

ADA = Organisation(id="O1", name="Ada", city="Albi", expertise=("data",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "store" / "matcher.db")) as opened:
        opened.items.put([ADA], source="test")
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "membres.csv"
    path.write_text("id;raison sociale;ville;Fax;CA\nO1;Ada;Foix;05;\nO2;Bea;Gap;06;\n", encoding="utf-8")
    return path


def test_the_plan_says_what_each_column_gives(store: Store, file: Path) -> None:
    mapping = plan_import(file, store).report.mapping
    assert [(use.title, use.field, use.certainty, use.samples) for use in mapping] == [
        ("id", "id", Certainty.EXACT, ("O1", "O2")),
        ("raison sociale", "name", Certainty.KNOWN, ("Ada", "Bea")),
        ("ville", "city", Certainty.KNOWN, ("Foix", "Gap")),
        ("Fax", "", Certainty.NONE, ("05", "06")),
        ("CA", "", Certainty.NONE, ()),
    ]
    assert [use.why.en if use.why else "" for use in mapping[3:]] == ["unknown column", ""]


def test_what_was_planned_is_what_is_written(store: Store, file: Path) -> None:
    plan = plan_import(file, store)
    assert store.items.get("O1") == ADA, "a plan writes nothing"
    changed, new = plan.report.actions
    (change,) = changed.changes
    assert (changed.action, change.field, change.before, change.after) == (
        Action.CHANGED,
        "city",
        "Albi",
        "Foix",
    )
    assert (new.action, new.item_id) == (Action.NEW, "O2")
    report = apply_plan(plan, store, who="claire")
    assert report.actions == plan.report.actions
    assert store.items.get("O1") == ADA.model_copy(update={"city": "Foix"})
    (batch,) = store.imports.all()
    assert (batch.id, batch.file.who, batch.file.name) == (report.batch, "claire", "membres.csv")


def test_a_plan_that_no_longer_holds_is_not_applied(store: Store, file: Path) -> None:
    plan = plan_import(file, store)
    store.items.put([ADA.model_copy(update={"city": "Foix"})], source="someone else")
    with pytest.raises(StalePlan, match="preview the file again"):
        apply_plan(plan, store)
    assert [item_id for item_id, _ in store.items.names()] == ["O1"]


def test_an_import_is_undone_except_what_was_changed_since(store: Store, file: Path) -> None:
    report = import_file(file, store)
    bea = Organisation(id="O2", name="Bea", city="Rodez")
    store.items.put([bea], source="staff")
    undone = store.imports.undo(report.batch)
    assert (undone.restored, undone.removed, undone.kept) == (("O1",), (), ("O2",))
    assert (store.items.get("O1"), store.items.get("O2")) == (ADA, bea)


def test_columns_are_mapped_and_ignored_as_asked(store: Store, file: Path) -> None:
    file.write_text("id;raison sociale;Lieu;Accord signé\nO1;Ada;Foix;oui\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="Accord signé"):
        plan_import(file, store)
    choices = Choices(columns={"lieu": "ville"}, ignored=("Accord signé",))
    (action,) = plan_import(file, store, choices=choices).report.actions
    assert [change.field for change in action.changes] == ["city"]
    obeyed = Choices(columns={"Accord signé": "opposition", "Lieu": "city"})
    import_file(file, store, choices=obeyed)
    item = store.items.get("O1")
    assert isinstance(item, Organisation)
    assert item.opted_out


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (Choices(columns={"Nulle part": "ville"}), "has no column 'Nulle part'"),
        (Choices(columns={"ville": "pointure"}), "'pointure' is no field of organisation"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(
    store: Store, file: Path, choices: Choices, said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        plan_import(file, store, choices=choices)


def test_twins_are_told_by_siret_and_by_name(store: Store, file: Path) -> None:
    rows = "T1;Lumen Data SAS;90000000000015\nT2;Autre;90000000000015\nT3;ADA (SARL);\n"
    file.write_text("id;nom;siret\n" + rows, encoding="utf-8")
    twins = plan_import(file, store).report.twins
    assert [(found.reason, [item_id for item_id, _ in found.items]) for found in twins] == [
        ("siret", ["T1", "T2"]),
        ("name", ["T3", "O1"]),
    ]


def test_a_calendar_sets_the_next_dates_of_factories(store: Store, tmp_path: Path) -> None:
    store.items.put([Factory(id="F1", name="Factory IoT"), Factory(id="F2", name="Fintech")], source="test")
    events = ["Factory IoT : atelier 4", "Assemblée générale", "Factory IoT, atelier 3", "Fintech (passé)"]
    days = ["20990601", "20990601", "20990301", "20200101"]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for number, (title, day) in enumerate(zip(events, days, strict=True)):
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"DTSTART:{day}T090000Z", f"SUMMARY:{title}", "END:VEVENT"]
    path = tmp_path / "agenda.ics"
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), encoding="utf-8")
    report = import_file(path, store)
    factory = store.items.get("F1")
    assert isinstance(factory, Factory)
    assert factory.next_meeting is not None
    assert factory.next_meeting.isoformat() == "2099-03-01T09:00:00+00:00"
    told = " ".join(notice.en for notice in report.notices)
    assert "name no factory: « Assemblée générale »" in told
    assert "past or cancelled: 1" in told


def test_the_command_line_imports_lists_undoes_and_merges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    file.write_text("id;raison sociale;Lieu\nO1;Ada;Albi\nO2;ADA SAS;Foix\n", encoding="utf-8")
    flags = ["--map", "Lieu=ville", "--profile", "adherents"]
    assert main(["import", str(file), *flags, "--dry-run"]) == 0
    planned = " ".join(capsys.readouterr().out.split())
    assert "Lieu" in planned
    assert "matcher merge O1 O2" in planned
    assert main(["import", str(file), *flags]) == 0
    assert load_profile(tmp_path / "home" / "import-profiles", "adherents").columns == {"Lieu": "ville"}
    assert main(["import", str(file), "--profile", "adherents", "--json"]) == 0
    capsys.readouterr()
    assert main(["imports", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[-1]
    assert (first["file"], first["inserted"]) == ("membres.csv", 2)
    assert main(["merge", "O1", "O2"]) == 0
    assert main(["export"]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()[1:]] == ["O1"]
    assert main(["undo", first["id"]]) == 0
    assert main(["undo", first["id"]]) == 2
