"""What is refused of a reaction, and what the sentence says."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from matcher.domain.events import Action, Feedback, Refusal
from matcher.domain.items import AnyItem, Factory, Kind, Lead, Opportunity, Organisation
from matcher.errors import InvalidRequest, NotFound
from matcher.feedback import react

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Items:
    """A catalogue of one of each type."""

    def __init__(self) -> None:
        stored: list[AnyItem] = [
            Organisation(id="A", name="Ada"),
            Organisation(id="B", name="Bonx"),
            Factory(id="FAC", name="Data"),
            Opportunity(id="INT", name="Appel"),
            Lead(id="LEAD", name="École"),
        ]
        self._stored = {item.id: item for item in stored}

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        return {name: self._stored[name] for name in ids if name in self._stored}


class Log:
    """A log in memory."""

    def __init__(self) -> None:
        self.rows: list[Feedback] = []

    def log_feedback(self, row: Feedback) -> Feedback:
        self.rows.append(row)
        return row


def said(who: str, kind: Kind, item: str, action: Action, reason: Refusal | None = None) -> Feedback:
    return Feedback(NOON, kind, who, item, action, reason=reason)


@pytest.mark.parametrize(
    "row",
    [
        said("A", Kind.FACTORY, "FAC", Action.JOINED),
        said("A", Kind.PARTNER, "B", Action.ALREADY_MET),
        said("A", Kind.INTERNATIONAL, "INT", Action.NOT_FOR_ME, Refusal.PLACE_OR_SIZE),
        said("A", Kind.LEAD, "LEAD", Action.INTERESTED),
        said("INT", Kind.ALERT, "A", Action.DISMISSED),
    ],
)
def test_a_reaction_that_makes_sense_is_kept(row: Feedback):
    log = Log()
    assert react(Items(), log, row) == row
    assert log.rows == [row]


@pytest.mark.parametrize(
    ("row", "error", "sentence"),
    [
        (said("A", Kind.FACTORY, "FAC9", Action.JOINED), NotFound, "no item 'FAC9'"),
        (said("Z", Kind.FACTORY, "FAC", Action.JOINED), NotFound, "no item 'Z'"),
        (said("A", Kind.PARTNER, "A", Action.ALREADY_MET), InvalidRequest, "react to itself"),
        (said("A", Kind.FACTORY, "B", Action.INTERESTED), InvalidRequest, "must be of type factory"),
        (said("INT", Kind.FACTORY, "FAC", Action.INTERESTED), InvalidRequest, "must be of type organisation"),
        (said("A", Kind.PARTNER, "B", Action.JOINED), InvalidRequest, "factory, international"),
        (said("A", Kind.FACTORY, "FAC", Action.ALREADY_MET), InvalidRequest, "lead, partner"),
        (said("A", Kind.PARTNER, "B", Action.ACCEPTED), InvalidRequest, "give one of already_met"),
        (said("A", Kind.PARTNER, "B", Action.UNDONE), InvalidRequest, "cannot be given"),
        (said("A", Kind.PARTNER, "B", Action.DISMISSED, Refusal.NO_TIME), InvalidRequest, "leave it out"),
    ],
)
def test_a_reaction_that_makes_none_is_refused_in_words(row: Feedback, error: type[Exception], sentence: str):
    log = Log()
    with pytest.raises(error, match=sentence):
        react(Items(), log, row)
    assert log.rows == []
