"""What an index generation was built from, kept beside it: never search it with anything else."""

import hashlib
from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from matcher.domain.items import ItemType
from matcher.errors import IndexMismatch
from matcher.index.documents import TEMPLATE
from matcher.index.lexical import Bm25Lexical
from matcher.index.ports import Encoder


class Identity(BaseModel):
    """What must be the same when an index is built and when it is searched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str
    dim: int
    template: str
    analyser: str


class Manifest(Identity):
    """Identity of a generation, and what it holds once it is at rest.

    ``state``: ``building`` (not promoted, left over if no rebuild is under way), ``ready`` (``checksum``
    describes the points as of outbox row ``seq``), ``changing`` (a sync is or was under way: it does not
    yet). ``counts`` are the points when it was built or last read whole. ``usual_terms`` is the mean number
    of terms of a passage when it was built. It stays until the next rebuild, so that one generation weighs
    words in one way; None where it was built empty, or by an older release. ``parked`` has the version, by
    id, of the items that cannot be indexed.
    """

    created_at: AwareDatetime
    state: Literal["building", "ready", "changing"] = "building"
    counts: dict[ItemType, int] = {}
    usual_terms: float | None = None
    checksum: str = ""
    seq: int = 0
    parked: dict[str, str] = {}

    def require(self, expected: Identity) -> None:
        """Raise IndexMismatch, saying what differs, unless this is the identity in use."""
        for name, label in _LABELS.items():
            built, used = getattr(self, name), getattr(expected, name)
            if built != used:
                raise IndexMismatch(
                    f"The index was built with {label} '{built}', but '{used}' is in use."
                    " Rebuild it: matcher reindex"
                )


_LABELS = {
    "encoder": "encoder",
    "dim": "vector length",
    "template": "text template",
    "analyser": "analyser",
}


def identity_of(encoder: Encoder, lexical: Bm25Lexical) -> Identity:
    """Identity of an index built here and now."""
    return Identity(encoder=encoder.name, dim=encoder.dim, template=TEMPLATE, analyser=lexical.name)


def checksum(versions: Mapping[str, str]) -> str:
    """Return the sum of the SHA-256 of all ``(id, version)``, modulo 2**256; equal contents, equal sum.

    >>> checksum({"b": "2", "a": "1"}) == checksum({"a": "1", "b": "2"})
    True
    """
    return _written(_sum(versions))


def moved_checksum(former: str, gone: Mapping[str, str], come: Mapping[str, str]) -> str:
    """Return the checksum of what ``former`` is the checksum of, less ``gone``, and with ``come``.

    >>> both = checksum({"a": "1", "b": "2"})
    >>> moved_checksum(both, {"a": "1"}, {"a": "3"}) == checksum({"a": "3", "b": "2"})
    True
    """
    return _written(int(former.removeprefix(_SUM), 16) - _sum(gone) + _sum(come))


def is_sum(given: str) -> bool:
    """Return whether a checksum is one of :func:`checksum`; older releases had others."""
    return given.startswith(_SUM)


_SUM = "sum:"
_MODULUS = 2**256


def _sum(versions: Mapping[str, str]) -> int:
    return sum(
        int.from_bytes(hashlib.sha256(f"{item_id}\t{version}".encode()).digest())
        for item_id, version in versions.items()
    )


def _written(total: int) -> str:
    return f"{_SUM}{total % _MODULUS:064x}"
