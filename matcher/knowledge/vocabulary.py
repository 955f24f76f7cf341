"""The cluster's vocabulary: domains of acronyms, and terms that look alike but mean different things."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from matcher.language.analyser import STOPWORDS, fold, is_acronym, tokens

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
    """The meanings of a list of labels, as far as they are mistaken for something else.

    ``said``: position of a label -> numbers of the concepts it means. ``avoided``: the same positions -> the
    concepts the label must not be taken for. ``all_said`` and ``all_avoided`` are the unions.
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
        The concepts. A term that a concept is mistaken for means every concept with such a name; a term that
        names no concept means itself.

    >>> words = Vocabulary([Concept(("RAG", "génération augmentée par récupération"), "IA"),
    ...                     Concept(("réalité augmentée", "AR"), "immersif", ("génération augmentée",))])
    >>> words.with_domains("un RAG pour nos documents")
    'un RAG (IA) pour nos documents'
    >>> senses = words.senses(["RAG", "vidéo", "casques de réalité augmentée"])
    >>> senses.avoided[0] == senses.said[2]
    True
    """

    def __init__(self, concepts: Iterable[Concept] = ()) -> None:
        self.concepts = tuple(concepts)
        self._domains = _domains_of_acronyms(self.concepts)
        self._avoided: dict[int, set[int]] = defaultdict(set)
        names = self._pair_look_alikes()
        # A text is compared with the names that hold one of its words. Each name is filed under one word
        # only, so that it is met once; which word does not matter.
        self._by_word: dict[str, list[tuple[frozenset[str], int]]] = defaultdict(list)
        for name, number in names:
            if number in self._avoided and name:
                self._by_word[min(name)].append((name, number))

    def _pair_look_alikes(self) -> list[tuple[frozenset[str], int]]:
        """Fill ``_avoided``, both ways, and return every name (as its words) with its concept's number.

        A term that is the name of no concept becomes a concept of its own. The number it gets is the count
        of names so far, which is above every concept's number.
        """
        names = []
        for number, concept in enumerate(self.concepts):
            names += [(_said(name), number) for name in concept.names]
        for number, concept in enumerate(self.concepts):
            for term in map(_said, concept.mistaken_for):
                others = {other for name, other in names if term <= name} - {number}
                if not others:
                    others = {len(names)}
                    names.append((term, len(names)))
                for other in others:
                    self._avoided[number].add(other)
                    self._avoided[other].add(number)
        return names

    def with_domains(self, text: str) -> str:
        """Return ``text`` with the domain behind each acronym, unless the text names the domain itself.

        An encoder knows too little of three letters. Only acronyms written in capitals count.
        """
        words = tokens(text)
        said = {fold(word.text) for word in words}
        pieces, done = [], 0
        for word in words:
            domain = self._domains.get(word.text)
            if domain is not None and fold(domain) not in said:
                pieces.append(f"{text[done : word.end]} ({domain})")
                done = word.end
        return "".join([*pieces, text[done:]])

    def senses(self, labels: Sequence[str]) -> Senses:
        """Return the meanings of these labels, as far as they are mistaken for something else."""
        said: dict[int, Ids] = {}
        avoided: dict[int, Ids] = {}
        for position, label in enumerate(labels):
            meanings = self._meanings(label)
            if meanings:
                said[position] = meanings
                avoided[position] = _NONE.union(*(self._avoided[number] for number in meanings))
        if not said:
            return NO_SENSES
        return Senses(said, avoided, _NONE.union(*said.values()), _NONE.union(*avoided.values()))

    def _meanings(self, label: str) -> Ids:
        words = _said(label)
        meanings: set[int] = set()
        for word in words:
            meanings.update(number for name, number in self._by_word.get(word, ()) if name <= words)
        return frozenset(meanings)


NO_SENSES = Senses()


def _domains_of_acronyms(concepts: Sequence[Concept]) -> dict[str, str]:
    """Return the domain of each acronym; the first concept that has the acronym decides."""
    domains: dict[str, str] = {}
    for concept in concepts:
        for name in concept.names:
            if concept.domain and is_acronym(name):
                domains.setdefault(name, concept.domain)
    return domains


def _said(text: str) -> frozenset[str]:
    """Return the stems of the words that are no stop words; an acronym as written, since "AR" is no word."""
    return frozenset(
        word.text if is_acronym(word.text) else word.stem
        for word in tokens(text)
        if is_acronym(word.text) or fold(word.text) not in STOPWORDS
    )
