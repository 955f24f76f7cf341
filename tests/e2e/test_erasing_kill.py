"""kill -9 at any moment of an erasure: it is not begun, or it is brought to its end; never half-done."""

import random
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store, utc_now
from matcher.build import open_matcher
from matcher.domain.items import Organisation
from matcher.errors import NotFound
from matcher.rights import Subject, SubjectKind
from tests.e2e.killing import Driver, kills
from tests.rights.cluster import left_in, member, settings_of, speaker

KILLS = 5
pytestmark = pytest.mark.process


def erase(home: str, organisation_id: str, person_id: str) -> None:
    with open_matcher(settings_of(Path(home))) as matcher:
        matcher.rights.erase(Subject(SubjectKind.PERSON, person_id), utc_now())
        matcher.rights.erase(Subject(SubjectKind.ORGANISATION, organisation_id), utc_now())
        matcher.rights.finish(utc_now)


def test_an_erasure_killed_at_random_moments_is_never_half_done(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    done: list[tuple[int, Organisation, str]] = []
    with open_store(settings.database_url) as store:
        store.migrate()
        store.items.put([member(900)], source="test")

    def next_subject() -> tuple[str, ...]:
        number = len(done)
        one = member(number)
        person = speaker(number, one)
        with open_matcher(settings) as matcher:
            matcher.store.items.put([one], source="membres.csv")
            matcher.store.people.put(person)
            matcher.index_now()
        done.append((number, one, person.id))
        return str(settings.home), one.id, person.id

    with Driver(__name__, "erase") as driver:
        for finished in driver.kill_at_random(kills(KILLS), random.Random(113), next_subject):
            number, one, person_id = done[-1]
            with open_matcher(settings) as matcher:
                owed = [kept.kind for kept in matcher.store.rights.all() if kept.done_at is None]
                gone = one.id not in matcher.store.items.get_many([one.id])
                assert gone or SubjectKind.ORGANISATION not in owed, "an erasure without its rows gone"
                assert not finished or not owed
                for kind, name in ((SubjectKind.ORGANISATION, one.id), (SubjectKind.PERSON, person_id)):
                    try:  # whoever asked and got no answer asks again
                        matcher.rights.erase(Subject(kind, name), utc_now())
                    except NotFound:
                        continue
                matcher.rights.finish(utc_now)
                assert not matcher.rights.owes(), "forgotten"
                assert matcher.audit.verify().is_sound
            assert left_in(settings.home, [f"{number:03d}zq", person_id]) == []
