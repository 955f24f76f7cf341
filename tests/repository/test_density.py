"""The house rules on density: branches a function, and expressions that hide a loop or a choice."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from radon.visitors import Class, ComplexityVisitor, Function

from tests.repository.modules import MODULES, name_of, nodes_of, parse

MOST_BRANCHES = 10
"""radon's cyclomatic complexity; unlike ruff's it counts comprehensions and boolean operators."""

MOST_EXEMPTIONS = 10
COMPLEX = {
    "matcher/adapters/encoder/model/source.py::_parse": "reads a binary file from its first byte to its last",
    "matcher/recommend/gaps.py::_about_the_sides": "one condition a kind of gap, in the order shown",
    "matcher/recommend/reasons.py::ReasonWriter._from_places": "the known places decide the sentence",
    "matcher/recommend/recommender.py::Recommender._listed": "flat selections from one list, no nesting",
    "matcher/recommend/recommender.py::Recommender._score": "retrieve, drop and score in one sequence",
    "training/encoder/dev_tasks.py::dev_tasks": "one flat comprehension a task, no branch",
    "training/ranking/fit_ranker.py::fit": "leave one query out, in one readable loop",
    "training/sources/datasets.py::label_sets": "one flat comprehension a training set, no branch",
}
"""Functions above the limit, as "path::name", each with its reason."""

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _complex_functions(path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for block in ComplexityVisitor.from_ast(parse(path)).blocks:
        functions: list[Function] = block.methods if isinstance(block, Class) else [block]
        for function in functions:
            if function.complexity > MOST_BRANCHES:
                found[f"{name_of(path)}::{function.fullname}"] = function.complexity
    return found


def _inside(node: ast.AST, kinds: type[ast.AST] | tuple[type[ast.AST], ...]) -> bool:
    return any(isinstance(child, kinds) for child in ast.walk(node) if child is not node)


def _folds(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, COMPREHENSIONS) and _inside(node, COMPREHENSIONS):
            yield f"{name_of(path)}:{node.lineno}: a comprehension inside a comprehension"
        if isinstance(node, ast.IfExp) and _inside(node, ast.IfExp):
            yield f"{name_of(path)}:{node.lineno}: a conditional expression inside another"


@pytest.mark.slow
def test_functions_have_few_branches() -> None:
    above = {name: count for path in MODULES for name, count in _complex_functions(path).items()}
    assert {name: count for name, count in above.items() if name not in COMPLEX} == {}
    assert [name for name in COMPLEX if name not in above] == [], "these need no exemption any more"


def test_exemptions_are_few_and_have_a_reason() -> None:
    assert len(COMPLEX) <= MOST_EXEMPTIONS
    assert all(len(reason) > 20 for reason in COMPLEX.values())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_expression_hides_a_loop_or_a_choice_in_another(path: Path) -> None:
    assert list(_folds(path)) == [], "write statements, or name the inner part"
