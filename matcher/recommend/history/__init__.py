"""What the asker, and those like it, did before: it orders and marks an answer beside what texts say.

- ``participation``: who takes part in which factory
- ``peers``: the members most like the asker, and the factories they take part in
- ``reactions``: what the asker said of items before
"""

from matcher.recommend.history.participation import Participations, TakingPart, taking_part
from matcher.recommend.history.peers import NO_PEERS, Peers, nearest
from matcher.recommend.history.reactions import NOTHING_SAID, Reactions, Said, said_by

__all__ = [
    "NOTHING_SAID",
    "NO_PEERS",
    "Participations",
    "Peers",
    "Reactions",
    "Said",
    "TakingPart",
    "nearest",
    "said_by",
    "taking_part",
]
