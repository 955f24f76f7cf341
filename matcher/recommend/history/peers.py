"""The members most like the asker, and the factories they take part in.

A member who does what the asker does is the best guide to a working group. Those who opted out are no
guides: their names are not told, and what cannot be told lifts nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matcher.domain.items import AnyItem, Factory, Organisation, Profile
from matcher.domain.participation import Participation
from matcher.recommend.history.participation import taking_part

MOST_PEERS = 5
"""Members that are looked at: the nearest ones."""
LEAST_LIKENESS = 0.75
"""Likeness of two whole texts, in [0, 1], from which one member's activity resembles another's.

Read from the shipped catalogue: of the pairs of an organisation and one of its five nearest, 37 % lie above
it, and both sides of these do nearly the same (two game studios, two operators of satellites). At .65 pairs
by chance begin."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Members that resemble an asker, the nearest first, and the records of what they take part in."""

    members: tuple[Organisation, ...] = ()
    records: tuple[Participation, ...] = ()

    def in_each(self, subjects: Sequence[AnyItem | Profile]) -> list[tuple[str, ...]]:
        """Return for each subject the names of the members that take part in it; only factories have any.

        All factories are read together: who writes "factory Valorisation des datas" is in no factory "Datas".

        >>> peers = Peers((Organisation(id="ORG2", name="Atlas"),), (Participation("ORG2", "FAC1"),))
        >>> peers.in_each([Factory(id="FAC1", name="Data"), Factory(id="FAC2", name="Sport")])
        [('Atlas',), ()]
        """
        parts = [(one.name, taking_part(one, subjects, self.records)) for one in self.members]
        found = []
        for subject in subjects:
            factory = subject.id if isinstance(subject, Factory) else ""
            found.append(tuple(name for name, part in parts if factory in part))
        return found


NO_PEERS = Peers()


def nearest(found: Sequence[tuple[Organisation, float]]) -> tuple[Organisation, ...]:
    """Return the members, given with their likeness, that resemble the asker; at most :data:`MOST_PEERS`."""
    alike = sorted(
        (pair for pair in found if pair[1] >= LEAST_LIKENESS), key=lambda pair: (-pair[1], pair[0].id)
    )
    return tuple(member for member, _ in alike[:MOST_PEERS])
