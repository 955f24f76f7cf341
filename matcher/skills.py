"""Free-text expertise as ESCO skills: which, where in the text, how surely, and what two texts share.

A skill is found where the words of one of its names stand close together, by their stems, whatever their
order and whether they are said as a verb or as a noun ("gérons des projets", "gestion de projets").
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from matcher.inflection import fold
from matcher.text import STOPWORDS, Token, tokens
from matcher.words import pairs, words

MAX_TEXT = 20_000
_PHRASE = re.compile(r"[^;,.!?\n•|:()]+")
_QUALIFIER = re.compile(r"\s*\([^)]*\)")
_SHORT = 3  # letters up to which a name is an acronym, and must be written as it is
_LOOSE = 2  # other words that may stand between the words of a name that has two telling ones
_KEYWORD = 3  # words up to which a phrase is taken as a whole: "machine learning" is no machine
ENOUGH = 0.5
"""Confidence from which a skill is shown."""


@dataclass(frozen=True, slots=True)
class SkillLabels:
    """An ESCO skill: its URI, preferred label, other labels, and whether it is of the digital collection."""

    id: str
    label: str
    others: tuple[str, ...] = ()
    digital: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Skill:
    """A skill found: ``text == source[start:end]``; ``confidence`` in [0, 1]."""

    id: str
    label: str
    start: int
    end: int
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Name:
    skill: int
    text: str
    stems: tuple[str, ...]
    weight: float
    sureness: float
    loose: int


class SkillFinder:
    """Finds ESCO skills in French text.

    The confidence is a product. A name whose words are all there counts 1; words that say little ("utiliser",
    "techniques de") may be missing for .85, and the making or running of a thing ("concevoir", "systèmes de")
    for .7 where two other words name it. Every other word between those of the name takes .15 off, another
    order .6. One word alone is surer for a digital skill (.9) than for another (.55), since outside that
    collection one word is often said of something else ("membre", "terrain"). In a phrase of at most three
    words the whole phrase should be the skill: .15 is taken off for each word that is not. The constants were
    set by reading the shipped catalogue.

    Parameters
    ----------
    skills
        What may be found.

    >>> finder = SkillFinder([SkillLabels("S1", "gérer des bases de données"), SkillLabels("S2", "C++")])
    >>> [(skill.label, skill.text) for skill in finder.find("La gestion de bases de données, sans C.")]
    [('gérer des bases de données', 'gestion de bases de données')]
    """

    def __init__(self, skills: Iterable[SkillLabels]) -> None:
        self._skills = tuple(skills)
        said = [
            (number, name, _content(name))
            for number, skill in enumerate(self._skills)
            for name in dict.fromkeys((_QUALIFIER.sub("", skill.label), *skill.others))
        ]
        frequency = Counter(stem for _, _, content in said for stem in {token.stem for token in content})
        rarity = {stem: math.log1p(len(said) / count) for stem, count in frequency.items()}
        self._by_rarest: dict[str, list[_Name]] = defaultdict(list)
        for number, name, content in said:
            for stems, sureness, loose in _readings(content, digital=self._skills[number].digital):
                weight = sum(rarity[stem] for stem in stems)
                rarest = max(stems, key=lambda stem: (rarity[stem], stem))
                self._by_rarest[rarest].append(_Name(number, name, stems, weight, sureness, loose))

    def find(self, text: str, limit: int = 20, least: float = ENOUGH) -> list[Skill]:
        """Return skills by descending confidence, ties by place and id; one skill once, one place one skill.

        Where two overlap, the one that says more stays. Texts are read up to :data:`MAX_TEXT` characters; a
        text without skills gives an empty list.
        """
        said = [found for phrase in _phrases(text[:MAX_TEXT]) for found in self._said(text, phrase)]
        said = [found for found in said if found[1].confidence >= least]
        said.sort(key=lambda found: (-found[0], found[1].start, found[1].id))
        chosen: dict[str, Skill] = {}
        for _, skill in said:
            apart = all(skill.end <= other.start or other.end <= skill.start for other in chosen.values())
            if apart and skill.id not in chosen:
                chosen[skill.id] = skill
        return sorted(chosen.values(), key=lambda skill: (-skill.confidence, skill.start, skill.id))[:limit]

    def _said(self, text: str, phrase: Sequence[Token]) -> Iterator[tuple[float, Skill]]:
        """Yield the phrase's skills, each with how much it says: rarity of its words times confidence."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(phrase):
            places[token.stem].append(place)
        for stem, anchors in places.items():
            for name in self._by_rarest.get(stem, ()):
                if all(other in places for other in name.stems):
                    for anchor in anchors:
                        at = [min(places[s], key=lambda place: abs(place - anchor)) for s in name.stems]
                        skill = self._rated(text, phrase, name, at)
                        yield name.weight * skill.confidence, skill

    def _rated(self, text: str, phrase: Sequence[Token], name: _Name, at: list[int]) -> Skill:
        """Return the skill of a name whose words stand ``at`` these places of the phrase."""
        first, last = phrase[min(at)], phrase[max(at)]
        between = max(at) - min(at) + 1 - len(at)
        confidence = name.sureness * (1 - 0.15 * between) * (1.0 if at == sorted(at) else 0.4)
        if between > name.loose or (len(at) == 1 and not _same_word(name.text, first.text)):
            confidence = 0.0
        if len(phrase) <= _KEYWORD:
            confidence *= 1 - 0.15 * (len(phrase) - len(at) - between)
        skill = self._skills[name.skill]
        found = text[first.start : last.end]
        return Skill(skill.id, skill.label, first.start, last.end, found, round(confidence, 4))


@dataclass(frozen=True, slots=True)
class SharedSkill:
    """A skill of two texts: where each says it, and what sharing it is worth, in [0, 1]."""

    seeker: Skill
    candidate: Skill
    worth: float


class SkillOverlap:
    """What two texts share in skills; a skill that few items have is worth more.

    To use it as a signal: find the skills of every item once, when it is stored or the service starts, and
    keep them by item; make one overlap of them all; then for each question ask :meth:`shared` of the seeker's
    skills (:meth:`SkillFinder.find` on a free text) and every candidate's. :func:`overlap` of the answer is
    the signal; its entries are the reasons, each with the places in both texts.

    Parameters
    ----------
    items
        The skills of each item.

    >>> finder = SkillFinder([SkillLabels("S1", "robotique"), SkillLabels("S2", "analyser des données")])
    >>> found = [finder.find(text) for text in ("robotique ; analyse de données", "analyse des données")]
    >>> both = SkillOverlap(found).shared(found[0], found[1])
    >>> [(pair.seeker.text, pair.candidate.text) for pair in both]
    [('analyse de données', 'analyse des données')]
    >>> round(overlap(both), 2)
    0.37
    """

    def __init__(self, items: Iterable[Sequence[Skill]]) -> None:
        known = list(items)
        self._size = len(known)
        self._holders = Counter(number for skills in known for number in {skill.id for skill in skills})

    def shared(self, seeker: Sequence[Skill], candidate: Sequence[Skill]) -> list[SharedSkill]:
        """Return what both have, worth most first, ties by id.

        Worth is both confidences times the skill's rarity, ``log((n + 1) / held) / log(n + 1)`` of n items:
        the inverse document frequency of Spärck Jones (1972), brought to [0, 1]. A skill that one item holds,
        or none, has rarity 1.
        """
        theirs = {skill.id: skill for skill in candidate}
        found = [
            SharedSkill(
                mine, theirs[mine.id], mine.confidence * theirs[mine.id].confidence * self._rarity(mine.id)
            )
            for mine in seeker
            if mine.id in theirs
        ]
        return sorted(found, key=lambda pair: (-pair.worth, pair.seeker.id))

    def _rarity(self, skill: str) -> float:
        held = max(1, self._holders[skill])
        return math.log((self._size + 1) / held) / math.log(self._size + 1) if self._size else 1.0


def overlap(shared: Iterable[SharedSkill]) -> float:
    """Return what all shared skills are worth together: one minus the product of what each leaves, in [0, 1].

    Nothing shared is 0; each further skill adds, and none can take it above 1.
    """
    return 1.0 - math.prod(1.0 - pair.worth for pair in shared)


@cache
def _nouns() -> dict[str, str]:
    """Stems of verbs whose noun has another stem, with the noun's: "gérer", "gestion"."""
    return {_only(verb): _only(noun) for verb, noun in pairs("nouns of verbs").items()}


def _readings(content: Sequence[Token], *, digital: bool) -> Iterator[tuple[tuple[str, ...], float, int]]:
    """Yield the stems a name is known by, how surely, and how many other words may stand between them.

    Once without its light words, and once without making and running. Where one word alone tells, nothing
    may stand between it and what is done with it.
    """
    heavy = [token for token in content if fold(token.text) not in _folded("light words of skills")]
    things = _stems(token for token in heavy if fold(token.text) not in _folded("making and running"))
    stems = _stems(heavy)
    if things:
        sureness = 1.0 if len(stems) > 1 else 0.9 if digital else 0.55
        sureness *= 0.85 if len(heavy) < len(content) else 1.0
        yield stems, sureness, _LOOSE if len(things) > 1 else 0
    if 1 < len(things) < len(stems):
        yield things, 0.7, 0


@cache
def _folded(section: str) -> frozenset[str]:
    return frozenset(map(fold, words(section)))


def _only(word: str) -> str:
    return tokens(word)[0].stem


def _content(text: str) -> list[Token]:
    """Return the telling words, verbs by their noun's stem; beside "nous", a word in -ons is a verb."""
    said, nouns = tokens(text), _nouns()
    ours = any(token.text.lower() == "nous" for token in said)
    kept = [token for token in said if fold(token.text) not in STOPWORDS]
    stems = [_infinitive(token) if ours else token.stem for token in kept]
    return [replace(token, stem=nouns.get(stem, stem)) for token, stem in zip(kept, stems, strict=True)]


def _infinitive(token: Token) -> str:
    word = token.text.lower()
    if not word.endswith("ons") or word.endswith(("tions", "sions")) or token.stem in _nouns():
        return token.stem
    return _only(word[:-3].removesuffix("e") + "er")


def _stems(content: Iterable[Token]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(token.stem for token in content))


def _same_word(name: str, word: str) -> bool:
    """Whether a name of one telling word is that very word, and no other of its family ("électrique")."""
    if len(word) <= _SHORT:
        return word in {token.text for token in tokens(name)}
    plain = {fold(token.text).rstrip("esx") for token in tokens(name)}
    return fold(word).rstrip("esx") in plain


def _phrases(text: str) -> Iterator[list[Token]]:
    for found in _PHRASE.finditer(text):
        at = found.start()
        said = [replace(token, start=token.start + at, end=token.end + at) for token in _content(found[0])]
        if said:
            yield said
