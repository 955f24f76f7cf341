import os
import sys

import pytest

from service.cli.render import console


@pytest.fixture
def program(tmp_path, monkeypatch):
    """An installed program in a folder of an environment, where the shell stands."""
    path = tmp_path / ".venv" / "bin" / "matcher"
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin")
    return path


@pytest.mark.parametrize("called", [".venv/bin/matcher", "{home}/.venv/bin/matcher"])
def test_the_program_is_named_so_that_it_can_be_typed_again(program, monkeypatch, tmp_path, called):
    called = called.format(home=tmp_path)
    monkeypatch.setattr(sys, "argv", [called, "demo"])
    assert console.program() == called
    monkeypatch.setenv("PATH", f"/usr/bin{os.pathsep}{program.parent}")
    assert console.program() == "matcher"


def test_run_as_a_module_it_goes_by_its_name(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/service/cli.py", "demo"])
    assert console.program() == "matcher"
