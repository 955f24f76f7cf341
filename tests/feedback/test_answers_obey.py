"""The very next answer obeys what the asker said, and goes back when it is taken back."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from matcher.domain.events import Action, Feedback
from matcher.domain.items import AnyItem, Factory, Kind, Opportunity, Organisation
from matcher.feedback import heard
from matcher.recommend import Recommender
from tests.recommend.asking import NOW, Held, build, ids, notices, told

ME = Organisation(
    id="ME", name="Carto", description="Cartes et données.", expertise=("données", "cartographie")
)
DATA = Factory(id="FAC1", name="Data", keywords=("données",))
MAPS = Factory(id="FAC2", name="Cartes", keywords=("cartographie", "données"))
BONX = Organisation(id="B", name="Bonx", description="Données de santé.", expertise=("données", "santé"))
CIEL = Organisation(id="C", name="Ciel", description="Données du ciel.", expertise=("données", "météo"))


def call(item_id: str) -> Opportunity:
    return Opportunity(
        id=item_id, name="Appel données", code="CALL-1", themes=("données",), availability="standing"
    )


class Log:
    """Reactions in memory, numbered."""

    def __init__(self) -> None:
        self.rows: list[Feedback] = []

    def say(self, who: str, kind: Kind, what: str, action: Action, undoes: int | None = None) -> Feedback:
        row = Feedback(NOW, kind, who, what, action, undoes=undoes, id=len(self.rows) + 1)
        self.rows.append(row)
        return row

    def reactions_of(self, asker: str, kind: Kind) -> Mapping[str, Feedback]:
        return heard(asker, kind, self.rows)


@pytest.fixture
def log() -> Log:
    return Log()


def obeying(log: Log, *items: AnyItem) -> Recommender:
    recommender = build(Held([ME, DATA, MAPS, BONX, CIEL, *items]))
    recommender.obey(log)
    return recommender


@pytest.mark.parametrize("action", [Action.NOT_FOR_ME, Action.DISMISSED])
def test_what_was_set_aside_is_gone_counted_and_comes_back_when_undone(log: Log, action: Action):
    recommender = obeying(log)
    before = recommender.recommend(ME, Kind.FACTORY, on=NOW)
    assert set(ids(before.items)) == {"FAC1", "FAC2"}
    row = log.say("ME", Kind.FACTORY, "FAC2", action)
    after = recommender.recommend(ME, Kind.FACTORY, on=NOW)
    assert ids([*after.items, *after.weaker]) == ["FAC1"]
    (said,) = [notice for notice in after.notices if notice.code == "set_aside"]
    assert said.fr.endswith(": 1.")
    assert said.en.endswith(": 1.")
    log.say("ME", Kind.FACTORY, "FAC2", Action.UNDONE, undoes=row.id)
    assert recommender.recommend(ME, Kind.FACTORY, on=NOW) == before


def test_those_who_have_met_are_shown_to_neither(log: Log):
    recommender = obeying(log)
    log.say("ME", Kind.PARTNER, "B", Action.ALREADY_MET)
    for asker, other in ((ME, "B"), (BONX, "ME")):
        answer = recommender.recommend(asker, Kind.PARTNER, on=NOW)
        assert other not in ids([*answer.items, *answer.weaker])
        assert "C" in ids(answer.items)


def test_what_the_asker_joined_comes_first_and_is_marked(log: Log):
    recommender = obeying(log)
    first = recommender.recommend(ME, Kind.FACTORY, on=NOW).items[0]
    other = {"FAC1": "FAC2", "FAC2": "FAC1"}[first.item_id]
    log.say("ME", Kind.FACTORY, other, Action.JOINED)
    answer = recommender.recommend(ME, Kind.FACTORY, on=NOW)
    assert ids(answer.items) == [other, first.item_id]
    assert [item.participates for item in answer.items] == [True, False]
    assert answer.items[0].reasons[0].fr.startswith("Vous avez indiqué y participer")


def test_what_interests_the_asker_keeps_its_place_and_is_said(log: Log):
    recommender = obeying(log)
    before = recommender.recommend(ME, Kind.FACTORY, on=NOW)
    log.say("ME", Kind.FACTORY, "FAC1", Action.INTERESTED)
    after = recommender.recommend(ME, Kind.FACTORY, on=NOW)
    assert ids(after.items) == ids(before.items)
    assert [item.score for item in after.items] == [item.score for item in before.items]
    reason = told(after.items, "FAC1").reasons[0]
    assert reason.fr == "Vous avez dit que « Data » vous intéresse."
    assert reason.note
    assert not reason.clear


def test_a_second_record_of_what_was_set_aside_does_not_come_instead(log: Log):
    recommender = obeying(log, call("INT1"), call("INT2"))
    log.say("ME", Kind.INTERNATIONAL, "INT1", Action.NOT_FOR_ME)
    answer = recommender.recommend(ME, Kind.INTERNATIONAL, on=NOW)
    assert ids([*answer.items, *answer.weaker]) == []
    assert "set_aside" in notices(answer)


def test_a_member_that_set_a_call_aside_is_not_alerted_of_it(log: Log):
    opportunity = call("INT1")
    recommender = obeying(log, opportunity)
    assert "ME" in ids(recommender.recommend(opportunity, Kind.ALERT, on=NOW).items)
    log.say("ME", Kind.INTERNATIONAL, "INT1", Action.DISMISSED)
    answer = recommender.recommend(opportunity, Kind.ALERT, on=NOW)
    assert "ME" not in ids([*answer.items, *answer.weaker])


def test_reactions_never_count_where_fit_alone_is_judged(log: Log):
    recommender = obeying(log)
    before = recommender.recommend(ME, Kind.FACTORY)
    log.say("ME", Kind.FACTORY, "FAC2", Action.NOT_FOR_ME)
    assert recommender.recommend(ME, Kind.FACTORY) == before


class TestAnswerId:
    def test_the_same_answer_has_the_same_id_on_one_day_and_another_on_the_next(self, log: Log) -> None:
        def named(at: datetime) -> str:
            return obeying(log).recommend(ME, Kind.FACTORY, on=at).id

        assert named(NOW) == named(NOW + timedelta(hours=3))
        assert named(NOW) != named(NOW + timedelta(days=1))

    def test_another_list_asker_or_kind_has_another_id(self, log: Log) -> None:
        recommender = obeying(log)
        found = [
            recommender.recommend(asker, kind, on=NOW).id
            for asker, kind in ((ME, Kind.FACTORY), (ME, Kind.PARTNER), (BONX, Kind.FACTORY))
        ]
        log.say("ME", Kind.FACTORY, "FAC2", Action.DISMISSED)
        found.append(recommender.recommend(ME, Kind.FACTORY, on=NOW).id)
        assert len(set(found)) == 4
