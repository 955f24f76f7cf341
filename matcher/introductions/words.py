"""The word that staff add to the request of a side: what it may hold, and until when it may change."""

import re
import unicodedata
from collections.abc import Mapping

from matcher.errors import IllegalStep, InvalidRequest
from matcher.introductions.introduction import Introduction, Origin, Side, State

LONGEST_WORD = 1_000
"""Characters: a word beside the proposal, not a letter instead of it."""

Words = Mapping[Side, str]
"""A word by side; a side that has none may be left out."""

_BOTH, _SECOND = (Side.FIRST, Side.SECOND), (Side.SECOND,)
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")


def sides_to_write_to(introduction: Introduction) -> tuple[Side, ...]:
    """Return the sides whose request is not queued yet, first side first; none once both were asked.

    While a side considers its answer nothing changes: it answers to what it has read. After "not now" the
    next request is another mail, so its word may be another one.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 12, 1, tzinfo=UTC)
    >>> sides_to_write_to(Introduction("IN1", "ORG1", "ORG2", State.FIRST_AGREED, 4, at, at))
    (<Side.SECOND: 'second'>,)
    """
    state = introduction.state
    if state is State.NOT_NOW and introduction.resumes is not None:
        state = introduction.resumes
    if state is State.FIRST_AGREED:
        return _SECOND
    if state in (State.PROPOSED, State.APPROVED):
        # A member that proposes has agreed already: it gets no request.
        return _SECOND if introduction.origin is Origin.MEMBER else _BOTH
    return ()


def cleaned_word(text: str) -> str:
    r"""Return a word as it is kept: lines without spaces around, at most one blank line between two.

    What cannot be seen (zero-width characters, marks of direction) is dropped: it comes along with a copy
    from another program. Links and telephone numbers are left as they are.

    Raises
    ------
    InvalidRequest
        It holds another control character, half a character, or more than :data:`LONGEST_WORD` characters.

    Examples
    --------
    >>> cleaned_word("  Bonjour,\r\nappelez-moi\u200b :\t05 61 00 00 00 \n")
    'Bonjour,\nappelez-moi : 05 61 00 00 00'
    """
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ").split("\n")
    kept = "\n".join(_visible(line).strip() for line in lines)
    word = _BLANK_LINES.sub("\n\n", kept).strip("\n")
    if len(word) > LONGEST_WORD:
        raise InvalidRequest(f"The word has {len(word)} characters: shorten it to {LONGEST_WORD:,} at most.")
    return word


def changed_words(introduction: Introduction, given: Words | None) -> dict[Side, str]:
    """Return the words of both sides after a change; a side that is not given keeps its own, "" removes it.

    A word can be removed in every state: it may name a person who asks to be erased. A mail that is still
    queued then goes without it.

    Raises
    ------
    InvalidRequest
        No word is given, or one may not be kept: see :func:`cleaned_word`.
    IllegalStep
        A side gets no request now that is still to be written: its word can only be removed.
    """
    if not given:
        raise InvalidRequest("Give the words: words, by side (first, second).")
    words, ahead = dict(introduction.words), sides_to_write_to(introduction)
    for side, text in given.items():
        word = cleaned_word(text)
        if word == words.get(side, ""):
            continue
        if word and side not in ahead:
            raise IllegalStep(
                f"{introduction.id} is '{introduction.state.value}': the word for"
                f" {introduction.organisation(side)} can now only be removed. Nothing was done."
            )
        words[side] = word
    return {side: word for side, word in words.items() if word}


def _visible(line: str) -> str:
    """Return a line without what cannot be seen; InvalidRequest for what no mail can carry.

    Half of a pair of surrogates (Cs) is no character: neither the store nor a mail can encode it.
    """
    for character in line:
        if unicodedata.category(character) in ("Cc", "Cs"):
            raise InvalidRequest(
                f"The word holds a control character or half a character (U+{ord(character):04X}):"
                " type that line again."
            )
    return "".join(character for character in line if unicodedata.category(character) != "Cf")
