"""What a meeting is worth: from a file, from the recommender, or from the participants' own texts."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher import settings as configuration
from matcher.build import Matcher, open_matcher
from matcher.domain.eligibility import is_listed
from matcher.domain.items import ItemType
from matcher.errors import MatcherError
from matcher.language.lookup import find_by_name
from matcher.meetings.participants import BASE, Roster

Floats = NDArray[np.float64]


def worth(roster: Roster, file: Path | None) -> tuple[Floats, str]:
    """Score every pair, (n, n) in [0, 1], and say where the scores come from.

    With a file of pairs, these (0 for pairs it lacks). Else the recommender's mutual scores for participants
    who are organisations of the catalogue, by id or name, and the participants' texts for the others, put on
    the same mean. Without a catalogue, texts alone.
    """
    if file is not None:
        from matcher.meetings.files import read_scores

        pairs = np.zeros((len(roster), len(roster)))
        for i, j, score in read_scores(file, roster):
            pairs[i, j] = pairs[j, i] = score
        return pairs, f"{file}"
    texts = roster.scores()
    try:
        with open_matcher(configuration.load()) as matcher:
            ids = organisations(roster, matcher)
            if len(ids) < 2:
                return texts, f"textes / texts ({len(ids)} organisations du catalogue / of the catalogue)"
            return blend(texts, recommended(ids, matcher)), (
                f"recommandeur / recommender ({len(ids)} sur / of {len(roster)}), textes / texts"
            )
    except MatcherError as fault:
        return texts, f"textes / texts (pas de recommandeur / no recommender: {fault})"


def organisations(roster: Roster, matcher: Matcher) -> dict[int, str]:
    """Find the participants who are organisations that may be introduced: number to id, by id or name."""
    stored = matcher.store.items.names(ItemType.ORGANISATION)
    ids = [item_id for item_id, _ in stored]
    names = [name for _, name in stored]
    found = {}
    for number, person in enumerate(roster.people):
        for label in (person.organisation, person.name):
            fits = find_by_name(label, names, ids).found
            if len(fits) == 1:
                found[number] = ids[fits[0]]
                break
    listed = matcher.store.items.get_many(list(found.values()))
    return {number: item_id for number, item_id in found.items() if is_listed(listed[item_id])}


def recommended(ids: dict[int, str], matcher: Matcher) -> dict[tuple[int, int], float]:
    """Score pairs of known organisations: geometric mean of both directions, each lifted by .05."""
    items = matcher.store.items.get_many(list(ids.values()))
    scores = {item_id: matcher.recommender.mutual_scores(item) for item_id, item in items.items()}
    return {
        (i, j): float(np.sqrt((BASE + scores[a].get(b, 0.0)) * (BASE + scores[b].get(a, 0.0)))) / (1 + BASE)
        for i, a in ids.items()
        for j, b in ids.items()
        if i != j
    }


def blend(texts: Floats, pairs: dict[tuple[int, int], float]) -> Floats:
    """Put the scores of known pairs in place of those of texts, and the others on the same mean.

    Examples
    --------
    >>> texts = np.array([[0.0, 0.2, 0.1], [0.2, 0.0, 0.3], [0.1, 0.3, 0.0]])
    >>> blend(texts, {(0, 1): 0.6, (1, 0): 0.6}).round(1).tolist()
    [[0.0, 0.6, 0.3], [0.6, 0.0, 0.9], [0.3, 0.9, 0.0]]
    """
    rows, columns = np.array(list(pairs)).T
    values = np.array(list(pairs.values()))
    usual = float(texts[rows, columns].mean())
    mixed = texts * (values.mean() / usual) if usual and values.any() else texts.copy()
    mixed[rows, columns] = values
    clipped: Floats = np.minimum(1, mixed)
    return clipped
