"""Bringing a database to the schema of this release, from the Alembic scripts shipped beside this file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from matcher.adapters.sql.errors import MIGRATE
from matcher.errors import NotReady

_SCRIPTS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run the missing scripts inside the caller's transaction; none missing does nothing."""
    command.upgrade(_config(connection), "head")


def revision(connection: Connection) -> str:
    """Return the revision of the schema of a database; "" for one without a schema."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def require_current(connection: Connection, place: str) -> None:
    """Raise NotReady, naming the store at ``place``, unless its schema is this release's."""
    scripts = ScriptDirectory.from_config(_config())
    found, wanted = MigrationContext.configure(connection).get_current_revision(), scripts.get_current_head()
    if found == wanted:
        return
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise NotReady(
            f"The store was written by a newer release ({found}): upgrade this program.", place=place
        )
    raise NotReady(f"The store is not at the schema of this release. Run `{MIGRATE}`.", place=place)
