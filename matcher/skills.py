"""Free-text expertise as ESCO skills: which, where in the text, and how surely.

A skill is found where the words of one of its labels stand close together (in one phrase, in any order, by
their stems); where an encoder is given, the meaning of the words found must agree with the label's.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.inflection import fold
from matcher.ports import Encoder
from matcher.rerank import similarity_floor
from matcher.text import STOPWORDS, Token, tokens

MAX_TEXT = 20_000
_PHRASE = re.compile(r"[^;,.!?\n•|:()]+")
_KEYWORD = 3  # words up to which a phrase is taken as a whole: "machine learning" is no machine
_SHORTLIST = 8  # labels of a phrase whose meaning is compared
ENOUGH = 0.6
"""Confidence from which a skill is shown."""


@dataclass(frozen=True, slots=True)
class SkillLabels:
    """An ESCO skill: its URI, preferred label and other labels."""

    id: str
    label: str
    others: tuple[str, ...] = ()


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


class SkillFinder:
    """Finds ESCO skills in French text.

    The confidence is the share of a label's words that are there, by their rarity among all labels, times
    how close together they stand (words of the label over words from the first to the last), less where a
    short phrase has other words too; with an encoder, the mean of that and the cosine of the words found
    with the label, brought to [0, 1] from the cosine of unlike labels.

    Parameters
    ----------
    skills
        What may be found.
    encoder
        Compares meanings; None trusts the words alone.

    >>> finder = SkillFinder([SkillLabels("S1", "développer des logiciels", ("développement logiciel",))])
    >>> [(skill.label, skill.text) for skill in finder.find("Nous faisons du développement logiciel.")]
    [('développer des logiciels', 'développement logiciel')]
    """

    def __init__(self, skills: Iterable[SkillLabels], encoder: Encoder | None = None) -> None:
        self._skills = tuple(skills)
        self._encoder = encoder
        self._floor: float | None = None
        said = [
            (number, label, tuple(dict.fromkeys(token.stem for token in _content(label))))
            for number, skill in enumerate(self._skills)
            for label in dict.fromkeys((skill.label, *skill.others))
        ]
        frequency = Counter(stem for _, _, stems in said for stem in stems)
        self._rarity = {stem: float(np.log1p(len(said) / count)) for stem, count in frequency.items()}
        self._names = [
            _Name(number, label, stems, sum(self._rarity[stem] for stem in stems))
            for number, label, stems in said
            if stems
        ]
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        for at, name in enumerate(self._names):
            for stem in name.stems:
                self._by_stem[stem].append(at)

    def find(self, text: str, limit: int = 20, least: float = ENOUGH) -> list[Skill]:
        """Return skills by descending confidence, ties by id; one skill once, one place one skill.

        Texts are read up to :data:`MAX_TEXT` characters; a text without skills gives an empty list.
        """
        said = [pair for phrase in _phrases(text[:MAX_TEXT]) for pair in self._said(text, phrase)]
        sure = self._weighed(said)
        sure.sort(key=lambda skill: (-skill.confidence, skill.start - skill.end, skill.id))
        chosen: list[Skill] = []
        for skill in sure:
            apart = all(skill.end <= other.start or other.end <= skill.start for other in chosen)
            if skill.confidence >= least and apart and skill.id not in {other.id for other in chosen}:
                chosen.append(skill)
        return chosen[:limit]

    def _said(self, text: str, phrase: Sequence[Token]) -> list[tuple[Skill, str]]:
        """Return the phrase's likeliest skills by words alone, each with the label that was read."""
        shared: dict[int, float] = defaultdict(float)
        for stem in {token.stem for token in phrase}:
            for at in self._by_stem.get(stem, ()):
                shared[at] += self._rarity[stem] / self._names[at].weight
        likely = sorted(shared, key=lambda at: (-shared[at], -self._names[at].weight, at))[: 4 * _SHORTLIST]
        rated = sorted(self._rated(text, phrase, at, shared[at]) for at in likely)
        return [(skill, label) for _, _, skill, label in rated[:_SHORTLIST]]

    def _rated(
        self, text: str, phrase: Sequence[Token], at: int, shared: float
    ) -> tuple[float, int, Skill, str]:
        """Return the skill of a label where its words stand; sorts by descending confidence."""
        name, skill = self._names[at], self._skills[self._names[at].skill]
        places = [place for place, token in enumerate(phrase) if token.stem in name.stems]
        start, end = phrase[places[0]].start, phrase[places[-1]].end
        found = len({phrase[place].stem for place in places})
        share = min(1.0, shared) * found / (places[-1] - places[0] + 1)
        if len(phrase) <= _KEYWORD:
            share *= (1 + found / len(phrase)) / 2
        return (
            -share,
            at,
            Skill(skill.id, skill.label, start, end, text[start:end], min(1.0, share)),
            name.text,
        )

    def _weighed(self, said: Sequence[tuple[Skill, str]]) -> list[Skill]:
        """Return the skills with the agreement of meanings taken into account."""
        if self._encoder is None or not said:
            return [skill for skill, _ in said]
        texts = list(dict.fromkeys(text for skill, label in said for text in (skill.text, label)))
        vectors = dict(zip(texts, self._encoder.encode_queries(texts), strict=True))
        if self._floor is None:
            self._floor = similarity_floor(self._encoder)
        weighed = []
        for skill, label in said:
            cosine = float(vectors[skill.text] @ vectors[label])
            meaning = min(1.0, max(0.0, (cosine - self._floor) / (1 - self._floor)))
            weighed.append(replace(skill, confidence=round((skill.confidence + meaning) / 2, 4)))
        return weighed


def _content(text: str) -> list[Token]:
    return [token for token in tokens(text) if fold(token.text) not in STOPWORDS]


def _phrases(text: str) -> Iterator[list[Token]]:
    for found in _PHRASE.finditer(text):
        at = found.start()
        words = [replace(token, start=token.start + at, end=token.end + at) for token in _content(found[0])]
        if words:
            yield words
