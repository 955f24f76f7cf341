"""Reactions of organisations to what they were shown, and what follows from them.

- ``reactions``: which reactions hold, what they set aside, which pairs they settle
- ``naming``: the id of an answer, by which reactions name it
- ``giving``: giving a reaction, and what is refused
- ``examples``: reactions as examples to learn from, without names
"""

from matcher.feedback.examples import Example, examples, read_examples, write_examples
from matcher.feedback.giving import FeedbackLog, check, kind_between, react
from matcher.feedback.naming import answer_id
from matcher.feedback.reactions import SETTING_ASIDE, heard, holding, settled_pairs

__all__ = [
    "SETTING_ASIDE",
    "Example",
    "FeedbackLog",
    "answer_id",
    "check",
    "examples",
    "heard",
    "holding",
    "kind_between",
    "react",
    "read_examples",
    "settled_pairs",
    "write_examples",
]
