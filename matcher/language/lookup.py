"""Finding the item that a person means: by its id or its name, whatever the case and the accents."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from matcher.errors import Ambiguous, NotFound
from matcher.language.text import fold

MAX_SUGGESTIONS = 5
_LONGEST = 300
"""No id or name is longer: what is longer is like none of them."""
_QUOTED = 60
"""Characters of the question that an error repeats."""

Names = Sequence[tuple[str, str]]


def the_one(wanted: str, names: Names) -> str:
    """Id of the only item whose id or name is ``wanted``, or failing that whose name contains it.

    What a name contains begins where a word does. An id goes before a name, and an id written
    exactly so before all others.

    Parameters
    ----------
    wanted
        What was typed; case, accents and the number of spaces do not matter.
    names
        ``(id, name)`` of the items it may be.

    Raises
    ------
    Ambiguous
        Several fit; the message lists them.
    NotFound
        None fits; the message lists those whose id or name is near.

    Examples
    --------
    >>> the_one(" org1", [("ORG1", "Atelier Été"), ("ORG2", "Atelier Cosmos")])
    'ORG1'
    >>> the_one("atelier ete", [("ORG1", "Atelier Été"), ("ORG2", "Atelier Cosmos")])
    'ORG1'
    """
    wanted = wanted.strip()
    asked = _key(wanted)
    folded = [(item_id, name, _key(item_id), _key(name)) for item_id, name in names]
    within = re.compile(rf"(?<!\w){re.escape(asked)}")
    stages: tuple[Callable[[str, str, str], bool], ...] = (
        lambda item_id, _, __: item_id == wanted,
        lambda _, key, __: key == asked,
        lambda _, __, name: name == asked,
        lambda _, __, name: bool(asked) and within.search(name) is not None,
    )
    for fits in stages:
        found = [(item_id, name) for item_id, name, key, text in folded if fits(item_id, key, text)]
        if len(found) == 1:
            return found[0][0]
        if found:
            raise Ambiguous(f"'{_cut(wanted)}' fits {len(found)} items: {_listed(found)}. Give the id.")
    near = _near(asked, [part for _, _, key, text in folded for part in (key, text)])
    hints = [(item_id, name) for item_id, name, key, text in folded if key in near or text in near]
    hint = f"Did you mean {_listed(hints)}?" if hints else "`matcher export` lists what there is."
    raise NotFound(f"There is no item called '{_cut(wanted)}'. {hint}")


def whole(wanted: str, names: Names) -> str | None:
    """Id of the first item whose id or whole name is ``wanted``; None if there is none.

    >>> whole("cosmos", [("ORG1", "Cosmos"), ("ORG2", "Atelier Cosmos")])
    'ORG1'
    """
    asked = _key(wanted)
    return next((item_id for item_id, name in names if asked in (_key(item_id), _key(name))), None)


def _key(text: str) -> str:
    return " ".join(fold(text).split())


def _near(asked: str, known: list[str]) -> list[str]:
    return get_close_matches(asked, known, MAX_SUGGESTIONS, 0.6) if len(asked) <= _LONGEST else []


def _listed(items: Names) -> str:
    return ", ".join(f"{item_id} ({name})" for item_id, name in items[:MAX_SUGGESTIONS])


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
