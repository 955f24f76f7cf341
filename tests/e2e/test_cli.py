"""The command line as people type it; in a process of its own where the process is what is tested."""

import csv
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli.main import main
from tests.api_page import named

CSV = """\
id;nom;texte;mots clés;secteurs;ville;département;besoins
ORG001;Makina Corpus;Cartographie et données.;cartographie, données;santé;Toulouse;31;cybersécurité
ORG002;Citadelle Sécurité;Audits de cybersécurité pour les hôpitaux.;cybersécurité, audit;santé;Rodez;12;
ORG003;Citadelle Conseil;Conseil en organisation.;conseil;industrie;Rodez;12;
"""
FACTORIES = "id;nom;description;mots clés\nFAC001;Factory Data;Partager les données.;données, open data\n"
CALLS = (
    "id;nom;description;themes;opens_at;closes_at;availability\n"
    "INT001;Mission données;Montréal, données.;données;2026-11-01;2026-12-15;dated\n"
)


def settle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make ``folder`` the place where commands are typed."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MATCHER_HOME", str(folder / "var"))
    monkeypatch.setenv("MATCHER_ENCODER", "hashing")


def write_files(folder: Path) -> None:
    """Write three files of a small office."""
    (folder / "membres.csv").write_text(CSV, "utf-8")
    (folder / "factories.csv").write_text(FACTORIES, "utf-8")
    (folder / "appels.csv").write_text(CALLS, "utf-8")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of one's own with three files of a small office."""
    settle(tmp_path, monkeypatch)
    write_files(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """The same, imported and indexed once; tests work on copies."""
    folder = tmp_path_factory.mktemp("office")
    write_files(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        settle(folder, monkeypatch)
        assert main(["import", "membres.csv"]) == 0
        assert main(["import", "factories.csv", "--kind", "factory"]) == 0
        assert main(["import", "appels.csv", "--kind", "opportunity"]) == 0
        assert main(["index"]) == 0
    return folder


@pytest.fixture
def stocked(office, tmp_path, monkeypatch, capsys):
    """A folder of one's own, imported and indexed."""
    shutil.copytree(office, tmp_path, dirs_exist_ok=True)
    settle(tmp_path, monkeypatch)
    capsys.readouterr()
    return tmp_path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )


def test_help_names_every_command(place, capsys):
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    for name in (
        "demo",
        "import",
        "index",
        "reindex",
        "recommend",
        "search",
        "members-for",
        "show",
        "export",
    ):
        assert name in told


def test_a_member_reads_a_table_and_a_program_reads_json(stocked, capsys):
    asked = ["--kind", "partner", "-k", "1", "--on", "2026-11-22"]
    assert main(["recommend", "Makina Corpus", *asked]) == 0
    table = capsys.readouterr().out
    assert "Citadelle Sécurité" in table
    assert max(map(len, table.splitlines())) <= 100
    assert main(["recommend", "ORG001", *asked, "--json"]) == 0
    item = json.loads(capsys.readouterr().out)["items"][0]
    assert item["item_id"] == "ORG002"
    assert {quote["side"] for quote in item["reasons"][0]["quotes"]} == {"query", "item"}


def test_a_reaction_acts_on_the_next_answer_until_it_is_taken_back(stocked, capsys):
    asked = ["recommend", "ORG001", "--kind", "partner", "-k", "1", "--on", "2026-11-22", "--json"]

    def shown() -> list[str]:
        assert main(asked) == 0
        return [item["item_id"] for item in json.loads(capsys.readouterr().out)["items"]]

    assert shown() == ["ORG002"]
    given = ["feedback", "add", "Makina Corpus", "Citadelle Sécurité", "already_met"]
    assert main([*given, "--json"]) == 0
    number = str(json.loads(capsys.readouterr().out)["id"])
    assert "ORG002" not in shown()
    assert main(["feedback", "list", "ORG001"]) == 0
    assert "déjà rencontré" in capsys.readouterr().out
    assert main(["feedback", "undo", number]) == 0
    assert shown() == ["ORG002"]
    assert main(["feedback", "undo", number]) == 2
    assert main(["feedback", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_reactions_teach_is_written_without_names(stocked, capsys):
    assert main(["feedback", "add", "ORG001", "ORG002", "interested"]) == 0
    assert main(["feedback", "export", "teach.jsonl"]) == 0
    text = (stocked / "teach.jsonl").read_text("utf-8")
    assert "ORG" not in text
    assert text.count("\n") == 2
    assert main(["retention", "run"]) == 0
    assert "visits: 0 removed (notice " in capsys.readouterr().err


def test_a_free_text_is_answered(stocked, capsys):
    text = "partenaire cybersécurité pour un hôpital à Rodez"
    assert main(["search", text, "--kind", "partner", "-k", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["item_id"] == "ORG002"


def test_english_reasons_on_request(stocked, capsys):
    assert main(["recommend", "ORG001", "--kind", "factory", "--lang", "en", "--explain"]) == 0
    told = capsys.readouterr().out
    assert "Factories to join for Makina Corpus" in told
    assert "Pourquoi" not in told


def test_members_for_an_opportunity_on_the_day_asked(stocked, capsys):
    assert main(["members-for", "Mission données", "--on", "2026-11-22", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["item_id"] == "ORG001"
    assert main(["members-for", "INT001", "--on", "2027-11-22"]) == 0
    assert "n'est pas ouverte" in capsys.readouterr().out


@pytest.mark.parametrize("typed", [" ORG001 ", "org001", "MAKINA corpus", "makina", "Makina  Corpus"])
def test_an_item_is_found_however_it_is_typed(stocked, capsys, typed):
    assert main(["show", typed, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "ORG001"


def test_who_says_nothing_of_itself_is_left_out_of_the_plan_and_named(stocked, capsys):
    (stocked / "vide.csv").write_text("id;nom;ville;CP\nVIDE;Vide SARL;Albi;81000\n", "utf-8")
    assert main(["import", "vide.csv", "--kind", "organisation"]) == 0
    assert main(["index"]) == 0
    capsys.readouterr()
    assert main(["plan", "--json"]) == 0
    out, err = capsys.readouterr()
    plan = json.loads(out)
    assert {member["organisation_id"] for member in plan["members"]} == {"ORG001", "ORG002", "ORG003"}
    assert plan["left_out"] == ["VIDE"]
    assert "hors du plan" in err
    assert "(VIDE)" in err
    assert main(["recommend", "Vide SARL", "--kind", "partner"]) == 2
    assert "VIDE: there is no text to match on" in capsys.readouterr().err


def test_the_plan_says_whose_needs_are_illustrative(stocked, capsys):
    lines = (CSV.splitlines()[0] + ";illustrative", CSV.splitlines()[2] + ";oui")
    (stocked / "example.csv").write_text("\n".join(lines) + "\n", "utf-8")
    assert main(["import", "example.csv"]) == 0
    assert main(["index"]) == 0
    capsys.readouterr()
    assert main(["plan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["illustrative"] == ["ORG002"]
    assert main(["plan"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Citadelle Sécurité ◆" in told
    assert "Makina Corpus ◆" not in told
    assert "1 / 3: ◆ besoins illustratifs" in told


def test_the_mark_of_illustrative_needs_is_on_whose_they_are(stocked, capsys):
    lines = (CSV.splitlines()[0] + ";illustrative", CSV.splitlines()[2] + ";oui")
    (stocked / "example.csv").write_text("\n".join(lines) + "\n", "utf-8")
    assert main(["import", "example.csv"]) == 0
    assert main(["index"]) == 0
    capsys.readouterr()
    assert main(["recommend", "ORG001", "--kind", "partner", "-k", "1"]) == 0
    title, *rest = capsys.readouterr().out.strip().splitlines()
    assert "◆" not in title
    assert any("◆ besoins illustratifs" in line for line in rest[:-1])
    assert main(["recommend", "ORG002", "--kind", "factory"]) == 0
    assert "◆ besoins illustratifs" in capsys.readouterr().out.strip().splitlines()[0]


def test_an_instant_at_the_end_of_the_calendar_is_answered(stocked, capsys):
    assert main(["recommend", "ORG001", "--kind", "factory", "--on", "9999-12-31T23:59:59-12:00"]) == 0
    assert "31 déc. 9999" in capsys.readouterr().out


def test_what_cannot_be_written_out_is_told_in_one_message(stocked, monkeypatch):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        export = [sys.executable, "-m", "service.cli.main", "export"]
        done = subprocess.run(export, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = run("export")
    assert done.returncode == 3
    assert "PYTHONIOENCODING=utf-8" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("asked", [["recommend", "ORG001", "--kind", "factory"], ["members-for", "INT001"]])
def test_no_more_is_given_than_the_limit_allows(stocked, monkeypatch, capsys, asked):
    monkeypatch.setenv("MATCHER_MAX_K", "2")
    assert main([*asked, "-k", "3"]) == 2
    assert "k is 3; this service gives at most 2 items." in " ".join(capsys.readouterr().err.split())
    assert main([*asked, "-k", "2"]) == 0


def test_skills_of_a_text_quote_it_and_name_esco(place, capsys):
    text = "Nous gérons des bases de données, la cybersécurité"
    assert main(["skills", text, "--json"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert "gérer une base de données" in [skill["label"] for skill in found]
    assert all(text[skill["start"] : skill["end"]] == skill["text"] for skill in found)
    assert all(skill["id"].startswith("http://data.europa.eu/esco/skill/") for skill in found)
    assert "ESCO classification of the European Commission" in told.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recommend", "Makina Corpsu", "--kind", "factory"], "ORG001 (Makina Corpus)"),
        (["recommend", "Citadelle", "--kind", "factory"], "ORG003 (Citadelle Conseil)"),
        (["recommend", "ORG001", "--kind", "factory", "--on", "demain"], "2026-11-22"),
        (["recommend", "ORG01", "--kind", "factory"], "ORG001 (Makina Corpus)"),
        (["recommend", "fac001", "--kind", "factory"], "is a factory, not an organisation"),
        (["recommend", "INT001", "--kind", "factory"], "is an opportunity, not an organisation"),
        (["members-for", "Factory Data"], "is a factory, not an opportunity"),
        (["recommend", "x" * 100_000, "--kind", "factory"], f"called '{'x' * 60}…'"),
        (["search", "  ", "--kind", "partner"], "no text"),
        (["search", "mots " * 4_001, "--kind", "partner"], "20004 characters, at most 20000"),
        (["search", "caf\udce9", "--kind", "partner"], "not UTF-8"),
        (["export", "out.xls"], ".jsonl"),
        (["export", "out.csv"], "--kind"),
        (["serve", "--workers", "2"], "MATCHER_QDRANT_URL"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_message(stocked, capsys, arguments, said):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert len(err) < 1_000
    assert out == ""


def test_an_error_leaves_the_process_with_its_code_and_no_traceback(place):
    done = run("show", "ORG001")
    assert done.returncode == 3
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr


def test_several_workers_say_what_keeps_them_from_starting(place, monkeypatch, capsys):
    monkeypatch.setenv("MATCHER_QDRANT_URL", "http://127.0.0.1:9")
    assert main(["serve", "--workers", "2"]) == 3
    assert "matcher migrate" in capsys.readouterr().err


def test_a_missing_store_or_index_names_the_command_to_run(place, capsys):
    assert main(["recommend", "ORG001", "--kind", "factory"]) == 3
    assert "matcher migrate" in capsys.readouterr().err
    assert main(["import", "membres.csv"]) == 0
    assert main(["recommend", "ORG001", "--kind", "factory"]) == 3
    assert "matcher index" in capsys.readouterr().err


def test_a_wrong_data_folder_leaves_the_model_alone(place, monkeypatch, capsys):
    kept = place / "var" / "models" / "e5-small" / "model.safetensors"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"tuned")
    monkeypatch.setenv("MATCHER_DATA_DIR", "/nope")
    monkeypatch.delenv("MATCHER_ENCODER")
    for command in ("demo", "prepare"):
        assert main([command]) == 3
        assert "MATCHER_DATA_DIR" in capsys.readouterr().err
    assert kept.read_bytes() == b"tuned"


def test_a_setting_that_cannot_be_names_its_variable(place, monkeypatch, capsys):
    monkeypatch.setenv("MATCHER_PORT", "many")
    assert main(["doctor"]) == 2
    assert "MATCHER_PORT" in capsys.readouterr().err


def test_bad_rows_are_listed_and_the_good_ones_go_in(place, capsys):
    (place / "membres.csv").write_text(CSV + "ORG 4!;Trop;x;x;x;x;31;\n", "utf-8")
    assert main(["import", "membres.csv", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["inserted"], told["rejected"]) == (3, 1)
    assert told["rejects"][0]["line"] == 5
    assert "ORG 4!" in (place / "membres.csv.rejects.csv").read_text("utf-8-sig")
    assert main(["import", "membres.csv"]) == 2
    assert "ORG 4!" in capsys.readouterr().out


def test_a_dry_run_changes_nothing(place, capsys):
    assert main(["import", "membres.csv", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["inserted"] == 3
    assert not (place / "var").exists()
    assert main(["import", "membres.csv"]) == 0
    capsys.readouterr()
    assert main(["import", "membres.csv", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 3


def test_only_an_import_makes_or_migrates_a_store_and_it_is_named_whole(place, monkeypatch, capsys):
    monkeypatch.setenv("MATCHER_HOME", "elsewhere")
    store = place / "elsewhere" / "matcher.db"
    assert main(["export"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "There is no store" in err
    assert str(store) in err
    assert "MATCHER_HOME" in err
    assert not store.exists()
    assert main(["import", "membres.csv"]) == 0
    assert str(store) in capsys.readouterr().out
    with sqlite3.connect(store) as database:
        database.execute("DROP TABLE alembic_version")
    for arguments in (["export"], ["import", "membres.csv", "--dry-run"]):
        assert main(arguments) == 3
        assert "matcher migrate" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["all.jsonl", "organisations.csv"])
def test_what_is_exported_is_read_back_identically(stocked, monkeypatch, capsys, name):
    kind = ["--kind", "organisation"] if name.endswith(".csv") else []
    assert main(["export", name, *kind]) == 0
    capsys.readouterr()
    assert main(["import", name, *kind, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["inserted"], told["updated"]) == (0, 0)
    monkeypatch.setenv("MATCHER_HOME", str(stocked / "elsewhere"))
    assert main(["import", name, *kind]) == 0
    assert main(["export", f"again-{name}", *kind]) == 0
    assert (stocked / f"again-{name}").read_bytes() == (stocked / name).read_bytes()
    capsys.readouterr()
    assert main(["audit", "export"]) == 0
    taken_out = [
        one for one in map(json.loads, capsys.readouterr().out.splitlines()) if "report" in one["act"]
    ]
    assert [one["subject"] for one in taken_out] == ["report:catalogue"]


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_an_entry_that_holds_the_separator_is_read_back(stocked, capsys, name):
    item = {"id": "ORG005", "name": "Point; virgule", "offers": ["un; deux"]}
    (stocked / "one.jsonl").write_text(json.dumps(item), "utf-8")
    assert main(["import", "one.jsonl", "--kind", "organisation"]) == 0
    assert main(["export", name, "--kind", "organisation"]) == 0
    capsys.readouterr()
    assert main(["import", name, "--kind", "organisation", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 4


def test_an_export_that_fails_leaves_the_former_one(stocked, monkeypatch, capsys):
    export = ["export", "out.CSV", "--kind", "organisation"]
    assert main(export) == 0
    good = (stocked / "out.CSV").read_bytes()
    names = sorted(path.name for path in stocked.iterdir())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    capsys.readouterr()
    assert main(["export", "out.CSV", "--kind", "factory"]) == 3
    assert "No space left" in capsys.readouterr().err
    assert main(["export", "new.csv", "--kind", "factory"]) == 3
    assert (stocked / "out.CSV").read_bytes() == good
    assert sorted(path.name for path in stocked.iterdir()) == names


def test_a_csv_for_spreadsheets(stocked):
    assert main(["export", "out.csv", "--kind", "opportunity"]) == 0
    raw = (stocked / "out.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0]["closes_at"] == "2026-12-16T00:00:00+01:00"


def test_show_prints_what_is_known(stocked, capsys):
    assert main(["show", "Makina Corpus"]) == 0
    assert "cartographie, données" in capsys.readouterr().out
    assert main(["show", "INT001", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["themes"] == ["données"]


def test_reindex_builds_another_generation_with_the_same_answers(stocked, capsys):
    ask = ["recommend", "ORG001", "--kind", "partner", "--on", "2026-11-22", "--json"]
    assert main(ask) == 0
    before = json.loads(capsys.readouterr().out)
    assert main(["reindex"]) == 0
    capsys.readouterr()
    assert main(ask) == 0
    after = json.loads(capsys.readouterr().out)
    assert before.pop("generation") != after.pop("generation")
    assert before == after


def keys_of(told) -> set[str]:
    if isinstance(told, dict):
        return {key for name, value in told.items() for key in {name} | keys_of(value)}
    return {key for value in told for key in keys_of(value)} if isinstance(told, list) else set()


MEETINGS = ["meetings", "plan", "--participants", "people.csv", "--rounds", "1", "--json"]


@pytest.mark.parametrize(
    "asked",
    [
        ["recommend", "ORG001", "--kind", "partner", "--json", "--explain"],
        ["show", "INT001", "--json"],
        ["plan", "--json"],
        ["import", "bad.csv", "--json"],
        ["doctor", "--json"],
        ["skills", "la cybersécurité", "--json"],
        MEETINGS,
        [*MEETINGS, "--table-size", "4"],
    ],
)
def test_the_page_on_the_formats_names_every_field(stocked, capsys, asked):
    (stocked / "bad.csv").write_text(CSV + "ORG 4!;Trop;x;x;x;x;31;\n", "utf-8")
    (stocked / "people.csv").write_text("nom\n" + "".join(f"Personne {n}\n" for n in "ABCDEFGH"), "utf-8")
    main(asked)
    told = json.loads(capsys.readouterr().out)
    if isinstance(told, dict) and "free" in told.get("summary", {}):
        told["summary"]["free"] = {}  # by name of a person
    assert keys_of(told) - named() == set()


def test_doctor_says_what_is_wrong_and_how_to_mend_it(place, monkeypatch, capsys):
    assert main(["doctor", "--json"]) == 3
    findings = {finding["check"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["python"]["state"] == "ok"
    assert "matcher migrate" in findings["store"]["found"]
    monkeypatch.setenv("MATCHER_HOEM", "x")
    monkeypatch.delenv("MATCHER_ENCODER")
    assert main(["doctor"]) == 3
    told = " ".join(capsys.readouterr().out.split())
    assert "MATCHER_HOEM" in told
    assert "matcher prepare" in told


def test_doctor_finds_a_healthy_place_healthy(stocked, capsys):
    assert main(["doctor", "--json"]) == 0
    findings = {finding["check"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["index"]["state"] == "ok"
    assert "3 organisation" in findings["store"]["found"]


def test_doctor_finds_a_corrupt_index_and_reindex_mends_it(stocked, capsys):
    manifest = next((stocked / "var" / "index").glob("*/manifest.json"))
    manifest.write_text("{", "utf-8")
    assert main(["doctor", "--json"]) == 3
    assert "matcher reindex" in capsys.readouterr().out
    assert main(["reindex"]) == 0
    assert main(["doctor"]) == 0
