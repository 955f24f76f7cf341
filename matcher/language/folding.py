"""Comparison forms of a text: without case and accents (``fold``), and as bare words (``fold_words``)."""

import re
import unicodedata

__all__ = ["fold", "fold_words"]

_WORDS = re.compile(r"[^\W_]+")


class _WithoutAccents(dict[int, int | None]):
    """Table for :meth:`str.translate` that deletes combining marks.

    ``str.translate`` asks the table once a code point; the answer is kept, because looking up the Unicode
    category is slower than the translation itself.
    """

    def __missing__(self, code_point: int) -> int | None:
        self[code_point] = None if unicodedata.combining(chr(code_point)) else code_point
        return self[code_point]


_WITHOUT_ACCENTS = _WithoutAccents()


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents or ligatures; folding a folded text changes nothing.

    Blanks and punctuation stay. The result may be longer than the text ("œ" becomes "oe").

    >>> fold("Ingénieure Cœur de Métier")
    'ingenieure coeur de metier'
    """
    if text.isascii():
        return text.lower()
    # Decomposed before it is lowered: some signs decompose into capitals ("ᴬ", "℃", "ℝ").
    decomposed = unicodedata.normalize("NFKD", text).lower().replace("œ", "oe").replace("æ", "ae")
    return decomposed.translate(_WITHOUT_ACCENTS)


def fold_words(text: str) -> str:
    """Return the letters and digits of ``text``, folded, words separated by one space.

    Two names that differ in case, accents, punctuation or blanks only have the same form. A text without a
    letter or a digit gives "".

    >>> fold_words("  L'École-d’Été n° 3 ")
    'l ecole d ete n 3'
    """
    return " ".join(_WORDS.findall(fold(text)))
