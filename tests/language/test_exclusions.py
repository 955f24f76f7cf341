"""What a text does not want, in the forms people write it in, and answers that say nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.language import exclusions, is_empty_answer, negations

EXCLUDED = {
    "hébergement, pas de cloud": "pas de cloud",
    "non à l'e-commerce": "non à l'e-commerce",
    "hormis les ESN : data": "hormis les ESN",
    "je ne veux plus de cybersécurité": "ne veux plus de cybersécurité",
    "pas besoin de financement, cherche partenaire IoT": "pas besoin de financement",
    "aucun besoin en financement": "aucun besoin en financement",
    "Nous ne faisons pas de cybersécurité mais de la data": "ne faisons pas de cybersécurité",
    "on ne souhaite pas travailler avec des ESN": "ne souhaite pas travailler avec des ESN",
    "nous ne sommes pas intéressés par l’IA.": "ne sommes pas intéressés par l’IA",
    "n'a pas besoin de financement": "n'a pas besoin de financement",
    "data, pas blockchain, IA": "pas blockchain",
    "surtout pas l'IA": "pas l'IA",
    "jamais de crypto": "jamais de crypto",
    "hébergement HDS (hors cloud américain)": "hors cloud américain",
    "à l'exception des ESN, tout me va": "à l'exception des ESN",
    "no blockchain please": "no blockchain please",
    "AI without cloud": "without cloud",
    "not interested in crypto, but need AI": "not interested in crypto",
    "we no longer sell hardware": "no longer sell hardware",
    "we never take part in fairs": "never take part in fairs",
    "we don't sell hardware": "don't sell hardware",
    "we don't need funding": "n't need funding",
    # lists
    "pas de cloud, de mobile ni d'IoT ; data": "pas de cloud, de mobile ni d'IoT",
    "sans blockchain ni crypto": "sans blockchain ni crypto",
    "ni cloud ni IA": "ni cloud ni IA",
    "sauf data, IA et cloud, on cherche IoT": "sauf data, IA et cloud",
    "tout sauf la santé, les transports": "sauf la santé",
    "except finance and insurance": "except finance and insurance",
    "without cloud or AI": "without cloud or AI",
}


@pytest.mark.parametrize(("text", "excluded"), EXCLUDED.items())
def test_each_usual_form_is_an_exclusion(text: str, excluded: str) -> None:
    assert [span.text for span in exclusions(text)] == [excluded]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "capteurs sans fil",
        "paiement sans contact, hors ligne",
        "une plateforme no code",
        "n'est pas seulement un éditeur",
        "not only a publisher",
        "non, merci",
        "apprendre pas à pas",
        "pas de",
        "plus de données",
        "hors-sol",
    ],
)
def test_fixed_expressions_exclude_nothing(text: str) -> None:
    assert exclusions(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "nous n'avons pas de data scientist",
        "il n'y a pas de laboratoire",
        "we have no lab",
        "we do not have a lab",
    ],
)
def test_a_lack_is_no_exclusion_but_a_negation(text: str) -> None:
    assert exclusions(text) == []
    assert len(negations(text)) == 1


def test_several_exclusions_are_found_in_their_order() -> None:
    found = exclusions("pas de cloud ; data ; hors ESN\nIA, sans crypto")
    assert [span.text for span in found] == ["pas de cloud", "hors ESN", "sans crypto"]


WORDS = st.sampled_from(
    ["pas", "de", "cloud", "sans", "ni", "et", ",", ".", "sauf", "ne", "veux", "plus", "IA", "ou", "n'ai",
     "no", "not", "hormis", "l'", "avec", "à", "non", "fil", "œ", "\n"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join)))
def test_spans_quote_the_text_in_order_and_apart(text: str) -> None:
    spans = negations(text)
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert all(span.text == span.text.strip() and span.text for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert set(exclusions(text)) <= set(spans)


@given(st.lists(WORDS, max_size=12).map(" ".join), st.sampled_from(["pas de", "sans", "hormis"]))
def test_an_exclusion_after_a_full_stop_is_always_found(before: str, negation: str) -> None:
    text = f"{before} . {negation} blockchain"
    assert exclusions(text)[-1].text == f"{negation} blockchain"


EMPTY = (
    "", " ", "-", "—", "?", "+", "aucun", "Aucune", "néant", "NEANT", "N/C", "n.c.", "RAS", "r.a.s.",
    "N/A", "rien", "non", "sans objet", "pas de besoin", "aucun besoin particulier", "aucune offre",
    "Aucun besoin identifié à ce jour",
    "non renseigné", "non communiqué", "none", "not applicable", "pas pour le moment",
)  # fmt: skip


@pytest.mark.parametrize("text", EMPTY)
def test_words_that_answer_nothing_are_empty(text: str) -> None:
    assert is_empty_answer(text)


@pytest.mark.parametrize(
    "text", ["aucun code", "no code", "pas de cloud", "Nord", "besoin", "IA", "C++", "1"]
)
def test_an_answer_is_not_empty(text: str) -> None:
    assert not is_empty_answer(text)
