"""Reasons, gaps and notices: what they may say, and what they must not."""

import pytest

from matcher.domain.items import Eligibility, Factory, Kind, Opportunity, Organisation, Profile
from matcher.errors import InvalidRequest
from matcher.knowledge import (
    Antenna,
    Concept,
    ConceptFinder,
    FactFinder,
    FactRow,
    Knowledge,
    MeetRow,
    Meets,
    Place,
    Territory,
    Vocabulary,
)
from matcher.language import Spelling
from tests.recommend.asking import ask, french, gaps, ids, notices, told

TOULOUSE = Place("Toulouse", "31", 43.6043, 1.4437)
ALBI = Place("Albi", "81", 43.9298, 2.148)
NIMES = Place("Nîmes", "30", 43.8367, 4.3601)
MAP = Knowledge(
    Territory(
        [TOULOUSE, ALBI, NIMES],
        [],
        [
            Antenna("t", "Toulouse", "seat", "open", TOULOUSE),
            Antenna("n", "Nîmes", "antenna", "open", NIMES),
        ],
    )
)
LOOK_ALIKES = Knowledge(
    vocabulary=Vocabulary(
        [
            Concept(("place de marché", "marketplace"), "commerce", ("marché public",)),
            Concept(("commande publique", "marchés publics"), "public"),
        ]
    )
)
DRONES = Knowledge(concepts=ConceptFinder([("drone", "drones"), ("drone", "UAV")]))

DATA = Organisation(id="ORG1", name="Une", expertise=("données ouvertes",), needs=("hébergement",))
HOST = Organisation(id="ORG2", name="Deux", expertise=("hébergement",), needs=("données ouvertes",))
BAKER = Organisation(id="ORG8", name="Fournil", description="Pain.", expertise=("boulangerie",))
CHOIR = Organisation(id="ORG9", name="Chorale", description="Chant.", expertise=("musique",))


def test_an_organisation_that_only_describes_itself_offers_that_and_looks_for_nothing() -> None:
    described = Organisation(id="ORG3", name="Cyber", description="cybersécurité des collectivités")
    other = Organisation(id="ORG4", name="Autre", expertise=("cybersécurité des collectivités",))
    answer = ask(described, other)
    assert "cherche" not in french(answer.items[0])
    assert answer.items[0].reasons[0].fr.startswith("Thème commun")


def test_a_request_is_asked_for_no_needs_and_its_partner_only_when_it_states_none() -> None:
    silent = Organisation(id="ORG3", name="Muette", expertise=("hébergement",))
    found = ask(Profile(description="hébergement"), HOST, silent).items
    assert "needs_unknown" not in gaps(told(found, "ORG2"))
    assert "needs_unknown" in gaps(told(found, "ORG3"))


def test_a_shared_subject_and_no_shared_theme_are_never_said_together() -> None:
    asker = Profile(description="une cartographie par drones pour la clinique du Parc et ses trois cabinets")
    other = Organisation(id="ORG3", name="Aile", description="Fabrique des UAV.", expertise=("ailes",))
    item = told(ask(asker, other, BAKER, CHOIR, knowledge=DRONES).items, "ORG3")
    assert "concepts" in {reason.signal for reason in item.reasons}
    assert "Même sujet : « drones » (la demande) et « UAV » (Aile)." in french(item)
    assert "no_theme" not in gaps(item)


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
    assert "size_unknown" not in gaps(ask(known, call, kind=Kind.INTERNATIONAL).items[0])
    assert "size_unknown" in gaps(ask(DATA, call, kind=Kind.INTERNATIONAL).items[0])


LONG = (
    "oulons confier à un prestataire la Supervision de tous nos sites de production de la vallée et de la "
    "plaine, les soc de charrue aussi"
)
"""A request too long to be like the label that it names."""


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
    said = [
        reason for item in answer.weaker if item.item_id == "ORG4" for reason in item.reasons if reason.note
    ]
    assert bool(said) == bool(shared)
    assert all(reason.fr.startswith("Mots communs") and shared in reason.fr for reason in said)


def test_a_theme_that_stands_in_the_other_text_is_quoted_and_an_acronym_only_as_written() -> None:
    watch = Organisation(id="ORG3", name="Garde", expertise=("supervision", "SOC"))
    item = ask(Profile(description=f"Nous v{LONG}"), watch).items[0]
    reason = next(reason for reason in item.reasons if reason.signal == "echo")
    assert reason.fr == "« supervision » (Garde) figure en toutes lettres dans la description (la demande)."
    assert reason.clear
    assert "SOC" not in french(item)
    assert "no_theme" not in gaps(item)


@pytest.mark.parametrize("before", ["", "İİ ", "İSTANBUL et ß, ǅ, Σ : "])
def test_a_theme_is_quoted_where_it_stands_whatever_signs_stand_before_it(before: str) -> None:
    text = f"{before}Nous v{LONG}"
    watch = Organisation(id="ORG3", name="Garde", expertise=("supervision", "SOC"))
    item = ask(Profile(description=text), watch).items[0]
    quote, _ = next(reason for reason in item.reasons if reason.signal == "echo").quotes
    assert quote.text == "Supervision" == text[quote.start : quote.end]


def test_what_is_unclear_says_so_is_marked_and_is_no_recommendation() -> None:
    asker = Organisation(id="ORG3", name="e-Une", expertise=("cartographie marine",))
    other = Organisation(id="ORG4", name="Autre", expertise=("carton ondulé",))
    answer = ask(asker, other)
    assert answer.items == ()
    reasons = answer.weaker[0].reasons
    assert [reason.clear for reason in reasons] == [False]
    assert reasons[0].fr.startswith(("Lien possible", "Pas de lien net"))


def test_a_name_that_begins_small_stays_small() -> None:
    asker = DATA.model_copy(update={"name": "e-Une"})
    assert "e-Une cherche « hébergement » ; Deux propose « hébergement »." in french(
        ask(asker, HOST).items[0]
    )


def test_a_town_in_a_request_counts_and_is_quoted_where_it_stands() -> None:
    asker = Profile(description="un hébergement près de Albi")
    near = HOST.model_copy(update={"id": "ORG3", "city": "Albi"})
    far = HOST.model_copy(update={"id": "ORG1", "city": "Nîmes"})
    answer = ask(asker, far, near, knowledge=MAP)
    assert ids(answer.items) == ["ORG3", "ORG1"]
    reason = next(reason for reason in answer.items[0].reasons if reason.signal == "territory")
    assert reason.note
    quote = reason.quotes[0]
    assert asker.description[quote.start : quote.end] == quote.text == "Albi"
    assert notices(answer) == ["nothing_else"]


def test_a_place_that_is_not_known_and_an_exclusion_are_said_to_be_unread() -> None:
    answer = ask(Profile(description="hébergement à Lille, pas de drones"), HOST, k=1, knowledge=MAP)
    assert notices(answer) == ["place_unknown", "exclusion"]
    assert "« Lille »" in answer.notices[0].fr
    assert "« pas de drones »" in answer.notices[1].fr


TYPED = Knowledge(spelling=Spelling(["hébergement", "IA"]))


def test_a_slip_of_the_pen_is_read_as_what_is_meant_and_said() -> None:
    answer = ask(Profile(description="hebergemnt"), HOST, BAKER, CHOIR, knowledge=TYPED)
    assert ids(answer.items) == ["ORG2"]
    assert "« hébergement »" in french(answer.items[0])
    assert answer.notices[0].code == "read_as"
    assert answer.notices[0].fr.startswith("« hebergemnt » lu comme « hébergement ».")
    assert answer.notices[0].en.startswith("“hebergemnt” read as “hébergement”.")


def test_accents_and_capitals_are_put_back_without_a_word() -> None:
    for typed in ("hebergement", "hébergement ia"):
        answer = ask(Profile(description=typed), HOST, BAKER, CHOIR, k=1, knowledge=TYPED)
        assert ids(answer.items) == ["ORG2"]
        assert "read_as" not in notices(answer)


def test_what_a_record_says_is_not_mended() -> None:
    asker = Organisation(id="ORG3", name="Trois", description="hebergemnt")
    answer = ask(asker, HOST, BAKER, CHOIR, knowledge=TYPED)
    assert "read_as" not in notices(answer)


def test_what_a_request_excludes_is_no_shared_subject() -> None:
    maker = Organisation(id="ORG3", name="Aile", expertise=("drones",), description="Fabrique des drones.")
    asked = (maker, BAKER, CHOIR)
    wanted = ask(Profile(description="cartographie par drones"), *asked, knowledge=DRONES)
    excluded = ask(Profile(description="cartographie sans drones"), *asked, knowledge=DRONES)
    assert ids(wanted.items) == ["ORG3"]
    assert excluded.items == ()
    assert notices(excluded) == ["exclusion", "nothing"]


def test_who_is_refused_by_name_is_not_listed() -> None:
    others = [HOST, HOST.model_copy(update={"id": "ORG3", "name": "Société Colibri SAS"})]
    for asked in ("hébergement mais pas Colibri", "hébergement, sauf colibri"):
        answer = ask(Profile(description=asked), *others, BAKER, CHOIR)
        assert "ORG2" in ids(answer.items)
        assert "ORG3" not in ids([*answer.items, *answer.weaker])
    assert answer.notices[0].code == "exclusion"
    wanted = ask(Profile(description="hébergement par Colibri"), *others, BAKER, CHOIR)
    assert "ORG3" in ids(wanted.items)


def test_who_seeks_the_same_does_not_answer_a_request() -> None:
    seeks = Organisation(id="ORG3", name="Aile", description="Vole.", needs=("drones pour la cartographie",))
    makes = Organisation(id="ORG4", name="Rotor", description="Vole.", expertise=("drones de cartographie",))
    answer = ask(Profile(description="cherche drones pour la cartographie"), seeks, makes, knowledge=DRONES)
    assert ids(answer.items) == ["ORG4"]
    assert "« drones pour la cartographie »" not in french(told(answer.weaker, "ORG3"))


def test_terms_that_sound_alike_are_told_apart() -> None:
    shop = Organisation(id="ORG3", name="Étal", expertise=("place de marché",))
    asker = Profile(description="marchés publics")
    (unaware,) = ask(asker, shop).weaker
    assert "« place de marché »" in french(unaware)
    aware = ask(asker, shop, knowledge=LOOK_ALIKES)
    assert aware.items == ()
    assert all("« place de marché »" not in french(item) for item in aware.weaker)
    assert all(item.score < unaware.score for item in aware.weaker)
    same = ask(Profile(description="une place de marché"), shop, knowledge=LOOK_ALIKES).items[0]
    assert "« place de marché »" in french(same)


def test_an_axis_answers_a_need_and_an_antenna_places_a_factory() -> None:
    here = Factory(
        id="FAC2", name="Emploi", keywords=("stages",), axis="recrutement et diversité", antenna="Nîmes"
    )
    there = Factory(id="FAC1", name="Emploi", keywords=("stages",), axis="innovation", antenna="Toulouse")
    asker = Organisation(
        id="ORG3", name="Une", expertise=("stages",), needs=("recrutement et diversité",), city="Nîmes"
    )
    first, second = ask(asker, here, there, kind=Kind.FACTORY, knowledge=MAP).items
    assert first.item_id == "FAC2"
    values = {signal.name: signal.value for signal in first.signals}
    assert values["axis"] == 1.0
    assert values["territory"] == 1.0
    assert "Emploi relève de l'axe « recrutement et diversité »." in french(first)
    assert second.score < first.score


def test_a_sector_that_is_the_other_side_s_theme_is_not_compared_with_itself() -> None:
    serves = Organisation(id="ORG3", name="Une", expertise=("drones",), sectors=("aéronautique",))
    builds = Organisation(id="ORG4", name="Deux", expertise=("Aéronautique",))
    for asker, other in ((serves, builds), (builds, serves)):
        said = french(ask(asker, other).items[0])
        assert "secteur visé par Une et thème affiché par Deux" in said
        assert "à rapprocher" not in said


def test_those_of_one_antenna_are_near_and_told_so() -> None:
    asker = HOST.model_copy(update={"id": "ORG3", "city": "Toulouse"})
    same = DATA.model_copy(update={"id": "ORG4", "city": "Albi"})
    item = ask(asker, same, knowledge=MAP).items[0]
    assert {signal.name: signal.value for signal in item.signals}["territory"] == 0.5
    assert "Site du cluster le plus proche des deux villes (Toulouse, Albi) : Toulouse." in french(item)


def test_what_nothing_speaks_for_is_left_out_and_the_answer_says_what_would_help() -> None:
    stranger = Opportunity(id="INT1", name="Xyz", availability="standing")
    answer = ask(DATA, stranger, kind=Kind.INTERNATIONAL)
    assert (answer.items, answer.weaker) == ((), ())
    assert notices(answer) == ["nothing"]


@pytest.mark.parametrize(("k", "said"), [(1, []), (5, ["nothing_else"])])
def test_a_list_ends_where_nothing_speaks_for_more_and_says_so(k: int, said: list[str]) -> None:
    mute = [Opportunity(id=f"INT{n}", name="Xyz", availability="standing") for n in range(4)]
    clear = Opportunity(id="INT9", name="Zzz", themes=("données ouvertes",), availability="standing")
    answer = ask(DATA, *mute, clear, kind=Kind.INTERNATIONAL, k=k)
    assert ids(answer.items) == ["INT9"]
    assert notices(answer) == said


def test_a_call_that_is_in_the_catalogue_twice_is_proposed_once() -> None:
    call = Opportunity(id="INT1", name="Ouvrir", themes=("données ouvertes",), availability="standing")
    twice = [call.model_copy(update={"id": f"INT{n}", "code": "HORIZON-1"}) for n in (1, 2)]
    answer = ask(DATA, *twice, call.model_copy(update={"id": "INT3"}), kind=Kind.INTERNATIONAL)
    assert ids(answer.items) == ["INT1", "INT3"]


def test_a_name_is_no_evidence_and_what_is_excluded_none_either() -> None:
    one = Organisation(id="ORG3", name="Conseils Azur", description="Plongée.", expertise=("plongée",))
    other = Organisation(id="ORG4", name="Astuces", description="Nos conseils.", expertise=("danse",))
    answer = ask(one, other)
    assert answer.items == ()
    assert "conseils" not in str(answer.weaker).casefold().replace("conseils azur", "")
    secure = Organisation(id="ORG5", name="Cyber", description="Audits.", expertise=("cybersécurité",))
    text = "un hébergeur pour nos audits, pas de cybersécurité"
    excluded = ask(Profile(description=text), secure)
    assert all("en toutes lettres" not in french(item) for item in (*excluded.items, *excluded.weaker))


@pytest.mark.parametrize("text", ["???!!", "🙂", " . "])
def test_a_text_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="no text to match on"):
        ask(Profile(description=text), HOST)


def test_a_fact_quotes_a_short_remark_whole() -> None:
    abroad = Knowledge(
        facts=FactFinder([FactRow("abroad", ("clients",), frozenset({"international"}))]),
        meets=Meets(
            [MeetRow(Kind.PARTNER, "abroad", "abroad", 0.9, "vous vendez au loin", "you sell abroad")]
        ),
    )
    member = DATA.model_copy(update={"international": "Clients en Asie"})
    other = HOST.model_copy(update={"international": "surtout des clients"})
    item = told(ask(member, other, BAKER, knowledge=abroad).items, "ORG2")
    assert "« Clients en Asie » (Une), « surtout des clients » (Deux)" in french(item)
