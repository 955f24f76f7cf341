"""A word of staff: what it may hold, until when it may change, and that it is no decision."""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import IllegalStep, InvalidRequest
from matcher.introductions import (
    LONGEST_WORD,
    Act,
    Details,
    Introduction,
    Rules,
    Side,
    Situation,
    State,
    advance,
    cleaned_word,
    sides_to_write_to,
)
from tests.introductions.cluster import FIRST, SECOND, STAFF, START, Cluster, cluster

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


def test_the_word_of_a_side_can_only_be_removed_once_its_request_is_queued() -> None:
    home = cluster()
    home.propose()
    home.act(Act.WRITE, words=BOTH)
    home.act(Act.APPROVE)
    home.worker.due(home.now)
    with pytest.raises(IllegalStep, match="the word for ORG2 can now only be removed"):
        home.act(Act.WRITE, words={Side.SECOND: "autre"})  # the first considers what it has read
    home.act(Act.YES, FIRST)
    with pytest.raises(IllegalStep, match="the word for ORG1 can now only be removed"):
        home.act(Act.WRITE, words={Side.FIRST: "autre"})
    same = home.act(Act.WRITE, words={Side.FIRST: BOTH[Side.FIRST], Side.SECOND: "autre"})
    assert same.words == {**BOTH, Side.SECOND: "autre"}
    home.worker.due(home.now)
    with pytest.raises(IllegalStep, match="is 'asked_second'"):
        home.act(Act.WRITE, words={Side.SECOND: "encore un autre"})
    assert home.act(Act.WRITE, words={Side.SECOND: ""}).words == {Side.FIRST: BOTH[Side.FIRST]}
    assert home.kept.get("IN1").state is State.ASKED_SECOND


@pytest.mark.parametrize("state", State)
def test_a_word_can_be_removed_in_every_state_and_changes_nothing_else(state: State) -> None:
    one = Introduction("IN1", "ORG1", "ORG2", state, 7, START, START, resumes=State.APPROVED, words=BOTH)
    situation = Situation(START + timedelta(days=1), Rules(), {"ORG1": ["P-ORG1"], "ORG2": ["P-ORG2"]})
    step = advance(one, Act.WRITE, STAFF, situation, Details(words={Side.FIRST: "", Side.SECOND: " "}))
    assert step.introduction == replace(one, version=8, words={})
    assert step.messages == ()


def test_words_that_are_kept_already_are_no_act() -> None:
    home = cluster()
    home.propose()
    written = home.act(Act.WRITE, words=BOTH)
    assert home.act(Act.WRITE, words={Side.SECOND: f" {BOTH[Side.SECOND]} "}) == written
    home.act(Act.WRITE, words={Side.SECOND: ""})
    once = home.kept.get("IN1")
    assert home.act(Act.WRITE, words={Side.SECOND: ""}) == once
    assert [record.act for record in home.kept.history("IN1")] == [Act.PROPOSE, Act.WRITE, Act.WRITE]


def test_after_not_now_the_next_request_may_have_another_word() -> None:
    home = cluster()
    asked_second(home)
    put_off = home.act(Act.NOT_NOW, SECOND, until=home.now + timedelta(days=30))
    assert sides_to_write_to(put_off) == (Side.SECOND,)
    assert home.act(Act.WRITE, words={Side.SECOND: "Comme convenu"}).words == {Side.SECOND: "Comme convenu"}


def test_a_member_that_proposes_gets_no_request_and_no_word() -> None:
    home = cluster()
    assert sides_to_write_to(home.propose(actor=FIRST)) == (Side.SECOND,)
    with pytest.raises(IllegalStep, match="the word for ORG1 can now only be removed"):
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


@pytest.mark.parametrize("details", [{}, {"words": None}, {"words": {}}], ids=["none", "null", "empty"])
def test_without_words_nothing_is_written(details: dict[str, Any]) -> None:
    home = cluster()
    home.propose()
    with pytest.raises(InvalidRequest, match="Give the words"):
        home.act(Act.WRITE, **details)
