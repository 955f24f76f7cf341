"""A request for leads without the words that say who is wanted: they find no lead, and the asker is told.

"Une femme de moins de 30 ans, développeuse Python" asks for leads to a job of Python. The sex and the age
would order the leads, and the law forbids to choose by them. Where a sentence names a public scheme or aims
at balance, the wordings of offers leave its words alone, and so does this.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from matcher.domain.answers import Missing
from matcher.domain.items import Profile
from matcher.hiring.grounds import GroundCheck, Unlawful
from matcher.hiring.wordings import Words
from matcher.language import exclusions

_ORDERING = frozenset({"age", "sexe"})
"""Grounds whose words would order leads, as schemes are for them; others may be what a job is about."""
_YOUNG = re.compile(r"jeunes?\b", re.IGNORECASE)
"""Of "jeune technicien" the age alone is left out: the rest names the job."""


def screened(check: GroundCheck, profile: Profile) -> tuple[Profile, tuple[Missing, ...]]:
    """Return a request with blanks for the words about a person, and a notice that quotes them.

    Every other sign keeps its place, so that what is quoted of the rest is as it was written. Nothing is
    changed and nothing said where there are no such words.

    >>> from matcher.hiring import read_ground_check
    >>> check = read_ground_check(getfixture("request").config.rootpath / "data")
    >>> profile, (notice,) = screened(check, Profile(description="une femme, développeuse Python à Rodez"))
    >>> profile.description.strip(" ,")
    'développeuse Python à Rodez'
    >>> notice.fr.partition(",")[0]
    'Ces mots disent qui vous cherchez'
    """
    found: list[Unlawful] = []
    texts = {name: getattr(profile, name) for name in ("description", "needs", "expertise")}
    changed: dict[str, object] = {}
    for name, value in texts.items():
        if isinstance(value, str):
            changed[name] = _blanked(check, value, found)
        else:
            changed[name] = tuple(_blanked(check, text, found) for text in value)
    if not found:
        return profile, ()
    return profile.model_copy(update=changed), (_notice(found),)


def _blanked(check: GroundCheck, text: str, found: list[Unlawful]) -> str:
    for span in exclusions(text):
        persons = check.found(span.text)
        if persons:  # "pas de seniors": an answer must not say that it left people out by such a ground
            found.append(replace(persons[0], words=Words(span.text, span.start, span.end)))
            text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    for one in check.found(text, of_job=True):
        if one.ground.criterion in _ORDERING:
            start, end = one.words.start, one.words.end
            young = _YOUNG.match(one.words.text) if one.ground.criterion == "age" else None
            end = start + young.end() if young else end
            found.append(replace(one, words=Words(text[start:end], start, end)))
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _notice(found: Sequence[Unlawful]) -> Missing:
    quoted_fr = ", ".join(f"« {one.words.text} » ({one.ground.name_fr})" for one in found)
    quoted_en = ", ".join(f"“{one.words.text}” ({one.ground.name_en})" for one in found)
    return Missing(
        code="person_words",
        fr=(
            f"Ces mots disent qui vous cherchez, et n'ont compté pour aucune piste : {quoted_fr}. La loi"
            " interdit d'en faire un critère (Code du travail, L1132-1). Décrivez le poste ; les conditions"
            " d'un dispositif public sont citées avec lui."
        ),
        en=(
            f"These words say whom you want, and counted for no lead: {quoted_en}. The law forbids such a"
            " criterion (Code du travail, L1132-1). Describe the job; the conditions of a public scheme are"
            " quoted with it."
        ),
    )
