"""Errors of the two databases, translated into the product's own: what is wrong and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from matcher.adapters.sql.address import place_of, sqlite_file
from matcher.errors import BackendUnavailable, MatcherError, NotReady

MIGRATE = "matcher migrate"

# Parts of the driver's error -> what to do (sqlite3's result texts; libpq's and the server's).
_REMEDIES = (
    (
        ("disk is full", "disk i/o error", "no space left", "diskfull"),
        "Free disk space and repeat the command.",
    ),
    (
        ("readonly database", "read-only"),
        "It may only be read: give write permission to its file and folder.",
    ),
    (
        ("database is locked", "lock timeout", "deadlock"),
        "Another process has been writing for too long: wait, then repeat.",
    ),
    (
        ("not a database", "malformed", "file is encrypted"),
        "The file is damaged or is not a store: restore a copy, or import again into a new file.",
    ),
    (
        ("unable to open database file", "permission denied"),
        "Check that the file and its folder may be read and written.",
    ),
    (
        ("password authentication", "does not exist", "no password supplied"),
        "Check user, password and database in MATCHER_DATABASE_URL.",
    ),
    (
        ("connection", "could not translate host", "timeout", "server closed", "terminating"),
        "Check that the server runs and that MATCHER_DATABASE_URL points to it.",
    ),
)
_NO_TABLE = ("no such table", "undefinedtable", "no such column", "undefinedcolumn")


@contextmanager
def translated(url: URL, doing: str) -> Iterator[None]:
    """Raise NotReady or BackendUnavailable for whatever the database raises while ``doing``."""
    try:
        yield
    except MatcherError:
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise _translate(url, doing, error) from error


def _translate(url: URL, doing: str, error: Exception) -> MatcherError:
    path, place = sqlite_file(url), place_of(url)
    if path is not None and not path.exists():
        return NotReady(
            f"There is no store. Set MATCHER_HOME if it is elsewhere, or run `{MIGRATE}` to make it.",
            place=place,
        )
    original = error.orig if isinstance(error, DBAPIError) and error.orig else error
    first_line = (str(original).strip().splitlines() or [""])[0]  # the lines below it may quote a row
    text = f"{type(original).__name__} {first_line}".lower()
    if any(part in text for part in _NO_TABLE):
        return NotReady(f"The store lacks a table this release needs. Run `{MIGRATE}`.", place=place)
    if isinstance(error, PoolTimeout):
        return BackendUnavailable(f"The store has no free connection for {doing}; try again.", place=place)
    what = f"The store failed while {doing}; nothing of it was kept. {_remedy(text)}".strip()
    return BackendUnavailable(what, place=place, cause=first_line)


def _remedy(text: str) -> str:
    """Return what to do about an error of the driver, "" if it is not known."""
    for parts, remedy in _REMEDIES:
        if any(part in text for part in parts):
            return remedy
    return ""
