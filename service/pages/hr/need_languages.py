"""Languages that a job asks, as people write them: by name, French or English, or by ISO code."""

import re
from collections.abc import Sequence

from matcher.hiring.candidates import LANGUAGES
from matcher.hiring.needs import NeedRefused
from matcher.language import fold
from service.words import Language

_CODES = {fold(name): code for code, names in LANGUAGES.items() for name in (code, *names)}
_BETWEEN = re.compile(r"[\s,;/+&]+")
_AND = frozenset({"et", "and"})
_CODE = re.compile(r"[a-z]{2}")


def codes_of(words: str) -> tuple[str, ...]:
    """Return the languages that ``words`` name, each once, in their order; a word that names none as it is.

    >>> codes_of("Anglais, espagnol et German"), codes_of("en es"), codes_of("klingon"), codes_of("")
    (('en', 'es', 'de'), ('en', 'es'), ('klingon',), ())
    """
    named = [word for word in _BETWEEN.split(words) if word and word.lower() not in _AND]
    return tuple(dict.fromkeys(_CODES.get(fold(word), word) for word in named))


def names_of(languages: Sequence[str], lang: Language) -> str:
    """Return languages by their names in ``lang``, to be typed over; what has no name as it is.

    >>> names_of(("en", "es", "ru"), "fr"), names_of(("en", "es"), "en")
    ('anglais, espagnol, ru', 'English, Spanish')
    """
    return ", ".join(LANGUAGES.get(code, (code, code))[lang == "en"] for code in languages)


def require_languages(languages: Sequence[str]) -> None:
    """Refuse a word that is neither a language of the list nor a code; NeedRefused says which and what is."""
    for word in languages:
        if not _CODE.fullmatch(word):
            raise NeedRefused(
                f"Langue inconnue : « {word} ». Écrivez : {names_of(tuple(LANGUAGES), 'fr')}.",
                f"Unknown language: '{word}'. Write: {names_of(tuple(LANGUAGES), 'en')}.",
            )
