"""The next answer and the next plan obey what became of introductions."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from matcher.domain import Feedback, Kind
from matcher.domain.events import Action
from matcher.feedback import settled_pairs
from matcher.introductions import Act, Availability, Ground, IntroducedReactions
from tests.introductions.cluster import FIRST, SECOND, Cluster, cluster


class Silence:
    """A log of reactions in which nobody said anything."""

    def reactions_of(self, asker: str, kind: Kind) -> Mapping[str, Feedback]:
        return {}

    def feedback(self) -> Iterator[Feedback]:
        yield from ()


def _said(home: Cluster, asker: str, kind: Kind = Kind.PARTNER) -> dict[str, Action]:
    said = IntroducedReactions(Silence(), home.kept, lambda: home.now).reactions_of(asker, kind)
    return {name: row.action for name, row in said.items()}


def _settled(home: Cluster) -> set[frozenset[str]]:
    said = IntroducedReactions(Silence(), home.kept, lambda: home.now)
    return {frozenset(pair) for pair in settled_pairs(said.feedback())}


@pytest.mark.parametrize(
    ("acts", "action"),
    [
        ([], Action.DECLINED),
        ([(Act.NO, FIRST)], Action.DECLINED),
        ([(Act.NOT_NOW, FIRST)], Action.DECLINED),
        ([(Act.YES, FIRST), (Act.NO, SECOND)], Action.DECLINED),
        ([(Act.YES, FIRST), (Act.YES, SECOND)], Action.ACCEPTED),
        ([(Act.YES, FIRST), (Act.YES, SECOND), (Act.MEET, FIRST)], Action.ALREADY_MET),
    ],
)
def test_both_sides_and_the_plan_obey_what_became_of_it(acts: list[tuple[Act, object]], action: Action):
    home = cluster()
    home.asked()
    for act, actor in acts:
        home.act(act, actor, ground=Ground.NO_TIME, until=home.now + timedelta(days=9))  # type: ignore[arg-type]
        home.worker.due(home.now)
    assert _said(home, "ORG1") == {"ORG2": action}
    assert _said(home, "ORG2") == {"ORG1": action}
    assert _said(home, "ORG3") == {}
    assert _said(home, "ORG1", Kind.FACTORY) == {}
    assert _settled(home) == {frozenset({"ORG1", "ORG2"})}


def test_what_is_only_proposed_changes_nothing():
    home = cluster()
    home.propose()
    assert _said(home, "ORG1") == {}
    assert _settled(home) == set()


def test_a_pause_and_a_list_of_the_unwanted_count_for_the_others_too():
    home = cluster()
    home.desk.wish(Availability("ORG1", not_with=frozenset({"ORG3"})), home.now)
    home.desk.wish(Availability("ORG2", pause_until=home.now + timedelta(days=5)), home.now)
    assert _said(home, "ORG3") == {"ORG1": Action.DECLINED, "ORG2": Action.DISMISSED}
    assert _settled(home) == {frozenset({"ORG1", "ORG3"})}
    home.later(days=5)
    assert _said(home, "ORG3") == {"ORG1": Action.DECLINED}
