"""A CV without the clauses that tell who somebody is: those are not read for skills at all.

A keep-list needs no such list to keep names out: what is no skill enters no profile. It is here for the words
that are both: "Association des développeurs sourds", "École Python", "permis de conduire". A clause is left
out as a whole, and the clauses beside it are read as if it had never been there.
"""

import re
from functools import cache
from pathlib import Path

from matcher.language import fold, fold_words

_LINE_END = re.compile(r"[\r\n\f\v\u2028\u2029]+")
_CLAUSE_END = re.compile(
    r"(,(?! ?\d{1,2} ?ans? d)|[;|•·●▪◦‣\t]|\s[-–—/](?! ?\d{1,2} ?ans?)\s|[!?]|\s{3,}"
    r"|(?<!\b[A-Z])(?<!Mme)(?<!Mr|Dr|Ms)(?<!Mrs)\.(?=\s|$)|\((?! ?\d{1,2} ?an)|:(?=\s)(?! ?\d))"
)
"""Where a clause ends. A dot in a name (Node.js) ends none, nor what leads to years ("Python (3 ans)")."""
_AGE = re.compile(r"\(? ?\b(?:1[6-9]|[2-9]\d) ?ans\b(?! (?:d|en))\.? ?\)?", re.IGNORECASE)
"""A number of years that may be an age: of a skill they are written below sixteen, or with "de"."""
_WORDS_FILE = Path(__file__).with_name("tool_words.tsv")
_SIGNS_FILE = Path(__file__).with_name("identity_signs.tsv")
_LINE = "line"
_TELLING_AS_WRITTEN = re.compile(
    r"\b(?:M\.|Mr\.?|Mme\.?|Mlle|Mrs\.?|Ms\.?|Dr\.?) [A-ZÀ-Þ]|\b(?:0[1-9]|[1-8]\d|9[0-58])\d{3} [A-ZÀ-Þ]"
    r"|\b[Ff]ormation\b.{0,60} (?:à|chez|dans) (?:l'|la )?[A-ZÀ-Þ]"
)
"""A title before a name, a postal code before a town, where something was learnt: letters count here."""


def readable(text: str) -> str:
    r"""Return a text without the clauses and lines that tell who somebody is; lines keep their places.

    >>> readable("Mariée, deux enfants, Python (3 ans)\nAssociation des amis de Docker\nGit")
    ' Python (3 ans)\n\nGit'
    """
    return "\n".join(_readable_line(line) for line in _LINE_END.split(text))


def _readable_line(line: str) -> str:
    telling, of_whole_line = _signs()
    if not line.strip() or of_whole_line.search(fold(line)):
        return ""
    pieces = _CLAUSE_END.split(line)  # clauses and, between them, what separates them
    kept: list[str] = []
    is_left_out = False
    for place in range(0, len(pieces), 2):
        clause = pieces[place]
        is_named = is_left_out and _is_of_the_former(pieces[place - 1], clause)
        is_left_out = is_named or bool(telling.search(fold(clause)) or _TELLING_AS_WRITTEN.search(clause))
        if is_left_out:
            continue
        # The separator before the clause goes with it: the clauses beside one left out become neighbours.
        separator = pieces[place - 1] if kept else ""
        kept += [separator, _AGE.sub(" ", clause)]
    return "".join(kept)


def _is_of_the_former(separator: str, clause: str) -> bool:
    """Return whether a clause belongs to the one before: after a heading, or a name that is a tool's too."""
    return separator.startswith(":") or fold_words(clause) in tool_words("name")


@cache
def tool_words(kind: str) -> frozenset[str]:
    """Return names of tools that are names of people or places too, or words that introduce a tool."""
    rows = [line.split("\t") for line in _WORDS_FILE.read_text(encoding="utf-8").splitlines()]
    return frozenset(row[1] for row in rows if row[0] == kind)


@cache
def _signs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what is sought in a clause, and what in a line."""
    rows = [line.split("\t") for line in _SIGNS_FILE.read_text(encoding="utf-8").splitlines()]
    told = [row for row in rows if len(row) == 2]  # others are remarks
    in_line = [pattern for name, pattern in told if name == _LINE]
    in_clause = [pattern for name, pattern in told if name != _LINE]
    return re.compile("|".join(in_clause)), re.compile("|".join(in_line))
