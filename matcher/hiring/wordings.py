"""Wordings that a rule is about, sought in a text and quoted as they are written there.

A pattern is over the folded text. A wording is left alone where the same sentence holds what makes it lawful.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from matcher.knowledge.tables import Row
from matcher.language import fold

_SENTENCE_END = re.compile(r"[.!?;\n](?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a text, at ``start`` to ``end`` of it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Wording:
    """A pattern over folded text; ``unless`` makes it lawful where the same sentence holds that."""

    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


class FoldedText:
    """A text that is searched without case and accents, and quoted as it is written."""

    def __init__(self, text: str) -> None:
        folded: list[str] = []
        places: list[int] = []
        for place, sign in enumerate(text):
            plain = "'" if sign == "’" else fold(sign)
            folded.append(plain)
            places += [place] * len(plain)
        self.text = "".join(folded)
        self._written, self._places = text, places

    def found(self, wording: Wording) -> Iterator[tuple[int, Words]]:
        """Return where in the folded text each wording begins that nothing makes lawful, and its words."""
        for match in wording.pattern.finditer(self.text):
            sentence = self._sentence_around(match.start(), match.end())
            if match[0] and (wording.unless is None or not wording.unless.search(sentence)):
                start, end = self._places[match.start()], self._places[match.end() - 1] + 1
                yield match.start(), Words(self._written[start:end], start, end)

    def _sentence_around(self, start: int, end: int) -> str:
        before = [mark.end() for mark in _SENTENCE_END.finditer(self.text, 0, start)]
        after = _SENTENCE_END.search(self.text, end)
        return self.text[before[-1] if before else 0 : after.start() if after else len(self.text)]


class _Quoting(Protocol):
    @property
    def words(self) -> Words: ...


Q = TypeVar("Q", bound=_Quoting)


def longest(found: Iterable[Q]) -> list[Q]:
    """Return findings without those whose words are part of another's: "native" in "digital native"."""
    kept: list[Q] = []
    for one in sorted(found, key=lambda finding: finding.words.start - finding.words.end):
        inside = [other for other in kept if _holds(other.words, one.words)]
        if not inside:
            kept.append(one)
    return kept


def wording_of(row: Row) -> Wording:
    """Read the columns ``pattern`` and ``unless``; ValueError for what is no pattern."""
    try:
        return Wording(re.compile(row["pattern"]), re.compile(row["unless"]) if row["unless"] else None)
    except re.error as error:
        raise ValueError(f"not a pattern: {error}") from error


def _holds(one: Words, other: Words) -> bool:
    return one.start <= other.start and other.end <= one.end
