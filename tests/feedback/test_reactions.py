"""Which reactions hold, what they set aside, which pairs they settle."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind
from matcher.feedback import heard, holding, settled_pairs

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
ME = "ORG1"


def log(*said: tuple[str, str, Action], kind: Kind = Kind.PARTNER) -> list[Feedback]:
    """A log of reactions, numbered as the store does."""
    numbers = count(1)
    return [Feedback(NOON, kind, who, what, action, id=next(numbers)) for who, what, action in said]


def undoing(row: Feedback, number: int) -> Feedback:
    return replace(row, action=Action.UNDONE, undoes=row.id, id=number)


def test_the_last_opinion_of_an_organisation_on_an_item_holds():
    rows = log((ME, "B", Action.NOT_FOR_ME), (ME, "C", Action.DISMISSED), (ME, "B", Action.INTERESTED))
    assert holding(rows) == [rows[1], rows[2]]


def test_taking_a_reaction_back_revives_the_one_before_it():
    rows = log((ME, "B", Action.INTERESTED), (ME, "B", Action.DISMISSED))
    assert holding([*rows, undoing(rows[1], 3)]) == [rows[0]]


def test_opinions_of_two_kinds_are_two_opinions():
    rows = [*log((ME, "B", Action.DISMISSED)), *log((ME, "B", Action.INTERESTED), kind=Kind.ALERT)]
    assert len(holding([replace(row, id=0) for row in rows])) == 2


def test_what_became_of_an_introduction_is_not_replaced_by_an_opinion():
    rows = log((ME, "B", Action.INTRODUCED), (ME, "B", Action.INTERESTED))
    assert holding(rows) == rows
    assert settled_pairs(rows) == {(ME, "B")}


@pytest.mark.parametrize(
    "action",
    [
        Action.INTRODUCED,
        Action.ACCEPTED,
        Action.DECLINED,
        Action.NOT_FOR_ME,
        Action.ALREADY_MET,
        Action.DISMISSED,
    ],
)
def test_a_pair_is_settled_until_the_reaction_is_taken_back(action: Action):
    rows = log((ME, "B", action))
    assert settled_pairs(rows) == {(ME, "B")}
    assert settled_pairs([*rows, undoing(rows[0], 2)]) == set()


def test_only_partners_make_settled_pairs():
    assert settled_pairs(log((ME, "FAC1", Action.NOT_FOR_ME), kind=Kind.FACTORY)) == set()
    assert settled_pairs(log((ME, "B", Action.INTERESTED))) == set()


@pytest.mark.parametrize(
    ("action", "tells"),
    [
        (Action.ALREADY_MET, True),
        (Action.DECLINED, True),
        (Action.NOT_FOR_ME, False),
        (Action.DISMISSED, False),
    ],
)
def test_a_fact_about_two_partners_holds_for_both_and_an_opinion_for_one(action: Action, tells: bool):
    rows = log(("B", ME, action))
    assert (set(heard(ME, Kind.PARTNER, rows)) == {"B"}) is tells
    assert set(heard("B", Kind.PARTNER, rows)) == {ME}


def test_a_member_that_set_a_call_aside_is_not_alerted_of_it():
    rows = log((ME, "INT1", Action.NOT_FOR_ME), ("B", "INT1", Action.INTERESTED), kind=Kind.INTERNATIONAL)
    assert set(heard("INT1", Kind.ALERT, rows)) == {ME}
    assert heard("INT1", Kind.INTERNATIONAL, rows) == {}


def test_reactions_of_another_kind_are_not_heard():
    assert heard(ME, Kind.FACTORY, log((ME, "B", Action.NOT_FOR_ME))) == {}
