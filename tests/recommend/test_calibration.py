"""From scores to probabilities: the file, its faults, and what answers make of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.recommend.calibration import UNCALIBRATED, Calibration, Curve, read_calibration
from tests.recommend.asking import NOW, Held, build, ids, notices
from tests.recommend.test_recommender import CARTO, CATALOGUE

ENCODER = "hashing-384-v1"
CURVES = {"partner": {"slope": 10.0, "intercept": -4.0}, "lead": {"slope": 3, "intercept": 0}}
GOOD = {"version": "c1", "encoder": ENCODER, "curves": CURVES}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calibration.json"


def written(file: Path, content: Any) -> Path:
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_the_curves_of_a_file_are_read(file: Path) -> None:
    calibration = read_calibration(written(file, GOOD), ENCODER)
    assert calibration == Calibration("c1", {Kind.PARTNER: Curve(10.0, -4.0), Kind.LEAD: Curve(3.0, 0.0)})
    assert calibration.probability(Kind.PARTNER, 0.4) == pytest.approx(1 / 2)


def test_a_request_may_have_an_intercept_of_its_own(file: Path) -> None:
    curves = {"lead": {"slope": 10, "intercept": -4, "request": 1}}
    calibration = read_calibration(written(file, GOOD | {"curves": curves}), ENCODER)
    assert calibration.probability(Kind.LEAD, 0.3, is_request=True) == pytest.approx(1 / 2)
    assert calibration.probability(Kind.LEAD, 0.4) == pytest.approx(1 / 2)


def test_a_kind_without_a_curve_keeps_its_scores(file: Path) -> None:
    calibration = read_calibration(written(file, GOOD), ENCODER)
    assert calibration.probability(Kind.FACTORY, 0.37) == 0.37


def test_without_a_file_or_with_another_encoder_scores_are_not_calibrated(file: Path) -> None:
    assert read_calibration(file, ENCODER) is UNCALIBRATED
    assert read_calibration(written(file, GOOD), "another") is UNCALIBRATED
    assert UNCALIBRATED.version is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        {},
        GOOD | {"curves": []},
        GOOD | {"curves": {"friend": CURVES["lead"]}},
        GOOD | {"curves": {"lead": {"slope": 1}}},
        GOOD | {"curves": {"lead": {"slope": "steep", "intercept": 0}}},
        {key: GOOD[key] for key in ("version", "curves")},
        {key: GOOD[key] for key in ("encoder", "curves")},
    ],
)
def test_a_broken_file_is_refused_with_the_remedy(file: Path, content: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"calibration\.json cannot be read .*matcher-lab calibrate"):
        read_calibration(written(file, content), ENCODER)


@pytest.mark.parametrize(
    "curve",
    [
        {"slope": -1, "intercept": 0},
        {"slope": 0, "intercept": 0},
        {"slope": float("nan"), "intercept": 0},
        {"slope": float("inf"), "intercept": 0},
        {"slope": 1, "intercept": float("nan")},
        {"slope": 800, "intercept": 0},
        {"slope": 10, "intercept": -1000},
        {"slope": 10, "intercept": 0, "request": 1e6},
    ],
)
def test_a_curve_that_does_not_rise_is_refused_with_the_remedy(file: Path, curve: dict[str, float]) -> None:
    content = GOOD | {"curves": {"lead": curve}}
    with pytest.raises(InvalidRequest, match=r"does not rise.*matcher-lab calibrate"):
        read_calibration(written(file, content), ENCODER)


@given(
    slope=st.floats(0.1, 60),
    intercept=st.floats(-60, 60),
    scores=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_higher_score_is_never_less_probable(
    slope: float, intercept: float, scores: tuple[float, float]
) -> None:
    curve = Curve(slope, intercept)
    low, high = curve(min(scores)), curve(max(scores))
    assert 0 <= low <= high <= 1


# Answers


def test_answers_print_probabilities_and_name_the_calibration() -> None:
    recommender = build(Held(CATALOGUE))
    plain = recommender.recommend(CARTO, Kind.PARTNER, on=NOW)
    curve = Curve(2.0, 0.0)
    recommender.calibrate(Calibration("c1", {Kind.PARTNER: curve}), least_probability=0.0)
    answer = recommender.recommend(CARTO, Kind.PARTNER, on=NOW)
    assert (plain.calibration, answer.calibration) == (None, "c1")
    assert ids(answer.items) == ids(plain.items)
    for before, after in zip(plain.items, answer.items, strict=True):
        assert after.score == pytest.approx(curve(before.score), abs=1e-3)
        assert after.signals == before.signals


def test_a_list_ends_below_the_least_probability_and_the_rest_is_less_certain() -> None:
    recommender = build(Held(CATALOGUE))
    first, second = recommender.recommend(CARTO, Kind.PARTNER, on=NOW).items
    between = (first.score + second.score) / 2
    recommender.calibrate(UNCALIBRATED, least_probability=between)
    answer = recommender.recommend(CARTO, Kind.PARTNER, on=NOW)
    assert ids(answer.items) == [first.item_id]
    assert ids(answer.weaker)[0] == second.item_id
    assert notices(answer) == ["nothing_else"]


def test_a_list_that_nothing_is_probable_enough_for_is_empty_and_says_what_would_help() -> None:
    recommender = build(Held(CATALOGUE))
    recommender.calibrate(Calibration("c1", {Kind.PARTNER: Curve(1.0, -9.0)}), least_probability=0.2)
    answer = recommender.recommend(CARTO, Kind.PARTNER, on=NOW)
    assert answer.items == ()
    assert ids(answer.weaker)[:2] == ["ORG2", "ORG5"]
    assert notices(answer) == ["nothing_sure"]
