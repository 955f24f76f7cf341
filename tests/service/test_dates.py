from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from matcher.errors import InvalidRequest
from service.dates import parse

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22", "2026-11-22T12:00:00+01:00"),
        ("2026-07-01", "2026-07-01T12:00:00+02:00"),
        ("2026-11-22T09:00", "2026-11-22T09:00:00+01:00"),
        ("2026-11-22T09:00:00Z", "2026-11-22T09:00:00+00:00"),
        ("20261122", "2026-11-22T12:00:00+01:00"),
        ("2026W477", "2026-11-22T12:00:00+01:00"),
        ("20261122T0900", "2026-11-22T09:00:00+01:00"),
        ("2026-11-22 09:00", "2026-11-22T09:00:00+01:00"),
    ],
)
def test_days_and_instants_are_read(text, instant):
    assert parse(text, PARIS).isoformat() == instant


@pytest.mark.parametrize(
    "text",
    ["demain", "22/11/2026", "2026-02-30", "2026", "9" * 40, "2026-11-22T09:00:00 02:00", "2026-11-22T25:00"],
)
def test_anything_else_is_refused_with_an_example_and_not_repeated(text):
    with pytest.raises(InvalidRequest, match="write 2026-11-22") as refused:
        parse(text, PARIS)
    assert f"'{text}'" not in str(refused.value)


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_now(nothing):
    now = parse(nothing, PARIS)
    assert now.tzinfo is PARIS
    assert abs((now - datetime.now(UTC)).total_seconds()) < 5
