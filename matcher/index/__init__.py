"""What is stored in the search index, and how the index is kept equal to the store.

- ``ports``: what an encoder and an index do, and the values they exchange
- ``lexical``: BM25 vectors over the French analyser
- ``labels``, ``documents``: how an item becomes labels, a text and a point
- ``points``: what every backend accepts, and the order of hits
- ``exact``: the reference that backends are held against, in memory
- ``manifest``, ``generations``: what an index was built from, and where its generations are
- ``indexer``: applying the outbox, rebuilding beside, swapping
- ``drain``: changes brought into an index
- ``turn``: processes that share an index take turns to write it
- ``parking``: items that cannot be indexed, set apart
- ``serving``: the open generation that answers
"""

from matcher.index.documents import TEMPLATE, LabelVectors, passage, to_points
from matcher.index.exact import ExactIndex
from matcher.index.generations import (
    GENERATION_NAME,
    Differences,
    Fill,
    Generation,
    Generations,
    Progress,
    SyncReport,
)
from matcher.index.indexer import Indexer
from matcher.index.labels import ROLES, Label, Role, labels_of
from matcher.index.lexical import Bm25Lexical, TermMean, terms
from matcher.index.manifest import Manifest, checksum
from matcher.index.parking import MOST_PARKED, tried
from matcher.index.points import UPSERT_LIMIT, check_points, check_query
from matcher.index.ports import Encoder, Hit, Index, Point, Sparse, Vectors, Where
from matcher.index.serving import ServingIndex
from matcher.index.turn import only_run

__all__ = [
    "GENERATION_NAME",
    "MOST_PARKED",
    "ROLES",
    "TEMPLATE",
    "UPSERT_LIMIT",
    "Bm25Lexical",
    "Differences",
    "Encoder",
    "ExactIndex",
    "Fill",
    "Generation",
    "Generations",
    "Hit",
    "Index",
    "Indexer",
    "Label",
    "LabelVectors",
    "Manifest",
    "Point",
    "Progress",
    "Role",
    "ServingIndex",
    "Sparse",
    "SyncReport",
    "TermMean",
    "Vectors",
    "Where",
    "check_points",
    "check_query",
    "checksum",
    "labels_of",
    "only_run",
    "passage",
    "terms",
    "to_points",
    "tried",
]
