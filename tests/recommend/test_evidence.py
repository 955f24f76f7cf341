"""Evidence: what is found, what it is worth, and from when on it is clear."""

from collections.abc import Sequence
from dataclasses import replace
from math import log

import numpy as np
import pytest

from matcher.domain.items import Kind, Lead, Level, Organisation, Profile
from matcher.index import Label, Role
from matcher.knowledge import (
    ConceptFinder,
    FactFinder,
    FactRow,
    Knowledge,
    MeetRow,
    Meets,
    Mention,
    Met,
    OccupationFinder,
)
from matcher.recommend import POLICIES, Analyser, Analysis
from matcher.recommend.analysis import NamedTheme, find_named_theme
from matcher.recommend.evidence import (
    CLEAR_COVERAGE,
    CLEAR_ECHO,
    CLEAR_FACT,
    CLEAR_RARITY,
    CONCEPT_WEIGHT,
    MANY_CONCEPTS,
    EchoMatch,
    Evidence,
    EvidenceFinder,
    SharedConcept,
)
from matcher.recommend.features import MANY_LABELS, Features
from matcher.recommend.similarity import CLEAR_MATCH, CLEAR_OF_WORDS, Comparison, LabelMatch

NO_TERMS = np.empty(0, np.uint32)
NOTHING = Evidence(
    labels={},
    query_echo=None,
    item_echo=None,
    item_theme=None,
    query_theme=None,
    concepts=(),
    met=(),
    words=(),
    coverage=0.0,
)
THEME = Label(Role.GIVES, "expertise", "drones", "drones")
SAID = Mention("drone", "description", 0, 6, "drones")
BELOW = 0.001


def rare(rarity: float) -> SharedConcept:
    return SharedConcept(SAID, SAID, rarity)


def met(strength: float) -> Met:
    return Met(SAID, SAID, strength, "oui", "yes")


# What is clear


def test_nothing_speaks_for_nothing() -> None:
    assert not NOTHING.is_clear
    assert (NOTHING.fact_strength, NOTHING.concept_strength) == (0.0, 0.0)
    assert not NOTHING.clear_labels
    assert not NOTHING.clear_echoes
    assert not NOTHING.clear_concepts
    assert not NOTHING.clear_facts


@pytest.mark.parametrize(("name", "least"), sorted(CLEAR_MATCH.items()))
def test_a_pair_of_labels_is_clear_from_its_threshold_on(name: str, least: float) -> None:
    reached = replace(NOTHING, labels={name: LabelMatch(0, 0, least)})
    missed = replace(NOTHING, labels={name: LabelMatch(0, 0, least - BELOW)})
    assert (reached.is_clear, reached.clear_labels) == (True, [name])
    assert (missed.is_clear, missed.clear_labels) == (False, [])


def test_two_single_words_are_one_theme_from_a_higher_threshold_on() -> None:
    words = LabelMatch(0, 0, CLEAR_OF_WORDS - BELOW, of_words=True)
    assert not replace(NOTHING, labels={"theme": words}).is_clear
    assert replace(NOTHING, labels={"theme": replace(words, similarity=CLEAR_OF_WORDS)}).is_clear
    assert replace(NOTHING, labels={"theme": replace(words, of_words=False)}).is_clear
    assert replace(NOTHING, labels={"market": words}).is_clear  # sectors are single words as a rule


@pytest.mark.parametrize(
    ("ours", "theirs", "is_clear"),
    [("satellites", "cloud", False), ("satellites", "cloud public", True), ("cloud", "Cloud", True)],
)
def test_what_is_clear_is_so_for_the_order_and_for_the_reasons(
    ours: str, theirs: str, is_clear: bool
) -> None:
    rows = np.array([[np.sqrt(0.58)], [0.0]], np.float32)  # the label, and a whole text like no label
    sides = [Features(analysed(expertise=(label,)), "", rows, NO_TERMS) for label in (ours, theirs)]
    finder = EvidenceFinder(Comparison(sides[0], sides[1:], 0.0), POLICIES[Kind.FACTORY], Knowledge().meets)
    assert (finder.clear(), finder.find(0).is_clear) == ([is_clear], is_clear)


@pytest.mark.parametrize("side", ["query_echo", "item_echo"])
def test_an_echo_is_clear_from_its_threshold_on(side: str) -> None:
    echo = EchoMatch(THEME, CLEAR_ECHO)
    reached = replace(NOTHING, **{side: echo})  # type: ignore[arg-type]  # the field's name is a parameter
    missed = replace(NOTHING, **{side: replace(echo, similarity=CLEAR_ECHO - BELOW)})  # type: ignore[arg-type]
    assert (reached.is_clear, reached.clear_echoes) == (True, [echo])
    assert (missed.is_clear, missed.clear_echoes) == (False, [])


def test_a_shared_concept_a_fact_and_rare_words_are_clear_from_their_thresholds_on() -> None:
    assert replace(NOTHING, concepts=(rare(CLEAR_RARITY),)).is_clear
    assert not replace(NOTHING, concepts=(rare(CLEAR_RARITY - BELOW),)).is_clear
    assert replace(NOTHING, met=(met(CLEAR_FACT),)).is_clear
    assert not replace(NOTHING, met=(met(CLEAR_FACT - BELOW),)).is_clear
    assert replace(NOTHING, coverage=CLEAR_COVERAGE, words_tell=True).is_clear
    assert not replace(NOTHING, coverage=CLEAR_COVERAGE, words_tell=False).is_clear
    assert not replace(NOTHING, coverage=CLEAR_COVERAGE - BELOW, words=("capteur",)).is_clear


@pytest.mark.parametrize("side", ["query_theme", "item_theme"])
def test_a_theme_that_the_other_side_names_is_clear(side: str) -> None:
    named = NamedTheme(THEME, 0, 6, "drones")
    assert replace(NOTHING, **{side: named}).is_clear  # type: ignore[arg-type]  # the field's name is a parameter


def test_each_further_fact_or_concept_adds_less() -> None:
    facts = replace(NOTHING, met=(met(9 / 10), met(1 / 2)))
    assert facts.fact_strength == pytest.approx(1 - 1 / 10 * 1 / 2)
    concepts = replace(NOTHING, concepts=(rare(1.0), rare(1 / 2)))
    assert concepts.concept_strength == pytest.approx(1 - (1 - CONCEPT_WEIGHT) * (1 - CONCEPT_WEIGHT / 2))


# What is found

FINDER = ConceptFinder(
    [("drone", "drones"), ("drone", "UAV"), ("bois", "bois"), ("cdi", "recrutement")], {"cdi": "RH"}
)
KNOWLEDGE = Knowledge(concepts=FINDER)


def organisation(number: int, description: str = "", **fields: tuple[str, ...]) -> Organisation:
    return Organisation(id=f"ORG{number}", name=f"N{number}", description=description, **fields)


def found(
    query: Organisation | Profile,
    items: Sequence[Organisation | Lead],
    kind: Kind = Kind.PARTNER,
    knowledge: Knowledge = KNOWLEDGE,
) -> list[Evidence]:
    """Return the evidence of texts that are not alike: that of words, concepts and facts."""
    analyse = Analyser(knowledge)
    asked, *others = (unlike(analyse(subject)) for subject in (query, *items))
    finder = EvidenceFinder(Comparison(asked, others, 0.0), POLICIES[kind], knowledge.meets)
    evidence = [finder.find(place) for place in range(len(others))]
    assert finder.clear() == [one.is_clear for one in evidence]
    return evidence


def unlike(analysis: Analysis) -> Features:
    """Return features whose texts are like no other."""
    return Features(analysis, "", np.zeros((len(analysis.labels) + 1, 1), np.float32), NO_TERMS)


def test_a_concept_that_few_of_the_items_name_is_worth_more() -> None:
    query = Profile(description="Des drones pour l'inspection des ponts de bois")
    one, two, three = found(
        query,
        [
            organisation(1, "Des UAV légers en bois"),
            organisation(2, "Meubles en bois"),
            organisation(3, "Chalets en bois"),
        ],
    )
    assert [(shared.item.concept, shared.rarity) for shared in one.concepts] == [
        ("drone", 1.0),
        ("bois", pytest.approx(log(4 / 3) / log(4))),
    ]
    assert [shared.item.text for shared in one.clear_concepts] == ["UAV"]
    assert one.is_clear
    assert not two.clear_concepts
    assert not three.clear_concepts


def test_concepts_that_fit_every_company_are_no_evidence_of_a_partner() -> None:
    query, item = organisation(1, "Recrutement en cours"), organisation(2, "Aide au recrutement")
    others = [item, organisation(3, "Pain"), organisation(4, "Chant")]
    assert found(query, others)[0].concepts == ()
    assert len(found(query, others, Kind.FACTORY)[0].concepts) == 1


def test_two_that_look_for_the_same_have_nothing_in_common_yet() -> None:
    query, item = (organisation(number, "Pain", needs=("drones",)) for number in (1, 2))
    offers = organisation(3, "Chant", expertise=("drones",))
    both, one = found(query, [item, offers])
    assert both.concepts == ()
    assert [shared.item.field for shared in one.concepts] == ["expertise"]


def test_naming_many_concepts_makes_each_worth_less() -> None:
    names = [f"sujet{letter}" for letter in "abcdefghijklmnop"]
    knowledge = Knowledge(concepts=ConceptFinder([(name, name) for name in names]))
    query, bread = Profile(description=names[0]), organisation(3, "Pain")
    all_of_them = organisation(1, ", ".join(names))
    one_of_them = organisation(2, names[0])
    (many, _), (few, _) = (
        found(query, [item, bread], knowledge=knowledge) for item in (all_of_them, one_of_them)
    )
    assert few.concepts[0].rarity == 1.0
    assert many.concepts[0].rarity == pytest.approx((MANY_CONCEPTS / len(names)) ** 2)


def test_coverage_is_the_share_of_a_request_s_rare_words() -> None:
    items = [
        organisation(1, "Capteurs hydrauliques"),
        organisation(2, "Des capteurs"),
        organisation(3, "De la danse"),
    ]
    # Of three items two hold "capteurs" and one "hydrauliques"; "vibratoires" tells nothing: no item has it.
    rarity = log(4 / 2) / log(4)
    request = Profile(description="capteurs hydrauliques vibratoires")
    both, common, none = found(request, items)
    assert [both.coverage, common.coverage, none.coverage] == [
        1.0,
        pytest.approx(rarity / (rarity + 1)),
        0.0,
    ]
    assert both.words == ("hydraulique", "capteur")
    assert (both.is_clear, common.is_clear, none.is_clear) == (True, False, False)


def test_words_that_a_stored_asker_shares_by_chance_are_not_counted() -> None:
    asker = organisation(9, "capteurs hydrauliques", expertise=("pain",))
    item = organisation(1, "Capteurs hydrauliques", expertise=("chant",))
    (evidence,) = found(asker, [item])
    assert evidence.words
    assert evidence.coverage == 0.0
    assert not evidence.is_clear


def test_a_word_of_all_items_is_of_no_use() -> None:
    items = [organisation(number, "Des capteurs") for number in range(9)]
    assert all(not evidence.words for evidence in found(Profile(description="capteurs"), items))


def test_facts_that_meet_by_the_table_are_evidence_strongest_first() -> None:
    knowledge = Knowledge(
        facts=FactFinder([FactRow("hiring", ("recrute",)), FactRow("school", ("école",))]),
        meets=Meets(
            [
                MeetRow(Kind.PARTNER, "hiring", "school", 0.5, "elle forme", "it trains"),
                MeetRow(Kind.PARTNER, "hiring", "drone", 0.7, "il vole", "it flies"),
            ]
        ),
        concepts=FINDER,
    )
    asker = organisation(1, "Recrute")
    school, both, none = found(
        asker,
        [organisation(2, "Une école"), organisation(3, "Une école de drones"), organisation(4, "Pain")],
        knowledge=knowledge,
    )
    assert [one.en for one in both.met] == ["it flies", "it trains"]
    assert (both.is_clear, school.is_clear, none.met) == (True, False, ())
    assert (both.met[0].query.text, both.met[0].item.text) == ("Recrute", "drones")


LEADS_TO = MeetRow(Kind.LEAD, "job:*", "teaches:*", 0.8, "elle y mène", "it leads to it")


@pytest.mark.parametrize(
    ("need", "levels", "is_clear"),
    [
        ("recrutement d'ingénieurs cybersécurité", ("5",), False),
        ("recrutement d'ingénieurs cybersécurité", ("4", "6"), True),
        ("recrutement d'ingénieures cybersécurité", (), True),
        ("recrutement de techniciens cybersécurité", ("5",), True),
    ],
)
def test_a_training_far_below_an_engineer_leads_to_no_engineer(
    need: str, levels: tuple[Level, ...], is_clear: bool
) -> None:
    jobs = [("M1802", "Ingénieur cybersécurité"), ("M1802", "Technicien cybersécurité")]
    knowledge = Knowledge(facts=FactFinder(), meets=Meets([LEADS_TO]), occupations=OccupationFinder(jobs))
    school = Lead(id="LEAD1", name="Lycée", levels=levels, rome_codes=("M1802",))
    (evidence,) = found(organisation(1, "", needs=(need,)), [school], Kind.LEAD, knowledge)
    assert [one.item.concept for one in evidence.met] == ["teaches:M1802"]
    assert evidence.is_clear is is_clear


# Named themes


def analysed(description: str = "", **fields: tuple[str, ...]) -> Analysis:
    return Analyser(Knowledge())(organisation(1, description, **fields))


@pytest.mark.parametrize(
    ("text", "themes", "named"),
    [
        ("Nous pilotons des Drones.", ("drones",), "Drones"),
        ("Une flotte de drones légers", ("drones", "drones légers"), "drones légers"),
        ("Le soc d'une charrue", ("SOC",), None),
        ("Un SOC managé", ("SOC",), "SOC"),
        ("Des hydrodrones", ("drones",), None),
        ("Nous ne faisons pas de drones.", ("drones",), None),
        ("Le numérique pour tous", ("numérique",), None),
        ("", ("drones",), None),
    ],
)
def test_the_longest_theme_is_named_by_whole_words(
    text: str, themes: tuple[str, ...], named: str | None
) -> None:
    theme = find_named_theme(analysed(text), analysed(expertise=themes))
    assert (theme.text if theme else None) == named
    if theme is not None:
        assert text[theme.start : theme.end] == theme.text


def test_what_one_looks_for_is_not_its_theme() -> None:
    assert find_named_theme(analysed("Nos drones"), analysed(needs=("drones",), expertise=("pain",))) is None


def test_a_list_so_long_that_it_names_everything_names_nothing() -> None:
    asker = organisation(1, "Nous pilotons des avions.")
    themes = ("avions", *(f"thème {number}" for number in range(MANY_LABELS)))
    long, short = found(asker, [organisation(2, expertise=themes), organisation(3, expertise=themes[:-1])])
    assert long.item_theme is None
    assert short.item_theme is not None


@pytest.mark.parametrize(
    ("ours", "theirs", "likeness"),
    [
        ("5G NTN", "n8n", 0.0),
        ("n8n", "automates n8n", 1.0),
        ("M2M", "LwM2M", 1.0),
        ("3D", "animation 2D", 0.0),
        ("animation 3D", "animation 2D", 1.0),
        ("5G", "réseaux mobiles", 1.0),
        ("PLM", "LLM", 0.0),
        ("SIG", "GIS", 1.0),
        ("UX", "UI", 1.0),
        ("PLM", "plan", 1.0),
    ],
)
def test_codes_that_are_only_spelt_alike_are_not_alike(ours: str, theirs: str, likeness: float) -> None:
    alike = [
        Features(analysis, "", np.ones((len(analysis.labels) + 1, 1), np.float32), NO_TERMS)
        for analysis in (analysed(expertise=(ours,)), analysed(expertise=(theirs,)))
    ]
    assert Comparison(alike[0], alike[1:], 0.0).best(Role.GIVES, Role.GIVES) == [likeness]
