"""Inclusive spellings replaced by the masculine they are built on; titles in both genders cut to one.

"développeur·se", "développeur(euse)", "développeur/euse", "développeur.euse" become "développeur"; "(H/F)"
is removed. A middle dot always marks an inclusive ending; dots, hyphens, slashes and brackets have other
uses ("amazon.es", "porte-clés"), so there the ending must fit its word. Usage: Haut Conseil à l'Égalité,
guide of 2022, and job advertisements.
"""

import re
from collections.abc import Iterator
from functools import partial

from matcher.language.inflection import are_genders
from matcher.language.lexicon import BLENDS, DETERMINERS, MASCULINE_DETERMINERS, lexicon

_DOTS = "·•∙⋅‧・*_"
_MASCULINE = r"t?eurs?|i?ers?|iens?|i?fs?|rs?|eux|els?|aux"
_FEMININE = (
    r"t?euses?|t?rices?|ices?|i?ères?|i?ennes?|nes?|elles?|les?|tes?|i?ves?|f?fes?|e?sses?|ses?|eures?|ales?"
    r"|ées?|es?|ques?"
)
_ENDING = re.compile(
    rf"(?<=\w)(?P<sign> ?/-? ?|(?P<open> ?[(\[]-?)|[{_DOTS}]|\.|-)"
    rf"(?:(?P<stem>{_MASCULINE})[{_DOTS}.-])?(?:x[{_DOTS}.-])?(?P<end>{_FEMININE}|{_MASCULINE}|s)"
    rf"(?(open)[)\]])(?P<many>[{_DOTS}./-]?s)?(?!\w|[@.]\w)",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"\w+$")
_PART_OF_ADDRESS = ("@", "/", ".", "-")
_OPEN = re.compile(r"(?:é|eur|eux|ien|ant|ent|ier|in|el|if|al)$")
_HF = r"(?:h|f|hommes?|femmes?|H|F|M|m|Hommes?|Femmes?)"
# Both branches begin only where a run of blanks begins: tried again at each blank of a long run, they would
# take time in the square of its length.
_MARKER = re.compile(
    rf"(?<!\s)\s*[(\[]\s*(?:{_HF}|x|X)(?:\s*[/|,-]\s*(?:{_HF}|x|X|d|D|w|W|nb|NB|n|N|i|\+))+\s*[)\]]"
    r"|(?<![\s,–-])[\s,–-]*(?<![\w/-])"
    r"(?:[hHmM] ?/ ?[fF]|[fF] ?/ ?[hHmM])(?: ?/ ?(?:x|X|d|D|nb|NB|n|N))?(?![\w/])"
)
_BOTH_GENDERS = (
    ("une?", "un"),
    ("l[ea]", "le"),
    ("cet?|cette", "ce"),
    ("celle|celui", "celui"),
    ("celles|ceux|elles", "ceux"),
    ("elle|il", "il"),
    ("elles|ils", "ils"),
    ("toutes|tous", "tous"),
    ("du|de la", "du"),
    ("au|à la", "au"),
    ("nouveau|nouvelle", "nouveau"),
)
_AND_OR = r"(?: ?[/·.(] ?| ou | et )(?:d['’e] ?)?"
_COUPLES = [
    (re.compile(rf"\b(?:{forms}){_AND_OR}(?:{forms})\b\)?", re.IGNORECASE), masculine)
    for forms, masculine in _BOTH_GENDERS
]
"""Small words given in both genders ("un ou une", "le/la") and the masculine that replaces them."""
_ALL = re.compile(rf"\btou[{_DOTS}.(-]tes?\)?[{_DOTS}.-]?s?\b", re.IGNORECASE)
_BLEND = re.compile(rf"\b(?:{'|'.join(BLENDS)})\b")
_JOIN = re.compile(
    r" ?/ ?| (?:et|ou) (?:d['’]|de |des |les |le |un |nos |l['’]|du |aux |au )?", re.IGNORECASE
)
_WORD_START = re.compile(r"\b\w")
_LONGEST = 120
"""Characters of the longest title that is looked for twice: a bound on the time of each look."""
_LONGEST_WORD = 40
_SLASH = re.compile(r"(?<=[\w.)]) ?/ ?(?=\w)")
_RUN_BEFORE = re.compile(r"(?:\w+[ '’-]{1,2})*\w+$")
_RUN_BEHIND = re.compile(r"\w+(?:[ '’-]{1,2}\w+)*")
_WORD = re.compile(r"\w+")


def close_up(text: str) -> str:
    """Return ``text`` without inclusive endings and "(H/F)" marks.

    >>> close_up("Un·e développeur·se web (H/F), ou technicien(ne) ; porte-clés sur amazon.es")
    'Un développeur web, ou technicien ; porte-clés sur amazon.es'
    """
    text = _MARKER.sub(_blank_before_word, text)
    text = _ALL.sub("tous", text)
    text = _BLEND.sub(lambda match: BLENDS[match[0]], text)
    for couple, masculine in _COUPLES:
        text = couple.sub(partial(_in_case_of, masculine), text)
    return _ENDING.sub(_closed, text)


def _blank_before_word(mark: re.Match[str]) -> str:
    """Return what replaces a mark: a blank if a word follows at once, which the mark kept apart."""
    return " " if mark.string[mark.end() : mark.end() + 1].isalnum() else ""


def _in_case_of(masculine: str, couple: re.Match[str]) -> str:
    return masculine.capitalize() if couple[0][0].isupper() else masculine


def join_genders(text: str) -> str:
    """Return ``text`` with "X / Y" cut to the masculine, where Y is X in the other gender word by word.

    A word beside its other gender names a person, whether or not a list has it.

    >>> join_genders("Garde moniteur / Garde monitrice de parc"), join_genders("Garde Forestier/Forestière")
    ('Garde moniteur de parc', 'Garde Forestier')
    >>> join_genders("client/serveur, TCP/IP")
    'client/serveur, TCP/IP'
    """
    at = 0
    while slash := _SLASH.search(text, at):
        cut = _other_gender(text, slash.start(), slash.end())
        if cut is None:
            at = slash.end()
            continue
        start, end = cut
        text = text[:start] + text[end:]
        # The cut may have brought the halves of another title together around an earlier slash: go back as
        # far as a title reaches.
        at = max(0, start - _LONGEST - len(" / "))
    return text


def _other_gender(text: str, end: int, start: int) -> tuple[int, int] | None:
    """Return start and end of the feminine half and the slash, of the longest title given in both genders.

    ``end`` and ``start`` are the ends of the slash: the first half ends at ``end``, the second begins at
    ``start``.
    """
    base = max(0, end - _LONGEST)
    before, behind = _RUN_BEFORE.search(text[base:end]), _RUN_BEHIND.match(text[start : start + _LONGEST])
    if not before or not behind:
        return None
    sign_before = text[base + before.start() - 1 : base + before.start()]
    if sign_before in ("/", "."):  # a path, a date or an address
        return None
    left, right = list(_WORD.finditer(before[0])), list(_WORD.finditer(behind[0]))
    for many in range(min(len(left), len(right)), 0, -1):
        first = [word[0].lower() for word in left[-many:]]
        second = [word[0].lower() for word in right[:many]]
        if _is_feminine_of(first, second):
            return end, start + right[many - 1].end()
        if _is_feminine_of(second, first):
            return base + before.start() + left[-many].start(), start
    return None


def _is_feminine_of(masculine: list[str], feminine: list[str]) -> bool:
    """Return whether the second title is the first in the feminine.

    Each of its words is the same, the determiner's feminine, or a feminine noun or adjective; at least one
    word of the last sort differs.
    """
    has_noun = False
    for m, f in zip(masculine, feminine, strict=True):
        if m == f or DETERMINERS.get(f) == m:
            continue
        if not any(are_genders(*pair) for pair in _numbers(m, f)):
            return False
        has_noun = True
    return has_noun


def _numbers(masculine: str, feminine: str) -> Iterator[tuple[str, str]]:
    """Yield both words as they are, and in the singular if both look like plurals."""
    yield masculine, feminine
    if masculine.endswith("aux"):
        masculine = masculine[:-2] + "ls"
    if masculine.endswith("s") and feminine.endswith("s"):
        yield masculine[:-1], feminine[:-1]


def fold_doublets(text: str) -> str:
    """Return ``text`` with "X / X", "X et X" and "X ou X" cut to one X.

    >>> fold_doublets("chef d'équipe / chef d'équipe du nettoiement")
    "chef d'équipe du nettoiement"
    """
    at = 0
    while found := _JOIN.search(text, at):
        repeated = _repeated_length(text, found.start(), found.end())
        if repeated:
            text = text[: found.start()] + text[found.end() + repeated :]
            at = found.start()
        else:
            at = found.end()
    return text


def _repeated_length(text: str, end: int, start: int) -> int:
    """Return the length of the longest run of words both before ``end`` and from ``start`` on; 0 if none."""
    left, right = text[max(0, end - _LONGEST) : end].lower(), text[start : start + _LONGEST].lower()
    first = right[:1]
    for word in _WORD_START.finditer(left):
        said = left[word.start() :]
        if word[0] == first and right.startswith(said) and not right[len(said) : len(said) + 1].isalnum():
            return len(said)
    return 0


def _closed(found: re.Match[str]) -> str:
    """Return what replaces a word's inclusive ending: "" or the plural's "s"; the ending if it is none."""
    last = _LAST_WORD.search(found.string, max(0, found.start() - _LONGEST_WORD), found.start())
    word, stem, end = (last[0] if last else ""), found["stem"] or "", found["end"]
    if found["sign"] == "." and _is_in_address(found, word):
        return found[0]
    if not (_is_sure(found["sign"], word) or fits(word + stem, end)):
        return found[0]
    needs_s = _is_plural(found) and not (word + stem).endswith(("s", "x"))
    return stem + ("s" if needs_s else "")


def _is_sure(sign: str, word: str) -> bool:
    """Return whether the sign alone shows an inclusive ending: a middle dot behind a word of letters."""
    return sign in _DOTS and not word.isdigit() and len(word) > 1


def _is_plural(found: re.Match[str]) -> bool:
    return bool(found["many"]) or found[0].endswith(")s") or found["end"].lower().endswith("s")


def _is_in_address(found: re.Match[str], word: str) -> bool:
    """Return whether the word before a dot belongs to an address: "www.amazon.es", "a@b.fr"."""
    at = found.start() - len(word)
    return found.string[at - 1 : at] in _PART_OF_ADDRESS


def fits(word: str, ending: str) -> bool:
    """Return whether ``ending`` makes another gender of ``word``.

    >>> fits("développeur", "euse"), fits("directeur", "rice"), fits("amazon", "es")
    (True, True, False)
    """
    word, ending = word.lower(), ending.lower()
    known = lexicon().nouns.get(word) or lexicon().modifiers.get(word)
    if ending == "s":
        return known is not None or word in MASCULINE_DETERMINERS
    singular_ending = ending.removesuffix("s")
    if known and word not in {known.singular, known.plural}:  # the word is a feminine already
        return known.singular.endswith(singular_ending)
    if word in ("un", "certain", "chacun", "aucun", "quel", "nul"):
        return ending in ("e", "le", "es", "les")
    return bool(known or _OPEN.search(word)) and _completes(word.removesuffix("s"), singular_ending)


def _completes(word: str, ending: str) -> bool:
    """Return whether ``ending`` is the end of a regular feminine of ``word``, as far as the two differ."""
    for feminine in _feminines(word):
        differing = len(feminine) - _common_length(feminine, word)
        if feminine.endswith(ending) and len(ending) >= differing:
            return True
    return False


def _common_length(one: str, other: str) -> int:
    """Return how many characters two words have in common from their beginning."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def _feminines(word: str) -> list[str]:
    """Return the regular feminines a masculine singular may have."""
    if word.endswith("x"):
        return [word[:-1] + "se"]
    feminines = [word + "e", word + word[-1] + "e", word + "sse"]
    if word.endswith("eur"):
        feminines += [word[:-1] + "se", word[:-3] + "rice", word[:-3] + "ice"]
    elif word.endswith("er"):
        feminines += [word[:-2] + "ère", word[:-1] + "use"]
    elif word.endswith("f"):
        feminines.append(word[:-1] + "ve")
    return feminines
