"""Nouns of persons with their genders, as facts read from ``roles_fr.tsv``, and the small words around them.

The file is derived from the ESCO and ROME title lists by the laboratory (``training.sources.roles``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from matcher.language.folding import fold
from matcher.language.inflection import plural
from matcher.language.words import pairs, words


@dataclass(frozen=True, slots=True)
class Form:
    """One written form of a noun of persons, or of an adjective of titles.

    ``singular`` and ``plural`` are the masculine forms; ``is_plural`` is the number of the written form;
    ``kind`` is explained in ``training.sources.roles``.
    """

    singular: str
    plural: str
    is_plural: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Nouns and adjectives of titles by lower-case form.

    ``before``: words that stand before an English head; ``heads``: words that open a title and stay while
    the noun behind them changes ("aide", "garde"); ``unaccented``: forms by their spelling without
    accents; ``titles``: whole titles whose genders no rule joins ("femme de chambre").
    """

    nouns: dict[str, Form]
    modifiers: dict[str, Form]
    before: frozenset[str]
    heads: frozenset[str]
    unaccented: dict[str, str]
    titles: dict[str, str]


DETERMINERS = pairs("determiners")
BLENDS = pairs("blends")
MASCULINE_DETERMINERS = words("masculine determiners")
PLURALS = words("plurals")
PRENOMINALS = pairs("prenominals")
OPENERS = words("openers")
LINKS = words("links")
STOPS = words("stops")
MACHINE_CONTEXTS = words("machine contexts")


def _forms(feminine: str, masculine: str, kind: str) -> dict[str, Form]:
    """Return the forms of a noun or adjective: both genders, singular and plural."""
    many = plural(masculine)
    one, several = Form(masculine, many, False, kind), Form(masculine, many, True, kind)
    forms = {feminine: one, masculine: one}
    if feminine + "s" != masculine and not feminine.endswith("s"):
        forms[feminine + "s"] = several
    if many != masculine:
        forms[many] = several
    if masculine.endswith("al"):
        forms[masculine + "s"] = several  # what "commercial·e·s" is closed up to
    return forms


@cache
def lexicon() -> Lexicon:
    """Read the lexicon, once a process."""
    nouns: dict[str, Form] = {}
    modifiers: dict[str, Form] = {}
    before: set[str] = set()
    heads: set[str] = set()
    titles: dict[str, str] = {}
    for feminine, masculine, kind in _rows():
        if kind == "before":
            before.add(feminine)
        elif kind == "head":
            heads.add(feminine)
        elif kind == "title":
            titles |= {feminine: masculine, masculine: masculine}
        else:
            target = modifiers if kind == "mod" else nouns
            for form, value in _forms(feminine, masculine, kind).items():
                target.setdefault(form, value)
    unaccented = {fold(form): form for form in nouns}
    return Lexicon(nouns, modifiers, frozenset(before), frozenset(heads), unaccented, titles)


def _rows() -> Iterator[tuple[str, str, str]]:
    text = resources.files("matcher.language").joinpath("roles_fr.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            feminine, masculine, kind = line.split("\t")
            yield feminine, masculine, kind
