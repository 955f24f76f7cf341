"""Cells that say who comes, when, and whom not to meet: read as meant, or refused with column and line."""

import re
from collections.abc import Sequence
from datetime import time
from typing import NamedTuple

from matcher.errors import InvalidRequest
from matcher.importing import Notice
from matcher.language import fold_words


def phrases(text: str) -> frozenset[str]:
    """Return the phrases of a text, apart by ``;``.

    >>> sorted(phrases("yes;ok"))
    ['ok', 'yes']
    """
    return frozenset(text.split(";"))


_YES = frozenset(["oui", "yes", "y", "o", "true", "vrai", "1", "x", "v", "ok", "✓", "✔", "☑"])
_TICKS = frozenset(["x", "v", "1", "ok", "✓", "✔", "☑"])
_NO = frozenset(["non", "no", "n", "false", "faux", "0", "☐"])
_COMES = phrases(
    "present;presente;attending;attended;checked in;confirme;confirmee;confirmed;inscrit;inscrite;"
    "registered;accepte;acceptee;accepted;participe;participant;participante;going;coming;vient;"
    "viendra;valide;validee;valid;approved;complete;completed;paid;paye;payee;venu;venue;active;"
    "actif"
)
_STAYS_AWAY = phrases(
    "absent;absente;not attending;not going;not coming;annule;annulee;cancelled;canceled;refuse;"
    "refusee;declined;desiste;desistee;excuse;excusee;no show;noshow;rembourse;remboursee;refunded;"
    "deleted;supprime;rejected;rejete;rejetee;ne vient pas;ne viendra pas;ne participe pas;"
    "unregistered;inactive"
)
_NO_ENTRY = phrases("aucun;aucune;neant;nc;n c;ras;r a s;none;nobody;personne;na;n a;non;no")
_ROUND_CELL = re.compile(r"(?:\w+ )*?(?:(?:tour|round|session|manche|t|r) ?)?(?:n )?([1-9][0-9]?)")
_TIME_CELL = re.compile(r"(?:\S+[ T])?(\d{1,2}) ?(?:[hH:]|heures?) ?(\d{2})?(?::\d{2})?")

Moment = int | time
"""A round (from 1), or a time of the day."""


class Cell(NamedTuple):
    """The text of a cell, and the line it is on."""

    line: int
    text: str


def entries(text: str) -> tuple[str, ...]:
    """Return the entries of a cell, apart by ``;`` ``|`` or line breaks; "aucun" and the like are none.

    >>> entries("Bruno Bois; Cléo Chêne"), entries("néant")
    (('Bruno Bois', 'Cléo Chêne'), ())
    """
    parts = (part.strip() for part in re.split(r"[;|\n]", text))
    return tuple(part for part in parts if fold_words(part) and fold_words(part) not in _NO_ENTRY)


def read_presence(
    title: str, cells: Sequence[Cell], *, marks_absent: bool = False
) -> tuple[list[bool], list[Notice]]:
    """Read a column that says who comes.

    Parameters
    ----------
    title
        The header, for messages.
    cells
        The column.
    marks_absent
        Whether a yes means absent ("Absent: oui").

    Returns
    -------
    list of bool, list of Notice
        True for people who come. An empty cell means present where a yes means absent, or where others say
        no; absent where the others only hold ticks; a notice counts them.

    Raises
    ------
    InvalidRequest
        A cell that is neither yes nor no, or empty cells among cells that all say yes.

    Examples
    --------
    >>> read_presence("Présent ?", [Cell(2, "oui"), Cell(3, "non")])[0]
    [True, False]
    >>> read_presence("Attendee Status", [Cell(2, "Attending"), Cell(3, "Not Attending")])[0]
    [True, False]
    """
    read = [_says(title, cell, marks_absent=marks_absent) for cell in cells]
    empty = read.count(None)
    if not empty or empty == len(cells):
        return [says is not False for says in read], []
    assumed = marks_absent or False in read or _assume_from_ticks(title, cells)
    comes = [assumed if says is None else says for says in read]
    return comes, [] if marks_absent else [_assumed_notice(title, empty, present=assumed)]


def _says(title: str, cell: Cell, *, marks_absent: bool) -> bool | None:
    """Return whether a cell says that the person comes; None for an empty cell."""
    text = cell.text.strip()
    key = fold_words(text) or text
    if not key:
        return None
    if key in _COMES | _STAYS_AWAY:
        return key in _COMES
    if key in _YES | _NO:
        return (key in _YES) != marks_absent
    raise InvalidRequest(
        f"Ligne {cell.line} : « {text[:40]} » sous « {title.strip()} » n'est ni oui ni non ; "
        "l'écrire, ou ignorer "
        f"la colonne avec --ignore. / Line {cell.line}: {text[:40]!r} under {title.strip()!r} is "
        "neither yes nor no; "
        "write which, or ignore the column with --ignore."
    )


def _assume_from_ticks(title: str, cells: Sequence[Cell]) -> bool:
    """Return False: among ticks an empty cell means absent. Raise if the others are words."""
    texts = [cell.text.strip() for cell in cells]
    if all((fold_words(text) or text) in _TICKS for text in texts if text):
        return False
    line = cells[texts.index("")].line
    raise InvalidRequest(
        f"Ligne {line} : « {title.strip()} » est vide ; écrire oui ou non. / "
        f"Line {line}: {title.strip()!r} is empty; write yes or no."
    )


def _assumed_notice(title: str, count: int, *, present: bool) -> Notice:
    fr, en = ("présents", "present") if present else ("absents", "absent")
    return Notice(
        f"« {title.strip()} » est vide pour {count} : comptés {fr}.",
        f"'{title.strip()}' is empty for {count}: counted as {en}.",
    )


def read_moment(title: str, cell: Cell) -> Moment | None:
    """Read when a person arrives or leaves: a round from 1, or a time of the day; None for an empty cell.

    Raises
    ------
    InvalidRequest
        Neither a round nor a time; the column and the line are named.

    Examples
    --------
    >>> read_moment("Arrivée", Cell(2, "tour 2")), read_moment("Arrivée", Cell(2, "10h30"))
    (2, datetime.time(10, 30))
    """
    text = cell.text.strip()
    if not text or fold_words(text) in _NO_ENTRY:
        return None
    clock = _TIME_CELL.fullmatch(text)
    if clock and int(clock[1]) < 24 and int(clock[2] or 0) < 60:
        return time(int(clock[1]), int(clock[2] or 0))
    number = _ROUND_CELL.fullmatch(fold_words(text))
    if number:
        return int(number[1])
    raise InvalidRequest(
        f"Ligne {cell.line} : « {text[:40]} » sous « {title.strip()} » n'est ni un tour ni une heure (« 2 », "
        f"« 10h30 »). / Line {cell.line}: {text[:40]!r} under {title.strip()!r} is neither a round "
        "nor a time "
        "('2', '10:30')."
    )
