"""The parts of a free text: its language, clauses, and who asks."""

import re
from collections.abc import Iterable, Iterator, Sequence

from matcher.knowledge import Mention
from matcher.language import STOPWORDS, Span, fold, tokens

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


_OF_OURS = re.compile(r"\b(?:de|of)\s+(?:nos|notre|mes|mon|ma|our|my)\s+$", re.IGNORECASE)
"""What comes before a thing of one's own that completes another noun."""


def own_things(text: str, mentions: Iterable[Mention], facts: Sequence[Mention]) -> Iterator[Span]:
    """Yield what a request only has, named inside a longer fact: "l'empreinte carbone de nos serveurs".

    Who wants to lower a footprint looks for no servers. Elsewhere a thing of one's own may be what the help
    is for ("refonte de notre site web").

    >>> text = "l'empreinte carbone de nos serveurs"
    >>> servers = Mention("servers", "description", 27, 35, "serveurs")
    >>> [span.text for span in own_things(text, [servers], [Mention("carbon", "description", 0, 35, text)])]
    ['serveurs']
    """
    for mention in mentions:
        in_fact = any(fact.start < mention.start and mention.end <= fact.end for fact in facts)
        if in_fact and mention.field == "description" and _OF_OURS.search(text[: mention.start]):
            yield Span(mention.start, mention.end, mention.text)


_JOINING = re.compile(r"\s+(?:mais|et|ou|but|and|or)$", re.IGNORECASE)
"""What joined a clause to one that is left out: "cybersécurité mais (pas de conseil)"."""


def lower_in_place(text: str) -> str:
    """Lower the case and keep every place: "İ" is the one letter that would become two.

    >>> lower_in_place("İA")
    'ia'
    """
    return text.replace("İ", "i").lower()


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
            stripped = _JOINING.sub("", part.strip())
            found.append(Span(left, left + len(stripped), stripped))
        start = cut.end() if cut else end
    return found
