"""Foreign errors of the two databases, translated into the product's own: what, where and how to mend."""

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
    path = sqlite_file(url)
    if path is not None and not path.exists():
        return NotReady(
            f"There is no store at {place_of(url)}. Set MATCHER_HOME if it is elsewhere,"
            f" or run `{MIGRATE}` to make it.",
            withheld=[f" at {place_of(url)}"],
        )
    original = error.orig if isinstance(error, DBAPIError) and error.orig else error
    first_line = (str(original).strip().splitlines() or [""])[0]  # the lines below it may quote a row
    text = f"{type(original).__name__} {first_line}".lower()
    at = f" at {place_of(url)}"
    if any(part in text for part in _NO_TABLE):
        return NotReady(f"The store{at} lacks a table this release needs. Run `{MIGRATE}`.", withheld=[at])
    if isinstance(error, PoolTimeout):
        return BackendUnavailable(
            f"The store{at} has no free connection for {doing}; try again.", withheld=[at]
        )
    remedy = next((mend for parts, mend in _REMEDIES if any(part in text for part in parts)), "")
    driver_says = f" {first_line}." if first_line else ""  # it names hosts, users and databases
    what = f"The store{at} failed while {doing}; nothing of it was kept.{driver_says} {remedy}".strip()
    return BackendUnavailable(what, withheld=[driver_says, at])
