"""Speed and memory of the product as users meet it: ``matcher-lab bench``.

command
    ``bench``: fills a store and an index, serves them, times them, and the alternative in the same run
measures
    what is timed over HTTP
server
    the real server run as users run it, and a client that times it
alternative
    the same questions answered by sentence-transformers and numpy in some 35 lines
figures
    a figure, its goal, and whether it is met
"""

from training.bench.command import bench

__all__ = ["bench"]
