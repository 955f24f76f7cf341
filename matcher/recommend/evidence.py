"""Evidence: what speaks for a match, found once and used for the score, the order and the reasons.

Evidence is *clear* from a threshold on. An item with clear evidence is recommended; an item without is only
ever listed among the less certain ones.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matcher.index import Label, Role
from matcher.knowledge import Mention
from matcher.knowledge.meets import Asked, Meets, Met
from matcher.language import fold
from matcher.recommend.analysis import Analysis, NamedTheme, find_named_theme
from matcher.recommend.features import MANY_LABELS, worth_of_one
from matcher.recommend.policies import Policy
from matcher.recommend.similarity import CLEAR_MATCH, CLEAR_OF_WORDS, PAIRS, Comparison, Echoes, LabelMatch

POSSIBLE_MATCH = 0.42
"""Stretched similarity from which two labels may have something to do with one another."""
CLEAR_ECHO = 0.5
"""Stretched similarity from which a label and the other side's whole text clearly speak of the same thing."""
CLEAR_RARITY = 0.3
"""Rarity from which a shared concept is clear evidence: one that a third of the items name is none."""
CLEAR_COVERAGE = 0.5
"""Share of a request's rare words that an item holds from which they are clear evidence."""
CLEAR_FACT = 0.6
"""Strength, in the table of what meets what, from which two facts are clear evidence."""
CONCEPT_WEIGHT = 0.8
"""Share of a concept's rarity that counts: one shared term alone is never the whole match."""
MANY_JOBS = 5
"""Jobs a training may lead to before each counts less: a whole university leads to every one of them."""
MANY_WORDS = 16
"""Words that tell something an item may hold before each counts less; 95 of 100 shipped ones hold so many."""
MANY_CONCEPTS = 7
"""Concepts an item may name before each counts less; shipped records name 7 at most."""
CLEAR_PEERS = 2
"""Members like the asker in one factory from which they are clear evidence: one may be there by chance."""
_JOB, _TEACHES, _APPRENTICES = "job:", "teaches:", "apprentices"
_LEVEL, _NEAR_AN_ENGINEER = "level:", "level:6"
_ENGINEERS = ("ingenieur", "engineer")
WORTH_BELOW = 0.5
"""Share of its strength that a training keeps which ends far below the level of the job: it is not clear."""


@dataclass(frozen=True, slots=True)
class EchoMatch:
    """A label of one side that is what the other side's whole text is about."""

    label: Label
    similarity: float


@dataclass(frozen=True, slots=True)
class SharedConcept:
    """A concept that both sides name, and how rare it is among the compared items, in [0, 1]."""

    query: Mention
    item: Mention
    rarity: float


@dataclass(frozen=True)  # without slots: whether it is clear is asked many times, and kept
class Evidence:
    """All evidence between one question and one item.

    ``labels`` has the best pair of labels of each signal. ``query_echo`` is the query's label that the item's
    text is about, ``item_echo`` the reverse. ``item_theme`` is the item's label that the query's description
    names, ``query_theme`` the reverse. ``concepts`` are sorted by rarity, rarest first, ``met``
    are facts that meet, strongest first. ``words`` are the
    words of both texts, rarest first; ``coverage`` is their share, in [0, 1], of what a request's words tell,
    and 0 for a stored asker, whose long text shares words by chance. ``words_tell``: they are no single word
    by chance, such as "mesure" or "laboratoire". ``peers`` are the names of the members
    most like the asker that take part in the item, the most alike first.
    """

    labels: Mapping[str, LabelMatch]
    query_echo: EchoMatch | None
    item_echo: EchoMatch | None
    item_theme: NamedTheme | None
    query_theme: NamedTheme | None
    concepts: tuple[SharedConcept, ...]
    met: tuple[Met, ...]
    words: tuple[str, ...]
    coverage: float
    words_tell: bool = False
    peers: tuple[str, ...] = ()

    @property
    def clear_labels(self) -> list[str]:
        """Names of the label signals whose evidence is clear."""
        return [name for name, match in self.labels.items() if match.is_clear(name)]

    @property
    def clear_echoes(self) -> list[EchoMatch]:
        """Echoes that are clear evidence, the query's first."""
        echoes = [echo for echo in (self.query_echo, self.item_echo) if echo is not None]
        return [echo for echo in echoes if echo.similarity >= CLEAR_ECHO]

    @property
    def clear_concepts(self) -> list[SharedConcept]:
        """Shared concepts that are clear evidence, rarest first."""
        return [concept for concept in self.concepts if concept.rarity >= CLEAR_RARITY]

    @cached_property
    def is_clear(self) -> bool:
        """Whether anything speaks clearly for the match."""
        named = self.item_theme is not None or self.query_theme is not None
        covered = self.has_clear_words or len(self.peers) >= CLEAR_PEERS
        shared = bool(self.clear_labels or self.clear_echoes or self.clear_concepts or self.clear_facts)
        return named or covered or shared

    @property
    def has_clear_words(self) -> bool:
        """Whether the shared words are clear evidence: enough of them, and no word by chance."""
        return self.coverage >= CLEAR_COVERAGE and self.words_tell

    @property
    def clear_facts(self) -> list[Met]:
        """Facts that meet and are clear evidence, strongest first."""
        return [met for met in self.met if met.strength >= CLEAR_FACT]

    @property
    def fact_strength(self) -> float:
        """What all facts that meet are worth together, in [0, 1]; each further one adds less."""
        return strength_of_facts(self.met)

    @property
    def concept_strength(self) -> float:
        """What all shared concepts are worth together, in [0, 1]; each further one adds less."""
        return strength_of_concepts(self.concepts)


def strength_of_facts(met: Sequence[Met]) -> float:
    """Return what facts that meet are worth together, in [0, 1]; each further one adds less."""
    return 1.0 - math.prod(1.0 - one.strength for one in met)


def strength_of_concepts(shared: Sequence[SharedConcept]) -> float:
    """Return what shared concepts are worth together, in [0, 1]; each further one adds less."""
    return 1.0 - math.prod(1.0 - CONCEPT_WEIGHT * concept.rarity for concept in shared)


def strength_of_peers(names: Sequence[str]) -> float:
    """Return what members like the asker are worth, in [0, 1]; each further one adds half as much."""
    return 1.0 - 0.5 ** len(names)


class EvidenceFinder:
    """Finds the evidence between one question and each of its hits.

    What signals need is found for every hit. The rest, such as the labels and words that a reason quotes, is
    found for the few hits of which it is asked. A place is that of a hit among the compared items.

    Parameters
    ----------
    compared
        The question and all hits: a concept or a word that few of them hold is worth more.
    policy
        Which signals count, and which concepts are themes.
    meets
        Which facts of the two sides meet.
    peers
        For each hit the names of the members like the asker that take part in it; None for none anywhere.
    """

    def __init__(
        self,
        compared: Comparison,
        policy: Policy,
        meets: Meets,
        peers: Sequence[tuple[str, ...]] | None = None,
    ) -> None:
        self._compared = compared
        self._query, self._items = compared.query, compared.items
        self._policy = policy
        self._number = len(self._items)
        self.peers = peers or [()] * self._number
        asked = meets.asked_by(policy.kind, self._query.stated)
        self.met = [self._met(asked, item) for item in self._items]
        self.concepts = self._concepts()

    @property
    def coverage(self) -> list[float]:
        """For each hit, the share of what a request's words tell that it holds, in [0, 1]."""
        return [self._coverage(item) for item in self._items]

    def clear(self) -> list[bool]:
        """For each hit, whether anything speaks clearly for it, as its evidence says.

        What is known of every hit decides nearly all; only for the others a text is searched for themes.
        """
        clear = self._with_clear_labels()
        if self._policy.weights["echo"]:
            for echoes in (self._compared.query_echoes, self._compared.item_echoes):
                clear |= np.array(echoes.similarities) >= CLEAR_ECHO
        return [bool(known) or self._is_clear(place) for place, known in enumerate(clear)]

    def _is_clear(self, place: int) -> bool:
        """Whether evidence other than labels is clear."""
        if any(concept.rarity >= CLEAR_RARITY for concept in self.concepts[place]):
            return True
        if (
            any(met.strength >= CLEAR_FACT for met in self.met[place])
            or len(self.peers[place]) >= CLEAR_PEERS
        ):
            return True
        item = self._items[place]
        if self._coverage(item) >= CLEAR_COVERAGE and self._tell(self._shared_words(item)):
            return True
        return any(theme is not None for theme in self._named_themes(item))

    def _named_themes(self, item: Analysis) -> Iterator[NamedTheme | None]:
        """Yield the theme of an item that the question names, then the question's that the item names."""
        counts = self._policy.weights["echo"] > 0
        yield find_named_theme(self._query, item) if counts and not has_long_list(item) else None
        yield find_named_theme(item, self._query) if counts and len(item.words) <= MANY_WORDS else None

    def _with_clear_labels(self) -> NDArray[np.bool_]:
        clear = np.zeros(self._number, dtype=bool)
        for name, (own, other) in PAIRS.items():
            if self._policy.weights[name]:
                # In double precision, as the similarity of a pair is compared.
                best = self._compared.best(own, other).astype(np.float64)
                found = best >= CLEAR_MATCH[name]
                if name == "theme":
                    # Few pairs lie between the two thresholds: only those are looked at one by one.
                    for place in np.flatnonzero(found & (best < CLEAR_OF_WORDS)).tolist():
                        found[place] = not self._compared.best_pairs(place)[name].of_words
                clear |= found
        return clear

    def find(self, place: int) -> Evidence:
        """Return all evidence between the question and one hit."""
        item, weights = self._items[place], self._policy.weights
        pairs = self._compared.best_pairs(place)
        query_echo = item_echo = None
        if weights["echo"]:
            query_echo = _echo(self._query, self._compared.query_echoes, place)
            item_echo = _echo(item, self._compared.item_echoes, place)
        item_theme, query_theme = self._named_themes(item)
        words = self._shared_words(item)
        return Evidence(
            labels={name: match for name, match in pairs.items() if weights[name]},
            query_echo=query_echo,
            item_echo=item_echo,
            item_theme=item_theme,
            query_theme=query_theme,
            concepts=self.concepts[place],
            met=self.met[place],
            words=words,
            coverage=self._coverage(item),
            words_tell=self._tell(words),
            peers=self.peers[place],
        )

    def _tell(self, words: Sequence[str]) -> bool:
        """Whether shared words are more than one word by chance.

        One word tells if it is all that a request says, or part of a term of the vocabulary that it names
        ("signature" of "signature électronique").
        """
        if len(words) != 1 or len(self._query.words) == 1:
            return bool(words)
        word = self._query.words[words[0]]
        named = (one for one in self._query.mentions.values() if one.field == word.field)
        return any(one.start <= word.start and word.end <= one.end for one in named)

    def _worth_of_words(self, item: Analysis) -> float:
        """Return what a word of an item is worth: less where it holds many, or names many subjects.

        A text that strings other people's questions together holds the words of each.
        """
        return worth_of_one(len(item.words), MANY_WORDS) * worth_of_one(item.given, MANY_CONCEPTS)

    def _concepts(self) -> list[tuple[SharedConcept, ...]]:
        """For each hit the concepts of both sides; none where concepts do not count.

        Concepts that fit every company are left out: they tell nothing for this kind of question.
        """
        if not self._policy.weights["concepts"]:
            return [()] * self._number
        ignored = self._policy.ignored_domains
        asked = {name: found for name, found in self._query.mentions.items() if found.domain not in ignored}
        named = [asked.keys() & self._offered(item) for item in self._items]
        holders = Counter(chain.from_iterable(named))
        rarity = {concept: self._rarity(count) for concept, count in holders.items()}
        return [
            _shared(asked, item, concepts, rarity) for item, concepts in zip(self._items, named, strict=True)
        ]

    def _offered(self, item: Analysis) -> Set[str]:
        """Concepts of an item that may answer: what it seeks itself answers nobody who seeks the same."""
        seeks = self._query.is_sought
        return {concept for concept, one in item.mentions.items() if not (seeks and one.field == "needs")}

    @cached_property
    def _word_holders(self) -> Counter[str]:
        """How many hits hold each word of the question."""
        asked = self._query.words.keys()
        return Counter(chain.from_iterable(asked & item.words.keys() for item in self._items))

    @cached_property
    def _told_by_words(self) -> float:
        """What all words of the question tell together; words of no hit tell nothing."""
        return sum(self._rarity(count) for count in self._word_holders.values())

    def _shared_words(self, item: Analysis) -> tuple[str, ...]:
        """Words of both texts, rarest first, then longest, less those that a third of the items hold."""
        most = self._number / 3 + 1
        shared = self._query.words.keys() & item.words.keys()
        telling = [word for word in shared if self._word_holders[word] <= most]
        return tuple(sorted(telling, key=lambda word: (self._word_holders[word], -len(word), word)))

    def _coverage(self, item: Analysis) -> float:
        """Share of what a request's words tell that an item's words tell, less for an item of many words."""
        if self._query.id is not None or not self._told_by_words:
            return 0.0
        told = sum(self._rarity(self._word_holders[word]) for word in self._shared_words(item))
        return told / self._told_by_words * self._worth_of_words(item)

    def _met(self, asked: Asked, item: Analysis) -> tuple[Met, ...]:
        """Facts of the question and of an item that meet, strongest first; for most items none do."""
        met = asked.among(item.stated)
        return self._of_the_job(met, item) if met else ()

    def _of_the_job(self, met: Sequence[Met], item: Analysis) -> tuple[Met, ...]:
        """Weigh what meets by the job that is asked for, and by how much the item names.

        A training that leads to other jobs is not shown because it takes apprentices. One that leads to many
        jobs leads to each of them less, and one that ends at bac+2 leads to no engineer's.
        """
        taught = sum(fact.concept.startswith(_TEACHES) for fact in item.facts)
        leads = any(one.item.concept.startswith(_TEACHES) for one in met)
        is_asked = any(fact.concept.startswith(_JOB) for fact in self._query.facts)
        named = worth_of_one(len(item.mentions), MANY_CONCEPTS)
        weighed = []
        for one in met:
            if one.item.concept.startswith(_TEACHES):
                weighed.append(_weighed(one, _worth_of_training(one.query, item, taught)))
            elif not (one.query.concept == _APPRENTICES and is_asked and taught and not leads):
                weighed.append(_weighed(one, named))
        return tuple(sorted(weighed, key=lambda one: -one.strength))

    def _rarity(self, holders: int) -> float:
        """Inverse document frequency (Spärck Jones 1972) brought to [0, 1]: 1 when one item holds it."""
        return math.log((self._number + 1) / max(1, holders)) / math.log(self._number + 1)


def _worth_of_training(job: Mention, training: Analysis, taught: int) -> float:
    """Return what a training that leads to so many jobs is worth for one of them, in (0, 1]."""
    return (WORTH_BELOW if _is_below(job, training) else 1.0) * min(1.0, MANY_JOBS / taught)


def _is_below(job: Mention, training: Analysis) -> bool:
    """Whether the job is an engineer's (bac+5) and the training is known to end below bac+3."""
    levels = [fact.concept for fact in training.facts if fact.concept.startswith(_LEVEL)]
    return fold(job.text).startswith(_ENGINEERS) and bool(levels) and max(levels) < _NEAR_AN_ENGINEER


def _weighed(met: Met, worth: float) -> Met:
    return met if worth == 1.0 else replace(met, strength=met.strength * worth)


def has_long_list(item: Analysis) -> bool:
    """Whether an item lists so many themes that a request is bound to name one of them."""
    themes = item.spans.get(Role.GIVES, slice(0, 0))
    return bool(themes.stop - themes.start > MANY_LABELS)


def _shared(
    asked: Mapping[str, Mention], item: Analysis, concepts: Set[str], rarity: Mapping[str, float]
) -> tuple[SharedConcept, ...]:
    """Return those of the concepts, which both sides name, that count; rarest first, ties by id.

    A need that both have brings neither anything. What an item with a long list of concepts names is worth
    less, so that naming everything pays nothing. What it needs makes the list of what it gives no longer.
    """
    shared = []
    for concept in concepts:
        mention, theirs = asked[concept], item.mentions[concept]
        needed = theirs.field == "needs"
        if not (needed and mention.field == "needs"):
            named = len(item.mentions) if needed else item.given
            shared.append(
                SharedConcept(mention, theirs, worth_of_one(named, MANY_CONCEPTS) * rarity[concept])
            )
    return tuple(sorted(shared, key=lambda one: (-one.rarity, one.query.concept)))


def _echo(owner: Analysis, found: Echoes, place: int) -> EchoMatch | None:
    label = found.labels[place]
    return None if label < 0 else EchoMatch(owner.labels[label], found.similarities[place])
