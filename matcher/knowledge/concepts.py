"""Finds named concepts in texts: the terms of the vocabulary, countries, facts.

A concept has many names in French and English ("RGESN", "écoconception web"). A name is found by its stems,
in their order, small words aside; an acronym only as it is written. Every mention has its place, so that a
reason can quote it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from matcher.language import LONGEST_KEPT, STOPWORDS, Token, fold, is_acronym, tokens

Key = Callable[[Token], str]
"""What two words must have in common to be the same word."""

_SENTENCE_ENDS = frozenset(".;:!?\n")
_LONGEST_GAP = 12
"""Most characters between two words of a name: "levée de fonds", but not two words of two sentences."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept named in a text: ``text == field_text[start:end]``. ``domain`` is the concept's."""

    concept: str
    field: str
    start: int
    end: int
    text: str
    domain: str = ""


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a concept as a sequence of word keys."""

    concept: str
    keys: tuple[str, ...]


class ConceptFinder:
    """Finds concepts by their names.

    Parameters
    ----------
    names
        Pairs of a concept's id and one of its names. A name without a telling word is ignored.
    domains
        Domain of each concept ("cyber", "country"); concepts that are not in it have none.
    key
        What two words must have in common to be the same; by default the stem, or the acronym as written.

    >>> finder = ConceptFinder([("funding", "levée de fonds"), ("nis2", "NIS 2"), ("data", "données")])
    >>> [(m.concept, m.text) for m in finder.in_text("Levées de fonds et données, conformité NIS 2")]
    [('funding', 'Levées de fonds'), ('data', 'données'), ('nis2', 'NIS 2')]
    >>> finder.in_text("sur les nis du 2 mai")
    []
    """

    def __init__(
        self,
        names: Iterable[tuple[str, str]],
        domains: Mapping[str, str] | None = None,
        key: Key | None = None,
    ) -> None:
        self._domains = dict(domains or {})
        self._key = key or _key
        self._by_first_key: dict[str, list[_Name]] = defaultdict(list)
        for concept, name in names:
            keys = tuple(self._key(token) for token in _telling(name))
            if keys:
                self._by_first_key[keys[0]].append(_Name(concept, keys))
        for group in self._by_first_key.values():
            group.sort(key=lambda name: (-len(name.keys), name.keys, name.concept))

    def in_text(self, text: str, field: str = "") -> list[Mention]:
        """Return the mentions of a text in the order of their places; of one place the longest names.

        Two concepts that share a name are both returned, in the order of their ids. ``field`` is the name of
        the field that the text is of.
        """
        read = _read(text, self._key)
        words = read.words
        found: list[Mention] = []
        if self._by_first_key.keys().isdisjoint(read.keys):  # most texts name nothing
            return found
        position = 0
        while position < len(words):
            matching = self._longest_at(read, position)
            for name in matching:
                start, end = words[position].start, words[position + len(name.keys) - 1].end
                domain = self._domains.get(name.concept, "")
                found.append(Mention(name.concept, field, start, end, text[start:end], domain))
            position += len(matching[0].keys) if matching else 1
        return found

    def in_fields(self, fields: Iterable[tuple[str, str]]) -> tuple[Mention, ...]:
        """Return every mention in the fields of an item, in field order."""
        found: list[Mention] = []
        for field, text in fields:
            found += self.in_text(text, field)
        return tuple(found)

    def _longest_at(self, read: "_Read", position: int) -> Sequence[_Name]:
        """Return the longest names that begin at a word, one a concept; empty when none does."""
        names = self._by_first_key.get(read.keys[position])
        if names is None:
            return ()
        best: dict[str, _Name] = {}
        for name in names:
            if best and len(name.keys) < len(next(iter(best.values())).keys):
                break
            if read.says(name.keys, position):
                best.setdefault(name.concept, name)
        return list(best.values())


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as finders read it: its telling words and what each is known by."""

    text: str
    words: tuple[Token, ...]
    keys: tuple[str, ...]

    def says(self, keys: tuple[str, ...], position: int) -> bool:
        """Return whether the words from ``position`` are a name, near each other and in one sentence."""
        end = position + len(keys)
        if self.keys[position:end] != keys:
            return False
        gaps = [self.text[one.end : other.start] for one, other in pairwise(self.words[position:end])]
        return all(len(gap) <= _LONGEST_GAP and _SENTENCE_ENDS.isdisjoint(gap) for gap in gaps)


def _read(text: str, key: Key) -> _Read:
    """Read a text; the finders of one key read it once together."""
    return _kept_read(text, key) if len(text) <= LONGEST_KEPT else _read_anew(text, key)


def _read_anew(text: str, key: Key) -> _Read:
    words = _kept_telling(text) if len(text) <= LONGEST_KEPT else _telling(text)
    return _Read(text, words, tuple(key(word) for word in words))


_kept_read = lru_cache(maxsize=256)(_read_anew)


def _telling(text: str) -> tuple[Token, ...]:
    """Return the words that carry meaning."""
    return tuple(token for token in tokens(text) if _tells(token.text))


_kept_telling = lru_cache(maxsize=256)(_telling)


@lru_cache(maxsize=65_536)
def _tells(word: str) -> bool:
    """Whether a word carries meaning; a stop word in capitals is an acronym ("CES", "SI")."""
    return is_acronym(word) or fold(word) not in STOPWORDS


def _key(token: Token) -> str:
    """Return an acronym as it is written, any other word by its stem."""
    return token.text if is_acronym(token.text) else token.stem


NO_CONCEPTS = ConceptFinder([])
