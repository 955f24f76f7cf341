"""What two texts share in ESCO skills, and what it is worth."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain

from matcher.knowledge.skills import Skill


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
        Ids of the skills of each of the items that are compared; those of the seeker are enough.

    >>> from matcher.knowledge.skills import SkillFinder, SkillLabels
    >>> finder = SkillFinder([SkillLabels("S1", "robotique"), SkillLabels("S2", "analyser des données")])
    >>> texts = "robotique ; analyse de données", "analyse des données"
    >>> one, other = ({skill.id: skill for skill in finder.find(text)} for text in texts)
    >>> both = SkillOverlap([one.keys(), other.keys()]).shared(one, other)
    >>> [(pair.seeker.text, pair.candidate.text) for pair in both]
    [('analyse de données', 'analyse des données')]
    >>> round(overlap(both), 2)
    0.37
    """

    def __init__(self, items: Iterable[AbstractSet[str]]) -> None:
        self.known = list(items)
        whole = math.log(len(self.known) + 1)
        holders = Counter(chain.from_iterable(self.known))
        self._rarity = {skill: 1.0 - math.log(held) / whole for skill, held in holders.items()}

    def shared(self, seeker: Mapping[str, Skill], candidate: Mapping[str, Skill]) -> list[SharedSkill]:
        """Return what both have, worth most first, ties by id.

        Worth is both confidences times the skill's rarity, ``log((n + 1) / held) / log(n + 1)`` of n items:
        the inverse document frequency of Spärck Jones (1972), brought to [0, 1]. A skill that one item holds,
        or none, has rarity 1.
        """
        found = [
            SharedSkill(mine, theirs, mine.confidence * theirs.confidence * self._rarity.get(skill, 1.0))
            for skill, mine in seeker.items()
            if (theirs := candidate.get(skill)) is not None
        ]
        return sorted(found, key=lambda pair: (-pair.worth, pair.seeker.id))


def overlap(shared: Iterable[SharedSkill]) -> float:
    """Return what all shared skills are worth together: one minus the product of what each leaves, in [0, 1].

    Nothing shared is 0; each further skill adds, and none can take it above 1.
    """
    return 1.0 - math.prod(1.0 - pair.worth for pair in shared)
