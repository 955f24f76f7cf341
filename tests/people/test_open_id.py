"""The trip to an identity provider and back."""

from datetime import UTC, datetime, timedelta

import pytest

from matcher.people import NotVouched, begin_trip, resume_trip
from matcher.people.open_id import vouched_address

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
SECRET = b"a secret of tests"


def test_a_trip_ends_after_ten_minutes() -> None:
    trip = begin_trip(SECRET, NOW)
    assert resume_trip(SECRET, trip.token, trip.state, NOW + timedelta(minutes=10)) == trip
    with pytest.raises(NotVouched, match="took too long"):
        resume_trip(SECRET, trip.token, trip.state, NOW + timedelta(minutes=10, seconds=1))


def test_a_trip_made_younger_has_another_state() -> None:
    trip = begin_trip(SECRET, NOW)
    later = NOW + timedelta(hours=1)
    younger = f"{int(later.timestamp())}.{trip.token.partition('.')[2]}"
    with pytest.raises(NotVouched):
        resume_trip(SECRET, younger, trip.state, later)


def test_another_service_or_another_browser_resumes_nothing() -> None:
    one, other = begin_trip(SECRET, NOW), begin_trip(SECRET, NOW)
    for secret, token, state in (
        (b"another secret", one.token, one.state),
        (SECRET, other.token, one.state),
        (SECRET, one.token, one.nonce),
        (SECRET, one.token, ""),
        (SECRET, one.token, "é"),
    ):
        with pytest.raises(NotVouched):
            resume_trip(secret, token, state, NOW)


def test_what_the_provider_is_told_does_not_give_the_rest_away() -> None:
    trip = begin_trip(SECRET, NOW)
    assert len({trip.token, trip.state, trip.nonce, trip.verifier}) == 4
    assert 43 <= len(trip.verifier) <= 128  # RFC 7636, 4.1


def test_an_address_that_only_folds_to_one_of_ours_is_not_vouched_for() -> None:
    with pytest.raises(NotVouched) as refused:
        vouched_address({"email": "claire@straße.fr", "email_verified": True})
    assert refused.value.fault == "unverified"
