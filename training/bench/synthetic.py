"""Made-up organisations and leads in any number, to measure how the product grows.

Their words are those of the shipped catalogue, crossed at random: a label is one of a real organisation,
alone or with a sector, so that the number of distinct labels grows with the number of items, as it does in
reality. They name no real organisation. The same seed gives the same items.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.domain.items import AnyItem, Lead, Organisation

_TOWNS = (("Toulouse", "31"), ("Montpellier", "34"), ("Rodez", "12"), ("Nîmes", "30"), ("Albi", "81"))
_LEADS_IN = 10
"""One item in so many is a lead."""


@dataclass(frozen=True, slots=True)
class Words:
    """What items are made of: labels, sectors and sentences of real organisations."""

    labels: Sequence[str]
    sectors: Sequence[str]
    sentences: Sequence[str]

    @classmethod
    def of(cls, organisations: Sequence[Organisation]) -> "Words":
        """Collect the words of organisations, in the order of their text."""
        labels: set[str] = set()
        sectors: set[str] = set()
        sentences: set[str] = set()
        for item in organisations:
            labels.update(item.expertise, item.offers, item.needs)
            sectors.update(item.sectors)
            sentences.update(part.strip() for part in item.description.split(". ") if len(part) > 30)
        return cls(sorted(labels), sorted(sectors), sorted(sentences))


def synthetic_items(words: Words, count: int, seed: int = 113) -> Iterator[AnyItem]:
    """Yield ``count`` items, one in ten a lead, the others organisations.

    >>> words = Words(["IA", "cloud", "web"], ["santé", "énergie"], ["Nous faisons des choses utiles."])
    >>> first = list(synthetic_items(words, 20))
    >>> first == list(synthetic_items(words, 20)), len({item.id for item in first})
    (True, 20)
    """
    chance = random.Random(seed)  # noqa: S311  # no secret
    for number in range(count):
        sectors = tuple(chance.sample(words.sectors, min(2, len(words.sectors))))
        text = ". ".join(chance.choices(words.sentences, k=3))
        town, department = chance.choice(_TOWNS)
        if number % _LEADS_IN == 0:
            themes = _labels(chance, words, sectors, 3)
            yield Lead(
                id=f"SYNL{number:06}", name=f"Formation {number}", description=text, themes=themes, city=town
            )
            continue
        yield Organisation(
            id=f"SYN{number:06}",
            name=f"Exemple {number}",
            description=text,
            expertise=_labels(chance, words, sectors, 4),
            sectors=sectors,
            offers=_labels(chance, words, sectors, 3),
            needs=_labels(chance, words, sectors, 2),
            city=town,
            department_code=department,
        )


def _labels(chance: random.Random, words: Words, sectors: Sequence[str], count: int) -> tuple[str, ...]:
    """Draw ``count`` labels, or all where there are fewer; every other one is bound to a sector."""
    drawn = chance.sample(words.labels, min(count, len(words.labels)))
    bound = [f"{label} pour {chance.choice(sectors)}"[:300] for label in drawn[::2]]
    return tuple(dict.fromkeys([*bound, *drawn[1::2]]))
