"""The closed word classes of ``words_fr.ini``, read once a list."""

from configparser import ConfigParser
from functools import cache
from importlib import resources


@cache
def _lists() -> ConfigParser:
    lists = ConfigParser(interpolation=None)
    lists.read_string(
        resources.files("matcher.language").joinpath("words_fr.ini").read_text(encoding="utf-8")
    )
    return lists


def words(section: str) -> frozenset[str]:
    """Words of a section.

    >>> "les" in words("plurals")
    True
    """
    return frozenset(_lists()[section]["words"].split())


def pairs(section: str) -> dict[str, str]:
    """Feminine to masculine forms of a section.

    >>> pairs("determiners")["une"]
    'un'
    """
    return dict(pair.split("/") for pair in _lists()[section]["words"].split())
