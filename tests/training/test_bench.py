"""The benchmark's own arithmetic, and its server when it cannot start."""

from pathlib import Path

import pytest

from matcher.errors import BackendUnavailable
from training.bench.figures import Figure, Times
from training.bench.server import product_command, serving

TIMES = Times(((0.001, 0.002, 0.009), (0.003, 0.004, 0.005), (0.010, 0.020, 0.030)))


def test_the_median_is_the_middle_run_s_middle_request() -> None:
    assert TIMES.p50 == pytest.approx(4)  # of 2, 4 and 20 ms


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (8 / 9, 20), (0.95, 30), (0.0, 1), (1.0, 30)])
def test_a_quantile_is_the_smallest_time_that_reaches_the_share(share: float, expected: float) -> None:
    assert TIMES.quantile(share) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("figure", "holds"),
    [
        (Figure("fast", 2.0, "ms", 2.0), True),
        (Figure("slow", 2.1, "ms", 2.0), False),
        (Figure("rate", 2.1, "1/s", 2.0, "at least"), True),
        (Figure("rate", 1.9, "1/s", 2.0, "at least"), False),
        (Figure("no goal", 1.9, "1/s"), None),
    ],
)
def test_a_limit_is_kept_from_its_own_side(figure: Figure, holds: bool | None) -> None:
    assert figure.holds is holds
    assert figure.as_json()["holds"] is holds


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    settings = {"MATCHER_HOME": str(tmp_path), "MATCHER_ENCODER": "hashing", "MATCHER_INDEX_INTERVAL_S": "-1"}
    with (
        pytest.raises(BackendUnavailable, match="MATCHER_INDEX_INTERVAL_S"),
        serving(product_command, settings),
    ):
        pass
