"""The address of a database: what it may be, and how it is shown."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from matcher.errors import InvalidRequest


def parse_url(url: str) -> URL:
    """Read a database address; PostgreSQL is always reached through psycopg 3.

    Raises
    ------
    InvalidRequest
        The address cannot be read, names another database, or an SQLite store in memory.

    Examples
    --------
    >>> parse_url("postgres://matcher@db/matcher").drivername
    'postgresql+psycopg'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InvalidRequest(
            "The store's address cannot be read. Write sqlite:///folder/matcher.db or "
            "postgresql://user:password@host/database (MATCHER_DATABASE_URL)."
        ) from error
    backend = parsed.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InvalidRequest(f"The store is SQLite or PostgreSQL, not {backend} (MATCHER_DATABASE_URL).")
    if not parsed.database or parsed.database == ":memory:":
        raise InvalidRequest(
            "A store in memory would be lost: give SQLite a file, sqlite:///folder/matcher.db."
        )
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """Return the file behind an SQLite address, None for a server."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def store_file(address: str) -> Path | None:
    """Return the file a database address names, None for a server; InvalidRequest as :func:`parse_url`."""
    return sqlite_file(parse_url(address))


def place_of(url: URL) -> str:
    """Return the file, or the address without its password."""
    path = sqlite_file(url)
    return str(path.absolute()) if path else url.render_as_string(hide_password=True)
