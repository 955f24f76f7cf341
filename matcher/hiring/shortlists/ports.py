"""What shortlists ask of needs, candidates, the store and the mail."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from matcher.domain import MessageRequest
from matcher.hiring.candidates import Candidate
from matcher.hiring.need import JobNeed
from matcher.hiring.shortlists.shortlist import Decided, Listed, Shortlist


class Needs(Protocol):
    """Job needs by their ids."""

    def get(self, need_id: str) -> JobNeed:
        """Return a need; NotFound for an unknown id."""
        ...


class Candidates(Protocol):
    """Profiles that may be shown."""

    def listed(self) -> Sequence[Candidate]:
        """Return the profiles that may be shown; CandidatesClosed while tier B is off."""
        ...


class Seals(Protocol):
    """Seals texts, so that the store has no words about a person in clear."""

    def seal(self, facts: Mapping[str, str]) -> str:
        """Return facts as they are kept."""
        ...

    def open(self, sealed: str) -> dict[str, str]:
        """Return the facts again."""
        ...


class ShortlistRows(Protocol):
    """The shortlists of the store."""

    def add(self, shortlist: Shortlist) -> None:
        """Keep a new shortlist, in one transaction with its entry in the audit."""
        ...

    def get(self, shortlist_id: str) -> Shortlist:
        """Return a shortlist without the profiles withdrawn since; NotFound for an unknown id."""
        ...

    def all(self, need_id: str = "") -> Sequence[Shortlist]:
        """Return shortlists, latest first: of a need, or all."""
        ...

    def decide(self, shortlist: Shortlist, entry: Listed, decided: Decided, mail: MessageRequest) -> None:
        """Keep a decision, in one transaction with its mail and its entry in the audit.

        NotFound once the profile is withdrawn, IllegalStep where another decision than the entry's is kept.
        """
        ...
