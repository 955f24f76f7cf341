"""How a typed request is read: accents put back, acronyms in capitals, a slip of the pen mended."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from matcher.language.analyser import STOPWORDS, Token, fold, fold_words, is_acronym, tokens
from matcher.language.exclusions import Span
from matcher.language.inflection import without_number
from matcher.language.words import words

__all__ = ["Names", "Reading", "Spelling", "as_read"]

_SHORTEST_MEANT = 8
"""Letters from which one other letter seldom makes another word: "promets" is no slip in "projets"."""
_SHORTEST_HALF = 3
"""Letters of each half of a word cut in two: one letter before a word may be an article ("d application")."""
_ENDING = 2
"""Letters at the end that stay, and one more where a letter is another: "consultent" is an inflection."""
_SWAPPED = 2
_WORDS = words("acronyms that are words")
_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"")
_ADDRESS_BEFORE = re.compile(r"[@/.]")
_ADDRESS_BEHIND = re.compile(r"[@/]|\.\w")

Names = Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a text, ``typed``, that is read as something else."""

    typed: Span
    text: str

    @property
    def is_guess(self) -> bool:
        """Whether letters or blanks differ, and not only accents and capitals."""
        return fold(self.typed.text) != fold(self.text)


class Spelling:
    """Reads words of a request as the words of a vocabulary that they are typed for.

    A slip is one letter more, less or other than in one word of the vocabulary and no other, or two letters
    swapped, in a word that is no known one. The first letter stays, since slips there are rare (Kukich,
    "Techniques for automatically correcting words in text", ACM Computing Surveys 24, 1992), and so does the
    last, where another one is an inflection.

    Parameters
    ----------
    names
        The vocabulary: names of one word or more. Those in capitals are acronyms.
    known
        Gives folded words that are right as they are; asked only for a word that may be a slip.

    >>> spelling = Spelling(["cybersécurité", "intelligence artificielle", "IA", "blockchain"])
    >>> [reading.text for reading in spelling.readings("cybersecurite, ia et inteligence, bloc chain")]
    ['cybersécurité', 'IA', 'intelligence', 'blockchain']
    >>> spelling.readings("Cybersécurité et « inteligence »")
    []
    """

    def __init__(self, names: Iterable[str] = (), known: Callable[[], frozenset[str]] = frozenset) -> None:
        self._known = known
        self._acronyms: set[str] = set()
        self._pairs: set[str] = set()
        self._stems: set[str] = set()
        self._forms: dict[str, set[str]] = defaultdict(set)
        self._longer: dict[str, dict[str, set[str]]] = {}
        for name in names:
            self._learn(tokens(name))

    def _learn(self, name: Sequence[Token]) -> None:
        self._pairs.update(fold(one.text + other.text) for one, other in pairwise(name))
        for token in name:
            word = token.text
            self._stems.add(token.stem)
            if is_acronym(word):
                self._acronyms.add(word)
            elif word.isalpha() and fold(word) not in STOPWORDS:
                written, singular = word.lower(), _singular(word)
                self._forms[fold(word)].add(written)
                if len(singular) >= _SHORTEST_MEANT:
                    alike = self._longer.setdefault(singular[0], {})
                    alike.setdefault(singular, set()).add(written)

    def readings(self, text: str, names: Names = tuple) -> list[Reading]:
        """Return the parts of a text that are read as something else, in order; an empty text has none.

        What stands between quotation marks, in an address, or with a capital inside the text stays as it is.

        Parameters
        ----------
        text
            A request.
        names
            Gives names of organisations, in which nothing is mended; asked only where something would be.
        """
        read = list(self._read(text))
        if not any(reading.is_guess for reading in read):
            return read
        named = " / ".join(f" {fold_words(name)} " for name in names())
        return [r for r in read if not (r.is_guess and f" {fold_words(r.typed.text)} " in named)]

    def _read(self, text: str) -> Iterator[Reading]:
        found, done = _readable(text), 0
        for word, behind in zip_longest(found, found[1:]):
            reading = self._joined(word, behind, text) or self._reading(word)
            if reading is not None and word.start >= done:
                done = reading.typed.end
                yield reading

    def _joined(self, word: Token, behind: Token | None, text: str) -> Reading | None:
        """Return how a word that is cut in two is read: "bloc chain"."""
        if behind is None or text[word.end : behind.start] not in (" ", "-"):
            return None
        halves, joined = (fold(word.text), fold(behind.text)), fold(word.text + behind.text)
        if joined in self._pairs or all(half in self._forms for half in halves):
            return None
        if min(map(len, halves)) < _SHORTEST_HALF or not STOPWORDS.isdisjoint(halves):
            return None
        typed, words = Span(word.start, behind.end, text[word.start : behind.end]), self._like(joined)
        singular = _singular(joined)
        return _read_as(typed, words[singular]) if singular in words else self._mended(typed, joined)

    def _reading(self, word: Token) -> Reading | None:
        """Return how a word is read, None where it is right as it is, or unknown."""
        typed, folded = Span(word.start, word.end, word.text), fold(word.text)
        if word.text.islower() and word.text.upper() in self._acronyms and word.text not in _WORDS:
            return Reading(typed, word.text.upper())
        if word.stem in self._stems:
            return None
        if folded in self._forms:
            return _read_as(typed, self._forms[folded])
        return None if _singular(folded) in self._like(folded) else self._mended(typed, folded)

    def _like(self, folded: str) -> Mapping[str, set[str]]:
        """Return the longer words of the vocabulary that begin with the same letter, by their singular."""
        return self._longer.get(folded[:1], {})

    def _mended(self, typed: Span, folded: str) -> Reading | None:
        """Read a part of a text as the only word of the vocabulary that a slip makes it."""
        singular, words = _singular(folded), self._like(folded)
        meant = [word for word in words if _is_slip(word, singular)]
        if len(meant) != 1 or not self._known().isdisjoint((folded, singular)):
            return None
        return _read_as(typed, words[meant[0]])


def as_read(text: str, readings: Iterable[Reading]) -> str:
    """Return a text with its readings in the place of what was typed.

    >>> as_read("une inteligence", Spelling(["intelligence"]).readings("une inteligence"))
    'une intelligence'
    """
    for reading in sorted(readings, key=lambda reading: -reading.typed.start):
        text = text[: reading.typed.start] + reading.text + text[reading.typed.end :]
    return text


def _readable(text: str) -> list[Token]:
    """Return the words that may be read as others; one with a capital inside a text may be a name."""
    text = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    first, shouted = len(text) - len(text.lstrip()), text.isupper()
    return [
        word
        for word in tokens(text)
        if word.text.isalpha()
        and (word.text.islower() or shouted or word.start == first)
        and not _ADDRESS_BEFORE.match(text, word.start - 1)
        and not _ADDRESS_BEHIND.match(text, word.end)
    ]


def _read_as(typed: Span, forms: set[str]) -> Reading | None:
    """Read a part of a text as a word, if that is spelt one way."""
    form = min(forms, key=lambda form: (len(form), form))
    if len({without_number(other.lower()) for other in forms}) > 1:
        return None
    return Reading(typed, form.capitalize() if typed.text.istitle() else form)


def _singular(word: str) -> str:
    return without_number(fold(word))


def _is_slip(meant: str, typed: str) -> bool:
    """Whether a letter is missing, too many or another, or two are swapped, before the ending."""
    if abs(len(meant) - len(typed)) > 1:
        return False
    start = _common(meant, typed)
    end = _common(meant[start:][::-1], typed[start:][::-1])
    one, other = meant[start : len(meant) - end], typed[start : len(typed) - end]
    if len(one) == len(other) == _SWAPPED:
        return one == other[::-1]
    return max(len(one), len(other)) == 1 and end >= _ENDING + (len(one) == len(other))


def _common(one: str, other: str) -> int:
    """Return how many first letters two words share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))
