"""Index generations on a Qdrant server: one collection each, and an alias on the one that serves."""

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from qdrant_client import models as qm

from matcher.adapters.qdrant.server import READS, QdrantIndex, Server, create_collection
from matcher.errors import NotReady
from matcher.index.generations import GENERATION_NAME
from matcher.index.manifest import Manifest
from matcher.index.ports import Index


@dataclass(frozen=True, slots=True)
class Layout:
    """How a new collection lies on a server; ``quantised``: vectors of 8 bits are searched first.

    For a cluster of three nodes or more: 12 shards, 2 replicas.
    """

    shards: int = 1
    replicas: int = 1
    quantised: bool = False


class QdrantGenerations:
    """Collections ``<prefix>-<generation>``; the alias ``<prefix>`` is moved from one to the next at once.

    The manifest is the collection's metadata. Indexing is for one process at a time, which the server does
    not enforce: a second rebuild sweeps the first one's unfinished collection away, and the first then fails.

    Parameters
    ----------
    server
        The server, with a key that may write where generations are made or changed.
    prefix
        Name of the alias.
    layout
        Of new collections.
    """

    def __init__(self, server: Server, prefix: str, layout: Layout = Layout()) -> None:
        self._server, self._prefix = server, prefix
        # Whole: "matcher-dev-..." are another's, who serves beside "matcher" from the same server.
        self._own = re.compile(rf"{re.escape(prefix)}-({GENERATION_NAME.pattern})")
        self._layout = layout

    def current(self) -> str | None:
        """Name of the generation that serves; None when there is none."""
        for alias in self._call("get_aliases").aliases:
            if alias.alias_name == self._prefix:
                return str(alias.collection_name).removeprefix(f"{self._prefix}-")
        return None

    def manifest(self, name: str) -> Manifest:
        """Read a generation's manifest; NotReady if it cannot be read."""
        metadata = self._call("get_collection", self._collection(name)).config.metadata or {}
        try:
            return Manifest.model_validate_json(metadata.get("manifest", ""))
        except ValidationError as error:
            raise NotReady(
                f"The collection {self._collection(name)} has no valid manifest. Rebuild it: matcher reindex"
            ) from error

    def save(self, name: str, manifest: Manifest) -> None:
        """Replace a generation's manifest."""
        metadata = {"manifest": manifest.model_dump_json()}
        self._call("update_collection", self._collection(name), metadata=metadata)

    def create(self, name: str, manifest: Manifest) -> Index:
        """Make and open an empty generation."""
        metadata = {"manifest": manifest.model_dump_json()}
        with self._server.client(writing=True) as client:
            collection = self._collection(name)
            options: dict[str, Any] = {
                "metadata": metadata,
                "shard_number": self._layout.shards,
                "replication_factor": self._layout.replicas,
            }
            options["quantised"] = self._layout.quantised
            create_collection(client, collection, manifest.dim, call=self._server.call, **options)
        return self.open(name)

    def open(self, name: str) -> Index:
        """Open a generation."""
        return QdrantIndex(self._server, self._collection(name), self.manifest(name).dim)

    def promote(self, name: str, index: Index) -> Index:
        """Move the alias to a filled generation, in one atomic operation."""
        point = qm.CreateAlias(collection_name=self._collection(name), alias_name=self._prefix)
        moves: list[Any] = [qm.CreateAliasOperation(create_alias=point)]
        if self.current() is not None:
            gone = qm.DeleteAlias(alias_name=self._prefix)
            moves.insert(0, qm.DeleteAliasOperation(delete_alias=gone))
        self._call("update_collection_aliases", moves)
        return index

    def sweep(self) -> list[str]:
        """Drop all but the current generation and its predecessor; return those that no index updates.

        The previous one stays until the next sweep, so that running services move over in their own time.
        """
        others = self._others()
        for name in self.leftovers():
            self._call("delete_collection", self._collection(name))
        return others

    def names(self) -> list[str]:
        """Names of all generations there are, finished or not, in ascending order."""
        names = [collection.name for collection in self._call("get_collections").collections]
        return sorted(found[1] for name in names if (found := self._own.fullmatch(name)))

    def leftovers(self) -> list[str]:
        """Names of the generations that are neither current nor the one that served before it, ascending.

        One that another process is building just now is among them: a server has no lock to tell.
        """
        others = self._others()
        finished = [name for name in others if self._is_finished(name)]
        return [name for name in others if name not in finished[-1:]]

    def drop(self, name: str) -> bool:  # noqa: ARG002  # a port's method
        """Drop nothing: other services may still answer from it; the next rebuild sweeps it."""
        return False

    def exclusive(self) -> AbstractContextManager[object]:
        """Do nothing: a server has no lock to offer."""
        return nullcontext()

    def _others(self) -> list[str]:
        """Names of all generations but the current one, in ascending order."""
        current = self.current()
        return [name for name in self.names() if name != current]

    def _is_finished(self, name: str) -> bool:
        try:
            return self.manifest(name).state != "building"
        except NotReady:
            return False

    def _collection(self, name: str) -> str:
        return f"{self._prefix}-{name}"

    def _call(self, method: str, *arguments: Any, **named: Any) -> Any:
        with self._server.client(writing=method not in READS) as client:
            return self._server.call(lambda: getattr(client, method)(*arguments, **named))
