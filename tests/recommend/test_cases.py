"""Reproductions of what users met: each input as they gave it, and the right answer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.items import Factory, ItemType, Kind, Organisation, Profile
from matcher.importing import Choices, import_file
from matcher.knowledge import read_knowledge
from tests.recommend.asking import ask, french, ids, notices
from tests.samples import migrated

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
    store = open_store(migrated(tmp_path / "matcher.db"))
    import_file(file, store, choices=Choices(ItemType.ORGANISATION))
    (item,) = store.items.all(ItemType.ORGANISATION)
    store.close()
    assert isinstance(item, Organisation)
    assert item.needs == ()


def test_gibberish_gets_nothing() -> None:
    answer = ask(Profile(description="asdfgh qwerty"), SHOP, SERVICES, GUARD)
    assert (answer.items, answer.weaker) == ((), ())
    assert notices(answer) == ["nothing"]


def test_what_an_exclusion_leaves_over_is_no_request() -> None:
    watch = Organisation(id="ORG4", name="Veille", description="Je veille.", expertise=("veille",))
    answer = ask(Profile(description="je ne veux plus de cybersécurité"), watch, GUARD)
    assert (answer.items, notices(answer)) == ((), ["exclusion", "nothing"])


@pytest.mark.parametrize(
    ("request_", "is_found"),
    [
        ("une entreprise sérieuse, spécialisée dans les drones", False),
        ("spécialisée", True),
        ("une entreprise spécialisée sérieuse", True),
    ],
)
def test_one_word_by_chance_is_a_note(request_: str, is_found: bool) -> None:
    agency = Organisation(
        id="ORG9", name="Agence", description="Une agence spécialisée et sérieuse.", expertise=("affiches",)
    )
    if "drones" in request_:
        agency = agency.model_copy(update={"description": "Une agence spécialisée."})
    assert bool(ask(Profile(description=request_), agency, SHOP, SERVICES, GUARD).items) is is_found


QUESTIONS = (
    "cybersécurité pour un hôpital", "plateforme e-commerce", "capteurs pour l'agriculture",
    "hébergement de données", "application mobile", "réalité virtuelle", "jumeau numérique industriel",
    "signature électronique", "télédétection par drone", "maintenance prédictive", "paiement fractionné",
    "bornes de recharge",
)  # fmt: skip


@pytest.mark.parametrize("text", QUESTIONS)
def test_questions_pasted_into_a_description_buy_no_place(text: str) -> None:
    pasted = f"Édite des jeux. {'. '.join(QUESTIONS)}."
    stuffed = Organisation(id="ORG9", name="Une", description=pasted, expertise=("jeu vidéo",))
    honest = stuffed.model_copy(update={"description": f"Propose {text}."})
    assert ids(ask(Profile(description=text), honest, SHOP, SERVICES, GUARD).items)[0] == "ORG9"
    assert "ORG9" not in ids(ask(Profile(description=text), stuffed, SHOP, SERVICES, GUARD).items)


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
    assert "ORG032" in ids(search(shipped, text, Kind.PARTNER).items)
    calls = search(shipped, text, Kind.INTERNATIONAL)
    assert ids(calls.items)[0].endswith("DATA-09")


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


@pytest.mark.parametrize(
    "asker",
    [
        Profile(description="capteurs vibratoires à Rodez"),
        Organisation(id="ORG8", name="Usine", expertise=("capteurs",), city="Rodez", department_code="12"),
    ],
    ids=["named", "own"],
)
def test_of_two_equal_companies_the_one_nearby_comes_first(asker: Profile) -> None:
    far = Organisation(
        id="ORG1", name="Loin", expertise=("capteurs",), city="Perpignan", department_code="66"
    )
    near = far.model_copy(update={"id": "ORG2", "name": "Près", "city": "Rodez", "department_code": "12"})
    answer = ask(asker, far, near, knowledge=read_knowledge(Path("data")))
    assert ids(answer.items) == ["ORG2", "ORG1"]
    assert "Même ville : Rodez" in french(answer.items[0])


def test_that_both_make_demonstrations_is_no_subject_in_common() -> None:
    maker = Organisation(
        id="ORG8", name="Satellites", description="Un démonstrateur de liaison par satellite."
    )
    things = Factory(id="FAC2", name="Objets", description="Démonstrations et prototypes de capteurs.")
    others = [Factory(id=f"FAC{number}", name=f"Autre {number}") for number in (3, 4)]
    answer = ask(maker, things, *others, kind=Kind.FACTORY, knowledge=read_knowledge(Path("data")))
    assert "FAC2" not in ids(answer.items)
