"""What became of the items of a run, counted part by part."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from matcher.errors import BackendUnavailable
from matcher.index import MOST_PARKED


@dataclass(slots=True)
class Tally:
    """What became of items: how many were read, are listed, were there already, were written.

    ``terms`` and ``texts`` give the mean length of a passage: terms in all, and passages that have one.
    ``parked`` says why, by id.
    """

    read: int = 0
    listed: int = 0
    held: int = 0
    written: int = 0
    terms: int = 0
    texts: int = 0
    parked: dict[str, str] = field(default_factory=dict)

    @property
    def usual_terms(self) -> float | None:
        """Mean number of terms of the passages that have one; None where none has."""
        return self.terms / self.texts if self.texts else None

    def add(self, other: Self) -> None:
        """Count another tally in.

        >>> both = Tally(read=2, parked={"A": "refused"})
        >>> both.add(Tally(read=3, parked={"B": "refused"}))
        >>> both.read, sorted(both.parked)
        (5, ['A', 'B'])
        """
        for name in ("read", "listed", "held", "written", "terms", "texts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.parked |= other.parked

    def to_json(self) -> str:
        """Write it as one line; :meth:`from_json` reads it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Read what :meth:`to_json` wrote."""
        return cls(**json.loads(line))

    def check(self) -> None:
        """Raise BackendUnavailable where more is parked than :data:`~matcher.index.MOST_PARKED`.

        It ends a run early; before the swap the indexer counts them beside all that are listed.
        """
        if len(self.parked) <= MOST_PARKED:
            return
        item_id, why = next(iter(self.parked.items()))
        raise BackendUnavailable(
            f"More than {MOST_PARKED} items could not be indexed, so nothing was swapped. The first,"
            f" '{item_id}': {why}. Find the cause, then run: matcher reindex --ray"
        )
