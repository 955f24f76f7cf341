"""Published facts on employers as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Delete, bindparam, delete, insert, select

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.schema import employer_facts
from matcher.audit import Note, Of
from matcher.hiring.needs import EmployerFact

_FIELDS = ("siren", "year", "value", "name", "department", "naf", "source_url")


class EmployerFactTable:
    """The facts that are kept; see :class:`matcher.hiring.needs.EmployerFacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, facts: Sequence[EmployerFact], at: datetime, lapsed: Mapping[str, int] | None = None
    ) -> None:
        """Keep facts, each in the place of the one of its employer and year; all of them or none.

        ``lapsed`` is the latest year published without a value by SIREN: facts until it are forgotten.
        The import is entered in the audit.
        """
        if not facts and not lapsed:
            return
        rows = [{**asdict(one), "imported_at": stamp(at)} for one in facts]
        keys = [{"its_siren": one.siren, "its_year": one.year} for one in facts]
        over = [{"its_siren": siren, "its_year": year} for siren, year in (lapsed or {}).items()]
        with self._database.writing("keeping facts on employers") as connection:
            if over:
                connection.execute(_former(employer_facts.c.year <= bindparam("its_year")), over)
            if rows:
                connection.execute(_former(employer_facts.c.year == bindparam("its_year")), keys)
                connection.execute(insert(employer_facts), rows)
            enter(connection, [Note("facts.import", Of.REPORT, "egapro")], at)

    def all(self) -> Sequence[EmployerFact]:
        """Return every fact, by employer and year."""
        columns = [employer_facts.c[name] for name in _FIELDS]
        statement = select(*columns).order_by(employer_facts.c.siren, employer_facts.c.year)
        with self._database.reading("reading facts on employers") as connection:
            return [EmployerFact(*row) for row in connection.execute(statement)]


def _former(year: ColumnElement[bool]) -> Delete:
    return delete(employer_facts).where(employer_facts.c.siren == bindparam("its_siren"), year)
