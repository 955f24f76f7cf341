"""The metrics of several workers are told by any of them."""

import os
import subprocess
import sys
from pathlib import Path

from service.http.metrics import FOLDER_VARIABLE, Metrics

WORKER = """
import sys
from service.http.metrics import Metrics
metrics = Metrics()
for _ in range(int(sys.argv[1])):
    metrics.observe("GET", "/v1/leads", 200, 0.002)
metrics.points.set(int(sys.argv[1]))
print(metrics.exposition().decode())
"""


def told_by_a_worker(folder: Path, requests: int) -> list[str]:
    """Start a worker, let it answer some requests, and return what it then tells."""
    environment = os.environ | {FOLDER_VARIABLE: str(folder)}
    command = [sys.executable, "-c", WORKER, str(requests)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_a_worker_tells_the_requests_of_all_and_what_was_set_last(tmp_path: Path) -> None:
    told_by_a_worker(tmp_path, 2)
    told = told_by_a_worker(tmp_path, 3)
    assert 'matcher_requests_total{method="GET",route="/v1/leads",status="200"} 5.0' in told
    assert 'matcher_request_seconds_count{route="/v1/leads"} 5.0' in told
    assert "matcher_index_points 3.0" in told


def test_without_other_workers_an_application_tells_its_own() -> None:
    one, other = Metrics(), Metrics()
    one.points.set(7)
    assert b"matcher_index_points 7.0" in one.exposition()
    assert b"matcher_index_points 0.0" in other.exposition()
