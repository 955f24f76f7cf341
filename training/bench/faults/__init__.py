"""Processes of the product killed at random moments, and what is lost or doubled: ``matcher-lab faults``.

command
    ``faults``: kills, round after round, and prints what came of it
tally
    what was killed and acknowledged, and what went wrong
processes
    commands of the product that run in processes of their own, and are killed
alone
    the service, ``matcher index`` and ``matcher import`` on one machine
bulk
    ``matcher reindex --ray``
mail
    ``matcher work`` while it sends mails to a real mail server
shared
    one of several services over one PostgreSQL and one Qdrant server
"""

from training.bench.faults.command import faults

__all__ = ["faults"]
