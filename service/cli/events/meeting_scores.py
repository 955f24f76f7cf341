"""The value of each meeting: from a file, from the catalogue, or from the participants' own texts."""

from pathlib import Path

import numpy as np

from matcher.arrays import Floats
from matcher.build import open_matcher
from matcher.errors import NotReady
from matcher.meetings import Roster, read_scores
from matcher.settings import Settings
from service.meetings import scores_of


def meeting_scores(
    roster: Roster, file: Path | None, settings: Settings, *, texts_only: bool = False
) -> tuple[Floats, str]:
    """Score every pair, (n, n) in [0, 1], and say in French and English what the scores rest on.

    Parameters
    ----------
    roster
        The participants.
    file
        Scores of pairs; a pair it lacks has 0.
    settings
        Where the catalogue is. Participants who are organisations of the catalogue, by id or name, get the
        recommender's mutual scores; the others get scores of their texts, put on the same mean.
    texts_only
        Do not open the catalogue: score by the participants' texts.

    Raises
    ------
    InvalidRequest
        The file of scores cannot be read.
    BackendUnavailable
        The catalogue is there and cannot be opened, for instance because a service holds its index. A
        catalogue that is not there yet is no error: the texts count, and the result says so.
    """
    if file is not None:
        pairs = np.zeros((len(roster), len(roster)))
        for i, j, score in read_scores(file, roster):
            pairs[i, j] = pairs[j, i] = score
        return pairs, f"fichier / file {file}"
    texts = roster.scores()
    if texts_only:
        return texts, "textes des participants / participants' texts"
    try:
        with open_matcher(settings) as matcher:
            return scores_of(roster, matcher)
    except NotReady as missing:
        return (
            texts,
            f"textes des participants, sans catalogue / participants' texts, no catalogue: {missing}",
        )
