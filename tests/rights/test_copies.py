"""A copy of an organisation's data holds nothing that others said or decided of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher, sweep_old
from matcher.hiring.needs import EmployerFact
from matcher.introductions import Act, Actor, Details, Ground, Party, Side
from matcher.people import Purpose, Scope
from matcher.rights import Subject, SubjectKind
from tests.rights.cluster import NOW, fill, introduce, left_in, member, settings_of
from tests.samples import migrated

ONE, OTHER, THIRD, FOURTH = (member(number) for number in range(4))


@pytest.fixture
def matcher(tmp_path: Path) -> Iterator[Matcher]:
    settings = settings_of(tmp_path / "home")
    migrated(settings.home / "matcher.db")
    with open_matcher(settings) as opened:
        fill(opened, [ONE, OTHER, THIRD, FOURTH])
        yield opened


def copy_of(matcher: Matcher, organisation_id: str) -> dict[str, list[dict[str, Any]]]:
    subject = Subject(SubjectKind.ORGANISATION, organisation_id)
    held: dict[str, list[dict[str, Any]]] = matcher.rights.export(subject, utc_now())["held"]
    return held


def test_lists_and_reactions_of_others_are_not_in_a_copy(matcher: Matcher) -> None:
    for own in (ONE, OTHER, THIRD, FOURTH):
        held = copy_of(matcher, own.id)
        assert {row["organisation_id"] for row in held["unwanted_pairs"]} == {own.id}
        for table in ("feedback", "impressions", "plan_lists"):
            assert {row["query_id"] for row in held[table]} == {own.id}
        assert not [row for row in held["plan_lists"] if "gain_of_other" in row]


def test_an_introduction_is_in_a_copy_once_the_organisation_knows_of_it(matcher: Matcher) -> None:
    introduce(matcher, iter([(ONE, OTHER)]))
    assert not {"introductions", "introduction_records"} & copy_of(matcher, OTHER.id).keys()
    (asked,) = copy_of(matcher, ONE.id)["introductions"]
    assert (asked["first_id"], asked["second_id"]) == (ONE.id, None), "who it is, it may not know yet"
    number = f"IN{asked['number']}"
    matcher.introductions.act(number, Act.YES, Actor(Party.FIRST), NOW)
    word = Details(words={Side.SECOND: "un mot pour elle seule"})
    matcher.introductions.act(number, Act.WRITE, Actor(Party.STAFF), NOW, word)
    matcher.introduction_worker.due(NOW)
    words = Details(ground=Ground.COMPETITOR, note="ils nous copient")
    matcher.introductions.act(number, Act.NO, Actor(Party.SECOND), NOW, words)
    told = copy_of(matcher, ONE.id)
    hidden = ("competitor", "ils nous copient", "un mot pour elle seule", OTHER.name)
    assert not [word for word in hidden if word in str(told)]
    assert copy_of(matcher, OTHER.id)["introductions"][0]["word_second"] == "un mot pour elle seule"
    assert OTHER.id not in str(told["introductions"] + told["introduction_records"])
    own = copy_of(matcher, OTHER.id)["introduction_records"]
    assert [(row["act"], row["ground"]) for row in own] == [("ask", None), ("no", "competitor")]


def test_links_and_visits_that_are_over_are_kept_no_longer(matcher: Matcher) -> None:
    store, (who, *_) = matcher.store, matcher.store.people.all()
    long_ago = NOW - timedelta(days=400)
    matcher.links.make(Purpose.SIGN_IN, who.id, "", long_ago)
    matcher.visits.begin(who.id, long_ago)
    for name, ends in (("over", long_ago), ("lasting", NOW + timedelta(days=9)), ("revoked", None)):
        key, _ = matcher.keys.make(name, [Scope.READ], long_ago - timedelta(days=1), ends)
        if name == "revoked":
            matcher.keys.revoke(key.id, long_ago)
    lasting = matcher.links.make(Purpose.SIGN_IN, who.id, "", NOW)
    swept = {one.table: one for one in sweep_old(matcher.settings, store)}
    assert (swept["links"].rows, swept["visits"].rows, swept["api_keys"].rows) == (1, 1, 2)
    assert [key.name for key in store.keys.all()] == ["lasting"]
    assert swept["links"].rule.endswith(", sign-in")
    assert [one.id for one in matcher.links.of(who.id, Purpose.SIGN_IN)] == [lasting.id]
    assert len(store.visits.visits_of(who.id)) == 1
    assert {one.rows for one in sweep_old(matcher.settings, store)} == {0}


def test_a_word_that_names_an_erased_person_can_be_removed_after_its_request(matcher: Matcher) -> None:
    named = matcher.store.people.of_organisation(THIRD.id)[0]
    staff = Actor(Party.STAFF)
    made = matcher.introductions.propose((ONE.id, OTHER.id), staff, NOW)
    word = Details(words={Side.FIRST: f"Demandez {named.name} au 05 61 00 00 00"})
    matcher.introductions.act(made.id, Act.WRITE, staff, NOW, word)
    matcher.introductions.act(made.id, Act.APPROVE, staff, NOW)
    matcher.introduction_worker.due(NOW)
    erasure = matcher.rights.erase(Subject(SubjectKind.PERSON, named.id), utc_now())
    assert [f"introductions.word_first {made.id[2:]}"] == [*erasure.removal.named_elsewhere]
    matcher.introductions.act(made.id, Act.WRITE, staff, NOW, Details(words={Side.FIRST: ""}))
    (settled,) = matcher.rights.finish(utc_now)
    assert settled.found_in == ()
    assert left_in(matcher.settings.home, [named.name]) == []


def test_a_word_that_is_not_sent_yet_is_in_no_copy(matcher: Matcher) -> None:
    desk, staff, later = matcher.introductions, Actor(Party.STAFF), NOW + timedelta(days=20)
    made = desk.propose((ONE.id, OTHER.id), staff, NOW)
    desk.act(made.id, Act.WRITE, staff, NOW, Details(words={Side.FIRST: "premier mot"}))
    desk.act(made.id, Act.APPROVE, staff, NOW)
    matcher.introduction_worker.due(NOW)

    def own_word() -> str | None:
        (row,) = copy_of(matcher, ONE.id)["introductions"]
        word: str | None = row.get("word_first")
        return word

    assert own_word() == "premier mot"
    desk.act(made.id, Act.NOT_NOW, Actor(Party.FIRST), NOW, Details(until=later))
    assert own_word() == "premier mot", "it is still the one that was sent"
    desk.act(made.id, Act.WRITE, staff, NOW, Details(words={Side.FIRST: "brouillon"}))
    assert own_word() is None
    assert matcher.introduction_worker.due(later) == {Act.WAKE: 1}
    assert own_word() is None, "approved again, not asked yet"
    assert matcher.introduction_worker.due(later) == {Act.ASK: 1}
    assert own_word() == "brouillon"
    desk.act(made.id, Act.YES, Actor(Party.FIRST), later)
    desk.act(made.id, Act.WRITE, staff, later, Details(words={Side.SECOND: "pour l'autre"}))
    assert own_word() == "brouillon"
    assert "pour l'autre" not in str(copy_of(matcher, ONE.id))


def test_a_word_of_a_request_that_was_withdrawn_before_it_is_in_no_copy(matcher: Matcher) -> None:
    desk, staff = matcher.introductions, Actor(Party.STAFF)
    made = desk.propose((ONE.id, OTHER.id), staff, NOW)
    desk.act(made.id, Act.APPROVE, staff, NOW)
    matcher.introduction_worker.due(NOW)
    desk.act(made.id, Act.NOT_NOW, Actor(Party.FIRST), NOW, Details(until=NOW + timedelta(days=20)))
    desk.act(made.id, Act.WRITE, staff, NOW, Details(words={Side.FIRST: "brouillon"}))
    desk.act(made.id, Act.WITHDRAW, staff, NOW)
    assert "brouillon" not in str(copy_of(matcher, ONE.id))


def test_published_facts_on_an_employer_are_in_its_copy_and_in_no_other(matcher: Matcher) -> None:
    siren = ONE.siret[:9]
    facts = [EmployerFact(siren, year, 92, "UN", "31", "62.01Z", "https://a.fr") for year in (2023, 2024)]
    other = EmployerFact("999999999", 2023, 60, "AILLEURS", "31", "62.01Z", "https://example.org")
    matcher.store.employer_facts.put([*facts, other], NOW)
    told = copy_of(matcher, ONE.id)["employer_facts"]
    assert [(row["siren"], row["year"]) for row in told] == [(siren, 2023), (siren, 2024)]
    assert "employer_facts" not in copy_of(matcher, OTHER.id)
