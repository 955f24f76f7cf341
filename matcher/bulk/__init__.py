"""The whole catalogue indexed by many processes or machines, on Ray Data (optional extra ``bulk``).

- ``rebuild``: a new generation from beginning to swap; what the command calls
- ``cluster``: Ray, started here or joined
- ``folder``: the private folder of a Ray that is started here
- ``pipeline``: the three passes over the catalogue: labels, their vectors, points
- ``workers``: what Ray runs on its nodes
- ``ranges``: the catalogue read in key ranges, rows that cannot be read set apart
- ``labels``: the vectors of labels, each encoded once
- ``columns``: points as Arrow columns, there and back
- ``patience``: calls tried again while store or index are away for a moment
- ``writing``: points sent to the index, tried again, rows that it refuses set apart
- ``tally``: what became of the items, rows set apart among them

No other package knows Ray. What crosses between processes is Arrow tables. Modules other than ``cluster``
and ``folder`` need the extra, so they are imported after :func:`require_ray`.
"""

from matcher.bulk.cluster import Cluster, connected, require_ray

__all__ = ["Cluster", "connected", "require_ray"]
