"""Why a pair, in one line of the queue: what one side looks for beside what the other offers.

The whole evidence of a pair asks the recommender, and stands on its own page. A line of the queue rests on
the words of both records alone: a page of them costs less than one such question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matcher.domain.items import Organisation
from matcher.language import content_tokens, fold

_LEAST_COMMON = 0.5
"""Share of the words of the shorter label that both must have: a few of many are shared by chance."""
_LEAST_WORDS = 2
"""Words that both must have, unless one of them is the whole of a label."""
_TELLING = 4
"""Letters from which a word says something by itself; acronyms and what holds digits do from the first."""


@dataclass(frozen=True, slots=True)
class Why:
    """What speaks for a pair: ``seeker`` looks for ``sought`` and ``giver`` offers ``offered``.

    Without such two labels ``common`` names what both say: sectors of their clients, else what they do.
    """

    seeker: str = ""
    sought: str = ""
    giver: str = ""
    offered: str = ""
    common: str = ""


def why_of(first: Organisation, second: Organisation, *, first_seeks: bool = False) -> Why | None:
    """Return the clearest line of a pair, its first side looking before its second; None where there is none.

    ``first_seeks``: the first side asked for the pair, so what it looks for is said wherever it is answered.

    >>> here = Organisation(id="ORG1", name="Un", needs=("audit de sécurité",))
    >>> there = Organisation(id="ORG2", name="Deux", offers=("audits de sécurité pour hôpitaux",))
    >>> found = why_of(here, there)
    >>> found.sought, found.offered
    ('audit de sécurité', 'audits de sécurité pour hôpitaux')
    """
    best: tuple[float, Why] = (0.0, Why())
    for seeker, giver in ((first, second), (second, first)):
        if first_seeks and best[0] >= _LEAST_COMMON:
            break
        for sought in seeker.needs:
            for offered in giver.offers + giver.expertise:
                share = _in_common(sought, offered)
                if share > best[0]:
                    best = (share, Why(seeker.name, sought, giver.name, offered))
    if best[0] >= _LEAST_COMMON:
        return best[1]
    common = _shared(first.sectors, second.sectors) or _shared(first.expertise, second.expertise)
    return Why(common=common) if common else None


def _in_common(one: str, other: str) -> float:
    """Return how far two labels say the same: 1 for equal ones, else the share of the shorter one's words.

    One word of several speaks for nothing: of "web development" and "sustainable development" it is the
    empty one that is shared. A label of one word is found in another as the whole of what is sought.
    """
    if fold(one) == fold(other):
        return 1.0
    here, there = _words(one), _words(other)
    common = sum(here[stem] for stem in here.keys() & there.keys())
    shortest = min(len(here), len(there))
    if not common or common < min(_LEAST_WORDS, shortest):
        return 0.0
    return common / shortest


@lru_cache(maxsize=4096)  # labels of one record stand in many rows
def _words(label: str) -> Mapping[str, bool]:
    """Return the stems of a label, and whether each says something by itself."""
    return {token.stem: _is_telling(token.text) for token in content_tokens(label)}


def _is_telling(word: str) -> bool:
    return len(word) >= _TELLING or word.isupper() or not word.isalpha()


def _shared(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """Return the first label that both have, as the first writes it; "" where there is none."""
    known = {fold(label) for label in theirs}
    return next((label for label in ours if fold(label) in known), "")
