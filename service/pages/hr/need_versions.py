"""Two people on one need: which fields of the form were changed, and what somebody else stored meanwhile."""

import hashlib
from collections.abc import Mapping

FIELDS = (
    *("text", "title", "rome", "city", "department", "contract", "remote"),
    *("required", "appreciated", "languages"),
)
"""The fields of the form of a need that people type into."""
_READ = "read-"


def marks_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Return a mark of what each field held when it was read, by the name under which the form sends it back.

    A text may be long: its mark is eight signs.

    >>> marks_of({"city": "Albi"})
    {'read-city': '3ea94348'}
    """
    return {f"{_READ}{name}": _mark(fields[name]) for name in FIELDS if name in fields}


def kept_marks(form: Mapping[str, str]) -> dict[str, str]:
    """Return the marks that a form sent back."""
    return {name: mark for name, mark in form.items() if name.startswith(_READ)}


def merged(form: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the form of the second person over what the first stored, and the fields that both changed.

    A field that was left as it was read takes what is stored now. The second part holds, by field, what the
    first stored.
    """
    fields, conflicts = dict(form), dict[str, str]()
    for name in FIELDS:
        mine, stored = form.get(name, ""), theirs.get(name, "")
        if _mark(mine) == form.get(f"{_READ}{name}"):
            fields[name] = stored
        elif _plain(mine) != _plain(stored) and _mark(stored) != form.get(f"{_READ}{name}"):
            conflicts[name] = stored
    return fields, conflicts


def _mark(text: str) -> str:
    return hashlib.sha256(_plain(text).encode()).hexdigest()[:8]


def _plain(text: str) -> str:
    """Return a text without what a browser changes in it: line ends, and spaces around lines."""
    return "\n".join(line.strip() for line in text.strip().splitlines())
