"""What a text says it does not want or does not have, and answers that say nothing ("néant", "N/C").

A negation begins with a word such as "pas de", "sans", "hormis", "ne ... plus" or "not interested in" and
reaches to the end of its phrase. A list goes on over "ni", "ou" and repeated "de"; behind "sauf" and its like
also over commas and "et", since what is excepted is often listed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from matcher.language.analyser import LONGEST_KEPT
from matcher.language.folding import fold_words

__all__ = ["Span", "exclusions", "is_empty_answer", "negations"]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: ``text == source[start:end]``."""

    start: int
    end: int
    text: str


_APOSTROPHE = r"['’]"
# Fixed expressions in which a negating word excludes nothing: "sans fil", "pas seulement".
_SANS = (
    r"fil|contact|code|cesse|doute|compter|oublier|faille|couture|effort|frontières?|attendre|engagement|pareil"
    r"|conditions?|diplômes?|expérience|précédent|limites?|relâche|équivoque|égal|coupure|pilote|conducteur|papier"
)
_HORS = r"ligne|normes?|sol|pair|commun|du\s+commun|de\s+prix|les\s+murs|série|site|pistes?"
_NO = r"code|matter|later|longer|one|doubt|limits?|sooner"
_PAS = r"seulement|uniquement|que\b|qu['’]|encore|mal|forcément|nécessairement|toujours|à\s+pas|cher|moins"

_VERB = r"[^\W\d_][\w'’-]*"
_LINKS = r"(?:de|du|des|avec|par|à|au|aux|en|dans|sur|chez|pour|le|la|les|un|une)\s|[dl]['’]"
_AFTER_VERB = (
    r"(?:(?:besoin|envie|vocation|question|intention|la\s+recherche|à\s+la\s+recherche|intéressée?s?|concernée?s?"
    rf"|\w+(?:er|ir|re))\s+){{0,2}}(?:{_LINKS})?"
)
_LACK = r"(?:ai|as|a|avons|avez|ont|aurons|avions|avait|avaient|y\s+a|dispos\w+|poss[èé]d\w+|détien\w+)"
_NEGATION = re.compile(
    "|".join(
        (
            # "nous n'avons pas de data scientist": what is missing, not what is refused
            rf"(?P<lack>\bn(?:e\s+|{_APOSTROPHE}){_LACK}\s+(?:pas|plus|jamais|aucune?)\s+"
            rf"(?!{_PAS}|besoin|envie|vocation|l{_APOSTROPHE}intention)(?:{_LINKS})?)",
            r"(?P<lack_en>\b(?:(?:have|has|had)\s+no|(?:do|does)(?:\s+not|n['’]t)\s+have(?:\s+an?|\s+any)?)\s+)",
            # "je ne veux plus de", "ne travaillons pas avec", "nous ne sommes pas intéressés par"
            rf"\bn(?:e\s+|{_APOSTROPHE})(?:{_VERB}\s+){{1,3}}?(?:pas|plus|jamais|aucune?)\s+(?!{_PAS}){_AFTER_VERB}",
            # "pas besoin de", "aucun besoin en", "aucune envie de"
            rf"\b(?:pas|plus|aucune?|sans)\s+(?:besoin|envie|intérêt)\s+(?:{_LINKS}|pour\s)",
            rf"\bpas\s+(?:de\s|du\s|des\s|d{_APOSTROPHE})",
            # "cloud, pas blockchain", "surtout pas"
            rf"(?:(?<=[,;(]\s)|(?<=[,;(])|(?<=mais\s)|(?<=surtout\s)|(?<=et\s))pas\s+(?!{_PAS})(?={_VERB})",
            rf"\bnon\s+(?:à\s(?:la\s|l{_APOSTROPHE})?|au\s|aux\s)",
            r"\baucune?\s+(?=\w)",
            rf"\bjamais\s+(?:de\s|d{_APOSTROPHE})",
            r"\bni\s+(?=[^.;:!?\n]{1,60}\bni\s)",  # "ni cloud ni IA"
            rf"\bsans\s+(?!(?:{_SANS})\b)(?!(?:{_LINKS})?besoin\b)",
            r"(?:\bnot|n['’]t)\s+(?:interested\s+in|looking\s+for|working\s+with|need(?:ing)?|want(?:ing)?)\s+",
            r"\b(?:no\s+(?:need\s+(?:for|of)|interest\s+in)|nothing\s+to\s+do\s+with|without)\s+",
            # "no longer takes part", "doesn't take part"; what is not needed or wanted begins at its "n't"
            r"\b(?:no\s+longer|never|(?:do|does|did)n['’]t(?!\s+(?:need|want|look)))\s+(?=\w)",
            rf"\bno\s+(?!(?:{_NO})\b)(?=\w)",
            r"\bnot\s+(?!only\b|just\b|yet\b|to\b|be\b|a\b|the\b)(?=\w)",
            # What is excepted, often as a list
            rf"(?P<except>\b(?:hormis|sauf|exceptée?s?|except(?:\s+for)?|excluding|other\s+than"
            rf"|hors(?!-|\s+(?:{_HORS})\b)|à\s+l{_APOSTROPHE}ex(?:ception|clusion)|en\s+dehors)\s+"
            rf"(?:de\s|du\s|des\s|d{_APOSTROPHE})?)",
        )
    ),
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
# Every negation holds one of these words; "t" is the end of "don't".
_DENYING = (
    "pas plus jamais aucun aucune sans non ni not t no nothing never without hormis sauf excepté exceptée "
    "exceptés exceptées except excluding other hors exception exclusion dehors"
)
_DENYING_WORDS = frozenset(_DENYING.split())
# Where a phrase ends, or may go on as a list.
_STOP = re.compile(
    r"[.;:!?()\n•|]|\s[-–—]\s|,"
    r"|\b(?:et|ou|ni|and|or|nor|mais|but|car|donc|puis|plutôt|avec|with|pour|afin|cherch\w*|recherch\w*|looking|nous|we)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(rf"\s*(?:ni\b|nor\b|d{_APOSTROPHE}|de\s)", re.IGNORECASE)
# "sauf data, IA et cloud": short entries up to an "et"; a bound on their number keeps the time linear
_LISTED = re.compile(
    r"\s*(?:[^\s,;.:!?()]+\s+){0,2}[^\s,;.:!?()]+"
    r"(?:\s*,\s*(?:[^\s,;.:!?()]+\s+){0,2}[^\s,;.:!?()]+){0,6}?\s+(?:et|ou|ni|and|or)\s",
    re.IGNORECASE,
)

_EMPTY_WORDS = (
    "aucun aucune aucuns aucunes neant nc na nd nr ras rien non no none nil null nothing nan tbd x xx xxx so "
    "inconnu inconnue unknown vide"
)
_EMPTY_PHRASES = (
    "n c,n a,n d,n r,r a s,s o,rien a signaler,rien de particulier,sans objet,a definir,a completer,"
    "a preciser,a renseigner,not applicable,not available,to be defined"
)
_EMPTY_ANSWERS = frozenset([*_EMPTY_WORDS.split(), *_EMPTY_PHRASES.split(",")])
"""Folded words of cells that hold no answer."""
_NO_ANSWER = re.compile(
    r"(?:(?:aucune?|pas(?: de?)?|no|non)\s+)?"
    r"(?:(?:besoin|offre|attente|demande|projet|commentaire|information|reponse|need|offer)s?\s*)?"
    r"(?:(?:particuli|specifi|identifi|declar|connu|communiqu|renseign|precis|concern|applicabl|fourni|disponibl)\w*\s*)?"
    r"(?:(?:pour le moment|pour l instant|a ce jour|actuellement|a ce stade|for now|so far|yet)\s*)?"
)
_DENIES = re.compile(r"(?:aucune?|pas|no|non)\b")


def exclusions(text: str) -> list[Span]:
    """Return what a text says it does not want, from the negating word to the end of the phrase.

    In the order of the text, without overlap; several negations of one phrase are one exclusion. What the
    text only says to lack is left out ("nous n'avons pas de data scientist"): that may well be wanted.

    >>> [span.text for span in exclusions("hébergement en France, pas de cloud, hormis les ESN : data")]
    ['pas de cloud', 'hormis les ESN']
    >>> exclusions("nous n'avons pas de data scientist, capteurs sans fil")
    []
    """
    return [span for span, lacks in _negated(text) if not lacks]


def negations(text: str) -> list[Span]:
    """Return every negated part of a text, refused or lacking, in the order of the text.

    A fact mentioned there is no fact.

    >>> [span.text for span in negations("Nous n'avons pas de laboratoire, sans certification")]
    ["n'avons pas de laboratoire", 'sans certification']
    """
    return [span for span, _ in _negated(text)]


def is_empty_answer(text: str) -> bool:
    """Return whether a cell holds no answer: blank, signs only, or a word such as "aucun", "néant", "N/C".

    >>> [is_empty_answer(text) for text in ("Néant.", "N/C", "-", "aucun besoin à ce jour", "aucun code")]
    [True, True, True, True, False]
    """
    words = fold_words(text)
    if not words or words in _EMPTY_ANSWERS:
        return True
    return bool(_DENIES.match(words) and _NO_ANSWER.fullmatch(words))


def _negated(text: str) -> Sequence[tuple[Span, bool]]:
    """Return each negated part, and whether it is only lacking."""
    return _kept_negated(text) if len(text) <= LONGEST_KEPT else _find_negated(text)


def _find_negated(text: str) -> Sequence[tuple[Span, bool]]:
    # Most texts deny nothing, and to look for a word is fifty times as fast as to try the pattern everywhere.
    if _DENYING_WORDS.isdisjoint(_WORD.findall(text.casefold())):
        return ()
    found = []
    position = 0
    while negation := _NEGATION.search(text, position):
        start, content = negation.start(), negation.end()
        end = _phrase_end(text, content, listed=negation["except"] is not None)
        said = text[start:end].rstrip()
        position = max(end, content)
        if start + len(said) > content:
            lacks = negation["lack"] is not None or negation["lack_en"] is not None
            found.append((Span(start, start + len(said), said), lacks))
    return found


_kept_negated = lru_cache(maxsize=256)(_find_negated)
"""An item's description is read for its facts, its jobs and itself."""


def _phrase_end(text: str, start: int, *, listed: bool) -> int:
    """Return where the phrase ends that begins at ``start``; ``listed``: commas may separate its entries."""
    position = start
    while stop := _STOP.search(text, position):
        if not _goes_on(text, stop, listed):
            return stop.start()
        position = stop.end()
    return len(text)


def _goes_on(text: str, stop: re.Match[str], listed: bool) -> bool:
    """Return whether the next entry is negated too."""
    sign = stop[0].lower()
    if sign in ("ou", "ni", "or", "nor"):
        return True
    if sign in (",", "et", "and"):
        if _AGAIN.match(text, stop.end()):
            return True
        if listed:
            return sign != "," or _LISTED.match(text, stop.end()) is not None
    return False
