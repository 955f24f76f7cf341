"""The French analyser: what every text goes through before both encoders.

``neutral`` gives one form to all genders of a title or a role, so that dense and lexical rankings cannot
depend on gender; ``tokens`` cuts a text into words with their places and stems; ``fold`` drops case and
accents.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

from matcher.language.folding import fold, fold_words
from matcher.language.gender import neutralise
from matcher.language.inclusive import close_up, fold_doublets, join_genders
from matcher.language.lexicon import lexicon

__all__ = [
    "ANALYSER",
    "LONGEST_KEPT",
    "STOPWORDS",
    "Token",
    "content_tokens",
    "fold",
    "fold_words",
    "is_acronym",
    "neutral",
    "tokens",
]

ANALYSER = "french-neutral-3"
"""Version of the analyser; changes whenever ``neutral`` or ``tokens`` may give another result."""

STOPWORDS = frozenset(
    fold(
        """à afin ainsi après au aussi autre aux avec avant car ce cela ces cet cette chez ci comme dans de
        depuis des donc dont du elle elles en entre est et eux il ils je la le les leur leurs
        lors lui mais me même mes moi mon ne ni nos notre nous on ont or ou où par pas plus pour
        qu que qui sa sans se ses si soi soit son sont sous sur ta te tes toi ton tous tout
        toute toutes tu un une vers vos votre vous y être avoir a as ai été of the and in to for
        on at by with from is are an or"""
    ).split()
)
"""Closed-class words of French and English; what is left of a text without them decides its length."""

_ROUNDS = 6  # rewriting one form can expose another: repeat until nothing changes, but not for ever
_SPACES = re.compile(r"[ \t\u00a0\u202f\u2009]+")
# Soft hyphens, zero-width characters and marks of direction: they cannot be seen and would cut a word in two.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_LONGEST_ACRONYM = 5
_ELIDED = frozenset(["l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"])
_APOSTROPHES = frozenset("'’ʼ")
LONGEST_KEPT = 2_000
"""Characters of a text up to which what is found in it is kept for a while: the fields of an item are read by
ten finders one after another. Longer ones are rare, and would fill the memory."""
_KEPT = 256
_stemmer = snowballstemmer.stemmer("french")
_stemming = Lock()
"""The stemmer keeps the word it works on: two threads at once get an error, or wrong stems that are kept."""


class Token(NamedTuple):
    """A word of a text: ``text == source[start:end]``, and its stem without accents.

    A tuple, which is made three times as fast as a frozen dataclass: an item has some eighty words.
    """

    text: str
    start: int
    end: int
    stem: str


def neutral(text: str) -> str:
    """Return the one form of all genders and inclusive spellings of titles and roles; other words are kept.

    Deterministic and idempotent. A run of blanks becomes one; characters that cannot be seen are dropped.

    >>> neutral("Développeur·se web confirmé·e (H/F)") == neutral("développeuse web confirmée")
    True
    >>> neutral("nous cherchons une ingénieure expérimentée")
    'nous cherchons un ingénieur expérimenté'
    >>> neutral("Numih France conçoit une machine connectée")
    'Numih France conçoit une machine connectée'
    """
    visible = _INVISIBLE.sub("", text)
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", visible).replace("’", "'")).strip()
    for _ in range(_ROUNDS):
        before = text
        text = fold_doublets(neutralise(close_up(join_genders(text))))
        if text == before:
            break
    return _titled(text)


def _titled(text: str) -> str:
    """Return the one form of a title whose genders no rule joins ("femme de chambre"), else ``text``."""
    titles = lexicon().titles
    left, slash, right = (part.strip().lower() for part in text.partition("/"))
    if slash and titles.get(right) == left:
        return left
    return titles.get(text.lower(), text)


def tokens(text: str) -> list[Token]:
    """Return the words of ``text`` in order, without elided articles ("l'", "d'"); hyphens separate words.

    >>> [(token.text, token.stem) for token in tokens("l'intégration d'IoT en C++")]
    [('intégration', 'integr'), ('IoT', 'iot'), ('en', 'en'), ('C++', 'c++')]
    """
    return list(_kept_tokens(text) if len(text) <= LONGEST_KEPT else _cut(text))


@lru_cache(maxsize=_KEPT)
def _kept_tokens(text: str) -> tuple[Token, ...]:
    return tuple(_cut(text))


def _cut(text: str) -> Iterator[Token]:
    for match in _WORD.finditer(text):
        word = match[0]
        lower = word.lower()
        if lower in _ELIDED and text[match.end() : match.end() + 1] in _APOSTROPHES:
            continue
        # One object a word of the language: what is kept of thousands of items is words for the most part.
        yield Token(sys.intern(word), match.start(), match.end(), _stem(lower))


def is_acronym(word: str) -> bool:
    """Return whether a word is written as an acronym: two to five capitals.

    >>> [is_acronym(word) for word in ("CES", "IoT", "ces", "CHARTE")]
    [True, False, False, False]
    """
    return 1 < len(word) <= _LONGEST_ACRONYM and word.isalpha() and word.isupper()


def content_tokens(text: str) -> list[Token]:
    """Return the words of ``text`` that are no stop words, in order.

    A stop word in capitals is an acronym (CES, MES, SI, SON), unless the whole text is in capitals.

    >>> [token.text for token in content_tokens("Notre SI pour le MES, de Toulouse au CES")]
    ['SI', 'MES', 'Toulouse', 'CES']
    >>> [token.text for token in content_tokens("NOS CLIENTS ET NOUS")]
    ['CLIENTS']
    """
    shouted = text.isupper()
    return [token for token in tokens(text) if _carries_meaning(token.text, shouted)]


def _carries_meaning(word: str, shouted: bool) -> bool:
    return fold(word) not in STOPWORDS or (is_acronym(word) and not shouted)


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    if not word.isalpha():
        return fold(word)
    with _stemming:
        stem = _stemmer.stemWord(word)
    return fold(stem)
