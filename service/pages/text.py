"""Sentences of the pages: marked for translation, and with their quotes emphasised."""

import re
from functools import lru_cache

from markupsafe import Markup, escape

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
_BEFORE_COLON, _BEFORE_MARK = re.compile(r" (?=[:»])|(?<=«) "), re.compile(r" (?=[;?!])")
_QUOTED = re.compile(r"«\s[^»]*\s»|“[^”]*”")


def mark(sentence: str) -> str:
    """Mark a sentence outside the templates for extraction; it is said in the visitor's language later."""
    return sentence


STAFF_COUNTS = {
    "TPE": mark("0 à 9 personnes"),
    "PE": mark("10 à 49 personnes"),
    "ME": mark("50 à 249 personnes"),
    "ETI": mark("250 à 4 999 personnes"),
    "GE": mark("5 000 personnes ou plus"),
}
"""Bands of size in words, by their code."""


@lru_cache(maxsize=4096)
def spaced(sentence: str) -> str:
    r"""Return a French sentence whose punctuation cannot be left alone at the start of a line.

    French sets a space before ``: ; ? !`` and inside quotation marks; it is written as a plain one.

    >>> spaced("Dire « oui » : quand ?")
    'Dire «\xa0oui\xa0»\xa0: quand\u202f?'
    """
    return _BEFORE_MARK.sub(NARROW, _BEFORE_COLON.sub(NO_BREAK, sentence))


def quoted(sentence: str) -> Markup:
    r"""Return a sentence with its quotes emphasised; all of it is escaped, once.

    A sentence with values, as templates say it, comes escaped.

    >>> str(quoted("Cherche « <b> »."))
    'Cherche <em class="quoted">«\xa0&lt;b&gt;\xa0»</em>.'
    >>> quoted(Markup("Cherche « {} ».").format("<b>")) == quoted("Cherche « <b> ».")
    True
    """
    if isinstance(sentence, Markup):
        sentence = sentence.unescape()
    parts = []
    end = 0
    for found in _QUOTED.finditer(sentence):
        parts.append(escape(sentence[end : found.start()]))
        # No line ends between a quote and its marks.
        kept = found.group().replace("« ", "«\N{NO-BREAK SPACE}").replace(" »", "\N{NO-BREAK SPACE}»")
        parts.append(Markup('<em class="quoted">{}</em>').format(kept))
        end = found.end()
    parts.append(escape(sentence[end:]))
    return Markup("").join(parts)
