"""ESCO skills in free text: which skill, where in the text, with what confidence.

A skill is found where the words of one of its names are close together. Words are compared by their stems,
in any order, as verb or as noun ("gérons des projets", "gestion de projets").
"""

import math
import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product

from matcher.language.analyser import STOPWORDS, Token, fold, tokens
from matcher.language.words import pairs, words

MAX_TEXT = 20_000
_PHRASE = re.compile(r"[^;,.!?\n•|:()]+")
_QUALIFIER = re.compile(r"\s*\([^)]*\)")
_SHORT = 3  # letters up to which a name is an acronym, and must be written as it is
_LOOSE = 2  # other words that may stand between the words of a name that has two telling ones
_KEYWORD = 3  # words up to which a phrase is taken as a whole: "machine learning" is no machine
ENOUGH = 0.5
"""Lowest confidence of a skill that is shown."""


@dataclass(frozen=True, slots=True)
class SkillLabels:
    """An ESCO skill: its URI, preferred label, other labels, whether it is of the digital collection.

    ``english`` is its preferred label in English, "" when not known; it is shown and not searched for.
    """

    id: str
    label: str
    others: tuple[str, ...] = ()
    digital: bool = False
    english: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Skill:
    """A skill found: ``text == source[start:end]``; ``confidence`` in [0, 1].

    ``english`` is its English label.
    """

    id: str
    label: str
    start: int
    end: int
    text: str
    confidence: float
    english: str = ""


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
        What may be found; read when a text is searched for the first time.

    >>> finder = SkillFinder([SkillLabels("S1", "gérer des bases de données"), SkillLabels("S2", "C++")])
    >>> [(skill.label, skill.text) for skill in finder.find("La gestion de bases de données, sans C.")]
    [('gérer des bases de données', 'gestion de bases de données')]
    """

    def __init__(self, skills: Iterable[SkillLabels]) -> None:
        self._given = skills

    @cached_property
    def _skills(self) -> tuple[SkillLabels, ...]:
        return tuple(self._given)

    @cached_property
    def _by_rarest(self) -> dict[str, list[_Name]]:
        """Names by their rarest stem; ESCO's take seconds, so they are read when first needed."""
        said: list[tuple[int, str, list[Token]]] = []
        frequency: Counter[str] = Counter()
        for number, skill in enumerate(self._skills):
            for name in dict.fromkeys((_QUALIFIER.sub("", skill.label), *skill.others)):
                content = _content(name)
                said.append((number, name, content))
                frequency.update({token.stem for token in content})
        rarity = {stem: math.log1p(len(said) / count) for stem, count in frequency.items()}
        by_rarest: dict[str, list[_Name]] = defaultdict(list)
        for number, name, content in said:
            for stems, sureness, loose in _readings(content, digital=self._skills[number].digital):
                weight = sum(rarity[stem] for stem in stems)
                rarest = max(stems, key=lambda stem: (rarity[stem], stem))
                by_rarest[rarest].append(_Name(number, name, stems, weight, sureness, loose))
        return by_rarest

    def find(self, text: str, limit: int = 20, least: float = ENOUGH) -> list[Skill]:
        """Return skills by descending confidence, ties by place and id; one skill once, one place one skill.

        Where two overlap, the one that says more stays. Texts are read up to :data:`MAX_TEXT` characters; a
        text without skills gives an empty list.
        """
        said = []
        for phrase in _phrases(text[:MAX_TEXT]):
            said += [found for found in self._said(text, phrase) if found[1].confidence >= least]
        said.sort(key=lambda found: (-found[0], found[1].start, found[1].id))
        chosen: dict[str, Skill] = {}
        for _, skill in said:
            if skill.id not in chosen and not _overlaps(skill, chosen.values()):
                chosen[skill.id] = skill
        return sorted(chosen.values(), key=lambda skill: (-skill.confidence, skill.start, skill.id))[:limit]

    def _said(self, text: str, phrase: Sequence[Token]) -> Iterator[tuple[float, Skill]]:
        """Yield the phrase's skills, each with how much it says: rarity of its words times confidence."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(phrase):
            places[token.stem].append(place)
        for stem, anchors in places.items():
            names = [name for name in self._by_rarest.get(stem, ()) if places.keys() >= set(name.stems)]
            for name, anchor in product(names, anchors):
                at = [_nearest(places[s], anchor) for s in name.stems]
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
        span = first.start, last.end
        return Skill(skill.id, skill.label, *span, found, round(confidence, 4), english=skill.english)


def _overlaps(skill: Skill, others: Iterable[Skill]) -> bool:
    return any(skill.start < other.end and other.start < skill.end for other in others)


def _nearest(places: Sequence[int], anchor: int) -> int:
    """Return the one of ascending ``places`` nearest to ``anchor``, of two the first."""
    behind = bisect(places, anchor)
    return min(places[max(0, behind - 1) : behind + 1], key=lambda place: abs(place - anchor))


@cache
def _nouns() -> dict[str, str]:
    """Stems of verbs whose noun has another stem, with the noun's: "gérer", "gestion"."""
    return {_only(verb): _only(noun) for verb, noun in pairs("nouns of verbs").items()}


def _readings(content: Sequence[Token], *, digital: bool) -> Iterator[tuple[tuple[str, ...], float, int]]:
    """Yield the stems a name is known by, how surely, and how many other words may stand between them.

    Once without its light words, and once without making and running. Where one word alone tells, nothing
    may stand between it and what is done with it.
    """
    heavy = [token for token in content if not _says(token.text, "light words of skills")]
    things = _stems(token for token in heavy if not _says(token.text, "making and running"))
    stems = _stems(heavy)
    if things:
        sureness = _sureness_of_one_word(digital) if len(stems) == 1 else 1.0
        if len(heavy) < len(content):
            sureness *= 0.85
        yield stems, sureness, _LOOSE if len(things) > 1 else 0
    if 1 < len(things) < len(stems):
        yield things, 0.7, 0


def _sureness_of_one_word(digital: bool) -> float:
    return 0.9 if digital else 0.55


@cache
def _folded(section: str) -> frozenset[str]:
    return frozenset(map(fold, words(section)))


@lru_cache(maxsize=65_536)
def _says(word: str, section: str) -> bool:
    return fold(word) in _folded(section)


@lru_cache(maxsize=65_536)
def _tells(word: str) -> bool:
    return fold(word) not in STOPWORDS


def _only(word: str) -> str:
    return tokens(word)[0].stem


def _content(text: str) -> list[Token]:
    """Return the telling words, verbs by their noun's stem; beside "nous", a word in -ons is a verb."""
    said, nouns = tokens(text), _nouns()
    ours = any(token.text.lower() == "nous" for token in said)
    kept = [token for token in said if _tells(token.text)]
    stems = [_infinitive(token) if ours else token.stem for token in kept]
    return [
        Token(token.text, token.start, token.end, nouns.get(stem, stem))
        for token, stem in zip(kept, stems, strict=True)
    ]


def _infinitive(token: Token) -> str:
    word = token.text.lower()
    if not word.endswith("ons") or word.endswith(("tions", "sions")) or token.stem in _nouns():
        return token.stem
    return _only(word[:-3].removesuffix("e") + "er")


def _stems(content: Iterable[Token]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(token.stem for token in content))


def _same_word(name: str, word: str) -> bool:
    """Return whether the word of a one-word name is that word, not just its stem ("électricité")."""
    if len(word) <= _SHORT:
        return word in {token.text for token in tokens(name)}
    plain = {fold(token.text).rstrip("esx") for token in tokens(name)}
    return fold(word).rstrip("esx") in plain


def _phrases(text: str) -> Iterator[list[Token]]:
    for found in _PHRASE.finditer(text):
        at = found.start()
        said = [Token(t.text, t.start + at, t.end + at, t.stem) for t in _content(found[0])]
        if said:
            yield said
