"""Published facts on employers as rows."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.schema import employer_facts
from matcher.hiring.needs import EmployerFact

_FIELDS = ("siren", "year", "value", "name", "department", "naf", "source_url")


class EmployerFactTable:
    """The facts that are kept; see :class:`matcher.hiring.needs.EmployerFacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, facts: Sequence[EmployerFact], at: datetime) -> None:
        """Keep facts, each in the place of the one of its employer and year; all of them or none."""
        if not facts:
            return
        rows = [{**asdict(one), "imported_at": stamp(at)} for one in facts]
        keys = [{"its_siren": one.siren, "its_year": one.year} for one in facts]
        former = delete(employer_facts).where(
            employer_facts.c.siren == bindparam("its_siren"), employer_facts.c.year == bindparam("its_year")
        )
        with self._database.writing("keeping facts on employers") as connection:
            connection.execute(former, keys)
            connection.execute(insert(employer_facts), rows)

    def all(self) -> Sequence[EmployerFact]:
        """Return every fact, by employer and year."""
        columns = [employer_facts.c[name] for name in _FIELDS]
        statement = select(*columns).order_by(employer_facts.c.siren, employer_facts.c.year)
        with self._database.reading("reading facts on employers") as connection:
            return [EmployerFact(*row) for row in connection.execute(statement)]
