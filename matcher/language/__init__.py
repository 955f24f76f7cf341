"""The French analyser: what every text goes through before it is compared.

- ``analyser``: ``neutral`` (one form for all genders), ``tokens``, stop words, the analyser's version
- ``folding``: ``fold`` and ``fold_words``, comparison without case and accents
- ``exclusions``: negated parts of a text, answers that say nothing
- ``lookup``: search by name or id
- ``spelling``: words of a request read as those they are typed for
- ``twins``: two records of one organisation
- ``gender``, ``inclusive``, ``inflection``: the rules behind ``neutral``
- ``lexicon``, ``words``: the word lists of these rules (``roles_fr.tsv``, ``words_fr.ini``)
"""

from matcher.language.analyser import (
    ANALYSER,
    LONGEST_KEPT,
    STOPWORDS,
    Token,
    content_tokens,
    fold,
    fold_words,
    is_acronym,
    neutral,
    tokens,
)
from matcher.language.exclusions import Span, exclusions, is_empty_answer, negations
from matcher.language.lookup import NameSearch, find_by_name, find_one, organisation_key, same_names
from matcher.language.spelling import Names, Reading, Spelling, as_read
from matcher.language.twins import are_twins, twin_key, twin_pairs

__all__ = [
    "ANALYSER",
    "LONGEST_KEPT",
    "STOPWORDS",
    "NameSearch",
    "Names",
    "Reading",
    "Span",
    "Spelling",
    "Token",
    "are_twins",
    "as_read",
    "content_tokens",
    "exclusions",
    "find_by_name",
    "find_one",
    "fold",
    "fold_words",
    "is_acronym",
    "is_empty_answer",
    "negations",
    "neutral",
    "organisation_key",
    "same_names",
    "tokens",
    "twin_key",
    "twin_pairs",
]
