"""The value of each meeting of an event: from the recommender, or from the participants' own texts."""

from collections.abc import Mapping, Sequence

import numpy as np

from matcher.arrays import Floats
from matcher.build import Matcher
from matcher.domain.eligibility import is_listed
from matcher.domain.items import ItemType
from matcher.language import find_by_name
from matcher.meetings import BASE, Roster


def scores_of(roster: Roster, matcher: Matcher) -> tuple[Floats, int]:
    """Score every pair, (n, n) in [0, 1], and count the participants who are in the catalogue.

    Participants who are organisations of the catalogue, by id or name, get the recommender's mutual scores;
    the others get scores of their texts, put on the same mean.
    """
    count, known = known_pairs(labels_of(roster), matcher)
    return blend(roster.scores(), known), count


def labels_of(roster: Roster) -> list[list[str]]:
    """Return under what names each participant may be in the catalogue: its organisation's, its own."""
    return [[person.organisation, person.name] for person in roster.people]


def known_pairs(
    labels: Sequence[Sequence[str]], matcher: Matcher
) -> tuple[int, dict[tuple[int, int], float]]:
    """Return how many participants are organisations of the catalogue, and the scores of their pairs."""
    ids = organisations(labels, matcher)
    return len(ids), recommended(ids, matcher) if len(ids) > 1 else {}


def basis_of(known: int, people: int) -> str:
    """Say in French and English what the scores of ``people`` rest on, ``known`` of them in the catalogue."""
    texts = "textes des participants / participants' texts"
    if known < 2:
        return f"{texts} ({known} du catalogue / of the catalogue)"
    basis = f"recommandeur / recommender ({known} sur / of {people})"
    return basis if known == people else f"{basis} ; autres / others : {texts}"


def organisations(labels: Sequence[Sequence[str]], matcher: Matcher) -> dict[int, str]:
    """Find the participants who are organisations that may be introduced: number to id, by id or name."""
    stored = matcher.store.items.names(ItemType.ORGANISATION)
    ids = [item_id for item_id, _ in stored]
    names = [name for _, name in stored]
    found = {}
    for number, given in enumerate(labels):
        for label in given:
            fits = find_by_name(label, names, ids).found
            if len(fits) == 1:
                found[number] = ids[fits[0]]
                break
    items = matcher.store.items.get_many(list(found.values()))
    return {number: item_id for number, item_id in found.items() if is_listed(items[item_id])}


def recommended(ids: dict[int, str], matcher: Matcher) -> dict[tuple[int, int], float]:
    """Score pairs of known organisations: geometric mean of both directions, each lifted by .05."""
    items = matcher.store.items.get_many(list(ids.values()))
    scores = {item_id: matcher.recommender.mutual_scores(item) for item_id, item in items.items()}
    pairs = {}
    for i, a in ids.items():
        for j, b in ids.items():
            if i != j:
                both_ways = (BASE + scores[a].get(b, 0.0)) * (BASE + scores[b].get(a, 0.0))
                pairs[i, j] = float(np.sqrt(both_ways)) / (1 + BASE)
    return pairs


def blend(texts: Floats, pairs: Mapping[tuple[int, int], float]) -> Floats:
    """Put the scores of known pairs in place of those of texts, and the others on the same mean.

    Without known pairs the scores of texts stay.

    Examples
    --------
    >>> texts = np.array([[0.0, 0.2, 0.1], [0.2, 0.0, 0.3], [0.1, 0.3, 0.0]])
    >>> blend(texts, {(0, 1): 0.6, (1, 0): 0.6}).round(1).tolist()
    [[0.0, 0.6, 0.3], [0.6, 0.0, 0.9], [0.3, 0.9, 0.0]]
    """
    if not pairs:
        return texts
    rows, columns = np.array(list(pairs)).T
    values = np.array(list(pairs.values()))
    mean_of_texts = float(texts[rows, columns].mean())
    mixed = texts.copy()
    if mean_of_texts and values.any():
        mixed *= values.mean() / mean_of_texts
    mixed[rows, columns] = values
    clipped: Floats = np.minimum(1, mixed)
    return clipped
