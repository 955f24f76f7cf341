"""Hard rules: nothing closed, nobody who opted out, nobody to oneself, no condition that cannot be met."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain import (
    ALWAYS_OPEN,
    NEVER_OPEN,
    AnyItem,
    Eligibility,
    Factory,
    Lead,
    Opportunity,
    Organisation,
    Profile,
    eligible,
    meets,
    open_to_all,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ME = Organisation(id="ORG1", name="Moi", member_type="PME", department_code="31")


def call(**facts: object) -> Opportunity:
    return Opportunity.model_validate({"id": "INT1", "name": "Appel", "availability": "dated", **facts})


def test_nobody_is_recommended_to_themselves() -> None:
    assert not eligible(ME, ME, NOW)


@pytest.mark.parametrize("who", ["query", "item"])
def test_an_organisation_that_opted_out_is_on_neither_side(who: str) -> None:
    away = Organisation(id="ORG2", name="Absente", opted_out=True)
    query, item = (away, ME) if who == "query" else (ME, away)
    assert not eligible(query, item, NOW)


@given(minutes=st.integers(-10_000, 10_000), length=st.integers(1, 5_000))
def test_a_dated_call_is_actionable_exactly_inside_its_window(minutes: int, length: int) -> None:
    opens = NOW + timedelta(minutes=minutes)
    closes = opens + timedelta(minutes=length)
    assert eligible(ME, call(opens_at=opens, closes_at=closes), NOW) == (opens <= NOW < closes)


@pytest.mark.parametrize("availability", ["closed", "unconfirmed"])
def test_closed_and_unconfirmed_calls_are_never_actionable(availability: str) -> None:
    item = call(availability=availability, closes_at=NOW + timedelta(days=30))
    assert not eligible(ME, item, NOW)


@pytest.mark.parametrize("item", [ME, Factory(id="FAC1", name="Data"), call(availability="standing")])
def test_an_item_without_dates_is_always_open(item: AnyItem) -> None:
    assert item.open_between() == ALWAYS_OPEN


@pytest.mark.parametrize("availability", ["closed", "unconfirmed"])
def test_an_opportunity_that_is_not_confirmed_open_never_is(availability: str) -> None:
    opportunity = call(availability=availability, opens_at=NOW, closes_at=NOW + timedelta(days=2))
    assert opportunity.open_between() == NEVER_OPEN
    assert not opportunity.is_open(NOW + timedelta(days=1))


def test_the_window_is_that_of_the_dates() -> None:
    opportunity = call(closes_at=NOW)
    assert opportunity.open_between() == (ALWAYS_OPEN[0], NOW.timestamp())
    assert opportunity.is_open(NOW - timedelta(seconds=1))
    assert not opportunity.is_open(NOW)


def test_a_scheme_for_schoolgirls_is_no_hiring_lead() -> None:
    schoolgirls = Lead(id="L1", name="Ateliers", public=("schoolgirls_13_15",))
    mixed = Lead(id="L2", name="Ateliers", public=("schoolgirls_13_15", "women"))
    assert not eligible(ME, schoolgirls, NOW)
    assert not open_to_all(schoolgirls)
    assert eligible(ME, mixed, NOW)
    assert open_to_all(mixed)


def test_a_standing_service_is_open_until_its_end() -> None:
    network = call(availability="standing", closes_at=NOW + timedelta(days=1))
    assert eligible(ME, network, NOW)
    assert not eligible(ME, network, NOW + timedelta(days=1))


def test_by_fit_no_date_excludes() -> None:
    assert eligible(ME, call(availability="closed"), None)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"size_bands": ("TPE", "PE", "ME")}, True),
        ({"size_bands": ("GE",)}, False),
        ({"department_codes": ("12",)}, False),
        ({"department_codes": ("31", "12")}, True),
        ({"legal_kinds": ("PME",)}, True),
        ({"legal_kinds": ("laboratoire",)}, False),
        ({"min_countries": 3}, True),
    ],
)
def test_typed_conditions(conditions: dict[str, object], expected: bool) -> None:
    assert meets(Eligibility.model_validate(conditions), ME) is expected


def test_what_is_not_known_does_not_exclude() -> None:
    strict = Eligibility(size_bands=("GE",), department_codes=("12",), legal_kinds=("laboratoire",))
    assert meets(strict, Profile(description="une entreprise"))


def test_the_members_to_alert_meet_the_same_conditions() -> None:
    item = call(opens_at=NOW, eligibility=Eligibility(department_codes=("12",)))
    assert not eligible(item, ME, NOW)
    assert eligible(item, ME.model_copy(update={"department_code": "12"}), NOW)


def test_a_factory_sets_no_condition() -> None:
    assert eligible(ME, Factory(id="FAC1", name="Data"), NOW)


SOLE = Organisation(id="ORG4", name="Seule", legal_category="1000")


@pytest.mark.parametrize(
    ("legal_form", "is_one_person"),
    [
        ("1000", True), ("1", True), ("Entreprise individuelle", True), ("Micro-entrepreneuse", True),
        ("EI", True),
        ("EIRL", True), ("Sole trader", True), ("5710", False), ("SAS", False), ("EURL", False), ("", False),
        ("Association", False), ("9220", False),
    ],
)  # fmt: skip
def test_the_legal_form_says_who_is_one_person(legal_form: str, is_one_person: bool) -> None:
    assert Organisation(id="ORG4", name="Seule", legal_category=legal_form).is_sole_trader is is_one_person


@pytest.mark.parametrize("asker", [ME, Profile(description="un partenaire")])
def test_a_sole_trader_is_ranked_as_a_partner_once_they_agreed(asker: Profile) -> None:
    assert not eligible(asker, SOLE, NOW)
    assert eligible(asker, SOLE.model_copy(update={"accepts_ranking": True}), NOW)


def test_a_sole_trader_may_ask_for_partners_and_is_told_of_calls() -> None:
    assert eligible(SOLE, ME, NOW)
    assert eligible(call(opens_at=NOW), SOLE, NOW)


SUBJECTS: list[AnyItem | Profile] = [
    ME,
    ME.model_copy(update={"id": "ORG2", "opted_out": True}),
    SOLE,
    ME.model_copy(update={"id": "ORG3", "size_band": "GE", "department_code": "12"}),
    Profile(description="une entreprise", department_code="46"),
    Factory(id="FAC1", name="Data"),
    call(id="CALL1", opens_at=NOW),
    call(id="CALL2", opens_at=NOW, eligibility=Eligibility(department_codes=("12",))),
    call(id="CALL3", opens_at=NOW, eligibility=Eligibility(size_bands=("TPE",))),
    call(id="CALL4", opens_at=NOW, eligibility=Eligibility(legal_kinds=("laboratoire",))),
    call(id="CALL5", opens_at=NOW, eligibility=Eligibility(min_countries=3)),
]


@pytest.mark.parametrize("one", SUBJECTS)
def test_what_is_open_to_all_needs_no_closer_look(one: AnyItem | Profile) -> None:
    others = [other for other in SUBJECTS if other is not one]
    if open_to_all(one):
        assert all(eligible(one, other, None) for other in others if open_to_all(other))
    else:
        assert not all(eligible(one, other, None) for other in others)
