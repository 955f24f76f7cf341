"""A word of staff: what it may hold, until when it may change, and that it is no decision."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import IllegalStep, InvalidRequest
from matcher.introductions import (
    LONGEST_WORD,
    Act,
    Introduction,
    Side,
    State,
    cleaned_word,
    sides_to_write_to,
)
from tests.introductions.cluster import FIRST, SECOND, START, Cluster, cluster

WORD = "Vu au salon : appelez-moi au 05 61 00 00 00, https://example.org/x?a=1&b=2"
BOTH = {Side.FIRST: "pour la première", Side.SECOND: "pour la seconde"}


def asked_second(home: Cluster) -> Introduction:
    home.asked()
    home.act(Act.YES, FIRST)
    home.worker.due(home.now)
    return home.kept.get("IN1")


def test_a_word_is_kept_for_its_side_alone_and_is_no_decision() -> None:
    home = cluster()
    home.propose()
    home.later(days=2)
    written = home.act(Act.WRITE, words={Side.SECOND: WORD})
    assert (written.state, written.words) == (State.PROPOSED, {Side.SECOND: WORD})
    assert written.changed_at == START, "it waits since it was proposed"
    assert (home.kept.history("IN1")[-1].act, home.kept.history("IN1")[-1].at) == (Act.WRITE, home.now)
    assert home.act(Act.WRITE, words={Side.FIRST: "Bonjour"}).words == {
        Side.FIRST: "Bonjour",
        Side.SECOND: WORD,
    }
    assert home.act(Act.WRITE, words={Side.SECOND: " \n"}).words == {Side.FIRST: "Bonjour"}
    assert home.events() == []


def test_the_word_of_a_side_stays_what_it_is_once_its_request_is_queued() -> None:
    home = cluster()
    home.propose()
    home.act(Act.WRITE, words=BOTH)
    home.act(Act.APPROVE)
    home.worker.due(home.now)
    with pytest.raises(IllegalStep, match="'write' is not possible"):  # it considers what it has read
        home.act(Act.WRITE, words={Side.SECOND: "autre"})
    home.act(Act.YES, FIRST)
    with pytest.raises(IllegalStep, match="ORG1 gets no request of IN1"):
        home.act(Act.WRITE, words={Side.FIRST: "autre"})
    same = home.act(Act.WRITE, words={Side.FIRST: BOTH[Side.FIRST], Side.SECOND: "autre"})
    assert same.words == {**BOTH, Side.SECOND: "autre"}
    home.worker.due(home.now)
    with pytest.raises(IllegalStep, match="'write' is not possible"):
        home.act(Act.WRITE, words={Side.SECOND: ""})


def test_after_not_now_the_next_request_may_have_another_word() -> None:
    home = cluster()
    asked_second(home)
    put_off = home.act(Act.NOT_NOW, SECOND, until=home.now + timedelta(days=30))
    assert sides_to_write_to(put_off) == (Side.SECOND,)
    assert home.act(Act.WRITE, words={Side.SECOND: "Comme convenu"}).words == {Side.SECOND: "Comme convenu"}


def test_a_member_that_proposes_gets_no_request_and_no_word() -> None:
    home = cluster()
    assert sides_to_write_to(home.propose(actor=FIRST)) == (Side.SECOND,)
    with pytest.raises(IllegalStep, match="ORG1 gets no request"):
        home.act(Act.WRITE, words={Side.FIRST: "Bonjour"})


@pytest.mark.parametrize(
    "text",
    ["Bonjour\x00", "a\x1b[31m", "a\x07b", "\x85", "a\ud800b", "\udc80", "x" * (LONGEST_WORD + 1)],
    ids=["null", "escape", "bell", "next_line", "high_half", "low_half", "too_long"],
)
def test_a_control_character_or_too_long_a_word_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"control character|shorten it to 1,000"):
        cleaned_word(text)


def test_links_numbers_and_lines_are_kept_and_what_cannot_be_seen_is_not() -> None:
    assert cleaned_word(WORD) == WORD
    assert cleaned_word("a\u200b\u202eb\r\n\r\n\r\n\r\n  c\u2028d ") == "ab\n\nc\nd"
    assert cleaned_word("x" * LONGEST_WORD) == "x" * LONGEST_WORD


@given(st.text(max_size=60))
def test_a_cleaned_word_is_clean(text: str) -> None:
    try:
        word = cleaned_word(text)
    except InvalidRequest:
        return
    assert cleaned_word(word) == word
    assert not {unicodedata.category(character) for character in word.replace("\n", "")} & {"Cc", "Cf"}


def test_without_words_nothing_is_written() -> None:
    home = cluster()
    home.propose()
    with pytest.raises(InvalidRequest, match="Give the words"):
        home.act(Act.WRITE)
