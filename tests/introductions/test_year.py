"""Members for a year: no capacity passed, nobody reminded after an answer, no pair asked twice."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from matcher.domain import Organisation
from matcher.domain.messages import MessageRequest
from matcher.errors import IllegalStep
from matcher.introductions import (
    Act,
    Actor,
    Availability,
    Details,
    Ground,
    Introduction,
    Outcome,
    Party,
    Side,
)
from tests.introductions.cluster import STAFF, Cluster

SIZES = {"TPE": 2, "PE": 6, "ME": 8, None: 2}
REMINDERS = {"introduction_reminder", "introduction_last_chance"}


def _members(count: int, chance: random.Random) -> list[Organisation]:
    sizes = list(SIZES)
    names = [f"Société numéro {n}" for n in range(1, count + 1)]
    return [
        Organisation(id=f"ORG{n}", name=name, size_band=chance.choice(sizes))
        for n, name in enumerate(names, start=1)
    ]


def _answer(home: Cluster, one: Introduction, side: Side, chance: random.Random) -> None:
    """Let a member answer, sometimes twice: the second answer must change nothing."""
    actor = Actor(Party(side.value), f"P-{one.organisation(side)}")
    act = chance.choices([Act.YES, Act.NO, Act.NOT_NOW], [6, 2, 2])[0]
    until = home.now + timedelta(days=chance.randint(5, 90))
    details = Details(ground=Ground.NO_TIME, until=until, outcome=Outcome(contacted=True))
    home.desk.act(one.id, act, actor, home.now, details)
    if chance.random() < 0.1:
        with pytest.raises(IllegalStep):
            home.desk.act(one.id, act, actor, home.now, details)


def _live(home: Cluster, days: int, chance: random.Random) -> None:
    ids = sorted(home.catalogue.kept)
    for day in range(days):
        if day % 7 == 0:
            pairs = [
                (first, second) for first, second in (chance.sample(ids, 2) for _ in range(len(ids) // 4))
            ]
            done, _ = home.desk.propose_all(pairs, STAFF, home.now, plan=f"week {day}", most=len(ids))
            for new in done:
                home.desk.act(new.id, Act.APPROVE, STAFF, home.now)
            pause = home.now + timedelta(days=chance.randint(1, 60))
            home.desk.wish(Availability(chance.choice(ids), pause_until=pause), home.now)
        home.worker.due(home.now)
        for one in home.kept.all():
            if one.waits_for is not None and chance.random() < 0.06:
                _answer(home, one, one.waits_for, chance)
        home.later(days=1)


def _requests(home: Cluster) -> Mapping[str, Sequence[datetime]]:
    return home.kept.asked


def _reminded_after_an_answer(home: Cluster) -> list[MessageRequest]:
    """Find reminders that are not followed by an answer or an end of the very request they recall."""
    waiting: dict[str, str] = {}
    wrong = []
    mails = {}
    for message in home.kept.messages:
        if message.event in REMINDERS:
            mails[message.key.rpartition(":")[2] + message.subjects["introduction"]] = message
    for record in home.kept.records:
        if record.act is Act.ASK:
            waiting[record.introduction_id] = record.asked_id
        elif record.act is Act.REMIND:
            mail = mails.get(f"{record.version}{record.introduction_id}")
            if mail is not None and waiting.get(record.introduction_id) != mail.subjects["organisation"]:
                wrong.append(mail)
        elif record.act is not Act.PROPOSE:
            waiting.pop(record.introduction_id, None)
    return wrong


@pytest.mark.parametrize(("count", "least"), [(40, 200)])  # (500, 3_000) runs in 45 s and holds too
def test_a_year_of_members_keeps_every_promise(count: int, least: int):
    chance = random.Random(113)
    home = Cluster(_members(count, chance))
    _live(home, 365, chance)
    asked = _requests(home)
    assert sum(map(len, asked.values())) > least
    for name, instants in asked.items():
        item = home.catalogue.kept[name]
        assert isinstance(item, Organisation)
        months = Counter((home.rules.day(at).year, home.rules.day(at).month) for at in instants)
        assert max(months.values()) <= SIZES[item.size_band]
        assert all(later - at >= timedelta(days=7) for at, later in pairwise(instants))
    pairs = Counter(frozenset((one.first_id, one.second_id)) for one in home.kept.all())
    assert max(pairs.values()) == 1
    assert _reminded_after_an_answer(home) == []
    keys = [message.key for message in home.kept.messages]
    assert len(keys) == len(set(keys))
