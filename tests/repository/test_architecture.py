"""The house rules on size that no linter checks, and which module reads the environment."""

import ast
from pathlib import Path

import pytest

from service.cli.later import LATER
from tests.repository.modules import MODULES, name_of, nodes_of, parse

MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 40
MOST_MODULES_OF_A_FOLDER = 15
MAY_NAME_THE_ENVIRONMENT = {
    "matcher/bulk/cluster.py": "tells Ray, before it starts, to report nothing and where its token is",
    "matcher/adapters/encoder/sentence.py": "sets how OpenMP's threads wait, before torch starts them",
    "training/bench/faults/processes.py": "gives the processes that it forks settings of their own",
}


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES_OF_A_MODULE, "split the module by concept"
    lengths = {node.name: _length_without_docstring(node) for node in _functions(path)}
    long = {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_FUNCTION}
    assert not long, f"split these functions: {long}"


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=name_of)
def test_no_folder_is_crowded(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES_OF_A_FOLDER, "make a package of what belongs together"


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=name_of)
def test_every_package_says_what_is_inside(folder: Path) -> None:
    door = folder / "__init__.py"
    assert door.is_file(), "add an __init__.py with a docstring"
    assert ast.get_docstring(parse(door)), "say in the docstring what is inside"


def _names_the_environment(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv")
        for node in nodes_of(path)
    )


def test_only_settings_reads_the_environment() -> None:
    readers = {name_of(path) for path in MODULES if _names_the_environment(path)}
    assert readers - MAY_NAME_THE_ENVIRONMENT.keys() == {"matcher/settings.py"}


@pytest.mark.parametrize("name", LATER)
def test_a_command_loaded_late_is_listed_with_its_own_help(name: str) -> None:
    """The list is written apart, so that ``matcher --help`` imports no command."""
    assert LATER[name].load(name).get_short_help_str(200) == LATER[name].help
