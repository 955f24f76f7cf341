"""Curves from scores to probabilities, on scores made by hand."""

from pathlib import Path

import numpy as np
import pytest

from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from training.ranking.calibrate import (
    Curve,
    Judged,
    calibration_error,
    draw,
    fit,
    left_out_predictions,
    quality,
)


@pytest.fixture
def judged() -> list[Judged]:
    """Twelve queries whose items are useful with the probability of a known curve."""
    rng = np.random.default_rng(5)
    queries = []
    for _ in range(12):
        scores = rng.random(80)
        queries.append(Judged(scores, rng.random(80) < Curve(10.0, -5.0)(scores)))
    return queries


def test_a_curve_of_known_shape_is_found_again(judged: list[Judged]) -> None:
    curve = fit(judged)
    assert curve.slope == pytest.approx(10, abs=1.5)
    assert curve.intercept == pytest.approx(-5, abs=0.8)


def test_a_request_gets_the_intercept_that_its_judgements_show(judged: list[Judged]) -> None:
    rng = np.random.default_rng(6)
    asked = []
    for _ in range(12):
        scores = rng.random(80)
        asked.append(Judged(scores, rng.random(80) < Curve(10.0, -4.0)(scores), is_request=True))
    curve = fit([*judged, *asked])
    assert curve.request == pytest.approx(1, abs=0.5)
    assert fit(asked).request == 0


def test_a_query_is_predicted_without_its_own_judgements(judged: list[Judged]) -> None:
    before = left_out_predictions(judged)
    turned = Judged(judged[0].scores, ~judged[0].useful)
    after = left_out_predictions([turned, *judged[1:]])
    np.testing.assert_array_equal(before[:80], after[:80])
    assert not np.allclose(before[80:], after[80:])


def test_the_quality_of_a_true_curve_is_good(judged: list[Judged]) -> None:
    found = quality(judged, left_out_predictions(judged), least=0.2)
    assert (found.queries, found.scores) == (12, 960)
    assert found.auc > 0.85
    assert found.ece < 0.06
    assert found.ece_shown < 0.09
    assert 0 < found.ece_by_chance < 0.09


def test_calibration_error_by_hand() -> None:
    predicted, useful = np.array([0.1, 0.1, 0.9]), np.array([False, True, True])
    assert calibration_error(predicted, useful) == pytest.approx((abs(0.2 - 1) + abs(0.9 - 1)) / 3)
    assert calibration_error(np.array([]), np.array([], dtype=bool)) == 0


@pytest.mark.parametrize("useful", [True, False])
def test_judgements_that_are_all_alike_are_refused(useful: bool) -> None:
    with pytest.raises(InvalidRequest, match="needs useful items and others"):
        fit([Judged(np.array([0.1, 0.2]), np.array([useful, useful]))])


def test_the_diagram_is_a_png(judged: list[Judged], tmp_path: Path) -> None:
    draw({Kind.FACTORY: judged}, {Kind.FACTORY: left_out_predictions(judged)}, tmp_path / "docs" / "a.png")
    assert (tmp_path / "docs" / "a.png").read_bytes().startswith(b"\x89PNG")
