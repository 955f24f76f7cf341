"""Commands that are listed at once and imported when they are used.

What they do needs databases, indexes and web servers, which take seconds to import.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class Later:
    """A command, or a group of commands, whose module is imported when it is used.

    ``name`` is that of a function, or of a ``typer.Typer`` for a group. ``panel`` and ``help`` are what
    ``matcher --help`` shows.
    """

    module: str
    name: str
    panel: str
    help: str

    def load(self, called: str) -> Any:
        """Import it and return it under the name it is called by."""
        holder = typer.Typer()
        found = getattr(import_module(f"service.cli.{self.module}"), self.name)
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=called)
        else:
            holder.command(called)(found)
        return typer.main.get_group(holder).commands[called]


LATER = {
    "users": Later("people", "users", "People", "People who may sign in, and contact persons."),
    "keys": Later("people", "keys", "People", "Keys of programs that call the API."),
    "meetings": Later("events.meetings", "meetings", "Ask", "Meeting rounds and tables for an event."),
    "introductions": Later(
        "introductions",
        "introductions",
        "Introductions",
        "Introductions of two members, and what waits for whom.",
    ),
    "availability": Later(
        "introductions",
        "availability",
        "Introductions",
        "Show what a member wishes, or replace it by what is given.",
    ),
    "job": Later("hiring.job", "job", "Ask", "Job offers: is the wording lawful and open to all?"),
    "need": Later("hiring.need", "need", "Ask", "Job needs: what is asked, and who could widen who applies."),
    "shortlist": Later(
        "hiring.shortlist",
        "shortlist",
        "Ask",
        "Profiles listed for a job need, by their skills alone; a person decides.",
    ),
    "candidates": Later(
        "hiring.candidates",
        "candidates",
        "Ask",
        "Candidates, by their skills alone: off until its impact assessment is recorded.",
    ),
    "feedback": Later("feedback", "feedback", "Ask", "What organisations said of what they were shown."),
    "retention": Later("feedback", "retention", "Catalogue", "How long things are kept."),
    "erase": Later(
        "rights.privacy",
        "erase",
        "Rights",
        "Erase a person or an organisation everywhere, for good, and print the certificate.",
    ),
    "report": Later(
        "rights.report",
        "report",
        "Introductions",
        "Report on a period: proposed, answered, accepted, met, useful; who is forgotten or overloaded.",
    ),
    "privacy": Later(
        "rights.privacy", "privacy", "Rights", "Rights of people and organisations over their data."
    ),
    "alerts": Later(
        "rights.alerts",
        "alerts",
        "Introductions",
        "Members told of the calls that fit them, in one mail a week.",
    ),
    "audit": Later(
        "rights.audit", "audit", "Rights", "Who saw or decided what, in a chain that shows changes."
    ),
    "mail": Later("mail", "app", "Serve", "Mails: what waits, was sent, or could not be."),
}
"""By name as it is typed. A test compares each help with that of its module."""


class Commands(TyperGroup):
    """The commands: help lists them without importing what they do, which takes seconds."""

    # Any: these are classes of the copy of click that typer carries, which it does not export
    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is called, imported now if it was only listed."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in LATER:
            command = LATER[name].load(name)
        return name, command, rest
