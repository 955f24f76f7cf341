"""Headers and names compared: letters and digits only."""

import re
import unicodedata

_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_WORDS = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Letters and digits only, without accents or case, words parted by one space.

    >>> folded("  L'École-d’Été n° 3 ")
    'l ecole d ete n 3'
    """
    plain = text.casefold()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
    return " ".join(_WORDS.findall(plain))
