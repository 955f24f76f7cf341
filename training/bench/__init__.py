"""Speed and memory of the product as users meet it: ``matcher-lab bench``.

command
    ``bench``: fills a store and an index, serves them, times them, and the alternative in the same run
measures
    what is timed over HTTP
server
    the real server run as users run it, and a client that times it
alternative
    the same questions answered by sentence-transformers and numpy in some 35 lines
bulk
    indexing on Ray beside our own loop
faults
    processes killed at random moments, and what is lost or doubled
growth
    what an answer, the memory and a plan cost by the number of items
load
    many clients at once, and one that asks too much
synthetic
    made-up items in any number
figures
    a figure, its goal, and whether it is met
steady
    a load that arrives by the clock
"""

from training.bench.bulk import bulk
from training.bench.command import bench
from training.bench.faults import faults
from training.bench.growth import growth
from training.bench.load import load

__all__ = ["bench", "bulk", "faults", "growth", "load"]
