"""The title of a need: where it ends, and both genders in full words."""

import re

from matcher.hiring.titles import one_gender
from matcher.language import neutral

_LONGEST = 120
_NOT_TITLE = re.compile(
    r"\s*[(\[]\s*(?:[hfmx]\s?[/-]\s?[hfmx](?:\s?[/-]\s?[hfmx])?)\s*[)\]]|\s+[hf]\s?/\s?[fh]\b", re.IGNORECASE
)
_LEADING = re.compile(
    r"^(?:(?:nous\s+)?(?:recrut|recherch|cherch|embauch)\w*\s+"
    r"(?:(?:une?|des?|son|sa|\d+|deux|trois|quatre|plusieurs)\s+)?"
    r"|we\s+(?:need|seek|are\s+(?:looking\s+for|hiring))\s+(?:an?\s+)?"
    r"|besoin\s+d['’e]\s*(?:une?\s+)?|offre\s*(?:d['’]emploi)?\s*[:–-]\s*|poste\s*[:–-]\s*|une?\s+)",
    re.IGNORECASE,
)
_END = re.compile(
    r"[;:\n,]|\.(?=\s|$)|\s[-–|]\s"
    r"|\s(?:à(?!\s+la\b|\s+l['’])|dans|en\s+(?:cdi|cdd|alternance|apprentissage|télétravail)|pour|avec|qui|sur|chez|near|in)\s",
    re.IGNORECASE,
)
_SENIORITY = re.compile(r"\b(?:junior|senior|sénior|confirmée?|débutante?|expérimentée?)s?\b", re.IGNORECASE)


def title_of(text: str) -> str:
    r"""Return the words of a text that are its title, as they are written.

    >>> title_of("développeuse Python junior à Nîmes"), title_of("Nous cherchons un data analyst (H/F)\nCDI")
    ('développeuse Python junior', 'data analyst')
    """
    line = _NOT_TITLE.sub("", text.strip().partition("\n")[0])
    line = _LEADING.sub("", line.strip(" #*-\t"))
    end = _END.search(line)
    return (line[: end.start()] if end else line).strip()[:_LONGEST]


def both_genders(title: str) -> str:
    """Return a title that names both genders in full words, without seniority.

    Every writing of one title gives the same words.

    >>> [both_genders(title) for title in ("développeuse web", "Développeur·se web")]
    ['Développeuse ou développeur web', 'Développeuse ou développeur web']
    >>> both_genders("Data analyst junior")
    'Data analyst'
    """
    plain = neutral(_NOT_TITLE.sub("", title))
    plain = re.sub(r"\s{2,}", " ", _SENIORITY.sub("", plain)).strip(" ,-–/")
    # What follows "et" or "ou" is another job or thing: the first noun names the person.
    word, both = _pair(re.split(r"\s(?:et|ou)\s", plain, maxsplit=1)[0])
    if word:
        plain = plain.replace(word, both, 1)
    return plain[:1].upper() + plain[1:]


def _pair(head: str) -> tuple[str, str]:
    """Return the noun of persons of a title's head and both its forms; "" twice where one form serves all."""
    named = one_gender(head)
    if named is not None:
        return named
    for compound in re.findall(r"\w+-\w+", head):
        first, last = compound.split("-")
        of_last = one_gender(last)
        if of_last is not None:
            feminine, _, masculine = of_last[1].partition(" ou ")
            return compound, f"{first.lower()}-{feminine} ou {first.lower()}-{masculine}"
    return "", ""


def seniority(text: str) -> str:
    """Return the first word that says seniority without saying of what, "" for none."""
    found = _SENIORITY.search(text)
    return found.group() if found else ""
