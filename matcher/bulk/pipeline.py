"""The three passes over the catalogue on Ray Data: labels, their vectors, points.

Processors are shared out so that no pass can wait for itself: a pool of actors that holds every processor
leaves none to the stage that feeds or empties it, and the run never ends (ray-project/ray#44687). So an
encoder takes a little less than its threads, writers take what is left, and reading is done by the encoders.
"""

import math
import queue
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from matcher import errors
from matcher.bulk.cluster import Cluster, load_ray
from matcher.bulk.labels import TEXT, joined
from matcher.bulk.ranges import KeyRange
from matcher.bulk.tally import Tally
from matcher.bulk.workers import LabelEncoder, PointEncoder, PointWriter, read_labels
from matcher.errors import BackendUnavailable, MatcherError
from matcher.settings import Settings

PATIENCE_S = 900.0
"""Seconds without any result after which a run is given up: Ray waits for lost nodes for ever."""
_LABELS_AT_ONCE = 1_024
PARTS_OF_AN_ENCODER = 4
"""Parts that a small catalogue is cut into for each encoder: whichever is ready first takes more of them."""
_SPARE = 0.1
"""Part of a processor that an encoder leaves to the writers."""
_ENCODERS_OF_A_WRITER = 8


@dataclass(frozen=True, slots=True)
class Shares:
    """How processors are shared out.

    >>> shares = Shares.of(cpus=2, threads=1)
    >>> shares.encoders, shares.writers, round(shares.encoders * shares.encoder_cpus + shares.writer_cpus, 3)
    (2, 1, 1.9)
    >>> Shares.of(cpus=2, threads=8).encoder_cpus
    1.9
    """

    encoders: int
    encoder_cpus: float
    writers: int
    writer_cpus: float = _SPARE

    @classmethod
    def of(cls, cpus: int, threads: int) -> "Shares":
        """Share out ``cpus`` processors, each encoder computing with ``threads`` threads; one at least."""
        encoders = max(1, cpus // threads)
        taken = min(threads, max(1, cpus))
        return cls(encoders, taken - _SPARE, math.ceil(encoders / _ENCODERS_OF_A_WRITER))


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The passes over one catalogue.

    Parameters
    ----------
    settings
        Of the product; they go to every node, keys among them.
    cluster
        Where Ray runs.
    patience_s
        Seconds without any result after which a run is given up.
    """

    settings: Settings
    cluster: Cluster
    patience_s: float = PATIENCE_S

    def labels(self, ranges: Sequence[KeyRange]) -> list[str]:
        """Return the distinct labels of the listed items of all ranges, ascending."""
        dataset = _dataset(ranges).map_batches(
            read_labels, fn_kwargs={"settings": self.settings}, num_cpus=1, **_WHOLE
        )
        found: set[str] = set()
        for part in self._results(dataset):
            found.update(part[TEXT].to_pylist())
        return sorted(found)

    def label_vectors(self, texts: Sequence[str], dim: int) -> pa.Table:
        """Encode labels; return texts and vectors."""
        most = max(1, self.cluster.cpus * PARTS_OF_AN_ENCODER)
        size = max(1, min(_LABELS_AT_ONCE, math.ceil(len(texts) / most)))
        parts = [pa.table({TEXT: texts[at : at + size]}) for at in range(0, len(texts), size)]
        if not parts:
            return joined([], dim)
        dataset = load_ray().data.from_arrow(parts)
        encoded = self._encoded(dataset, LabelEncoder, (self._threaded(),), self._shares(len(parts)))
        return joined(self._results(encoded), dim)

    def points(self, ranges: Sequence[KeyRange], generation: str, labels: pa.Table) -> Iterator[Tally]:
        """Encode and write the points of all ranges; yield what became of each part, in no order."""
        if not ranges:
            return
        shares, settings = self._shares(len(ranges)), self._threaded()
        # Held here until the end: every encoder, one that is started anew too, reads it where it lies.
        vectors = load_ray().put(labels)
        encoded = self._encoded(_dataset(ranges), PointEncoder, (settings, generation, [vectors]), shares)
        written = encoded.map_batches(
            PointWriter,
            fn_constructor_args=(settings, generation),
            compute=_pool(shares.writers),
            num_cpus=shares.writer_cpus,
            **_WHOLE,
        )
        for part in self._results(written):
            for line in part["tally"].to_pylist():
                yield Tally.from_json(line)

    def _shares(self, parts: int) -> Shares:
        """Return the shares of a pass over so many parts: no encoder is without a part."""
        shares = Shares.of(self.cluster.cpus, self.settings.encoder_threads or 1)
        return replace(shares, encoders=min(shares.encoders, parts))

    def _threaded(self) -> Settings:
        """Return the settings with as many threads an encoder as it is given processors."""
        return self.settings.model_copy(update={"encoder_threads": self.settings.encoder_threads or 1})

    def _encoded(self, dataset: Any, encoder: type, arguments: tuple[Any, ...], shares: Shares) -> Any:
        return dataset.map_batches(
            encoder,
            fn_constructor_args=arguments,
            compute=_pool(shares.encoders),
            num_cpus=shares.encoder_cpus,
            **_WHOLE,
        )

    def _results(self, dataset: Any) -> Iterator[pa.Table]:
        """Yield the tables of a dataset; BackendUnavailable when none comes for too long, or Ray fails."""
        found: queue.Queue[pa.Table | BaseException | None] = queue.Queue()
        threading.Thread(target=_collect, args=(dataset, found), daemon=True).start()
        while True:
            try:
                got = found.get(timeout=self.patience_s)
            except queue.Empty:
                raise BackendUnavailable(
                    f"Ray gave no result for {self.patience_s:.0f} s: nodes were lost, or others use all"
                    " processors (`ray status`). Run the command again: it goes on where it stopped."
                ) from None
            if got is None:
                return
            if isinstance(got, BaseException):
                raise ours(got) from got
            yield got


_WHOLE = {"batch_size": None, "batch_format": "pyarrow"}
"""One block, one call."""


def _dataset(ranges: Sequence[KeyRange]) -> Any:
    tables = [pa.table({"after": [keys.after], "until": [keys.until]}) for keys in ranges]
    return load_ray().data.from_arrow(tables)


def _pool(size: int) -> Any:
    # One call at a time: several would wait at the process that starts first, and the others would be idle.
    return load_ray().data.ActorPoolStrategy(size=size, max_tasks_in_flight_per_actor=1)


def _collect(dataset: Any, found: "queue.Queue[pa.Table | BaseException | None]") -> None:
    try:
        for table in dataset.iter_batches(prefetch_batches=0, **_WHOLE):
            found.put(table)
        found.put(None)
    except BaseException as fault:  # noqa: BLE001 - raised again where the results are waited for
        found.put(fault)


_RAISED = re.compile(r"^matcher\.errors\.(\w+): (.+)$", re.MULTILINE)


def ours(fault: BaseException) -> MatcherError:
    r"""Return the product's own error that one of Ray's quotes, or BackendUnavailable.

    An error reaches this process as the text of its traceback alone.

    >>> ours(RuntimeError("Traceback ...\nmatcher.errors.NotReady: Run: matcher prepare\nand more"))
    NotReady('Run: matcher prepare')
    """
    if isinstance(fault, MatcherError):
        return fault
    raised = _RAISED.findall(str(fault))
    name, message = raised[-1] if raised else ("", "")
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, MatcherError):
        return kind(message)
    lines = str(fault).strip().splitlines() or [""]
    return BackendUnavailable(
        "Ray failed. Run the command again: it goes on where it stopped.",
        cause=f"{type(fault).__name__}: {lines[-1]}",
    )
