"""The cluster's words: acronyms that need their domain, terms that sound alike and mean different things."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from matcher.language.text import STOPWORDS, fold, tokens

_LONGEST_ACRONYM = 5
Ids = frozenset[int]
_NONE: Ids = frozenset()


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept: its names and acronyms, its domain, and the terms it is mistaken for."""

    names: tuple[str, ...]
    domain: str = ""
    mistaken_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Senses:
    """What the labels of one side mean, by their place, where that is mistaken for something else.

    ``avoided``: by the same places, the meanings a label must not be taken for. ``all_said`` and
    ``all_avoided`` are their unions.
    """

    said: dict[int, Ids] = field(default_factory=dict)
    avoided: dict[int, Ids] = field(default_factory=dict)
    all_said: Ids = _NONE
    all_avoided: Ids = _NONE


class Vocabulary:
    """Tells look-alikes apart and gives acronyms their domain.

    Parameters
    ----------
    concepts
        What is known. A term that a concept is mistaken for stands for every concept with such a name, and
        for itself where it is none.

    >>> words = Vocabulary([Concept(("RAG", "génération augmentée par récupération"), "IA"),
    ...                     Concept(("réalité augmentée", "AR"), "immersif", ("génération augmentée",))])
    >>> words.with_domains("un RAG pour nos documents")
    'un RAG (IA) pour nos documents'
    >>> senses = words.senses(["RAG", "vidéo", "casques de réalité augmentée"])
    >>> senses.avoided[0] == senses.said[2]
    True
    """

    def __init__(self, concepts: Iterable[Concept] = ()) -> None:
        known = list(concepts)
        self._domains = {
            name: concept.domain
            for concept in reversed(known)
            for name in concept.names
            if concept.domain and _is_acronym(name)
        }
        names = [(_said(name), number) for number, one in enumerate(known) for name in one.names]
        self._avoided: dict[int, set[int]] = defaultdict(set)
        for number, concept in enumerate(known):
            for term in map(_said, concept.mistaken_for):
                others = {other for name, other in names if term <= name} - {number}
                if not others:
                    others = {len(names)}  # larger than any concept's number
                    names.append((term, len(names)))
                for other in others:
                    self._avoided[number].add(other)
                    self._avoided[other].add(number)
        self._by_word: dict[str, list[tuple[frozenset[str], int]]] = defaultdict(list)
        for name, number in names:
            if number in self._avoided and name:
                self._by_word[min(name)].append((name, number))

    def with_domains(self, text: str) -> str:
        """Return ``text`` with the domain behind each acronym, unless the text names the domain itself.

        An encoder knows too little of three letters. Only acronyms written in capitals count.
        """
        words = tokens(text)
        said = {fold(word.text) for word in words}
        told, done = [], 0
        for word in words:
            domain = self._domains.get(word.text)
            if domain is not None and fold(domain) not in said:
                told.append(f"{text[done : word.end]} ({domain})")
                done = word.end
        return "".join([*told, text[done:]])

    def senses(self, labels: Sequence[str]) -> Senses:
        """Return what each of these labels means, as far as it is mistaken for something else."""
        said = {place: found for place, label in enumerate(labels) if (found := self._meanings(label))}
        if not said:
            return NO_SENSES
        avoided = {
            place: frozenset(other for number in found for other in self._avoided[number])
            for place, found in said.items()
        }
        return Senses(said, avoided, _NONE.union(*said.values()), _NONE.union(*avoided.values()))

    def _meanings(self, label: str) -> Ids:
        words = _said(label)
        return frozenset(
            number for word in words for name, number in self._by_word.get(word, ()) if name <= words
        )


NO_SENSES = Senses()


def _said(text: str) -> frozenset[str]:
    """Stems of the telling words; an acronym as it is written, since "AR" is no word."""
    return frozenset(
        word.text if _is_acronym(word.text) else word.stem
        for word in tokens(text)
        if _is_acronym(word.text) or fold(word.text) not in STOPWORDS
    )


def _is_acronym(name: str) -> bool:
    return 1 < len(name) <= _LONGEST_ACRONYM and name.isalpha() and name.isupper()
