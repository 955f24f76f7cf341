"""Search by name: the item, organisation or participant that a typed name means."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from matcher.domain.items import AnyItem, ItemType
from matcher.domain.store import Items
from matcher.errors import Ambiguous, BackendUnavailable, InvalidRequest, NotFound
from matcher.language.analyser import fold, fold_words

__all__ = ["NameSearch", "find_by_name", "find_item", "find_one", "organisation_key", "same_names"]

MAX_SUGGESTIONS = 5
MAX_NAME = 300
"""Characters of the longest id or name: nothing resembles a longer query, so none is compared."""
_MAX_QUOTED = 60
"""Characters of the query that an error message repeats."""
_MIN_LIKENESS = 0.6
"""Similarity (difflib's ratio) from which a name is suggested; difflib's own default."""

_FRENCH_FORMS = ["sas", "sasu", "sarl", "sa", "eurl", "scop", "scic", "snc", "sci", "scs", "sca", "sc", "gie"]
_OTHER_FORMS = ["selarl", "selas", "eirl", "ei", "association", "asso", "ltd", "inc", "gmbh", "llc", "plc"]
_LEGAL_FORMS = frozenset([*_FRENCH_FORMS, *_OTHER_FORMS])
_LEADING = frozenset(["societe", "ste", "entreprise", "company"])
_DOTTED = re.compile(r"\b(?:\w\.){2,}\w?")


@dataclass(frozen=True, slots=True)
class NameSearch:
    """Result of :func:`find_by_name`, as positions in the list of names, in its order.

    ``found`` are the names that fit: one is the answer, several are ambiguous. ``near`` are similar names,
    most similar first; they are only looked for when none fits.
    """

    found: tuple[int, ...] = ()
    near: tuple[int, ...] = ()


def find_by_name(
    query: str,
    names: Sequence[str],
    ids: Sequence[str] = (),
    *,
    parts: bool = False,
    legal_forms: bool = True,
) -> NameSearch:
    """Find the names that ``query`` means; case, accents, punctuation and blanks do not matter.

    The rules below are tried in this order, and the first that fits any name decides:

    1. the id exactly as written, 2. the id, 3. the whole name,
    4. the whole name less legal forms ("Koovea SAS" is "KOOVEA"), if ``legal_forms``,
    5. a part of the name that begins where a word begins, if ``parts``.

    Parameters
    ----------
    query
        What was typed. Nothing fits an empty query.
    names
        The names to search.
    ids
        The ids of the same things in the same order; none if they have no ids.
    parts
        Whether a part of a name is enough.
    legal_forms
        Whether legal forms are ignored as a second try; False for names of people.

    Examples
    --------
    >>> names = ["Koovea", "Atelier Été", "Atelier Cosmos"]
    >>> find_by_name("KOOVEA (SAS)", names).found
    (0,)
    >>> find_by_name("atelier", names, parts=True).found
    (1, 2)
    >>> find_by_name("atelier cosmo", names)
    NameSearch(found=(), near=(2, 1))
    """
    keys = [_key(name) for name in names]
    id_keys = [_key(item_id) for item_id in ids]
    asked = _key(query)
    if not asked:
        return NameSearch()
    rules: list[Iterator[int]] = [
        _positions(ids, lambda item_id: item_id == query.strip()),
        _positions(id_keys, lambda key: key == asked),
        _positions(keys, lambda key: key == asked),
    ]
    if legal_forms:
        bare = organisation_key(query)
        rules.append(_positions(names, lambda name: organisation_key(name) == bare))
    if parts:
        begins = re.compile(rf"(?<!\w){re.escape(asked)}")
        rules.append(_positions(keys, lambda key: begins.search(key) is not None))
    for rule in rules:
        if found := tuple(rule):
            return NameSearch(found=found)
    return NameSearch(near=_near(asked, keys, id_keys))


def find_one(query: str, names: Sequence[tuple[str, str]]) -> str:
    """Return the id of the only item that ``query`` means; the rules are those of :func:`find_by_name`.

    Parameters
    ----------
    query
        An id, a name, or a part of a name that begins where a word begins.
    names
        ``(id, name)`` of the items.

    Raises
    ------
    Ambiguous
        Several items fit; the message lists them.
    NotFound
        No item fits; the message lists those whose id or name is similar.

    Examples
    --------
    >>> find_one(" org1", [("ORG1", "Atelier Été"), ("ORG2", "Atelier Cosmos")])
    'ORG1'
    >>> find_one("atelier ete", [("ORG1", "Atelier Été"), ("ORG2", "Atelier Cosmos")])
    'ORG1'
    """
    query = query.strip()
    result = find_by_name(query, [name for _, name in names], [item_id for item_id, _ in names], parts=True)
    if len(result.found) == 1:
        return names[result.found[0]][0]
    if result.found:
        listed = _listed(names, result.found)
        raise Ambiguous(f"'{_cut(query)}' fits {len(result.found)} items: {listed}. Give the id.")
    hint = (
        f"Did you mean {_listed(names, result.near)}?" if result.near else "`matcher export` lists all items."
    )
    raise NotFound(f"There is no item called '{_cut(query)}'. {hint}")


def find_item(items: Items, name_or_id: str, item_type: ItemType | None = None) -> AnyItem:
    """Return the item of this id, or the only one of this name; see :func:`find_id`.

    BackendUnavailable where its row is damaged.
    """
    item_id = find_id(items, name_or_id, item_type)
    found = items.get_many([item_id]).get(item_id)
    if found is None:
        raise BackendUnavailable(f"The item '{item_id}' is damaged in the store. Import it again.")
    return found


def find_id(items: Items, name_or_id: str, item_type: ItemType | None = None) -> str:
    """Return the id of the item of this id, or of the only one of this name, damaged or not.

    See :func:`find_one`.

    Raises
    ------
    Ambiguous
        Several items fit; the message lists them.
    NotFound
        No item fits; the message lists those whose id or name is similar.
    InvalidRequest
        The item is not of ``item_type``.
    """
    try:
        return find_one(name_or_id, items.names(item_type))
    except NotFound:
        if item_type is None:
            raise
        stored = items.names()
        others = find_by_name(name_or_id, [name for _, name in stored], [item_id for item_id, _ in stored])
        if not others.found:
            raise
    item_id = stored[others.found[0]][0]
    item = find_item(items, item_id)
    raise InvalidRequest(
        f"{item.id} ({item.name}) is {_a(item.item_type)}, not {_a(item_type)}: "
        f"give the id or the name of {_a(item_type)}."
    )


@lru_cache(maxsize=20_000)  # an answer compares a hundred names, always the same
def organisation_key(name: str) -> str:
    """Return the form of an organisation's name in which two spellings of it are equal.

    Folded words without the legal form at either end; a name that is nothing but a legal form is kept.

    >>> [organisation_key(name) for name in ("Société Lumen Data SAS", "LUMEN-DATA", "S.A.S. Lumen Data")]
    ['lumen data', 'lumen data', 'lumen data']
    >>> organisation_key("SA")
    'sa'
    """
    joined = _DOTTED.sub(lambda match: match[0].replace(".", ""), name)
    words = fold_words(joined).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    while len(words) > 1 and words[0] in _LEGAL_FORMS | _LEADING:
        words.pop(0)
    return " ".join(words) or _key(name)


def same_names(names: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the groups of organisations whose names differ in spelling or legal form only.

    Each group holds two positions or more, ascending; groups are ordered by their first position.

    >>> same_names(["KOOVEA SAS", "Cosmos", "Koovea"])
    [(0, 2)]
    """
    places: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        places.setdefault(organisation_key(name), []).append(position)
    return [tuple(group) for group in places.values() if len(group) > 1]


def _key(text: str) -> str:
    """Return the folded words; a text of signs alone ("+++") is compared as it is."""
    return fold_words(text) or fold(text).strip()


def _positions(texts: Sequence[str], fits: Callable[[str], bool]) -> Iterator[int]:
    return (position for position, text in enumerate(texts) if fits(text))


def _near(asked: str, keys: Sequence[str], id_keys: Sequence[str]) -> tuple[int, ...]:
    if len(asked) > MAX_NAME:
        return ()
    similar = get_close_matches(asked, [*keys, *id_keys], MAX_SUGGESTIONS, _MIN_LIKENESS)
    near: dict[int, None] = {}  # a dict keeps the order of likeness and drops repeats
    for text in similar:
        near.update(dict.fromkeys(_positions(keys, text.__eq__)))
        near.update(dict.fromkeys(_positions(id_keys, text.__eq__)))
    return tuple(near)


def _listed(names: Sequence[tuple[str, str]], positions: Sequence[int]) -> str:
    return ", ".join(f"{names[i][0]} ({names[i][1]})" for i in positions[:MAX_SUGGESTIONS])


def _a(item_type: ItemType) -> str:
    """Return the type with its article: "a lead", "an organisation"."""
    article = "an" if item_type.value[0] in "aeiou" else "a"
    return f"{article} {item_type.value}"


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…"
