"""The place a free text names."""

import re
from collections.abc import Iterable, Iterator

from matcher.knowledge.places import Place, Territory
from matcher.language import STOPWORDS, Span, fold, tokens

_WHERE = re.compile(r"\b(?:à|près de|autour de|près d'|near|in)\s+(?=\w)", re.IGNORECASE)
_NAME = re.compile(r"[\w'’]+(?:[-\s][\w'’]+){0,4}")
_CAPITALS = re.compile(r"[^\W\d_a-zß-ÿ][\w'’]*(?:[-\s][^\W\d_a-zß-ÿ][\w'’]*)*")
_CAPITAL_INSIDE = re.compile(r"(?<=[\w,] |\w['’])[^\W\d_a-zß-ÿ]")
_SEEK_VERB = (
    r"(?:(?:re)?cherch(?:e|es|ent|ez|ons|ant)|souhait(?:e|ent|ez|ons)|voulons|voudr(?:ait|ions)|veut|veulent"
    r"|besoin|looking for|seeks?|needs?)\b"
)
_SEEKS = re.compile(rf"\b{_SEEK_VERB}", re.IGNORECASE)
_FRENCH = re.compile(
    r"\b(?:de|des|du|le|la|les|un|une|pour|et|nos|notre|à|avec|qui|dans)\b|\b[ldnjs]['’]", re.IGNORECASE
)
_ENGLISH = re.compile(r"\b(?:of|the|an?|for|and|our|we|to|with|who|in)\b", re.IGNORECASE)
_PARTICLE = 2
"""Longest word in lower case that says nothing: "je", "j", "ca"."""
_CLAUSE_END = re.compile(rf"[.;:!?\n]+(?=\s|$)|,(?=\s)|\s(?={_SEEK_VERB})", re.IGNORECASE)


def town_in(text: str, territory: Territory) -> tuple[Span, Place | None] | None:
    """Return the first place a text names behind "à", "près de", "near" or "in", and where that is.

    Without such a word, the first town on the list that is written with a capital inside the text counts:
    "alternance cybersécurité Albi", "ESN de Montpellier". The place is None where a capital says that it is a
    name, but no town on the list has it; the answer is None where no place is named.

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
        if found_there := _longest_town(text, name.start(), territory):
            return found_there
        if unknown is not None or found[0].lower().startswith("in"):
            continue
        if capitals := _CAPITALS.match(text, name.start()):
            unknown = Span(capitals.start(), capitals.end(), capitals[0]), None
    return unknown or _bare_town(text, territory)


def _bare_town(text: str, territory: Territory) -> tuple[Span, Place | None] | None:
    """Return the first town with a capital, behind another word: one that begins a sentence may be a word."""
    for capital in _CAPITAL_INSIDE.finditer(text):
        found = _longest_town(text, capital.start(), territory)
        if found is not None:
            return found
    return None


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


def language_of(text: str) -> str:
    """Return the language whose small words a request holds more of: "fr", "en", or "" where it is not clear.

    >>> language_of("réduire l'empreinte de nos serveurs"), language_of("an audit for our servers")
    ('fr', 'en')
    >>> language_of("audit RGESN")
    ''
    """
    french, english = len(_FRENCH.findall(text)), len(_ENGLISH.findall(text))
    if french == english:
        return ""
    return "fr" if french > english else "en"


def blanked(text: str, spans: Iterable[Span]) -> str:
    """Return the text with spans replaced by blanks; every other character keeps its place."""
    for span in spans:
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text


def asker_clauses(text: str) -> list[Span]:
    """Return what comes before the verb that says what is sought: who asks. Empty without such a verb.

    >>> [span.text for span in asker_clauses("Fintech de Toulouse cherche un avocat")]
    ['Fintech de Toulouse']
    >>> asker_clauses("Nous cherchons un avocat")
    []
    """
    verb = _SEEKS.search(text)
    if verb is None:
        return []
    before = text[: verb.start()].rstrip(" ,.;:")
    if not any(fold(token.text) not in STOPWORDS for token in tokens(before)):
        return []
    return [Span(0, len(before), before)]


def _tells(word: str) -> bool:
    """Whether a word says anything: what an exclusion leaves over may be a mere pronoun ("je")."""
    return fold(word) not in STOPWORDS and (len(word) > _PARTICLE or word.isupper())


def clauses(text: str) -> list[Span]:
    """Cut a request into its clauses: at punctuation, and before the verb that says what is sought.

    Clauses without a telling word are left out; a text of one clause gives that clause.

    >>> [clause.text for clause in clauses("Fintech de Toulouse cherche un avocat, et de la cryptographie.")]
    ['Fintech de Toulouse', 'cherche un avocat', 'et de la cryptographie']
    """
    found, start = [], 0
    for cut in [*_CLAUSE_END.finditer(text), None]:
        end = cut.start() if cut else len(text)
        part = text[start:end]
        if any(_tells(token.text) for token in tokens(part)):
            left = start + len(part) - len(part.lstrip())
            stripped = part.strip()
            found.append(Span(left, left + len(stripped), stripped))
        start = cut.end() if cut else end
    return found
