"""The house rules on tests: few mocks, and nothing private touched."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository.modules import TESTS, name_of, nodes_of

MOST_MOCKS_A_HUNDRED_TESTS = 3
MOCK = re.compile(
    r"""
      monkeypatch\.(?:setattr|setitem|delattr|delitem)\b    # a part of the product is replaced
    | \b(?:from|import)\ unittest\b | \bmocker\.            # mock objects
    | ^\s*(?:del\ )?(?!self\b|cls\b)\w[\w.]*\._\w+[\w.]*\ =\ # a patch by hand of a private attribute
    """,
    re.MULTILINE | re.VERBOSE,
)
OWN = frozenset({"self", "cls"})
PUBLIC = frozenset({"_exit", "_replace", "_asdict", "_fields", "_make"})
"""Underscored names that are public: os._exit and the methods of named tuples."""

FILES = [path for path in TESTS if path != Path(__file__).resolve()]


def test_mocks_stay_rare() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    tests = sum(text.count("def test_") for text in texts)
    mocks = sum(len(MOCK.findall(text)) for text in texts)
    assert mocks * 100 <= MOST_MOCKS_A_HUNDRED_TESTS * tests, f"{mocks} mocks in {tests} tests"


def _private_attributes(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if not isinstance(node, ast.Attribute) or node.attr in PUBLIC:
            continue
        own = isinstance(node.value, ast.Name) and node.value.id in OWN
        if node.attr.startswith("_") and not node.attr.startswith("__") and not own:
            yield f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_tests_touch_nothing_private(path: Path) -> None:
    assert list(_private_attributes(path)) == []
