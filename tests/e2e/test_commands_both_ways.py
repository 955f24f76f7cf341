"""Commands that need the index answer alike alone, beside the service that holds it, and from elsewhere."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from service.cli.main import main
from service.running import find_running
from tests.e2e.serving import environment_of, serving
from tests.service.conftest import ITEMS, settings_of

KEY = "key-of-this-test-only"
PEOPLE = "Nom;Thèmes\nMakina Corpus;cartographie\nCitadelle Sécurité;cybersécurité\n"
ON = ["--on", "2026-11-30", "--json"]
ANYWHERE = {
    "recommend": ["recommend", "makina", "--kind", "partner", *ON],
    "search": ["search", "open data", "--kind", "factory", *ON],
    "members-for": ["members-for", "INT001", *ON],
    "plan": ["plan", "--json"],
    "meetings": ["meetings", "plan", "--participants", "people.csv", "--rounds", "1", "--json"],
    "doctor": ["doctor", "--json"],
    "index": ["index"],
}
ONLY_HERE = {
    "alerts": ["alerts", "preview", "INT001", "--json"],
    "feedback": ["feedback", "export", "examples.jsonl"],
    "reindex": ["reindex"],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A home with a catalogue and one reaction, indexed."""
    home: Path = tmp_path_factory.mktemp("both") / "home"
    settings = settings_of(home)
    with open_store(settings.database_url) as store:
        store.migrate()
        store.items.put(ITEMS, source="test")
    with open_matcher(settings) as matcher:
        matcher.index_now()
    return home


@pytest.fixture(scope="module", autouse=True)
def here(home) -> Iterator[pytest.MonkeyPatch]:
    """Commands run in this process work on the home, in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home.parent)
        Path("people.csv").write_text(PEOPLE, "utf-8")
        for name, value in environment_of(home, KEY).items():
            if name.startswith("MATCHER_"):
                patch.setenv(name, value)
        assert main(["feedback", "add", "ORG001", "FAC001", "interested"]) == 0
        yield patch
    logging.getLogger().handlers.clear()


def run(arguments: list[str]) -> str:
    """Run a command in this process and return what it printed."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(arguments) == 0
    return printed.getvalue()


def told(name: str) -> Any:
    """What a command says that must not depend on who answers it."""
    output = run((ANYWHERE | ONLY_HERE)[name])
    if name == "feedback":
        return len(Path("examples.jsonl").read_text("utf-8").splitlines())
    if name in ("index", "reindex"):
        return output
    found = json.loads(output)
    if name == "plan":
        return found["members"]
    if name == "doctor":
        return [row["found"] for row in found if row["check"] in ("store", "twins")]
    if name in ("alerts", "meetings"):
        return found
    return found["items"]


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    """What each command says while no service runs; with a plan, which answers follow, from the start."""
    run(ANYWHERE["plan"])
    return {name: told(name) for name in (*ANYWHERE, *ONLY_HERE)}


@pytest.fixture(scope="module")
def server(home, alone) -> Iterator[str]:
    """The served process; its address."""
    with serving(environment_of(home, KEY)) as (client, _, _):
        yield str(client.base_url)


def test_alone_each_command_finds_something(alone):
    assert alone["recommend"][0]["item_id"] == "ORG002"
    assert alone["search"][0]["item_id"] == "FAC001"
    assert alone["members-for"][0]["item_id"] == "ORG001"
    assert alone["feedback"] >= 2  # a head, and one question
    assert len(alone["plan"]) == 3


@pytest.mark.parametrize("name", [*ANYWHERE, *ONLY_HERE])
def test_beside_a_service_a_command_says_the_same(name, alone, server):
    assert find_running(settings_of(Path("home"))) is not None
    assert told(name) == alone[name]


@pytest.mark.parametrize("name", ANYWHERE)
def test_from_elsewhere_a_command_says_the_same(name, alone, server, here, tmp_path):
    with here.context() as elsewhere:
        for variable, value in {"HOME": str(tmp_path), "URL": server, "TOKEN": KEY}.items():
            elsewhere.setenv(f"MATCHER_{variable}", value)
        assert told(name) == alone[name]
    assert not any(tmp_path.iterdir())


def test_what_works_on_the_store_is_refused_elsewhere(server, here, capsys):
    with here.context() as elsewhere:
        elsewhere.setenv("MATCHER_URL", server)
        assert main(["export"]) == 2
        assert "MATCHER_URL" in capsys.readouterr().err
        assert main(["recommend", "makina", "--kind", "partner"]) == 2
        assert "MATCHER_TOKEN" in capsys.readouterr().err
        elsewhere.setenv("MATCHER_TOKEN", "a-key-that-opens-nothing")
        assert main(["recommend", "makina", "--kind", "partner"]) == 2
        assert "key" in capsys.readouterr().err


def test_two_staff_without_a_service_wait_for_each_other(home, tmp_path_factory):
    """The embedded index has one owner: the second command waits until the first has ended."""
    other = tmp_path_factory.mktemp("two") / "home"
    settings = settings_of(other)
    with open_store(settings.database_url) as store:
        store.migrate()
        store.items.put(ITEMS, source="test")
    with open_matcher(settings) as matcher:
        matcher.index_now()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MATCHER_HOME", str(other))
            freed = threading.Timer(1.0, matcher.serving.close)
            freed.start()
            assert json.loads(run(ANYWHERE["search"]))["items"][0]["item_id"] == "FAC001"
            freed.join()
