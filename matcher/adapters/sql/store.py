"""The system of record: SQLite (WAL) by default, PostgreSQL in production, through SQLAlchemy Core.

Every change of an item writes a row of the outbox in the same transaction. Writers are serialised, so the
order of ``seq`` is the order of commits: whoever has seen ``seq`` has missed nothing below it.
Every method is one transaction; a store may be shared by threads.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from matcher.adapters.sql import events as sql_log
from matcher.adapters.sql import items as sql_items
from matcher.adapters.sql import migrate as sql_migrate
from matcher.adapters.sql import outbox as sql_outbox
from matcher.adapters.sql import schema as sql_schema
from matcher.adapters.sql.errors import translated, where
from matcher.adapters.sql.schema import alone, among, items, listed, open_engine, parse_url, sqlite_file
from matcher.domain.events import Change, Deletable, Feedback, Impression, PutReport, Puttable
from matcher.domain.items import AnyItem, ItemType
from matcher.errors import InvalidRequest, NotFound
from matcher.index.indexer import is_listed

_CACHED_ITEMS = 20_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlStore:
    """Items, their changes, and what was shown and answered.

    Parameters
    ----------
    url
        ``sqlite:///folder/matcher.db`` or ``postgresql://user:password@host/database``. Nothing is opened
        and no file made before the first call; :meth:`migrate` makes the schema.
    now
        The clock, for the times kept with each row.

    Notes
    -----
    Any method raises NotReady when there is no schema yet, BackendUnavailable when disk or server fail; a
    failed write leaves nothing behind.

    Examples
    --------
    >>> from matcher.domain.items import Lead
    >>> store = SqlStore(f"sqlite:///{getfixture('tmp_path')}/matcher.db")
    >>> store.migrate()
    >>> store.put([Lead(id="L1", name="Ada Tech School")], source="example")
    PutReport(inserted=1, updated=0, unchanged=0)
    >>> store.get("L1").name, store.last_seq()
    ('Ada Tech School', 1)
    >>> store.close()
    """

    def __init__(self, url: str, *, now: Callable[[], datetime] = _utc_now) -> None:
        self._url = parse_url(url)
        self._engine = open_engine(self._url)
        self._writer = self._engine.execution_options(writes=True)
        server = sqlite_file(self._url) is None
        self._reader = (
            self._engine.execution_options(isolation_level="AUTOCOMMIT") if server else self._engine
        )
        chosen = among(self._engine.dialect.name, items.c.id)
        self._heads = select(items.c.id, items.c.version).where(chosen)
        plain = str(self._heads.compile(self._engine))
        self._plain_heads = None if server else sql_items.PlainReader(self._engine, plain)
        self._wholes = select(items.c.id, items.c.item_type, items.c.version, items.c.body).where(chosen)
        self._now = now
        # id -> (version, item); the database is always asked
        self._cache: dict[str, tuple[str, AnyItem]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def place(self) -> str:
        """File or address of the store, without its password."""
        return where(self._url)

    def migrate(self) -> None:
        """Make the database file if there is none and bring the schema to this release; safe to repeat."""
        path = sqlite_file(self._url)
        with translated(self._url, "making the store"):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        with self._writing("bringing the schema up to date") as connection:
            sql_migrate.upgrade(connection)

    def check(self) -> None:
        """Raise NotReady, naming the command to run, unless the schema is this release's."""
        with self._reading("reading the schema's version") as connection:
            sql_migrate.require_current(connection, self.place)

    def ping(self) -> None:
        """Raise unless the database answers."""
        with self._reading("answering a ping") as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give the connections back."""
        self._cache.clear()
        if self._plain_heads is not None:
            self._plain_heads.close()
        self._engine.dispose()

    # Items

    def get(self, item_id: str) -> AnyItem:
        """Return one item; NotFound if there is none of that id."""
        found = self.get_many([item_id])
        if item_id not in found:
            raise NotFound(f"There is no item '{item_id}' in the store.")
        return found[item_id]

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        """Items by id, in the order asked; unknown ids are absent.

        The versions are read in one statement; only items not parsed before, or changed since, are read
        whole. Items are frozen: callers share them.
        """
        wanted = sql_items.possible(ids)
        found: dict[str, AnyItem] = {}
        stale = []
        for item_id, version in self._versions(wanted):
            known = self._cache.get(item_id)
            if known and known[0] == version:
                found[item_id] = known[1]
            else:
                stale.append(item_id)
        if stale:
            with self._reading("reading items") as connection:
                found |= self._load(connection, stale)
        return {item_id: found[item_id] for item_id in wanted if item_id in found}

    def items(
        self, item_type: ItemType | None = None, *, after: str = "", batch: int = 1000
    ) -> Iterator[AnyItem]:
        """Yield every item whose id is above ``after``, by ascending id (byte order).

        Read ``batch`` at a time, each in its own statement: a long walk blocks no writer, and sees a change
        made meanwhile or not at all, never half of it.
        """
        while True:
            statement = select(items.c.id, items.c.item_type, items.c.body).where(items.c.id > after)
            if item_type is not None:
                statement = statement.where(items.c.item_type == item_type.value)
            with self._reading("reading items") as connection:
                rows = connection.execute(statement.order_by(items.c.id).limit(batch)).all()
            for row in rows:
                yield sql_items.from_row(row.item_type, row.body)
            if len(rows) < batch:
                return
            after = rows[-1].id

    def names(self, item_type: ItemType | None = None) -> list[tuple[str, str]]:
        """``(id, name)`` of every item, by ascending id."""
        statement = select(items.c.id, items.c.name).order_by(items.c.id)
        if item_type is not None:
            statement = statement.where(items.c.item_type == item_type.value)
        with self._reading("reading names") as connection:
            return [(row.id, row.name) for row in connection.execute(statement)]

    def counts(self) -> dict[ItemType, int]:
        """Count the items of every type, zeros included."""
        statement = select(items.c.item_type, func.count()).group_by(items.c.item_type)
        with self._reading("counting items") as connection:
            found = {row[0]: row[1] for row in connection.execute(statement)}
        return {item_type: found.get(item_type.value, 0) for item_type in ItemType}

    def put(self, items_: Puttable, *, source: str) -> PutReport:
        """Insert or replace items in one transaction; an item equal to the stored one is left alone.

        ``source`` says where they come from (a file's name, "api") and is kept beside each changed item.
        A function that makes the items is called once nobody else can write: what it reads of the store is
        what it replaces. Whoever opts out leaves the plan of introductions.
        InvalidRequest when an id comes twice or belongs to an item of another type.
        """
        with self._writing("storing items") as connection:
            at = self._stamp()
            given = list(items_() if callable(items_) else items_)
            rows = [sql_items.to_row(item, source, at) for item in given]
            if len({row["id"] for row in rows}) < len(rows):
                raise InvalidRequest("The same id comes twice in one put: give each item once.")
            sql_log.leave_plan(connection, [item.id for item in given if not is_listed(item)])
            return sql_items.put(connection, rows)

    def delete(self, ids: Deletable) -> int:
        """Erase items, and all impressions and feedback that name them; return how many items there were.

        A function that says which is called once nobody else can write: what it reads is what is erased.
        Only id and type stay, in the outbox, until :meth:`prune_changes`. SQLite overwrites the freed pages
        (``secure_delete``) and empties its log; PostgreSQL does so at its next vacuum. The erasure stands
        even if the log cannot be emptied: then a warning is logged, and the next call tries again.
        """
        with self._writing("erasing items") as connection:
            wanted = sql_items.possible(ids() if callable(ids) else ids)
            erased = sql_items.erase(connection, wanted, self._stamp())
            sql_log.erase(connection, wanted)
        for item_id in wanted:
            self._cache.pop(item_id, None)
        if path := sqlite_file(self._url):
            sql_schema.empty_log(self._engine, path)
        return erased

    # Outbox

    def changes(self, after_seq: int, limit: int) -> list[Change]:
        """At most ``limit`` changes with ``seq`` above ``after_seq``, oldest first."""
        with self._reading("reading changes") as connection:
            return sql_outbox.changes(connection, after_seq, limit)

    def last_seq(self) -> int:
        """Return the highest ``seq`` ever committed that anyone may still have to see; 0 for a new store."""
        with self._reading("reading changes") as connection:
            return sql_outbox.last_seq(connection)

    def cursor(self, generation: str) -> int:
        """Return the last ``seq`` an index generation has taken in; 0 for one unknown: rebuild it."""
        with self._reading("reading a cursor") as connection:
            return sql_outbox.cursor(connection, generation)

    def advance(self, generation: str, seq: int) -> None:
        """Note that ``generation`` holds every change up to ``seq``; a cursor never goes back."""
        with self._writing("moving a cursor") as connection:
            sql_outbox.advance(connection, generation, seq)

    def forget(self, generation: str) -> None:
        """Drop a generation's cursor; changes are no longer kept for it."""
        with self._writing("dropping a cursor") as connection:
            sql_outbox.forget(connection, generation)

    def prune_changes(self) -> int:
        """Drop the changes every generation has passed and return how many; none while no cursor is known."""
        with self._writing("dropping old changes") as connection:
            return sql_outbox.prune(connection)

    # Impressions and feedback

    def log_impressions(self, rows: Sequence[Impression]) -> None:
        """Keep what was shown, less what was erased since. One commit: call it off the path of an answer."""
        with self._writing("logging impressions") as connection:
            sql_log.add_impressions(connection, rows)

    def log_feedback(self, row: Feedback) -> None:
        """Keep one reaction; a ``rank`` of None becomes that of the pair's last impression, if any."""
        with self._writing("logging feedback") as connection:
            sql_log.add_feedback(connection, row)

    def impressions(self) -> Iterator[Impression]:
        """Yield everything shown, in the order it was logged."""
        return sql_log.impressions_in(lambda: self._reading("reading impressions"))

    def feedback(self) -> Iterator[Feedback]:
        """Yield every reaction, in the order it was logged."""
        return sql_log.feedback_in(lambda: self._reading("reading feedback"))

    # Within

    @contextmanager
    def _writing(self, doing: str) -> Iterator[Connection]:
        with translated(self._url, doing), self._writer.begin() as connection:
            alone(connection)
            yield connection

    @contextmanager
    def _reading(self, doing: str) -> Iterator[Connection]:
        with translated(self._url, doing), self._reader.connect() as connection:
            yield connection

    def _versions(self, ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        """``(id, version)`` of the stored ones: every answer begins here."""
        asked = self._listed(ids)
        if self._plain_heads is not None:
            with translated(self._url, "reading items"):
                return self._plain_heads.rows(asked["ids"])
        with self._reading("reading items") as connection:
            return [(row.id, row.version) for row in connection.execute(self._heads, asked)]

    def _load(self, connection: Connection, ids: list[str]) -> dict[str, AnyItem]:
        rows = connection.execute(self._wholes, self._listed(ids)).all()
        loaded = {row.id: (row.version, sql_items.from_row(row.item_type, row.body)) for row in rows}
        if len(self._cache) + len(loaded) > _CACHED_ITEMS:
            self._cache.clear()
        self._cache.update(loaded)
        return {item_id: item for item_id, (_, item) in loaded.items()}

    def _listed(self, ids: Sequence[str]) -> dict[str, Any]:
        return listed(self._engine.dialect.name, ids)

    def _stamp(self) -> str:
        return sql_log.stamp(self._now())
