"""What Prometheus scrapes: requests by route, and the state of the index."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where several workers keep their metrics, so that any of them tells those of all; read by the library."""


class Metrics:
    """The metrics of one application, or of all workers where they have a common folder.

    Of one worker nothing is shared with another application in the same process. Of several, counters are
    added up, and of a gauge the value that was set last is told.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "matcher_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "matcher_request_seconds",
            "Time to answer",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.points = Gauge(
            "matcher_index_points",
            "Items in the index",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self.pending = Gauge(
            "matcher_index_pending",
            "Changes of the store not indexed at the last look, every MATCHER_INDEX_INTERVAL_S",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self.drain_failures = Counter(
            "matcher_drain_failures", "Background indexing that failed", registry=self._registry
        )

        self._daily_failures = Counter(
            "matcher_daily_failures", "Daily chores that failed", ["chore"], registry=self._registry
        )

    def count_daily_failure(self, chore: str) -> None:
        """Count a daily chore that failed; it is tried again an hour later."""
        self._daily_failures.labels(chore).inc()

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; ``route`` is a template, never a path with values in it."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(_of_all_workers() or self._registry)


def _of_all_workers() -> CollectorRegistry | None:
    """Return what all workers have kept; None where they have no common folder."""
    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types there
    except ValueError:
        return None
    return registry
