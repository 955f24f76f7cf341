"""The people of an event, as organisers know them, turned into scores and rules."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import InvalidRequest
from matcher.importing import Notice
from matcher.language import find_by_name, fold_words, organisation_key, tokens
from matcher.meetings.attendance import Moment

BASE = 0.05
"""A meeting without any reason still has a little value: all people get a partner."""
_SEVERAL = re.compile(r",|/|&| et | and ")


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of an event.

    ``avoids`` and ``met`` name people, or organisations for all their people. ``table`` is the table the
    person keeps, from 1. ``arrives`` and ``leaves``: first and last round (from 1), or times of the day.
    ``line`` is where the person is listed, for messages.
    """

    name: str
    organisation: str = ""
    themes: tuple[str, ...] = ()
    territory: str = ""
    offers: str = ""
    needs: str = ""
    avoids: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    table: int | None = None
    present: bool = True
    arrives: Moment | None = None
    leaves: Moment | None = None
    line: int = field(default=0, compare=False)


class Roster:
    """Participants in file order, found by name.

    Case, accents and the order of first and last name do not matter. ``names`` tells homonyms apart by
    their organisation: "Alba Arbre (Bonx)". ``notices`` are what the reader of the file should know.

    Raises
    ------
    InvalidRequest
        No participant, an empty name, or one name twice in one organisation (their lines are given).

    Examples
    --------
    >>> Roster([Participant("Zoé"), Participant("Ali")]).find("zoe")
    0
    """

    def __init__(self, people: Sequence[Participant], notices: Iterable[Notice] = ()) -> None:
        if not people:
            raise InvalidRequest("The list of participants is empty.")
        self.people = tuple(people)
        self.notices = tuple(notices)
        self._by_words: dict[str, list[int]] = defaultdict(list)
        for number, person in enumerate(people):
            words = _words(person.name)
            if not words:
                raise InvalidRequest(f"A participant has no name (line {person.line}).")
            self._by_words[words].append(number)
        self.names = self._labels()

    def __len__(self) -> int:
        return len(self.people)

    def _labels(self) -> tuple[str, ...]:
        """Return the names, homonyms with their organisation."""
        labels = [person.name for person in self.people]
        for numbers in self._by_words.values():
            if len(numbers) == 1:
                continue
            by_organisation: dict[str, list[int]] = defaultdict(list)
            for number in numbers:
                by_organisation[organisation_key(self.people[number].organisation)].append(number)
                if self.people[number].organisation:
                    labels[number] += f" ({self.people[number].organisation})"
            for same in by_organisation.values():
                self._refuse_repeats(same)
        return tuple(labels)

    def _refuse_repeats(self, numbers: Sequence[int]) -> None:
        if len(numbers) > 1:
            lines = ", ".join(str(self.people[number].line) for number in numbers)
            name = self.people[numbers[0]].name
            raise InvalidRequest(f"{name} is listed {len(numbers)} times (lines {lines}): keep one.")

    def find(self, name: str, where: str = "") -> int:
        """Find the number of the person called ``name``.

        Raises
        ------
        InvalidRequest
            No person of that name, or several; near or fitting names are suggested.
        """
        found = self._found(name)
        if len(found) == 1:
            return found[0]
        if found:
            fitting = ", ".join(self.names[number] for number in found)
            raise InvalidRequest(f"{name!r}{where} fits {len(found)} participants: give one of {fitting}.")
        near = find_by_name(name, self.names, legal_forms=False).near[:3]
        hint = " or ".join(self.names[number] for number in near)
        raise InvalidRequest(
            f"Unknown participant {name!r}{where}" + (f": did you mean {hint}?" if hint else ".")
        )

    def _found(self, name: str) -> tuple[int, ...]:
        """Return the people of this label, or whose name has these words in any order."""
        labelled = find_by_name(name, self.names, legal_forms=False).found
        return labelled or tuple(self._by_words.get(_words(name), ()))

    def find_all(self, text: str, where: str = "") -> tuple[int, ...]:
        """Find the people that an entry of a cell means: a person, all people of an organisation, or several.

        Raises
        ------
        InvalidRequest
            No person and no organisation of that name.

        Examples
        --------
        >>> zoe, ali, eva = Participant("Zoé", "Koovea"), Participant("Ali", "KOOVEA SAS"), Participant("Eva")
        >>> roster = Roster([zoe, ali, eva])
        >>> roster.find_all("koovea"), roster.find_all("Ali et Eva")
        ((0, 1), (1, 2))
        """
        found = self._found(text)
        if found:
            return found if len(found) == 1 else (self.find(text, where),)
        company = self._people_of(text)
        parts = [part.strip() for part in _SEVERAL.split(text) if part.strip()]
        if company or len(parts) < 2:
            return company or (self.find(text, where),)
        several: list[int] = []
        for part in parts:
            several += self.find_all(part, where)
        return tuple(several)

    def _people_of(self, organisation: str) -> tuple[int, ...]:
        key = organisation_key(organisation)
        keys = [organisation_key(person.organisation) for person in self.people]
        return tuple(number for number, own in enumerate(keys) if own and own == key)

    def _named(self, column: str) -> Bools:
        """Pairs (n, n) of which one names the other in ``column``, symmetric."""
        flags = np.zeros((len(self), len(self)), dtype=bool)
        for i, person in enumerate(self.people):
            where = f" (line {person.line}, {column} of {person.name})"
            for entry in getattr(person, column):
                others = list(self.find_all(entry, where))
                flags[i, others] = flags[others, i] = True
        np.fill_diagonal(flags, val=False)
        return flags

    def avoided(self) -> Bools:
        """Pairs (n, n) of which one avoids the other."""
        return self._named("avoids")

    def acquainted(self) -> Bools:
        """Pairs (n, n) that have already met."""
        return self._named("met")

    def colleagues(self) -> Bools:
        """Pairs (n, n) of one organisation; its legal form and spelling do not matter."""
        keys = np.array([organisation_key(person.organisation) for person in self.people])
        flags: Bools = (keys[:, None] == keys[None, :]) & (keys != "")[:, None]
        np.fill_diagonal(flags, val=False)
        return flags

    def apart(self) -> Bools:
        """Pairs (n, n) that must not meet: one avoids the other, or both come from one organisation."""
        return self.avoided() | self.colleagues()

    def fixed(self) -> Ints:
        """Table each person keeps, from 0, or -1 (n,)."""
        return np.array([-1 if person.table is None else person.table - 1 for person in self.people])

    def scores(self) -> Floats:
        """Value of each meeting in [0, 1] (n, n): needs against offers, both ways.

        Cosine of TF-IDF vectors of stemmed words; geometric mean of both directions, each lifted by .05.
        Themes count as offered and as looked for.
        """
        # scikit-learn takes two seconds to import, which all that plans no event is spared.
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

        wanted = [" ".join((person.needs, *person.themes)) for person in self.people]
        given = [" ".join((person.offers, *person.themes)) for person in self.people]
        words = TfidfVectorizer(analyzer=_stems, sublinear_tf=True)
        if not any(_stems(text) for text in wanted + given):
            return np.full((len(self), len(self)), BASE)
        words.fit(wanted + given)
        help_ = np.asarray((words.transform(wanted) @ words.transform(given).T).todense())
        both: Floats = np.sqrt((BASE + help_) * (BASE + help_.T)) / (1 + BASE)
        return both


def _words(name: str) -> str:
    """Return the words of a name in alphabetical order: "ARBRE Alba" is "Alba Arbre"."""
    return " ".join(sorted(fold_words(name).split()))


def _stems(text: str) -> list[str]:
    return [token.stem for token in tokens(text)]
