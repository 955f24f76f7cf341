"""What checks find, in French and English: for a terminal and for the page of the service."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "error"]
Both = tuple[str, str]
"""A sentence in French and English; braces are its values."""
RUN: Both = ("Lancez : {}", "Run: {}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and how to fix it: in English, and in French, "" for the words of an error."""

    check: str
    state: State
    found: str
    fix: str = ""
    found_fr: str = ""
    fix_fr: str = ""


def said(check: str, state: State, found: Both, fix: Both = ("", "")) -> Finding:
    """Return a finding of sentences in both languages.

    >>> said("port", "ok", filled(("{} est libre", "{} is free"), 80)).found_fr
    '80 est libre'
    """
    return Finding(check, state, found[1], fix[1], found[0], fix[0])


def filled(sentence: Both, *values: object) -> Both:
    """Put values into a sentence, in their order.

    >>> filled(RUN, "matcher plan")
    ('Lancez : matcher plan', 'Run: matcher plan')
    """
    return sentence[0].format(*values), sentence[1].format(*values)


def joined(first: Both, second: Both) -> Both:
    """Write one sentence after another, without anything between them.

    >>> joined(("un", "one"), (" et deux", " and two"))
    ('un et deux', 'one and two')
    """
    return first[0] + second[0], first[1] + second[1]
