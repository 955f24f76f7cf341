"""The system of record: SQLite (WAL) by default, PostgreSQL in production, through SQLAlchemy Core."""

from collections.abc import Callable
from datetime import datetime
from typing import Self

from matcher.adapters.sql import erasure, migrate
from matcher.adapters.sql.alerts import AlertTables
from matcher.adapters.sql.audit import AuditTables
from matcher.adapters.sql.backup import Backup
from matcher.adapters.sql.catalogue.derived import Derived
from matcher.adapters.sql.catalogue.imports import Imports
from matcher.adapters.sql.catalogue.items import Catalogue
from matcher.adapters.sql.catalogue.outbox import Outbox
from matcher.adapters.sql.catalogue.participations import Participations
from matcher.adapters.sql.engine import Database, Timeouts, utc_now
from matcher.adapters.sql.events import EventLog
from matcher.adapters.sql.hiring import CandidateTables, EmployerFactTable, NeedTables, ShortlistTables
from matcher.adapters.sql.introductions import IntroductionTables
from matcher.adapters.sql.mail import Messages, Turns
from matcher.adapters.sql.people import PeopleTables
from matcher.adapters.sql.plans import PlanTable
from matcher.adapters.sql.rights import RightsTables
from matcher.adapters.sql.visits import KeyTable, VisitTable


class Store:
    """The families of tables of one database; every method of theirs is one transaction.

    Attributes
    ----------
    items
        The catalogue: :class:`~matcher.adapters.sql.catalogue.items.Catalogue`.
    outbox
        Changes of items and who has applied them: :class:`~matcher.adapters.sql.catalogue.outbox.Outbox`.
    derived
        What is worked out from all items, kept until one changes.
    events
        What was shown and how members reacted: :class:`~matcher.adapters.sql.events.EventLog`.
    plans
        The plan of introductions: :class:`~matcher.adapters.sql.plans.PlanTable`.
    imports
        Imports that can be undone: :class:`~matcher.adapters.sql.catalogue.imports.Imports`.
    participations
        Who takes part in which factory.
    people
        People and their links: :class:`~matcher.adapters.sql.people.PeopleTables`.
    visits
        Signed-in visits: :class:`~matcher.adapters.sql.visits.VisitTable`.
    keys
        API keys: :class:`~matcher.adapters.sql.visits.KeyTable`.
    backup
        Every table, read and written whole.
    mail
        Mails on their way: :class:`~matcher.adapters.sql.mail.Messages`.
    introductions
        Two members brought together: :class:`~matcher.adapters.sql.introductions.IntroductionTables`.
    turns
        Which process does work that one does at a time.
    rights
        What is held of subjects, and erasures: :class:`~matcher.adapters.sql.rights.RightsTables`.
    audit
        Who saw or decided what: :class:`~matcher.adapters.sql.audit.AuditTables`.
    alerts
        Calls that members are told of: :class:`~matcher.adapters.sql.alerts.AlertTables`.
    needs
        Job needs: :class:`~matcher.adapters.sql.hiring.NeedTables`.
    employer_facts
        Published facts on employers: :class:`~matcher.adapters.sql.hiring.EmployerFactTable`.
    candidates
        Profiles and sealed contacts: :class:`~matcher.adapters.sql.hiring.CandidateTables`.
    shortlists
        Profiles listed for a need: :class:`~matcher.adapters.sql.hiring.ShortlistTables`.

    Notes
    -----
    Writers take turns, so the order of ``seq`` in the outbox is the order of commits: a reader that has seen
    ``seq`` has missed nothing below it. A store may be shared by threads. Any method raises NotReady when
    there is no schema yet, BackendUnavailable when disk or server fail; a failed write leaves nothing behind.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.items = Catalogue(database)
        self.outbox = Outbox(database)
        self.derived = Derived(self.outbox.last_seq)
        self.events = EventLog(database)
        self.plans = PlanTable(database)
        self.imports = Imports(database)
        self.participations = Participations(database)
        self.people = PeopleTables(database)
        self.visits = VisitTable(database)
        self.keys = KeyTable(database)
        self.backup = Backup(database)
        self.mail = Messages(database)
        self.introductions = IntroductionTables(database)
        self.turns = Turns(database)
        self.rights = RightsTables(database)
        self.audit = AuditTables(database)
        self.alerts = AlertTables(database)
        self.candidates = CandidateTables(database)
        self.shortlists = ShortlistTables(database)
        self.needs = NeedTables(database)
        self.employer_facts = EmployerFactTable(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def place(self) -> str:
        """File or address of the store, without its password."""
        return self._database.place

    def migrate(self) -> None:
        """Make the database file if there is none and bring the schema to this release; safe to repeat."""
        self._database.create_file()
        with self._database.writing("bringing the schema up to date") as connection:
            migrate.upgrade(connection)

    def check(self) -> None:
        """Raise NotReady, naming the command to run, unless the schema is this release's."""
        with self._database.reading("reading the schema's version") as connection:
            migrate.require_current(connection, self.place)

    def ping(self) -> None:
        """Raise unless the database answers."""
        self._database.ping()

    def answered_at(self) -> float:
        """Return when a database server last answered a statement, by the monotonic clock: a sign of life."""
        return self._database.answered_at

    def settle(self) -> bool:
        """Empty SQLite's log of erased and replaced texts; return whether it is empty.

        It waits a fifth of a second for readers at most: call it again and again, as a serving process does
        at every look at the outbox. PostgreSQL has no such log.
        """
        return not erasure.settle(self._database)

    def compact(self) -> str:
        """Write SQLite's file anew, without what its free pages hold; return what stood in the way, or ""."""
        return self._database.compact()

    def owed_since(self) -> datetime | None:
        """Since when erased texts may still be in SQLite's log; None when they are not."""
        return erasure.owed_since(self._database)

    def close(self) -> None:
        """Close the connections and drop the items kept in memory."""
        self.items.forget_cached()
        self.derived.forget()
        self._database.close()


def open_store(url: str, *, now: Callable[[], datetime] = utc_now, timeouts: Timeouts | None = None) -> Store:
    """Return the store at ``url``; nothing is opened and no file made before the first call.

    Parameters
    ----------
    url
        ``sqlite:///folder/matcher.db`` or ``postgresql://user:password@host/database``.
    now
        The clock of the times kept with each row.
    timeouts
        How long a call waits for other writers or for the server.

    Examples
    --------
    >>> from matcher.domain.items import Lead
    >>> with open_store(f"sqlite:///{getfixture('tmp_path')}/matcher.db") as store:
    ...     store.migrate()
    ...     store.items.put([Lead(id="L1", name="Ada Tech School")], source="example")
    ...     store.items.get("L1").name, store.outbox.last_seq()
    PutReport(inserted=1, updated=0, unchanged=0, batch='')
    ('Ada Tech School', 1)
    """
    return Store(Database(url, now=now, timeouts=timeouts))
