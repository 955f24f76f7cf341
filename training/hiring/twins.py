"""Counterfactual twins: the same CV with one trait of the person changed, and what must stay the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from training.hiring.sample import Identity, Material, SampleCv

Change = Callable[[Identity, Material, Random], Identity]


def twin(cv: SampleCv, kind: str, material: Material, chance: Random) -> SampleCv:
    """Return the CV with the trait of a kind changed and every skill as it was; see :data:`KINDS`."""
    return replace(cv, identity=KINDS[kind](cv.identity, material, chance))


def _other_first_name(who: Identity, material: Material, chance: Random) -> Identity:
    return replace(who, first_name=_other(material.first_names, who.first_name, chance))


def _other_last_name(who: Identity, material: Material, chance: Random) -> Identity:
    return replace(who, last_name=_other(material.last_names, who.last_name, chance))


def _other(names: Sequence[str], present: str, chance: Random) -> str:
    return chance.choice([name for name in names if name != present])


KINDS: Mapping[str, Change] = {
    "gender of the title": lambda who, _m, _c: replace(who, feminine_title=not who.feminine_title),
    "gender in sentences": lambda who, _m, _c: replace(who, feminine_sentences=not who.feminine_sentences),
    "first name": _other_first_name,
    "last name": _other_last_name,
    "city district": lambda who, _m, _c: replace(who, district="Bellefontaine"),
    "birth year": lambda who, _m, c: replace(who, birth_year=who.birth_year + c.choice((-15, 15))),
    "study dates": lambda who, _m, c: replace(who, studied_until=who.studied_until + c.choice((-12, 12))),
    "school": lambda who, _m, _c: replace(who, school="Institut Saint-Joseph"),
    "nationality": lambda who, _m, _c: replace(who, nationality="marocaine"),
    "parental leave": lambda who, _m, _c: replace(who, has_been_on_leave=not who.has_been_on_leave),
    "disability": lambda who, _m, _c: replace(who, has_disability=not who.has_disability),
    "association": lambda who, _m, _c: replace(who, association="Association des parents sourds"),
    "photo": lambda who, _m, _c: replace(who, has_photo=not who.has_photo),
    "file name": lambda who, _m, _c: replace(who, file_name="document_final_2.pdf"),
}
"""Fourteen traits, each with how it is changed."""
