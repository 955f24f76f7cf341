"""The place a free text names."""

import re
from collections.abc import Iterator

from matcher.knowledge.places import Place, Territory
from matcher.language import Span

_WHERE = re.compile(r"\b(?:à|près de|autour de|près d'|near|in)\s+(?=\w)", re.IGNORECASE)
_NAME = re.compile(r"[\w'’]+(?:[-\s][\w'’]+){0,4}")
_CAPITALS = re.compile(r"[^\W\d_a-zß-ÿ][\w'’]*(?:[-\s][^\W\d_a-zß-ÿ][\w'’]*)*")


def town_in(text: str, territory: Territory) -> tuple[Span, Place | None] | None:
    """Return the first place a text names behind "à", "près de", "near" or "in", and where that is.

    The place is None where a capital says that it is a name, but no town on the list has it; the answer is
    None where no place is named.

    >>> albi = Place("Albi", "81", 43.9298, 2.148)
    >>> town_in("un hébergeur à Albi", Territory([albi], []))[1].department_code
    '81'
    >>> town_in("une formation à distance", Territory([albi], [])) is None
    True
    """
    unknown, lower = None, text.islower()
    for found in _WHERE.finditer(text):
        name = _NAME.match(text, found.end())
        if name is None or not (name[0][0].isupper() or lower):
            continue
        for end in _ends(name):
            place = territory.locate(text[name.start() : end])
            if place is not None:
                return Span(name.start(), end, text[name.start() : end]), place
        if unknown is not None or found[0].lower().startswith("in"):
            continue
        if capitals := _CAPITALS.match(text, name.start()):
            unknown = Span(capitals.start(), capitals.end(), capitals[0]), None
    return unknown


def _ends(name: re.Match[str]) -> Iterator[int]:
    """Yield where the name may end, longest first: at the end of each of its words."""
    ends = [name.start() + word.end() for word in re.finditer(r"[\w'’]+", name[0])]
    yield from reversed(ends)
