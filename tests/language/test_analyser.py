"""What every text goes through before both encoders."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer
from hypothesis import example, given
from hypothesis import strategies as st

from matcher.language import content_tokens, fold, neutral, tokens
from matcher.language.lexicon import lexicon

ALPHABET = st.text(st.sampled_from("aeéèhrstuxcdfl ·.-/()'’,\nEÉ*[]1"), max_size=40)
WORDS = [
    *sorted(lexicon().nouns)[::7], "une", "la", "de", "à", "les", "toutes", "et", "ou", "web", "êtes", "vous",
    "expérimentée", "nouvelle",
]  # fmt: skip
GLUE = st.sampled_from(
    [" ", " ", " ", "-", "/", " / ", "·", "(e) ", "·e ", ", ", ". ", "\n", " et ", "'", "(H/F)"]
)
PHRASE = st.lists(st.tuples(st.sampled_from(WORDS), GLUE, st.booleans()), max_size=7).map(
    lambda said: "".join((word.capitalize() if big else word) + glue for word, glue, big in said)
)


@given(st.one_of(ALPHABET, PHRASE))
def test_neutral_form_of_a_neutral_form_is_itself(text: str) -> None:
    once = neutral(text)
    assert neutral(once) == once


@given(PHRASE)
def test_neutral_form_does_not_depend_on_what_was_seen_before(text: str) -> None:
    first = neutral(text)
    neutral("une développeuse expérimentée")
    assert neutral(text) == first


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "-", "()", "a-", "·", "/", "aide", "aide ", "vous êtes", "de la"]
)
def test_texts_without_a_word_to_change_survive(text: str) -> None:
    assert neutral(text) == text.strip()


def test_long_texts_take_time_in_proportion_to_their_length() -> None:
    assert neutral("développeuse et " * 20_000).count("développeur") >= 1


def test_tokens_quote_their_places_in_the_text() -> None:
    text = "L'intégration d’outils e-santé, C++ et n°1"
    found = tokens(text)
    assert [text[token.start : token.end] for token in found] == [token.text for token in found]
    assert [token.text for token in found] == ["intégration", "outils", "e", "santé", "C++", "et", "n", "1"]


def test_stems_join_the_forms_of_a_word() -> None:
    stems = {
        token.stem for text in ("connecté", "connectés", "connectée", "CONNECTÉES") for token in tokens(text)
    }
    assert len(stems) == 1


@given(st.text(max_size=30))
@example("ᴬ ℃ Ǣ")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("notre SI et le MES", ["SI", "MES"]),
        ("si possible, mes clients", ["possible", "clients"]),
        ("au CES de Las Vegas", ["CES", "Las", "Vegas"]),
        ("NOUS VENDONS DES CAPTEURS", ["VENDONS", "CAPTEURS"]),
        ("", []),
    ],
)
def test_capitals_that_look_like_stop_words_are_kept(text: str, kept: list[str]) -> None:
    assert [token.text for token in content_tokens(text)] == kept


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff", "\u202e"])
def test_characters_that_cannot_be_seen_change_nothing(sign: str) -> None:
    assert neutral(f"cyber{sign}sécurité des dével{sign}oppeuses") == neutral(
        "cybersécurité des développeuses"
    )


def test_threads_that_read_at_once_get_the_stems_that_one_gets() -> None:
    """A text is analysed beside the answer to another one."""
    ends = ("isations", "atrices", "issaient", "ivités", "euses")
    words = [f"{head}{tail}{end}" for head in ("form", "cré", "lanc") for tail in "aeiou" for end in ends]
    turns = [words[start:] + words[:start] for start in (0, 20, 40, 60)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(len(turns)) as pool:
            found = list(pool.map(lambda turn: [token.stem for token in tokens(" ".join(turn))], turns))
    finally:
        sys.setswitchinterval(interval)
    stemmer = snowballstemmer.stemmer("french")
    for turn, stems in zip(turns, found, strict=True):
        assert stems == [fold(stemmer.stemWord(word)) for word in turn]
