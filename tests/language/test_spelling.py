"""Requests as people type them: without accents and capitals, with a slip of the pen."""

import pytest

from matcher.language import Spelling, as_read

VOCABULARY = ["cybersécurité", "intelligence artificielle", "IA", "blockchain", "SI", "logiciel", "soignants"]
SPELLING = Spelling(
    [*VOCABULARY, "data center", "développeur web", "médiation"], lambda: frozenset({"meditation"})
)


def read(text: str, *names: str) -> str:
    return as_read(text, SPELLING.readings(text, lambda: names))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cybersécurtié", "cybersécurité"),  # two letters swapped
        ("inteligence", "intelligence"),  # one missing
        ("blockchhain", "blockchain"),  # one too many
        ("cyberzécurité", "cybersécurité"),  # another one
        ("Inteligence artificielle", "Intelligence artificielle"),  # a capital that begins the text
        ("CYBERSECURTIE", "cybersécurité"),
        ("bloc chain", "blockchain"),
        ("block-chain", "blockchain"),
        ("cybersecurite", "cybersécurité"),
        ("l'ia pour l'industrie", "l'IA pour l'industrie"),
        ("deux dévelopeurs web", "deux développeur web"),
    ],
)
def test_a_word_is_read_as_the_one_that_it_is_typed_for(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cybersécurité et IA, développeurs web, data-center",
        "méditation",  # another word
        "soignent",  # the letters before the ending make a verb
        "un expert Inteligence",  # may be a name
        '« inteligence » ou “inteligence” ou "inteligence"',
        "inteligence.fr, contact@inteligence",
        "s'il y a un si",  # no acronym
        "logicxxl",
        "xnteligence",
    ],
)
def test_what_may_be_right_stays(text: str) -> None:
    assert SPELLING.readings(text) == []


def test_a_slip_that_two_words_explain_stays() -> None:
    spelling = Spelling(["développement", "development"])
    assert spelling.readings("developement") == []


def test_what_is_part_of_a_name_is_never_mended() -> None:
    assert read("un projet avec inteligence", "Inteligence Conseil") == "un projet avec inteligence"
    assert read("avec bloc chain", "Bloc-Chain SAS") == "avec bloc chain"
    assert read("un projet d'ia", "IA") == "un projet d'IA"


def test_only_other_letters_are_a_guess() -> None:
    readings = SPELLING.readings("cybersecurite, ia, inteligence et block chain")
    assert [(reading.typed.text, reading.is_guess) for reading in readings] == [
        ("cybersecurite", False),
        ("ia", False),
        ("inteligence", True),
        ("block chain", True),
    ]


def test_names_and_known_words_are_not_asked_for_without_a_slip() -> None:
    def asked() -> frozenset[str]:
        raise AssertionError

    spelling = Spelling(VOCABULARY, asked)
    assert [r.text for r in spelling.readings("intelligence, cybersecurite et ia", asked)] == [
        "cybersécurité",
        "IA",
    ]
