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

    ``state``: ``building`` (not promoted, left over if no rebuild is under way), ``ready`` (``counts`` and
    ``checksum`` describe the points as of outbox row ``seq``), ``changing`` (a sync is or was under way:
    they do not yet). ``usual_terms`` is the mean number of terms of a passage when it was built. It stays
    until the next rebuild, so that one generation weighs words in one way; None where it was built empty, or
    by an older release. ``parked`` has the version, by id, of the items that cannot be indexed.
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
    """Return the SHA-256 over all ``(id, version)`` in id order; equal contents, equal sum.

    >>> checksum({"b": "2", "a": "1"}) == checksum({"a": "1", "b": "2"})
    True
    """
    body = "".join(f"{item_id}\t{versions[item_id]}\n" for item_id in sorted(versions))
    return hashlib.sha256(body.encode()).hexdigest()
