"""Texts of cells: HTML taken off, damage by programs refused, answers that say nothing recognised."""

import re
from html.parser import HTMLParser

from matcher.language import fold_words, is_empty_answer


class BadCell(ValueError):
    """A cell that cannot be read, with the reason in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr, self.en = fr, en


_TAGS = "p|br|b|i|u|strong|em|ul|ol|li|div|span|a|h[1-6]|table|tr|td|th|tbody|font|img|blockquote|hr|section"
_HTML = re.compile(rf"</?(?:{_TAGS})\b[^<>]*>|&(?:[a-z]{{2,8}}|#\d{{2,5}});", re.IGNORECASE)
_BLOCKS = "p br ul ol li div h1 h2 h3 h4 h5 h6 table tr blockquote hr section"
_ENDS_A_LINE = frozenset(_BLOCKS.split())


class _Text(HTMLParser):
    """Collects the text of a piece of HTML, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, _: object) -> None:
        self._hidden = tag in ("script", "style")
        if tag in _ENDS_A_LINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False
        if tag in _ENDS_A_LINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def without_html(text: str) -> str:
    """Return the text of a cell that holds HTML, as fields of CRMs do; another text as it is.

    >>> without_html("<p>Des <b>jumeaux</b> num&eacute;riques.</p>"), without_html("a < b")
    ('Des jumeaux numériques.', 'a < b')
    """
    if not _HTML.search(text):
        return text
    reader = _Text()
    reader.feed(text)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return "\n".join(line for line in lines if line)


_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|\ufffd")
"""UTF-8 that was read as Windows-1252: a lead byte (Ã, Â, â) and what its second byte looks like."""
_POWER = re.compile(r"[-+]?\d(?:[.,]\d+)?E[-+]?\d{1,3}", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def check_text(text: str) -> None:
    """Refuse a text that a program damaged: accents of another encoding, numbers Excel shortened, escapes.

    BadCell says which and what to do.
    """
    if _MOJIBAKE.search(text):
        raise BadCell(
            "accents abîmés (« Ã© ») : réexporter le fichier en UTF-8",
            "damaged accents ('Ã©'): export the file again as UTF-8",
        )
    if _POWER.fullmatch(text):
        raise BadCell(
            "nombre raccourci par Excel : mettre la colonne au format Texte et le ressaisir",
            "number shortened by Excel: format the column as Text and enter it again",
        )
    check_control(text)


def check_control(text: str) -> None:
    """Refuse signs that a terminal would obey, such as escape sequences."""
    if _CONTROL.search(text):
        raise BadCell(
            "signes de commande invisibles : les supprimer", "invisible control characters: delete them"
        )


_NO_ANSWERS = frozenset(["non", "no", "faux", "false", "0", "n", "f"])
"""Answers to a question of yes or no."""
_NONE = re.compile(r"(?:aucune?|neant|none|rien|nothing|pas de?|no)\b")


def says_nothing(text: str) -> bool:
    """Say whether a text is the answer that there is none: « aucun », « néant ».

    >>> says_nothing("Néant"), says_nothing("N/C"), says_nothing("IoT")
    (True, False, False)
    """
    return is_empty_answer(text) and bool(_NONE.match(fold_words(text)))


def is_tick(text: str) -> bool:
    """Say whether a text is a tick, which says yes in a column of yes or no, and nothing elsewhere.

    >>> is_tick("X"), is_tick(" x "), is_tick("xx")
    (True, True, False)
    """
    return fold_words(text) == "x"


def is_not_said(text: str) -> bool:
    """Say whether a text means an empty cell: « N/C », « - », « non renseigné ».

    >>> is_not_said("N/C"), is_not_said(" - "), is_not_said("aucun"), is_not_said("non")
    (True, True, False, False)
    """
    return is_empty_answer(text) and fold_words(text) not in _NO_ANSWERS and not _NONE.match(fold_words(text))
