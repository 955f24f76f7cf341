"""Tools, computer languages and methods named in a text, by the reviewed list ``data/hr/technologies.csv``.

Their names are short and many are words, first names or letters, so the list says how each is recognised:
``plain`` in any case, ``cased`` only as it is written, ``listed`` also only in a list beside other skills or
after "langage", "outil" ..., and ``named`` only after such a word ("langage Julia": Julia alone is a person).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from matcher.language import fold

__all__ = ["Technology", "TechnologyFinder", "Telling"]

_WORD_START = re.compile(r"(?<![\w.#+])[\w.]")
_INSIDE_WORD = re.compile(r"[\w#+]|\.[A-Za-z]|-[A-Za-z]")
"""What cannot follow a name: "C" is not in "C#" nor in "C-level", but before a full stop."""
_INTRODUCED = re.compile(
    r"\b(?:langages?|languages?|programmation|program(?:ming|mer)|coder|framework|logiciels?|outils?|tools?)"
    r"(?: (?:de programmation|informatiques?|en|avec|de|in|with))? ?:? ?$",
    re.IGNORECASE,
)
_LONGEST_INTRODUCTION = 40
_SEPARATORS = ",;/|•·\n(&"
_CONJUNCTIONS = frozenset(["et", "ou", "and", "or"])
_PLURALS = ("s", "x")
_SHORTEST_WITH_PLURAL = 6


class Telling(StrEnum):
    """How a name of a technology is told from other words."""

    PLAIN = "plain"
    CASED = "cased"
    LISTED = "listed"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Technology:
    """One row of the list. ``family`` groups what a person can move between ("framework serveur")."""

    label: str
    names: tuple[str, ...]
    family: str
    said: Telling


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a technology, and the same folded."""

    technology: Technology
    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class Named:
    """A technology at ``start`` to ``end`` of a text."""

    technology: Technology
    start: int
    end: int


class TechnologyFinder:
    """Finds technologies by their names, of overlapping ones the longest.

    >>> rows = [Technology("C", ("C",), "langage", Telling.LISTED),
    ...         Technology("SQL", ("SQL",), "langage", Telling.PLAIN)]
    >>> [found.technology.label for found in TechnologyFinder(rows).in_text("C, sql ; plan C")]
    ['C', 'SQL']
    """

    def __init__(self, technologies: Iterable[Technology]) -> None:
        self._by_initial: dict[str, list[_Name]] = defaultdict(list)
        for technology in technologies:
            for name in technology.names:
                folded = _fold_in_place(name)
                self._by_initial[folded[0]].append(_Name(technology, name, folded))
        for names in self._by_initial.values():
            names.sort(key=lambda name: (-len(name.folded), name.text))

    def in_text(self, text: str, *, listed: bool = False) -> list[Named]:
        """Return the technologies in the order of their places.

        With ``listed`` the text is known to be a list of skills, so that no name needs its surroundings.
        """
        found = list(self._candidates(text))
        if listed:
            return found
        told = [_is_told(text, one) for one in found]
        # A told entry of a list tells its neighbours, and those theirs: once forwards, once backwards.
        _spread(text, found, told, range(1, len(found)), -1)
        _spread(text, found, told, range(len(found) - 2, -1, -1), 1)
        return [one for one, is_told in zip(found, told, strict=True) if is_told]

    def _candidates(self, text: str) -> Iterator[Named]:
        folded = _fold_in_place(text)
        done = 0
        for match in _WORD_START.finditer(folded):
            start = match.start()
            if start < done:
                continue
            named = self._longest_at(text, folded, start)
            if named is not None:
                done = named.end
                yield named

    def _longest_at(self, text: str, folded: str, start: int) -> Named | None:
        for name in self._by_initial.get(folded[start], ()):
            end = start + len(name.folded)
            if not folded.startswith(name.folded, start):
                continue
            if name.technology.said is not Telling.PLAIN and not _written_so(text[start:end], name.text):
                continue
            end = _end_of_word(folded, end, plural=_has_plural(name))
            if end:
                return Named(name.technology, start, end)
        return None


def _fold_in_place(text: str) -> str:
    """Fold letter by letter, so that places stay those of ``text``; a ligature stays as it is."""
    plain = [fold(letter) for letter in text.replace("’", "'")]
    return "".join([new if len(new) == 1 else old.lower()[:1] for new, old in zip(plain, text, strict=True)])


def _written_so(found: str, name: str) -> bool:
    """Return whether the words are written as in the list, or in capitals where the name is longer."""
    return found == name or (len(name) > 2 and found == name.upper())


def _has_plural(name: _Name) -> bool:
    return name.technology.said is Telling.PLAIN and len(name.folded) >= _SHORTEST_WITH_PLURAL


def _end_of_word(folded: str, end: int, *, plural: bool) -> int:
    """Return where the word that ends the name ends; 0 when the name is only its beginning."""
    if not _INSIDE_WORD.match(folded, end):
        return end
    if plural and folded[end] in _PLURALS and not _INSIDE_WORD.match(folded, end + 1):
        return end + 1
    return 0


def _is_told(text: str, one: Named) -> bool:
    """Return whether a name, or the words before it, say that it is the technology."""
    if one.technology.said in (Telling.PLAIN, Telling.CASED) or " " in text[one.start : one.end]:
        return True
    before = text[max(0, one.start - _LONGEST_INTRODUCTION) : one.start]
    return _INTRODUCED.search(before) is not None


def _spread(text: str, found: list[Named], told: list[bool], places: range, step: int) -> None:
    """Mark listed names whose neighbour (at ``step``) is told; "Julia, Pascal" lists two persons."""
    for place in places:
        one, other = found[place], found[place + step]
        if one.technology.said is Telling.LISTED and told[place + step]:
            before, after = min(one, other, key=_start), max(one, other, key=_start)
            told[place] = told[place] or _joins(text[before.end : after.start])


def _start(one: Named) -> int:
    return one.start


def _joins(between: str) -> bool:
    """Return whether what is between two names makes them entries of one list."""
    between = between.strip(" ")
    return between in _CONJUNCTIONS or (len(between) == 1 and between in _SEPARATORS)
