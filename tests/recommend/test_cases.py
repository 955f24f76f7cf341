"""Reproductions of what users met: each input as they gave it, and the right answer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.items import Factory, ItemType, Kind, Organisation, Profile
from matcher.importing import import_file
from tests.recommend.asking import ask, french, ids, notices

ON = datetime(2026, 11, 30, 9, tzinfo=UTC)

SHOP = Organisation(id="ORG1", name="Boutique", description="Sites marchands.", expertise=("e-commerce",))
SERVICES = Organisation(id="ORG2", name="Services", description="Une ESN.", expertise=("ESN",))
GUARD = Organisation(id="ORG3", name="Garde", description="Audits.", expertise=("cybersécurité",))


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("non à l'e-commerce", "ORG1"),
        ("hormis les ESN : data", "ORG2"),
        ("je ne veux plus de cybersécurité", "ORG3"),
    ],
)
def test_what_is_excluded_is_neither_recommended_nor_passed_over_in_silence(text: str, excluded: str) -> None:
    answer = ask(Profile(description=text), SHOP, SERVICES, GUARD)
    assert excluded not in ids(answer.items)
    assert "exclusion" in notices(answer)


def test_a_need_that_is_denied_does_not_bring_its_factory() -> None:
    money = Factory(id="FAC1", name="Stratégie et financement", keywords=("financement",))
    things = Factory(id="FAC2", name="Internet des objets", keywords=("IoT",))
    text = "pas besoin de financement, cherche partenaire IoT"
    answer = ask(Profile(description=text), money, things, kind=Kind.FACTORY)
    assert ids(answer.items) == ["FAC2"]
    assert "exclusion" in notices(answer)


@pytest.mark.parametrize("word", ["aucun", "néant", "N/C"])
def test_a_cell_that_says_there_is_no_need_is_no_need(tmp_path: Path, word: str) -> None:
    file = tmp_path / "organisations.csv"
    file.write_text(
        f"Identifiant;Raison sociale;Description;Besoins\nZX080;Une;Capteurs.;{word}\n", encoding="utf-8"
    )
    store = open_store(f"sqlite:///{tmp_path}/matcher.db")
    store.migrate()
    import_file(file, store, item_type=ItemType.ORGANISATION)
    (item,) = store.items.all(ItemType.ORGANISATION)
    store.close()
    assert isinstance(item, Organisation)
    assert item.needs == ()


def test_gibberish_gets_nothing() -> None:
    answer = ask(Profile(description="asdfgh qwerty"), SHOP, SERVICES, GUARD)
    assert (answer.items, answer.weaker) == ((), ())
    assert notices(answer) == ["nothing"]


def test_twins_are_not_proposed_to_each_other() -> None:
    one = Organisation(id="ORG1", name="Société Lumen Data SAS", expertise=("data",))
    twin = Organisation(id="ORG2", name="LUMEN-DATA", expertise=("data",))
    other = Organisation(id="ORG3", name="Autre", expertise=("data",))
    answer = ask(one, twin, other)
    assert ids([*answer.items, *answer.weaker]) == ["ORG3"]


# Over the shipped catalogue, with the encoder that is served


def search(matcher: Matcher, text: str, kind: Kind) -> Answer:
    return matcher.recommender.recommend(Profile(description=text), kind, 5, ON)


@pytest.mark.model
def test_a_health_start_up_is_not_shown_calls_about_housing(shipped: Matcher) -> None:
    text = "start-up e-santé à Montpellier, cherche hébergeur HDS et premiers hôpitaux"
    answer = search(shipped, text, Kind.INTERNATIONAL)
    assert all("NEB" not in item_id for item_id in ids(answer.items))
    assert notices(answer)[-1] in ("nothing", "nothing_else")


@pytest.mark.model
def test_a_developer_s_job_does_not_bring_programmes_for_schoolgirls(shipped: Matcher) -> None:
    answer = search(shipped, "développeur Python junior à Nîmes", Kind.LEAD)
    assert "LEAD002" not in ids([*answer.items, *answer.weaker])
    first = answer.items[0]
    assert "cette formation y mène" in french(first)
    assert "Même ville : Nîmes" in french(first)


@pytest.mark.model
def test_rgesn_finds_who_works_on_sustainable_it(shipped: Matcher) -> None:
    text = "réduire l'empreinte carbone de nos serveurs, RGESN"
    partners = search(shipped, text, Kind.PARTNER)
    assert "ORG032" in ids([*partners.items, *partners.weaker])[:5]
    calls = search(shipped, text, Kind.INTERNATIONAL)
    assert ids([*calls.items, *calls.weaker])[0].endswith("DATA-09")


@pytest.mark.model
def test_a_word_of_a_town_moves_real_lists(shipped: Matcher) -> None:
    here, there = (
        ids(search(shipped, f"cybersécurité à {town}", Kind.PARTNER).items) for town in ("Castres", "Nîmes")
    )
    assert here != there
    assert here[0] == "ORG087"  # its seat is in Castres


@pytest.mark.model
def test_gibberish_gets_nothing_from_the_catalogue(shipped: Matcher) -> None:
    answer = search(shipped, "asdfgh qwerty", Kind.PARTNER)
    assert (answer.items, answer.weaker) == ((), ())
    assert notices(answer) == ["nothing"]


@pytest.mark.model
def test_makina_corpus_begins_with_the_factory_it_takes_part_in(shipped: Matcher) -> None:
    asker = shipped.resolve("Makina Corpus", ItemType.ORGANISATION)
    answer = shipped.recommender.recommend(asker, Kind.FACTORY, 5, ON)
    first, *others = answer.items
    assert (first.name, first.participates) == ("Transformation numérique", True)
    assert first.reasons[0].fr.startswith("Vous y participez")
    assert not any(item.participates for item in others)
    assert "Pas de lien net" not in str(answer.items)
