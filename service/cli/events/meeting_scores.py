"""The value of each meeting: from a file, from the catalogue, or from the participants' own texts."""

import json
from pathlib import Path

import numpy as np

from matcher.arrays import Floats
from matcher.errors import NotReady
from matcher.meetings import Roster, read_scores
from matcher.settings import Settings
from service.cli.catalogue import opened_index
from service.meetings import basis_of, blend, labels_of, scores_of
from service.running import RunningService, find_running


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
        The catalogue is there and cannot be opened. A catalogue that is not there yet is no error: the texts
        count, and the result says so.
    """
    if file is not None:
        pairs = np.zeros((len(roster), len(roster)))
        for i, j, score in read_scores(file, roster):
            pairs[i, j] = pairs[j, i] = score
        return pairs, f"fichier / file {file}"
    texts = roster.scores()
    if texts_only:
        return texts, "textes des participants / participants' texts"
    running = find_running(settings)
    try:
        if running is not None:
            return _asked(roster, running)
        with opened_index(settings) as matcher:
            scores, known = scores_of(roster, matcher)
            return scores, basis_of(known, len(roster))
    except NotReady as missing:
        return (
            texts,
            f"textes des participants, sans catalogue / participants' texts, no catalogue: {missing}",
        )


def _asked(roster: Roster, running: RunningService) -> tuple[Floats, str]:
    """Score with the running service, which has the index."""
    answer = json.loads(running.ask("POST", "/v1/commands/meeting-pairs", {"labels": labels_of(roster)}))
    pairs = {(i, j): value for i, j, value in answer["pairs"]}
    return blend(roster.scores(), pairs), basis_of(answer["known"], len(roster))
