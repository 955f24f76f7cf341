"""Masculine forms of French adjectives, by ending, for the words that agree with a noun of persons.

Source: Grevisse, *Le bon usage*, §§ 537-556. An ending is trusted only beside a person; the nouns that share
it ("journée", "vente", "filière") are listed, since "responsable filière" must stay.
"""

import re

from matcher.language.words import pairs, words

_ENDINGS = (
    (re.compile(r"(?<=\w\w)ée$"), "é"),
    (re.compile(r"(?<=\w\w)euse$"), "eux"),
    (re.compile(r"(?<=\w\w)ive$"), "if"),
    (re.compile(r"(?<=\w\w)elle$"), "el"),
    (re.compile(r"(?<=\w\w\w)ale$"), "al"),
    (re.compile(r"(?<=\w\w)ante$"), "ant"),
    (re.compile(r"(?<=\w\w)ente$"), "ent"),
    (re.compile(r"(?<=\w\w)ienne$"), "ien"),
    (re.compile(r"(?<=\w)aise$"), "ais"),
    (re.compile(r"(?<=\w)oise$"), "ois"),
)
_NOUNS = words("nouns of things")
# Endings of the masculine and of the feminine.
_FAMILIES = (
    ("eur", "euse"), ("eur", "rice"), ("er", "rice"), ("er", "ère"), ("", "e"), ("n", "nne"), ("l", "lle"),
    ("f", "ve"), ("r", "use"), ("e", "esse"), ("f", "ffe"), ("et", "ète"), ("man", "woman"), ("t", "tte"),
)  # fmt: skip
_QUALITIES = pairs("qualities")
_PERSONS = (
    (re.compile(r"(?<=\w\w\w)euse$"), "eur"),
    (re.compile(r"(?<=\w\w)trice$"), "teur"),
    (re.compile(r"(?<=\w\wic)ienne$"), "ien"),
    (re.compile(r"(?<=[nrt])eure$"), "eur"),
)
_NOT_PERSONS = words("never persons")
_MASCULINE = frozenset(_QUALITIES.values())


def plural(word: str) -> str:
    """Return the plural of a masculine word.

    >>> [plural(word) for word in ("commercial", "nouveau", "curieux", "agent")]
    ['commerciaux', 'nouveaux', 'curieux', 'agents']
    """
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return word[:-1] + "ux"
    return word + ("x" if word.endswith("eau") else "s")


def without_number(word: str) -> str:
    """Return what singular and plural of a lower-case word have in common; not always a word.

    >>> [without_number(word) for word in ("hôpital", "hôpitaux", "réseaux", "cartes", "pays")]
    ['hôpital', 'hôpital', 'réseau', 'carte', 'pay']
    """
    if word.endswith("aux") and not word.endswith("eaux"):
        return word[:-2] + "l"
    return word.rstrip("sx")


def are_genders(masculine: str, feminine: str) -> bool:
    """Return whether the second singular is a regular feminine of the first (Grevisse, §§ 484-503).

    >>> are_genders("moniteur", "monitrice"), are_genders("forestier", "forestière")
    (True, True)
    >>> are_genders("mode", "modem")
    False
    """
    if len(masculine) <= 2:
        return False
    for m, f in _FAMILIES:
        stem = masculine[: len(masculine) - len(m)]
        if masculine.endswith(m) and stem + f == feminine:
            return True
    return False


def quality(word: str) -> tuple[str, bool] | None:
    """Return the masculine singular of a person's quality and whether ``word`` is plural; None if it is none.

    >>> quality("expérimentées"), quality("confirmé"), quality("solutions")
    (('expérimenté', True), ('confirmé', False), None)
    """
    forms = [(word, False)]
    if word.endswith("s"):
        forms.append((word[:-1], True))
    for form, is_plural in forms:
        if form in _QUALITIES:
            return _QUALITIES[form], is_plural
        if form in _MASCULINE:
            return form, is_plural and not form.endswith("x")
    return None


def adjective(word: str) -> tuple[str, bool] | None:
    """Return masculine singular and number of a feminine adjective by its ending; None if it is none.

    >>> adjective("passionnées"), adjective("journée"), adjective("toulousaine")
    (('passionné', True), None, None)
    """
    is_plural = word.endswith("s")
    form = word[:-1] if is_plural else word
    if form in _NOUNS:
        return None
    for ending, masculine in _ENDINGS:
        if ending.search(form):
            return ending.sub(masculine, form), is_plural
    return None


def person(word: str) -> tuple[str, str] | None:
    """Return masculine singular and plural of a feminine noun of persons by its ending; None when unsure.

    >>> person("streameuse"), person("podcasteuses"), person("heureuse"), person("matrice")
    (('streameur', 'streameurs'), ('podcasteur', 'podcasteurs'), None, None)
    """
    singular = word.removesuffix("s")
    if singular in _NOT_PERSONS:
        return None
    for ending, masculine in _PERSONS:
        if ending.search(singular):
            found = ending.sub(masculine, singular)
            return found, found + "s"
    return None


def is_epicene(word: str) -> bool:
    """Return whether an adjective has one form for both genders by its ending: "technique", "bancaire"."""
    return bool(re.search(r"(?:ique|aire|able|ible|iste|ste|gique)s?$", word))


def before_vowel(word: str) -> bool:
    """Return whether "le" elides before ``word`` and "nouveau" becomes "nouvel" (mute h: "hôte").

    >>> before_vowel("ingénieur"), before_vowel("hydrologue"), before_vowel("hacker")
    (True, True, False)
    """
    return bool(re.match(r"[aeiouyàâéèêëîïôöûüœæ]|h(?:[ôyiué]|ab|om|or|er)", word, re.IGNORECASE))
