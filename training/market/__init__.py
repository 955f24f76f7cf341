"""Markets and meetings measured against published peers: ``matcher-lab market`` and ``matcher-lab meetings``.

command
    ``market``: expected matches of the plan and its peers, time and memory as the market grows
runs
    its measurements
instances
    the published markets, with the figures of others
estimate
    what given lists bring, by simulation and without
peers
    rankings of others: own preference, reciprocal, transferable utility
mutual
    both sides are shown lists at once
newcomers
    one member placed into a plan without a new plan
truncated
    short lists for large markets
plot
    the picture of who is seen
rounds
    ``meetings``: rounds of meetings against the linear bound, greedy and sequential matching
"""

from training.market.command import market
from training.market.rounds import meetings

__all__ = ["market", "meetings"]
