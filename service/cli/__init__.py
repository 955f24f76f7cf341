"""The ``matcher`` command.

- ``main``: the commands, their options and exit codes
- ``later``: which commands are imported when they are used
- ``recommend``: recommend, search, members-for (an alert), open (calls), skills
- ``catalogue``: import, export, show
- ``index``: prepare, migrate, index, reindex
- ``backup``: backup, restore
- ``people``: users, keys
- ``introductions``: introductions of members, and what members wish
- ``plan``: the plan of introductions
- ``events``: rounds and tables of an event
- ``demo``, ``doctor``, ``serve``: the commands of these names
- ``render``: answers, items and plans as tables
- ``feedback``: reactions, and the retention of what was shown
- ``hiring``: the HR factory
- ``imports``: import, imports, undo, merge
- ``mail``: mails, and the work that is due
- ``rights``: rights, their proof, and alerts

The module of a command is imported when it is first asked for: ``matcher --help`` needs none of them.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.cli import (
        backup,
        catalogue,
        demo,
        doctor,
        imports,
        index,
        mail,
        plan,
        recommend,
        serve,
    )

__all__ = [
    "backup",
    "catalogue",
    "demo",
    "doctor",
    "imports",
    "index",
    "mail",
    "plan",
    "recommend",
    "serve",
]


def __getattr__(name: str) -> ModuleType:
    """Import a module of commands on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"service.cli.{name}")
