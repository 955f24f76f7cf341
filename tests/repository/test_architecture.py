"""The house rules that no linter checks: the size of modules and functions, and who reads the environment."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for room in ("matcher", "service", "training")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)


def _functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "split the module by concept"
    long = {
        node.name: length
        for node in _functions(ast.parse(text))
        if (length := _length_without_docstring(node)) > 40
    }
    assert not long, f"functions of more than 40 lines: {long}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name
)
def test_decisions_stay_short(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 40


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in MODULES}), ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_folder_is_crowded(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= 15, "make a package of what belongs together"


def test_only_settings_reads_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.name != "settings.py" and "environ" in path.read_text(encoding="utf-8")
    ]
    assert readers == []


def test_mocks_stay_rare() -> None:
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    cases = sum(text.count("def test_") for text in tests)
    mocks = sum(
        line.lstrip().startswith(("from unittest", "import unittest"))
        for text in tests
        for line in text.split("\n")
    )
    assert mocks * 100 <= 3 * cases
