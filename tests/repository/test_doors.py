"""Every package says what is inside, and every command that a text names exists."""

import ast
import re
from pathlib import Path

import pytest
from typer.main import get_group

from service.cli.later import LATER
from service.cli.main import app

ROOT = Path(__file__).parents[2]
TREES = ("matcher", "service", "training")
APART = (ROOT / "matcher", ROOT / "matcher" / "adapters" / "sql" / "migrations")
"""The tree of ``matcher`` is drawn in docs/architecture.md; migrations are named after what they change."""
DOORS = sorted(
    door
    for tree in TREES
    for door in (ROOT / tree).rglob("__init__.py")
    if door.parent not in APART and APART[1] not in door.parents
)
TEXTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "service").rglob("*.py")])
NAMED = re.compile(r"`matcher ([a-z][a-z-]*)(?: ([a-z-]+))?|[(:] matcher ([a-z][a-z-]*)(?: ([a-z-]+))?[).]")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: str(door.parent.relative_to(ROOT)))
def test_a_door_names_all_that_is_inside(door: Path) -> None:
    text = ast.get_docstring(ast.parse(door.read_text("utf-8"))) or ""
    modules = {path.stem for path in door.parent.glob("*.py") if path != door}
    packages = {path.parent.name for path in door.parent.glob("*/__init__.py")}
    assert sorted(name for name in modules | packages if not re.search(rf"\b{name}\b", text)) == []


def test_commands_that_texts_name_exist() -> None:
    known = commands()
    unknown = set()
    for path in TEXTS:
        for found in NAMED.finditer(path.read_text("utf-8")):
            name, second = found[1] or found[3], found[2] or found[4]
            if name not in known:
                unknown.add(f"{path.relative_to(ROOT)}: matcher {name}")
            elif second and known[name] and second not in known[name]:
                unknown.add(f"{path.relative_to(ROOT)}: matcher {name} {second}")
    assert sorted(unknown) == []


def commands() -> dict[str, frozenset[str]]:
    """The commands, each with its own commands, if it has any."""
    found = {}
    for name, one in get_group(app).commands.items():
        loaded = LATER[name].load(name) if name in LATER else one
        found[name] = frozenset(getattr(loaded, "commands", {}))
    return found
