"""Reasons and gaps: what they may say, and what they must not."""

import pytest

from matcher.adapters.encoder.hashing import HashingEncoder
from matcher.domain.answers import Answer, Recommendation
from matcher.domain.items import AnyItem, Eligibility, Factory, Kind, Opportunity, Organisation, Profile
from matcher.errors import InvalidRequest
from matcher.index.documents import to_points
from matcher.index.exact import ExactIndex
from matcher.index.lexical import Bm25Lexical
from matcher.knowledge.places import Antenna, Place, Territory
from matcher.knowledge.skills import NO_SKILLS, SkillFinder, SkillLabels
from matcher.knowledge.vocabulary import Concept, Vocabulary
from matcher.recommend.analysis import Analyser
from matcher.recommend.recommender import Recommender
from tests.recommend.test_recommender import NOW, Held

TOULOUSE = Place("Toulouse", "31", 43.6043, 1.4437)
ALBI = Place("Albi", "81", 43.9298, 2.148)
NIMES = Place("Nîmes", "30", 43.8367, 4.3601)
TERRITORY = Territory(
    [TOULOUSE, ALBI, NIMES],
    [],
    [Antenna("t", "Toulouse", "seat", "open", TOULOUSE), Antenna("n", "Nîmes", "antenna", "open", NIMES)],
)
SKILLS = SkillFinder(
    [
        SkillLabels("s:1", "cybersécurité", digital=True, english="cyber security"),
        SkillLabels("s:2", "drones", digital=True),
    ]
)
WORDS = Vocabulary(
    [
        Concept(("place de marché", "marketplace"), "commerce", ("marché public",)),
        Concept(("commande publique", "marchés publics"), "public"),
    ]
)

NO_VOCABULARY = Vocabulary()


def ask(
    query: AnyItem | Profile,
    *others: AnyItem,
    kind: Kind = Kind.PARTNER,
    k: int = 5,
    skills: SkillFinder = NO_SKILLS,
    vocabulary: Vocabulary = NO_VOCABULARY,
) -> Answer:
    encoder, lexical = HashingEncoder(), Bm25Lexical()
    held = Held([*others, *([] if type(query) is Profile else [query])])  # type: ignore[list-item]
    index = ExactIndex(encoder.dim)
    index.upsert(to_points(list(held.items.values()), encoder, lexical, skills))
    recommender = Recommender(held, index, encoder, lexical, Analyser(TERRITORY, skills, vocabulary))
    return recommender.recommend(query, kind, k=k, on=NOW)


def french(item: Recommendation) -> str:
    return " ".join(reason.fr for reason in item.reasons)


def codes(item: Recommendation) -> set[str]:
    return {gap.code for gap in item.missing}


DATA = Organisation(id="ORG1", name="Une", expertise=("données ouvertes",), needs=("hébergement",))
HOST = Organisation(id="ORG2", name="Deux", expertise=("hébergement",), needs=("données ouvertes",))


def test_an_organisation_that_only_describes_itself_offers_that_and_looks_for_nothing() -> None:
    told = Organisation(id="ORG3", name="Cyber", description="cybersécurité des collectivités")
    other = Organisation(id="ORG4", name="Autre", expertise=("cybersécurité des collectivités",))
    answer = ask(told, other)
    assert "cherche" not in french(answer.items[0])
    assert answer.items[0].reasons[0].fr.startswith("Thème commun")


def test_a_request_is_asked_for_no_needs_and_its_partner_only_when_it_states_none() -> None:
    silent = Organisation(id="ORG3", name="Muette", expertise=("hébergement",))
    found = {
        item.item_id: codes(item) for item in ask(Profile(description="hébergement"), HOST, silent).items
    }
    assert "needs_unknown" not in found["ORG2"]
    assert "needs_unknown" in found["ORG3"]


def test_a_shared_skill_and_no_shared_theme_are_never_said_together() -> None:
    asker = Profile(description="un audit de cybersécurité pour la clinique du Parc et ses trois cabinets")
    other = Organisation(
        id="ORG3", name="Abri", description="Veille et cybersécurité.", expertise=("veille",)
    )
    item = ask(asker, other, skills=SKILLS).items[0]
    assert "skills" in {reason.signal for reason in item.reasons}
    assert "no_theme" not in codes(item)


def test_a_size_that_follows_from_the_member_type_is_not_called_unknown() -> None:
    call = Opportunity(
        id="INT1",
        name="Appel données",
        themes=("données ouvertes",),
        availability="standing",
        eligibility=Eligibility(size_bands=("TPE", "PE", "ME")),
        eligibility_text="PME",
    )
    known = DATA.model_copy(update={"member_type": "PME"})
    assert "size_unknown" not in codes(ask(known, call, kind=Kind.INTERNATIONAL).items[0])
    assert "size_unknown" in codes(ask(DATA, call, kind=Kind.INTERNATIONAL).items[0])


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Capteurs pour un hôpital", "Logiciel des hôpitaux", "« hôpitaux »"),
        ("Réseau de chaleur", "Supervision de réseaux", "« réseaux »"),
        ("Collecte de vélos", "Travail collectif", ""),
        ("Fondée à Castres", "Fonds de dotation castrais", ""),
        ("Lauréate en 2023", "Créée en 2023", ""),
    ],
)
def test_only_the_same_word_is_shared_whatever_its_number(one: str, other: str, shared: str) -> None:
    left = Organisation(id="ORG3", name="Un", description=one, expertise=("abc",))
    right = Organisation(id="ORG4", name="Deux", description=other, expertise=("xyz",))
    answer = ask(left, right, Organisation(id="ORG5", name="Trois", description="Rien de cela."))
    said = [reason.fr for item in answer.items if item.item_id == "ORG4" for reason in item.reasons]
    told = [reason for reason in said if reason.startswith("Mots communs")]
    assert bool(told) == bool(shared)
    assert all(shared in reason for reason in told)


def test_a_theme_that_stands_in_the_other_text_is_quoted_and_an_acronym_only_as_written() -> None:
    asker = Profile(description="Nous voulons confier la supervision de nos sites, les soc de charrue aussi")
    watch = Organisation(id="ORG3", name="Garde", expertise=("supervision", "SOC"))
    item = ask(asker, watch).items[0]
    told = next(reason for reason in item.reasons if reason.signal == "echo")
    assert told.fr == "« supervision » (Garde) figure en toutes lettres dans la description (la demande)."
    assert "SOC" not in french(item)
    assert "no_theme" not in codes(item)


@pytest.mark.parametrize("before", ["", "İİ ", "İSTANBUL et ß, ǅ, Σ : "])
def test_a_theme_is_quoted_where_it_stands_whatever_signs_stand_before_it(before: str) -> None:
    text = f"{before}Nous voulons confier la Supervision de nos sites, les soc de charrue aussi"
    watch = Organisation(id="ORG3", name="Garde", expertise=("supervision", "SOC"))
    item = ask(Profile(description=text), watch).items[0]
    quote, _ = next(reason for reason in item.reasons if reason.signal == "echo").quotes
    assert quote.text == "Supervision" == text[quote.start : quote.end]


def test_what_is_unclear_says_so_and_is_marked() -> None:
    asker = Organisation(id="ORG3", name="e-Une", expertise=("cartographie marine",))
    other = Organisation(id="ORG4", name="Autre", expertise=("carton ondulé",))
    told = ask(asker, other).items[0].reasons
    assert [reason.clear for reason in told] == [False]
    assert told[0].fr.startswith(("Lien possible", "Pas de lien net"))


def test_a_name_that_begins_small_stays_small() -> None:
    asker = DATA.model_copy(update={"name": "e-Une"})
    assert "e-Une cherche « hébergement » ; Deux propose « hébergement »." in french(
        ask(asker, HOST).items[0]
    )


def test_a_town_in_a_request_counts_and_is_quoted_where_it_stands() -> None:
    asker = Profile(description="un hébergement près de Albi")
    near = HOST.model_copy(update={"id": "ORG3", "city": "Albi"})
    far = HOST.model_copy(update={"id": "ORG4", "city": "Nîmes"})
    answer = ask(asker, far, near)
    assert [item.item_id for item in answer.items] == ["ORG3", "ORG4"]
    reason = next(reason for reason in answer.items[0].reasons if reason.signal == "territory")
    quote = reason.quotes[0]
    assert asker.description[quote.start : quote.end] == quote.text == "Albi"
    assert answer.notices == ()


def test_a_place_that_is_not_known_and_an_exclusion_are_said_to_be_unread() -> None:
    answer = ask(Profile(description="hébergement à Lille, pas de drones"), HOST, skills=SKILLS)
    assert {notice.code for notice in answer.notices} == {"place_unknown", "exclusion"}
    assert "« Lille »" in answer.notices[0].fr
    assert "« pas de drones »" in answer.notices[1].fr


def test_what_a_request_excludes_is_no_shared_skill() -> None:
    maker = Organisation(id="ORG3", name="Aile", expertise=("drones",), description="Fabrique des drones.")
    wanted = ask(Profile(description="cartographie par drones"), maker, skills=SKILLS).items[0]
    excluded = ask(Profile(description="cartographie sans drones"), maker, skills=SKILLS).items[0]
    assert "skills" in {reason.signal for reason in wanted.reasons}
    assert "skills" not in {reason.signal for reason in excluded.reasons}


def test_terms_that_sound_alike_are_told_apart() -> None:
    shop = Organisation(id="ORG3", name="Étal", expertise=("place de marché",))
    asker = Profile(description="marchés publics")
    unaware = ask(asker, shop).items[0]
    aware = ask(asker, shop, vocabulary=WORDS).items
    assert "« place de marché »" in french(unaware)
    assert all("« place de marché »" not in french(item) and item.score < unaware.score for item in aware)
    same = ask(Profile(description="une place de marché"), shop, vocabulary=WORDS).items[0]
    assert "« place de marché »" in french(same)


def test_an_axis_answers_a_need_and_an_antenna_places_a_factory() -> None:
    here = Factory(
        id="FAC1", name="Emploi", keywords=("stages",), axis="recrutement et diversité", antenna="Nîmes"
    )
    there = Factory(id="FAC2", name="Emploi", keywords=("stages",), axis="innovation", antenna="Toulouse")
    asker = Organisation(
        id="ORG3", name="Une", expertise=("stages",), needs=("recrutement et diversité",), city="Nîmes"
    )
    first, second = ask(asker, here, there, kind=Kind.FACTORY).items
    assert first.item_id == "FAC1"
    values = {signal.name: signal.value for signal in first.signals}
    assert values["axis"] == 1.0
    assert values["territory"] == 1.0
    assert "Emploi relève de l'axe « recrutement et diversité »." in french(first)
    assert second.score < first.score


def test_a_sector_that_is_the_other_side_s_theme_is_not_compared_with_itself() -> None:
    serves = Organisation(id="ORG3", name="Une", expertise=("drones",), sectors=("aéronautique",))
    builds = Organisation(id="ORG4", name="Deux", expertise=("Aéronautique",))
    for asker, other in ((serves, builds), (builds, serves)):
        told = french(ask(asker, other).items[0])
        assert "secteur visé par Une et thème affiché par Deux" in told
        assert "à rapprocher" not in told


def test_those_of_one_antenna_are_near_and_told_so() -> None:
    asker = HOST.model_copy(update={"id": "ORG3", "city": "Toulouse"})
    same = DATA.model_copy(update={"id": "ORG4", "city": "Albi"})
    item = ask(asker, same).items[0]
    assert {signal.name: signal.value for signal in item.signals}["territory"] == 0.5
    assert "Site du cluster le plus proche des deux villes (Toulouse, Albi) : Toulouse." in french(item)


def test_a_skill_is_named_in_the_language_of_the_reason() -> None:
    one, other = (described(number, "Nous faisons de la cybersécurité.") for number in ("ORG3", "ORG4"))
    reason = next(
        reason for reason in ask(one, other, skills=SKILLS).items[0].reasons if reason.signal == "skills"
    )
    assert "cybersécurité - «" in reason.fr
    assert reason.en.startswith("Shared skill (ESCO): cyber security -")


def described(number: str, text: str) -> Organisation:
    return Organisation(id=number, name=number, description=text, expertise=(number,))


def test_what_nothing_speaks_for_is_left_out_and_the_answer_says_so() -> None:
    stranger = Opportunity(id="INT1", name="Xyz", availability="standing")
    answer = ask(DATA, stranger, kind=Kind.INTERNATIONAL)
    assert answer.items == ()
    assert [notice.code for notice in answer.notices] == ["unexplained"]


def test_a_list_is_filled_with_what_something_speaks_for() -> None:
    mute = [Opportunity(id=f"INT{n}", name="Xyz", availability="standing") for n in range(4)]
    told = Opportunity(id="INT9", name="Zzz", themes=("données ouvertes",), availability="standing")
    for k in (1, 5):
        answer = ask(DATA, *mute, told, kind=Kind.INTERNATIONAL, k=k)
        assert [item.item_id for item in answer.items] == ["INT9"]
        assert [notice.code for notice in answer.notices] == ([] if k == 1 else ["unexplained"])


def test_a_call_that_is_in_the_catalogue_twice_is_proposed_once() -> None:
    call = Opportunity(id="INT1", name="Ouvrir", themes=("données ouvertes",), availability="standing")
    twice = [call.model_copy(update={"id": f"INT{n}", "code": "HORIZON-1"}) for n in (1, 2)]
    answer = ask(DATA, *twice, call.model_copy(update={"id": "INT3"}), kind=Kind.INTERNATIONAL)
    assert [item.item_id for item in answer.items] == ["INT1", "INT3"]


def test_a_name_is_no_evidence_and_what_is_excluded_none_either() -> None:
    one = Organisation(id="ORG3", name="Conseils Azur", description="Plongée.", expertise=("plongée",))
    other = Organisation(id="ORG4", name="Astuces", description="Nos conseils.", expertise=("danse",))
    assert ask(one, other).items == ()
    secure = Organisation(id="ORG5", name="Cyber", description="Audits.", expertise=("cybersécurité",))
    text = "un hébergeur pour nos audits, pas de cybersécurité"
    told = french(ask(Profile(description=text), secure).items[0])
    assert "en toutes lettres" not in told


@pytest.mark.parametrize("text", ["???!!", "🙂", " . "])
def test_a_text_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="no text to match on"):
        ask(Profile(description=text), HOST)
