"""The README's commands run as they are written, in its order, on a fresh home."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.strip()]
MATCHER = [line for line in COMMANDS if line.startswith(".venv/bin/matcher ")]
MAKE = [line for line in COMMANDS if line.startswith("make ")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the demo has run, with the weightless encoder so that it takes seconds."""
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [str(BIN / "matcher"), "demo"],
        cwd=ROOT,
        env=os.environ | {"MATCHER_HOME": str(home), "MATCHER_ENCODER": "hashing"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Makina Corpus" in done.stdout
    return home


def test_it_is_short_and_every_console_line_is_covered_here() -> None:
    assert README.count("\n") <= 150
    assert sorted(MATCHER + MAKE) == sorted(COMMANDS)
    assert len(MATCHER) >= 5


@pytest.mark.parametrize("line", MATCHER)
def test_a_command_runs_as_written(
    line: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MATCHER_HOME", str(home))
    monkeypatch.setenv("MATCHER_ENCODER", "hashing")
    _, *arguments = shlex.split(line)
    assert main(arguments) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("line", MAKE)
def test_a_make_target_exists(line: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", *line.split()[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_laboratory_command_named_exists() -> None:
    section = README[README.index("## Quality and speed") : README.index("## Data and law")]
    named = re.findall(r"`(?:matcher-lab )?([a-z-]+)`", section)
    known = subprocess.run(
        [str(BIN / "matcher-lab"), "--help"], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    assert len(named) >= 5
    assert [name for name in named if name != "matcher-lab" and f" {name} " not in known] == []


def test_every_file_it_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
