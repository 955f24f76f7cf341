"""Finding the item that a person means: by its id or its name, whatever the case and the accents."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from matcher.errors import Ambiguous, NotFound
from matcher.text import fold

MAX_SUGGESTIONS = 5
_LONGEST = 300
"""No id or name is longer: what is longer is like none of them."""
_QUOTED = 60
"""Characters of the question that an error repeats."""

Names = Sequence[tuple[str, str]]


def the_one(wanted: str, names: Names) -> str:
    """Id of the only item whose id or name is ``wanted``, or failing that whose name contains it.

    An id goes before a name, and an id written exactly so before all others.

    Parameters
    ----------
    wanted
        What was typed; case, accents and space around it do not matter.
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
    asked = fold(wanted)
    folded = [(item_id, name, fold(item_id), fold(name)) for item_id, name in names]
    stages: tuple[Callable[[str, str, str], bool], ...] = (
        lambda item_id, _, __: item_id == wanted,
        lambda _, key, __: key == asked,
        lambda _, __, name: name == asked,
        lambda _, __, name: bool(asked) and asked in name,
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
    asked = fold(wanted.strip())
    return next((item_id for item_id, name in names if asked in (fold(item_id), fold(name))), None)


def _near(asked: str, known: list[str]) -> list[str]:
    return get_close_matches(asked, known, MAX_SUGGESTIONS, 0.6) if len(asked) <= _LONGEST else []


def _listed(items: Names) -> str:
    return ", ".join(f"{item_id} ({name})" for item_id, name in items[:MAX_SUGGESTIONS])


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
