"""What two texts share in ESCO skills, and what it is worth."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from matcher.skills import Skill


@dataclass(frozen=True, slots=True)
class SharedSkill:
    """A skill of two texts: where each says it, and what sharing it is worth, in [0, 1]."""

    seeker: Skill
    candidate: Skill
    worth: float


class SkillOverlap:
    """What two texts share in skills; a skill that few items have is worth more.

    The skills of every item are found once, when it is indexed. Then :meth:`shared` is asked of the seeker's
    skills and every candidate's: :func:`overlap` of the answer is the signal, and its entries are the
    reasons, each with the places in both texts.

    Parameters
    ----------
    items
        The skills, by id, of each of the items that are compared.

    >>> from matcher.skills import SkillFinder, SkillLabels
    >>> finder = SkillFinder([SkillLabels("S1", "robotique"), SkillLabels("S2", "analyser des données")])
    >>> found = [finder.find(text) for text in ("robotique ; analyse de données", "analyse des données")]
    >>> held = [frozenset(skill.id for skill in skills) for skills in found]
    >>> both = SkillOverlap(held).shared(found[0], found[1])
    >>> [(pair.seeker.text, pair.candidate.text) for pair in both]
    [('analyse de données', 'analyse des données')]
    >>> round(overlap(both), 2)
    0.37
    """

    def __init__(self, items: Iterable[frozenset[str]]) -> None:
        known = list(items)
        self._size = len(known)
        self._holders = Counter(chain.from_iterable(known))

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
