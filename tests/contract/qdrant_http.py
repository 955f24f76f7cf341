"""The Qdrant server of tests that need no faults."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from training.servers.qdrant_http import faulty_server


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the address of MATCHER_TEST_QDRANT_URL, a real server, or of a small one started here."""
    if url := os.environ.get("MATCHER_TEST_QDRANT_URL"):
        yield url
        return
    with faulty_server() as server:
        yield server.url
