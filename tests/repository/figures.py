"""``python -m tests.repository.figures``: the size and density of the code, one column a top package.

Functions are measured without their docstring, radon's complexity counts boolean operators and
comprehensions, and migrations are left out.
"""

import ast
import io
import statistics
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
from radon.complexity import cc_visit
from rich.console import Console
from rich.table import Table

from tests.repository.modules import MODULES, ROOMS, TESTS, name_of, parse
from tests.repository.test_density import COMPREHENSIONS, MOST_BRANCHES
from tests.repository.test_tests import MOCK

Function = ast.FunctionDef | ast.AsyncFunctionDef
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
SHORT = 15
"""Lines of a function that is read at once."""


@dataclass(frozen=True)
class Source:
    """The modules of a top package, parsed once."""

    paths: tuple[Path, ...]
    texts: tuple[str, ...]
    nodes: tuple[ast.AST, ...]

    @property
    def lines(self) -> list[int]:
        """Lines of each module."""
        return [len(text.splitlines()) for text in self.texts]

    @property
    def functions(self) -> list[int]:
        """Lines of each function, without its docstring."""
        return [_length(node) for node in self.nodes if isinstance(node, Function)]

    @property
    def branches(self) -> list[int]:
        """radon's complexity of each function and method."""
        blocks = (block for text in self.texts for block in cc_visit(text))
        return [block.complexity for block in blocks if block.letter in "FM"]

    def per_thousand(self, holds: Callable[[ast.AST], bool]) -> float:
        """Nodes for which ``holds``, per thousand lines."""
        return 1000 * sum(holds(node) for node in self.nodes) / sum(self.lines)


def read(paths: Iterable[Path]) -> Source:
    """Read and parse these modules."""
    known = tuple(paths)
    trees = [parse(path) for path in known]
    texts = tuple(path.read_text(encoding="utf-8") for path in known)
    return Source(known, texts, tuple(node for tree in trees for node in ast.walk(tree)))


def _length(node: Function) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    return length - _docstring_lines(node)


def _docstring_lines(node: ast.AST) -> int:
    if not isinstance(node, DOCUMENTED) or ast.get_docstring(node, clean=False) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def _comments(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return len({token.start[0] for token in tokens if token.type == tokenize.COMMENT})


def _is_nested(node: ast.AST) -> bool:
    inner = (child for child in ast.walk(node) if child is not node)
    return isinstance(node, COMPREHENSIONS) and any(isinstance(child, COMPREHENSIONS) for child in inner)


def _spread(values: Sequence[int]) -> str:
    ninth = statistics.quantiles(values, n=10)[-1]
    return f"{statistics.median(values):.0f} / {ninth:.0f} / {max(values)}"


def rows(source: Source) -> dict[str, str]:
    """Return the figures of one top package, by name."""
    lines, functions, branches = sum(source.lines), source.functions, source.branches
    docstrings = sum(_docstring_lines(node) for node in source.nodes)
    comments = sum(_comments(text) for text in source.texts)
    blank = sum(not line.strip() for text in source.texts for line in text.splitlines())
    code = lines - docstrings - blank
    folders = Counter(path.parent for path in source.paths if path.name != "__init__.py")
    return {
        "modules / lines": f"{len(source.paths)} / {lines:,}",
        "most modules in one folder": str(max(folders.values())),
        "module median / p90 / max": _spread(source.lines),
        "function median / p90 / max": _spread(functions),
        f"functions of at most {SHORT} lines": f"{sum(n <= SHORT for n in functions) / len(functions):.0%}",
        "radon mean / p90 / max": f"{statistics.mean(branches):.2f} / {_spread(branches).split(' / ', 1)[1]}",
        f"functions with radon > {MOST_BRANCHES}": str(sum(n > MOST_BRANCHES for n in branches)),
        "comprehensions / 1000 lines": f"{source.per_thousand(lambda n: isinstance(n, COMPREHENSIONS)):.0f}",
        "nested comprehensions / 1000": f"{source.per_thousand(_is_nested):.1f}",
        "conditional expressions / 1000": f"{source.per_thousand(lambda n: isinstance(n, ast.IfExp)):.0f}",
        "docstring lines / 100 code": f"{100 * docstrings / code:.0f}",
        "comment lines / 100 code": f"{100 * comments / code:.1f}",
        "statements": f"{sum(isinstance(node, ast.stmt) for node in source.nodes):,}",
    }


def tests_beside() -> dict[str, str]:
    """Return the figures of the tests beside those of the product."""
    texts = [path.read_text(encoding="utf-8") for path in TESTS]
    lines = sum(len(text.splitlines()) for text in texts)
    product = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES)
    tests = sum(text.count("def test_") for text in texts)
    mocks = sum(len(MOCK.findall(text)) for text in texts)
    return {
        "test / source lines": f"{lines:,} / {product:,} = {lines / product:.2f}",
        "test functions": f"{tests:,}",
        "mocks per 100 tests": f"{100 * mocks / tests:.1f}",
    }


def floors() -> str:
    """Return how many rooms (packages and single modules) of the product there are, on how many floors.

    A room is one floor above the highest room that it imports, so a circle would have no floor.
    """
    graph = nx.DiGraph()
    rooms = {_room(name_of(path)[:-3].replace("/", ".")) for path in MODULES} - {"matcher"}
    graph.add_nodes_from(rooms)
    for path in MODULES:
        own = _room(name_of(path)[:-3].replace("/", "."))
        others = {_room(name) for name in _imported(parse(path))} & rooms
        graph.add_edges_from((own, other) for other in others - {own} if own in rooms)
    circles = [group for group in nx.strongly_connected_components(graph) if len(group) > 1]
    condensed = nx.condensation(graph)
    height = nx.dag_longest_path_length(condensed) + 1
    return f"{len(rooms)} rooms, {height} floors, {graph.number_of_edges()} arrows, {len(circles)} circles"


def _room(module: str) -> str:
    deep = 3 if module.startswith("matcher.adapters.") else 2
    return ".".join(module.removesuffix(".__init__").split(".")[:deep])


def _imported(tree: ast.Module) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def main() -> None:
    """Print the table."""
    columns = {room: rows(read(path for path in MODULES if name_of(path).startswith(room))) for room in ROOMS}
    table = Table("", *ROOMS)
    for name in columns[ROOMS[0]]:
        table.add_row(name, *(columns[room][name] for room in ROOMS))
    console = Console(width=100)
    console.print(table)
    for name, value in tests_beside().items():
        console.print(f"{name}: {value}")
    console.print(floors())


if __name__ == "__main__":
    main()
