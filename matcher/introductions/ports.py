"""What introductions ask of the store: introductions with their records, and what members wish."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from matcher.introductions.introduction import Introduction, Record, State
from matcher.introductions.rules import Availability
from matcher.introductions.transitions import Step


@dataclass(frozen=True, slots=True)
class Past:
    """What is kept of organisations: when each was asked, ascending, and what each wishes, both by id.

    Organisations that were never asked, or wish nothing of their own, are absent.
    """

    asked: Mapping[str, Sequence[datetime]]
    wishes: Mapping[str, Availability]


@dataclass(frozen=True, slots=True)
class Ties:
    """What is kept between one organisation and others, and who is paused.

    ``introductions`` in the order they were proposed; ``unwanted`` are the ids of those that it does not want
    to meet or that do not want to meet it; ``paused`` those of all organisations that take a pause.
    """

    introductions: Sequence[Introduction]
    unwanted: frozenset[str]
    paused: frozenset[str]


Decide = Callable[[Introduction, Past], Step | None]
"""Works out the next step from the present state; None leaves everything as it is."""


class Introductions(Protocol):
    """The introductions that are kept. An act, its record and its mails are one transaction."""

    def get(self, introduction_id: str) -> Introduction:
        """Return one introduction; NotFound when there is none."""
        ...

    def history(self, introduction_id: str) -> Sequence[Record]:
        """Return the records of one introduction, oldest first; none for an unknown one."""
        ...

    def all(
        self, states: Collection[State] | None = None, organisation_id: str = ""
    ) -> Sequence[Introduction]:
        """Return introductions in the order they were proposed: of these states, of this organisation."""
        ...

    def propose(self, step: Step) -> Introduction:
        """Keep a new introduction and return it with the id it was given.

        Raises
        ------
        IllegalStep
            The pair has an introduction already, in either order: no pair is asked twice.
        NotFound
            An organisation is not in the store any more.
        """
        ...

    def change(self, introduction_id: str, decide: Decide, since: datetime) -> Introduction | None:
        """Let ``decide`` work out a step from the present state, keep it and return what came of it.

        No other writer interferes. The past given is that of its two organisations, with
        the requests from ``since`` on. None, and nothing is kept, when ``decide`` gives None; an error that
        it raises is raised. NotFound when there is no such introduction.
        """
        ...

    def past(self, since: datetime) -> Past:
        """Return when organisations were asked from an instant on, and what they wish."""
        ...

    def ties_of(self, organisation_id: str, now: datetime) -> Ties:
        """Return what is kept between an organisation and others at an instant."""
        ...

    def wish(self, availability: Availability) -> None:
        """Keep what an organisation wishes, instead of what it wished before."""
        ...
