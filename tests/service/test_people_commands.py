"""The commands that manage people: source, consent and objection of contact persons."""

import json
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from matcher.domain import Organisation
from service.cli.main import main
from tests.samples import migrated

CLAIRE = "claire@example.org"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path))
    with open_store(migrated(tmp_path / "matcher.db")) as store:
        store.items.put([Organisation(id="ORG001", name="Maison Un")], source="test")


def _added(*options: str) -> int:
    return main(["users", "add", CLAIRE, "--name", "Claire Martin", "--for", "Maison Un", *options])


def _shown(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["users", "show", CLAIRE, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_contact_person_has_a_source_objects_and_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert _added("--contact", "--source", "salon de l'IA 2026") == 0
    found = _shown(capsys)
    assert (found["roles"], found["organisations"], found["source"]) == ([], ["ORG001"], "salon de l'IA 2026")
    assert (found["consent_at"], found["objected_at"]) == (None, None)
    assert main(["users", "object", CLAIRE]) == 0
    assert _shown(capsys)["objected_at"] is not None
    assert main(["users", "list"]) == 0
    assert "no mails" in capsys.readouterr().out
    assert main(["users", "agree", CLAIRE]) == 0
    found = _shown(capsys)
    assert found["consent_at"] is not None
    assert found["objected_at"] is None


def test_who_is_erased_has_a_certificate_and_is_not_taken_in_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _added() == 0
    assert main(["users", "erase", CLAIRE]) == 0
    assert "Certificate: ER" in capsys.readouterr().out
    assert _added() == 2


@pytest.mark.parametrize(
    "words", [("contact", "7K3-M2"), ("decide", "SL1", "7K3-M2", "keep")], ids=["contact", "decide"]
)
def test_who_has_left_opens_no_contact_and_decides_nothing(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "add", CLAIRE, "--name", "Claire Martin", "--role", "hr"]) == 0
    assert main(["users", "disable", CLAIRE]) == 0
    capsys.readouterr()
    assert main(["shortlist", *words, "--reason", "Poste de développement à Nîmes", "--by", CLAIRE]) != 0
    assert f"'{CLAIRE}' was disabled" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("command", ["object", "agree", "show", "disable", "enable", "erase"])
def test_an_unknown_address_is_refused_with_what_to_do(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", command, "nobody@example.org"]) == 2
    assert "matcher users list" in capsys.readouterr().err


@pytest.mark.parametrize("break_", ["\r\nBcc: all@example.org", "\nX: y", "\u2028"])
def test_an_address_with_a_line_break_is_refused_and_not_repeated(
    break_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"claire@example.org{break_}"
    assert main(["users", "add", address, "--name", "Claire", "--contact"]) == 2
    said = capsys.readouterr().err
    assert "one line" in said
    assert "Bcc" not in said
