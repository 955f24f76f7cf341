"""The people of an event, as organisers know them, turned into scores and rules."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.errors import InvalidRequest
from matcher.language.lookup import find_by_name
from matcher.language.text import fold, fold_words, tokens

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BASE = 0.05
"""A meeting nothing speaks for is still worth a little: everybody gets a partner."""


@dataclass(frozen=True, slots=True)
class Participant:
    """One person: offers and needs, whom not to meet, whom they know, the table they keep (from 1)."""

    name: str
    organisation: str = ""
    themes: tuple[str, ...] = ()
    territory: str = ""
    offers: str = ""
    needs: str = ""
    avoids: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    table: int | None = None
    line: int = field(default=0, compare=False)


class Roster:
    """Participants in file order, found by name whatever the capitals and accents.

    Raises
    ------
    InvalidRequest
        Nobody, an empty name, or one name twice (their lines are given).

    Examples
    --------
    >>> Roster([Participant("Zoé"), Participant("Ali")]).find("zoe")
    0
    """

    def __init__(self, people: Sequence[Participant]) -> None:
        if not people:
            raise InvalidRequest("The list of participants is empty.")
        keys = [fold_words(person.name) for person in people]
        for key, times in Counter(keys).items():
            lines = [str(person.line) for person, own in zip(people, keys, strict=True) if own == key]
            if not key:
                raise InvalidRequest(f"A participant has no name (line {', '.join(lines)}).")
            if times > 1:
                name = people[keys.index(key)].name
                raise InvalidRequest(f"{name} is listed {times} times (lines {', '.join(lines)}): keep one.")
        self.people = tuple(people)
        self.names = tuple(person.name for person in people)
        self._place = {key: i for i, key in enumerate(keys)}

    def __len__(self) -> int:
        return len(self.people)

    def find(self, name: str, where: str = "") -> int:
        """Find the number of the person called ``name``.

        Raises
        ------
        InvalidRequest
            Nobody of that name; near names are suggested.
        """
        key = fold_words(name)
        if key in self._place:
            return self._place[key]
        near = find_by_name(name, self.names, legal_forms=False).near[:3]
        hint = " or ".join(self.names[position] for position in near)
        raise InvalidRequest(
            f"Unknown participant {name!r}{where}" + (f": did you mean {hint}?" if hint else ".")
        )

    def _pairs(self, column: str) -> Iterable[tuple[int, int]]:
        for i, person in enumerate(self.people):
            for other in getattr(person, column):
                yield i, self.find(other, f" (line {person.line}, {column} of {person.name})")

    def apart(self) -> Bools:
        """Pairs that must not meet (n, n): one avoids the other, or both come from one organisation."""
        groups = np.array([fold(person.organisation) for person in self.people])
        flags: Bools = (groups[:, None] == groups[None, :]) & (groups != "")[:, None]
        for i, j in self._pairs("avoids"):
            flags[i, j] = flags[j, i] = True
        np.fill_diagonal(flags, val=False)
        return flags

    def acquainted(self) -> Bools:
        """Pairs that have already met (n, n)."""
        flags = np.zeros((len(self), len(self)), dtype=bool)
        for i, j in self._pairs("met"):
            flags[i, j] = flags[j, i] = True
        return flags

    def fixed(self) -> NDArray[np.int64]:
        """Table each person keeps, from 0, or -1 (n,)."""
        return np.array([-1 if person.table is None else person.table - 1 for person in self.people])

    def scores(self) -> Floats:
        """Worth of each meeting in [0, 1] (n, n): needs against offers, both ways.

        Cosine of TF-IDF vectors of stemmed words; geometric mean of both directions, each lifted by .05.
        Themes count as offered and as looked for.
        """
        wanted = [" ".join((person.needs, *person.themes)) for person in self.people]
        given = [" ".join((person.offers, *person.themes)) for person in self.people]
        words = TfidfVectorizer(analyzer=_stems, sublinear_tf=True)
        if not any(_stems(text) for text in wanted + given):
            return np.full((len(self), len(self)), BASE)
        words.fit(wanted + given)
        help_ = np.asarray((words.transform(wanted) @ words.transform(given).T).todense())
        both: Floats = np.sqrt((BASE + help_) * (BASE + help_.T)) / (1 + BASE)
        return both


def _stems(text: str) -> list[str]:
    return [token.stem for token in tokens(text)]
