"""The town a free text names."""

import re
from collections.abc import Iterator

from matcher.knowledge.places import Place, Territory
from matcher.language import Span, fold_words
from matcher.language.words import words

__all__ = ["town_in"]

_WHERE = re.compile(r"\b(?:à|près de|autour de|près d'|near|in)\s+(?=\w)", re.IGNORECASE)
_NAME = re.compile(r"[\w'’]+(?:[-\s][\w'’]+){0,4}")
_CAPITALS = re.compile(r"[^\W\d_a-zß-ÿ][\w'’]*(?:[-\s][^\W\d_a-zß-ÿ][\w'’]*)*")
_CAPITAL_INSIDE = re.compile(r"(?<=[\w,] |\w['’])[^\W\d_a-zß-ÿ]")
_FIRST_LETTER = re.compile(r"(?:(?<![\w@./'’-])|(?<=\s[dlDL]['’]))[^\W\d_]")
"""Where a word begins, outside addresses ("contact@mairie-albi.fr") and behind no hyphen."""
_WORDS = words("towns that are words")
_ADDRESS_GOES_ON = re.compile(r"[@/]|[.-]\w")


def town_in(text: str, territory: Territory, *, typed: bool = False) -> tuple[Span, Place | None] | None:
    """Return the first place a text names behind "à", "près de", "near" or "in", and where that is.

    Without such a word, the first town on the list that is written with a capital inside the text counts:
    "alternance cybersécurité Albi", "ESN de Montpellier". The place is None where a capital says that it is a
    name, but no town on the list has it; the answer is None where no place is named.

    Parameters
    ----------
    text
        Any text; an empty one names no place.
    territory
        The towns that are known.
    typed
        Whether the text is a request as people type it: then a town counts anywhere and without a capital
        ("dev web rodez"), unless its name is a word too ("charges lourdes").

    >>> albi = Place("Albi", "81", 43.9298, 2.148)
    >>> town_in("un hébergeur à Albi", Territory([albi], []))[1].department_code
    '81'
    >>> town_in("une formation à distance", Territory([albi], [])) is None
    True
    >>> town_in("partenaire iot albi", Territory([albi], []), typed=True)[0].text
    'albi'
    """
    unknown, lower = None, text.islower()
    for found in _WHERE.finditer(text):
        name = _NAME.match(text, found.end())
        if name is None or not (name[0][0].isupper() or lower):
            continue
        if found_there := _longest_town(text, name.start(), territory):
            return found_there
        if unknown is not None or found[0].lower().startswith("in"):
            continue
        if capitals := _CAPITALS.match(text, name.start()):
            unknown = Span(capitals.start(), capitals.end(), capitals[0]), None
    return unknown or _bare_town(text, territory, typed=typed)


def _bare_town(text: str, territory: Territory, *, typed: bool) -> tuple[Span, Place | None] | None:
    """Return the first town with a capital, behind another word: one that begins a sentence may be a word.

    Where none has one, and in a text in capitals, which say nothing, a typed text is read without them.
    """
    capitals = () if typed and text.isupper() else _CAPITAL_INSIDE.finditer(text)
    for capital in capitals:
        found = _longest_town(text, capital.start(), territory)
        if found is not None:
            return found
    return _typed_town(text, territory) if typed else None


def _typed_town(text: str, territory: Territory) -> tuple[Span, Place] | None:
    """Return the first town of a text whose name is no word, whatever its case."""
    for letter in _FIRST_LETTER.finditer(text):
        found = _longest_town(text, letter.start(), territory)
        if found is not None and not _is_something_else(text, found[0]):
            return found
    return None


def _is_something_else(text: str, name: Span) -> bool:
    """Whether a name of a town is a word here, or part of an address ("castres.fr")."""
    if _ADDRESS_GOES_ON.match(text, name.end):
        return True
    return fold_words(name.text).replace(" ", "-") in _WORDS


def _longest_town(text: str, start: int, territory: Territory) -> tuple[Span, Place] | None:
    """Return the town with the longest name that begins at ``start``."""
    name = _NAME.match(text, start)
    for end in _ends(name) if name else ():
        place = territory.locate(text[start:end])
        if place is not None:
            return Span(start, end, text[start:end]), place
    return None


def _ends(name: re.Match[str]) -> Iterator[int]:
    """Yield where the name may end, longest first: at the end of each of its words."""
    ends = [name.start() + word.end() for word in re.finditer(r"[\w'’]+", name[0])]
    yield from reversed(ends)
