"""Evidence: what speaks for a match, found once and used for the score, the order and the reasons.

Evidence is *clear* from a threshold on. An item with clear evidence is recommended; an item without is only
ever listed among the less certain ones.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from matcher.index import Label, Role
from matcher.knowledge import Mention
from matcher.knowledge.meets import Meets, Met
from matcher.recommend.analysis import Analysis
from matcher.recommend.free_text import lower_in_place
from matcher.recommend.policies import Policy
from matcher.recommend.similarity import MANY_LABELS, LabelMatch, Similarity, worth_of_one

CLEAR_MATCH: Mapping[str, float] = {
    "theme": 0.55,
    "market": 0.55,
    "axis": 0.55,
    "needs": 0.48,
    "asked": 0.48,
    "clients": 0.6,
    "served": 0.6,
}
"""Stretched similarity from which a pair of labels is clear evidence, set by reading the catalogue.

Needs are long and say what they mean; a sector of one word is near to much ("défense", "mission").
"""
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
_NO_SUBJECT = frozenset({"sectors", "needs"})
_JOB, _TEACHES, _APPRENTICES = "job:", "teaches:", "apprentices"
_ACRONYM = 4  # a label of so few letters is another word when it is written in lower case


@dataclass(frozen=True, slots=True)
class EchoMatch:
    """A label of one side that is what the other side's whole text is about."""

    label: Label
    similarity: float


@dataclass(frozen=True, slots=True)
class NamedTheme:
    """A label of one side that the other's description names: ``text == description[start:end]``."""

    label: Label
    start: int
    end: int
    text: str


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
        return [name for name, match in self.labels.items() if match.similarity >= CLEAR_MATCH[name]]

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
        return 1.0 - math.prod(1.0 - met.strength for met in self.met)

    @property
    def peer_strength(self) -> float:
        """What members like the asker are worth together, in [0, 1]; each further one adds half as much."""
        return 1.0 - 0.5 ** len(self.peers)

    @property
    def concept_strength(self) -> float:
        """What all shared concepts are worth together, in [0, 1]; each further one adds less."""
        return 1.0 - math.prod(1.0 - CONCEPT_WEIGHT * concept.rarity for concept in self.concepts)


class EvidenceFinder:
    """Finds the evidence between one question and each of its hits.

    Parameters
    ----------
    query
        The question.
    items
        All hits that are compared: a concept or a word that few of them hold is worth more.
    policy
        Which signals count, and which concepts are themes.
    meets
        Which facts of the two sides meet.
    """

    def __init__(self, query: Analysis, items: Sequence[Analysis], policy: Policy, meets: Meets) -> None:
        self._query = query
        self._policy = policy
        self._meets = meets
        self._number = len(items)
        self._stated_by_query = _stated(query)
        asked = self._countable(query.mentions)
        self._asked = asked
        self._holders: Counter[str] = Counter()
        self._word_holders: Counter[str] = Counter()
        for item in items:
            self._holders.update(asked.keys() & item.mentions.keys())
            self._word_holders.update(query.words.keys() & item.words.keys())
        self._told_by_words = sum(self._rarity(count) for count in self._word_holders.values())

    def find(self, item: Analysis, similarity: Similarity, peers: tuple[str, ...] = ()) -> Evidence:
        """Return the evidence between the question and one item, in which ``peers`` take part."""
        pairs = {name: match for name, match in similarity.best_pairs().items() if self._policy.weights[name]}
        query_echo = item_echo = item_theme = query_theme = None
        if self._policy.weights["echo"]:
            query_echo, item_echo = similarity.query_echo(), similarity.item_echo()
            if not has_long_list(item):
                item_theme = find_named_theme(self._query, item)
            if len(item.words) <= MANY_WORDS:
                query_theme = find_named_theme(item, self._query)
        concepts = self._shared_concepts(item) if self._policy.weights["concepts"] else ()
        words = self._shared_words(item)
        met = self._meets.between(self._policy.kind, self._stated_by_query, _stated(item))
        met = _of_the_job(met, self._query, item)
        return Evidence(
            labels=pairs,
            query_echo=_echo(self._query, query_echo),
            item_echo=_echo(item, item_echo),
            item_theme=item_theme,
            query_theme=query_theme,
            concepts=concepts,
            met=tuple(met),
            words=words,
            coverage=self._coverage(words) * self._worth_of_words(item),
            words_tell=self._tell(words),
            peers=peers,
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
        given = sum(mention.field != "needs" for mention in item.mentions.values())
        return worth_of_one(len(item.words), MANY_WORDS) * worth_of_one(given, MANY_CONCEPTS)

    def _countable(self, mentions: Mapping[str, Mention]) -> dict[str, Mention]:
        """Leave out concepts that fit every company and so tell nothing for this kind of question."""
        ignored = self._policy.ignored_domains
        return {name: found for name, found in mentions.items() if found.domain not in ignored}

    def _shared_concepts(self, item: Analysis) -> tuple[SharedConcept, ...]:
        """Concepts of both sides; a need that both have brings neither anything.

        What an item with a long list of concepts names is worth less, so that naming everything pays nothing.
        What it needs makes the list of what it gives no longer.
        """
        given = sum(mention.field != "needs" for mention in item.mentions.values())
        share_given = worth_of_one(given, MANY_CONCEPTS)
        share_needed = worth_of_one(len(item.mentions), MANY_CONCEPTS)
        shared = []
        for concept, mention in self._asked.items():
            theirs = item.mentions.get(concept)
            if theirs is not None and not (mention.field == theirs.field == "needs"):
                share = share_needed if theirs.field == "needs" else share_given
                shared.append(SharedConcept(mention, theirs, share * self._rarity(self._holders[concept])))
        return tuple(sorted(shared, key=lambda one: (-one.rarity, one.query.concept)))

    def _shared_words(self, item: Analysis) -> tuple[str, ...]:
        """Words of both texts, rarest first, then longest, less those that a third of the items hold."""
        most = self._number / 3 + 1
        shared = self._query.words.keys() & item.words.keys()
        telling = [word for word in shared if self._word_holders[word] <= most]
        return tuple(sorted(telling, key=lambda word: (self._word_holders[word], -len(word), word)))

    def _coverage(self, words: Sequence[str]) -> float:
        """Share of what a request's words tell that these words tell; words of no item tell nothing."""
        if self._query.id is not None or not self._told_by_words:
            return 0.0
        return sum(self._rarity(self._word_holders[word]) for word in words) / self._told_by_words

    def _rarity(self, holders: int) -> float:
        """Inverse document frequency (Spärck Jones 1972) brought to [0, 1]: 1 when one item holds it."""
        return math.log((self._number + 1) / max(1, holders)) / math.log(self._number + 1)


def has_long_list(item: Analysis) -> bool:
    """Whether an item lists so many themes that a request is bound to name one of them."""
    themes = item.spans.get(Role.GIVES, slice(0, 0))
    return bool(themes.stop - themes.start > MANY_LABELS)


def _stated(side: Analysis) -> list[Mention]:
    """Facts and concepts of a side: the table may name either.

    A sector that it serves is not its subject, and neither is what it looks for: who seeks an electronic
    signature does not offer one that document management would complete.
    """
    if side.is_sought:
        return list(side.facts)
    return [*side.facts, *(one for one in side.mentions.values() if one.field not in _NO_SUBJECT)]


def _of_the_job(met: Sequence[Met], query: Analysis, item: Analysis) -> list[Met]:
    """Weigh what meets by the job that is asked for, and by how much the item names.

    A training that leads to other jobs is not shown because it takes apprentices. One that leads to many
    jobs leads to each of them less.
    """
    taught = sum(fact.concept.startswith(_TEACHES) for fact in item.facts)
    leads = any(one.item.concept.startswith(_TEACHES) for one in met)
    is_asked = any(fact.concept.startswith(_JOB) for fact in query.facts)
    named = worth_of_one(len(item.mentions), MANY_CONCEPTS)
    weighed = []
    for one in met:
        if one.item.concept.startswith(_TEACHES):
            weighed.append(replace(one, strength=one.strength * min(1.0, MANY_JOBS / taught)))
        elif not (one.query.concept == _APPRENTICES and is_asked and taught and not leads):
            weighed.append(replace(one, strength=one.strength * named))
    return sorted(weighed, key=lambda one: -one.strength)


def _echo(owner: Analysis, found: tuple[int, float] | None) -> EchoMatch | None:
    return None if found is None else EchoMatch(owner.labels[found[0]], found[1])


def find_named_theme(reader: Analysis, owner: Analysis) -> NamedTheme | None:
    """Return the owner's longest theme that the reader's description names, with its place there.

    Labels that fit every organisation are left out, and so is the name of an item, which may be an
    everyday word. Ties go to the first label.
    """
    text, lower = reader.evidence_text, reader.evidence_lower
    if not text.strip():
        return None
    best: NamedTheme | None = None
    for label in owner.labels[owner.spans.get(Role.GIVES, slice(0))]:
        if label.is_open or label.is_frame or (best is not None and len(label.text) <= len(best.label.text)):
            continue
        span = _find_words(text, lower, label.text)
        if span is not None:
            best = NamedTheme(label, *span, text[span[0] : span[1]])
    return best


def _find_words(text: str, lower: str, words: str) -> tuple[int, int] | None:
    """Return where ``words`` first stand in ``text`` as whole words; acronyms only as they are written."""
    if len(words) > _ACRONYM:
        text, words = lower, lower_in_place(words)
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return start, end
        start = text.find(words, end)
    return None
