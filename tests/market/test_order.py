"""A member's partners in the plan's order: newcomers at once, a sentence of its own for each place."""

from datetime import UTC, datetime

from matcher.market import (
    IntroductionPlan,
    Member,
    Partner,
    Planned,
    Sentence,
    newcomers_since,
    place_sentence,
    planned_order,
)

LISTS = {
    "me": (Planned("bonx", 0.5, 0.9), Planned("citiz", 0.8, 0.2), Planned("delair", 0.3, 0.9)),
    "bonx": (Planned("other", 0.9, 0.9), Planned("me", 0.9, 0.5)),
    "citiz": (Planned("me", 0.2, 0.8),),
    "delair": (),
    "other": (),
    "star": (),
}
BONX, CITIZ, DELAIR = (
    Partner("bonx", "Bonx", 0.5),
    Partner("citiz", "Citiz", 0.8),
    Partner("delair", "Delair", 0.3),
)
STAR, NEW = Partner("star", "Star", 0.85), Partner("new", "Nouveau", 0.6)


def plan(lists=LISTS, busy: str = "") -> IntroductionPlan:
    members = tuple(Member(name, 1.0, 2.0 if name == busy else 0.5, False, 1.0, 1.0, 1.0) for name in lists)
    return IntroductionPlan("1", datetime(2026, 11, 30, tzinfo=UTC), "g", lists, members)


def sentence(current: IntroductionPlan, member: str, partner: Partner, below: list[Partner]) -> Sentence:
    found = place_sentence(current, member, partner, below)
    assert found is not None
    return found


def ids(partners: list[Partner]) -> list[str]:
    return [partner.id for partner in partners]


def test_the_plan_orders_its_own_and_a_newcomer_comes_in_by_its_score():
    assert ids(planned_order(plan(), "me", [STAR, CITIZ, NEW, BONX, DELAIR])) == [
        *("new", "bonx", "citiz", "delair", "star"),
    ]


def test_a_newcomer_below_all_planned_ones_comes_after_them_by_score():
    late = Partner("late", "Tard", 0.1)
    assert ids(planned_order(plan(), "me", [STAR, BONX, late])) == ["bonx", "star", "late"]


def test_a_member_without_a_list_keeps_the_order_of_scores():
    assert ids(planned_order(plan(), "delair", [CITIZ, BONX])) == ["citiz", "bonx"]


def test_newcomers_are_named():
    assert newcomers_since(plan(), {"bonx", "new", "me", "autre"}) == ["autre", "new"]


def test_each_planned_pair_has_its_own_sentence_in_both_languages():
    told = sentence(plan(), "me", BONX, [CITIZ, DELAIR])
    assert told.fr == (
        "Mise en relation planifiée : Bonx y gagne encore plus que vous, et vous êtes n° 2 de sa liste. "
        "Avant Citiz, mieux noté, car Bonx a plus de raisons d'accepter."
    )
    assert "because Bonx is likelier to say yes" in told.en
    assert sentence(plan(), "me", CITIZ, [DELAIR]).en == (
        "Planned introduction: you gain more from it than Citiz, and you are number 1 on its list."
    )


def test_a_partner_in_demand_stands_lower_and_it_is_said():
    lists = {**LISTS, "me": (Planned("bonx", 0.5, 0.5), Planned("citiz", 0.8, 0.8))}
    assert "Citiz est déjà très demandé" in sentence(plan(lists, busy="citiz"), "me", BONX, [CITIZ]).fr
    assert "Bonx est moins souvent proposé" in sentence(plan(lists), "me", BONX, [CITIZ]).fr


def test_what_the_plan_does_not_introduce_has_no_sentence():
    assert place_sentence(plan(), "me", STAR, []) is None
    assert "Star n'est pas prévu" in sentence(plan(), "me", BONX, [STAR]).fr
