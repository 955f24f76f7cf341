"""Inclusive spellings closed up to the masculine they are built on, and titles said twice said once.

"développeur·se", "développeur(euse)", "développeur/euse", "développeur.euse" become "développeur"; "(H/F)"
goes. A middle dot says what it is; dots, hyphens, slashes and brackets do not ("amazon.es", "porte-clés"),
so there the ending must fit its word. Usage: Haut Conseil à l'Égalité, guide of 2022, and job advertisements.
"""

import re
from collections.abc import Iterator

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
_MARKER = re.compile(  # a run is entered where it begins, or each of its signs would run to its end again
    rf"(?<!\s)\s*[(\[]\s*(?:{_HF}|x|X)(?:\s*[/|,-]\s*(?:{_HF}|x|X|d|D|w|W|nb|NB|n|N|i|\+))+\s*[)\]]"
    r"|(?<![\s,–-])[\s,–-]*(?<![\w/-])"
    r"(?:[hHmM] ?/ ?[fF]|[fF] ?/ ?[hHmM])(?: ?/ ?(?:x|X|d|D|nb|NB|n|N))?(?![\w/])"
)
_COUPLES = tuple(
    (
        re.compile(rf"\b(?:{forms})(?: ?[/·.(] ?| ou | et )(?:d['’e] ?)?(?:{forms})\b\)?", re.IGNORECASE),
        masculine,
    )
    for forms, masculine in (
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
)
_ALL = re.compile(rf"\btou[{_DOTS}.(-]tes?\)?[{_DOTS}.-]?s?\b", re.IGNORECASE)
_BLEND = re.compile(rf"\b(?:{'|'.join(BLENDS)})\b")
_JOIN = re.compile(
    r" ?/ ?| (?:et|ou) (?:d['’]|de |des |les |le |un |nos |l['’]|du |aux |au )?", re.IGNORECASE
)
_WORD_START = re.compile(r"\b\w")
_LONGEST = 120  # characters of a title said twice
_SLASH = re.compile(r"(?<=[\w.)]) ?/ ?(?=\w)")
_RUN_BEFORE = re.compile(r"(?:\w+[ '’-]{1,2})*\w+$")
_RUN_BEHIND = re.compile(r"\w+(?:[ '’-]{1,2}\w+)*")
_WORD = re.compile(r"\w+")


def close_up(text: str) -> str:
    """``text`` without inclusive endings and "(H/F)" marks.

    >>> close_up("Un·e développeur·se web (H/F), ou technicien(ne) ; porte-clés sur amazon.es")
    'Un développeur web, ou technicien ; porte-clés sur amazon.es'
    """
    text = _MARKER.sub(
        lambda found: " " if found.string[found.end() : found.end() + 1].isalnum() else "", text
    )
    text = _BLEND.sub(lambda found: BLENDS[found[0]], _ALL.sub("tous", text))
    for couple, masculine in _COUPLES:
        text = couple.sub(lambda found, to=masculine: to.capitalize() if found[0][0].isupper() else to, text)  # type: ignore[misc]
    return _ENDING.sub(_closed, text)


def join_genders(text: str) -> str:
    """``text`` with "X / Y" said once, in the masculine, where Y is X in the other gender word by word.

    Standing beside its other gender, a word needs no list to be known for a person's.

    >>> join_genders("Garde moniteur / Garde monitrice de parc"), join_genders("Garde Forestier/Forestière")
    ('Garde moniteur de parc', 'Garde Forestier')
    >>> join_genders("client/serveur, TCP/IP")
    'client/serveur, TCP/IP'
    """
    at = 0
    while slash := _SLASH.search(text, at):
        cut = _other_gender(text, slash.start(), slash.end())
        text = text[: cut[0]] + text[cut[1] :] if cut else text
        # What is shorter now may say a title twice with a slash passed before, if that is near.
        at = max(0, cut[0] - _LONGEST - len(" / ")) if cut else slash.end()
    return text


def _other_gender(text: str, end: int, start: int) -> tuple[int, int] | None:
    """Start and end of the feminine half, with the slash, of the longest title said in both genders."""
    base = max(0, end - _LONGEST)
    before, behind = _RUN_BEFORE.search(text[base:end]), _RUN_BEHIND.match(text[start : start + _LONGEST])
    if not before or not behind or text[base + before.start() - 1 : base + before.start()] in ("/", "."):
        return None
    left, right = list(_WORD.finditer(before[0])), list(_WORD.finditer(behind[0]))
    for many in range(min(len(left), len(right)), 0, -1):
        one, other = ([word[0].lower() for word in half] for half in (left[-many:], right[:many]))
        if _is_feminine_of(one, other):
            return end, start + right[many - 1].end()
        if _is_feminine_of(other, one):
            return base + before.start() + left[-many].start(), start
    return None


def _is_feminine_of(masculine: list[str], feminine: list[str]) -> bool:
    """Whether every word is the same or a feminine, and one that is no determiner differs."""
    differing = [(m, f) for m, f in zip(masculine, feminine, strict=True) if m != f]
    nouns = [(m, f) for m, f in differing if DETERMINERS.get(f) != m]
    return bool(nouns) and all(any(are_genders(m, f) for m, f in _numbers(*pair)) for pair in nouns)


def _numbers(masculine: str, feminine: str) -> Iterator[tuple[str, str]]:
    """Both words as they are, and in the singular where both have the look of a plural."""
    yield masculine, feminine
    if masculine.endswith("aux"):
        masculine = masculine[:-2] + "ls"
    if masculine.endswith("s") and feminine.endswith("s"):
        yield masculine[:-1], feminine[:-1]


def fold_doublets(text: str) -> str:
    """``text`` with "X / X", "X et X" and "X ou X" said once.

    >>> fold_doublets("chef d'équipe / chef d'équipe du nettoiement")
    "chef d'équipe du nettoiement"
    """
    at = 0
    while found := _JOIN.search(text, at):
        again = _said_again(text, found.start(), found.end())
        text = text[: found.start()] + text[found.end() + again :] if again else text
        at = found.start() if again else found.end()
    return text


def _said_again(text: str, end: int, start: int) -> int:
    """Length of the longest run of words that stands both before ``end`` and from ``start`` on."""
    left, right = text[max(0, end - _LONGEST) : end].lower(), text[start : start + _LONGEST].lower()
    first = right[:1]
    for word in _WORD_START.finditer(left):
        said = left[word.start() :]
        if word[0] == first and right.startswith(said) and not right[len(said) : len(said) + 1].isalnum():
            return len(said)
    return 0


def _closed(found: re.Match[str]) -> str:
    last = _LAST_WORD.search(found.string, max(0, found.start() - 40), found.start())
    word, stem, end = (last[0] if last else ""), found["stem"] or "", found["end"]
    if (
        found["sign"] == "."
        and found.string[found.start() - len(word) - 1 : found.start() - len(word)] in _PART_OF_ADDRESS
    ):
        return found[0]
    sure = found["sign"] in _DOTS and not word.isdigit() and len(word) > 1
    if not (sure or fits(word + stem, end)):
        return found[0]
    many = found["many"] or found[0].endswith(")s") or end.lower().endswith("s")
    return stem + ("s" if many and not (word + stem).endswith(("s", "x")) else "")


def fits(word: str, ending: str) -> bool:
    """Whether ``ending`` makes another gender of ``word``.

    >>> fits("développeur", "euse"), fits("directeur", "rice"), fits("amazon", "es")
    (True, True, False)
    """
    word, ending = word.lower(), ending.lower()
    known = lexicon().nouns.get(word) or lexicon().modifiers.get(word)
    if ending == "s":
        return known is not None or word in MASCULINE_DETERMINERS
    if known and word not in {known.singular, known.plural}:
        return known.singular.endswith(ending.removesuffix("s"))
    if word in ("un", "certain", "chacun", "aucun", "quel", "nul"):
        return ending in ("e", "le", "es", "les")
    return bool(known or _OPEN.search(word)) and _completes(word.removesuffix("s"), ending.removesuffix("s"))


def _completes(word: str, ending: str) -> bool:
    feminines = [word + "e", word + word[-1] + "e", word + "sse"]
    if word.endswith("eur"):
        feminines += [word[:-1] + "se", word[:-3] + "rice", word[:-3] + "ice"]
    elif word.endswith("er"):
        feminines += [word[:-2] + "ère", word[:-1] + "use"]
    elif word.endswith("x"):
        feminines = [word[:-1] + "se"]
    elif word.endswith("f"):
        feminines.append(word[:-1] + "ve")
    return any(form.endswith(ending) and len(ending) >= len(form) - _shared(form, word) for form in feminines)


def _shared(one: str, other: str) -> int:
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
