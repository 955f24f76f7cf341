"""Sentences of the pages: marked for translation, and with their quotes emphasised."""

import re

from markupsafe import Markup, escape

_QUOTED = re.compile(r"«\s[^»]*\s»|“[^”]*”")


def mark(sentence: str) -> str:
    """Mark a sentence outside the templates for extraction; it is said in the visitor's language later."""
    return sentence


def quoted(sentence: str) -> Markup:
    r"""Return a sentence with its quotes emphasised; all of it is escaped.

    >>> str(quoted("Cherche « <b> »."))
    'Cherche <em class="quoted">«\xa0&lt;b&gt;\xa0»</em>.'
    """
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
