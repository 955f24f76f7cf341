"""The pipeline of an answer: check the question, retrieve, rerank, diversify, give reasons.

- ``recommender``: the use case, from question to answer
- ``questions``: which questions are answered
- ``analysis``: what a text says, worked out once (labels, words, concepts, senses, place, exclusions)
- ``features``: an analysis with its vectors, and the cache of items
- ``similarity``: labels and texts of a question compared with those of its hits
- ``evidence``: what speaks for a match, and when it is clear
- ``calibration``: from a score to a probability
- ``history``: who takes part in which factory, what those alike do, what the asker said of items before
- ``presentation``: what an answer says of each item, and as a whole
- ``planned``: the plan of introductions in an answer
- ``policies``: the kinds of question as data: signals and their weights
- ``rerank``: signals, scores and the diverse list (MMR)
- ``reasons``, ``gaps``: which evidence is quoted, and what is missing
- ``phrases``: the sentences of an answer, in French and English
- ``free_text``: the place a text names
"""

from matcher.recommend.analysis import Analyser, Analysis
from matcher.recommend.features import Features
from matcher.recommend.policies import POLICIES, SIGNALS, WEIGHTS_FILE, Policy, learnt
from matcher.recommend.recommender import Recommender
from matcher.recommend.rerank import Scored

__all__ = [
    "POLICIES",
    "SIGNALS",
    "WEIGHTS_FILE",
    "Analyser",
    "Analysis",
    "Features",
    "Policy",
    "Recommender",
    "Scored",
    "learnt",
]
