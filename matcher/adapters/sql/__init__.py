"""The store in SQL: SQLite or PostgreSQL through SQLAlchemy Core.

- ``store``: opening a store, and its families of tables
- ``catalogue``: items and the outbox of their changes, imports, participations
- ``events``, ``plans``: what was shown and how members reacted; the plan of introductions
- ``people``, ``visits``: people and their links; signed-in visits and API keys
- ``introductions``: introductions and what members wish
- ``erasure``: removing every row that names an item or a person
- ``mail``: mails on their way
- ``backup``: every table, read and written whole
- ``engine``: transactions, locks, SQLite's settings
- ``address``: what a database address may be and how it is shown
- ``errors``: foreign errors in the product's terms
- ``schema``, ``migrate``, ``migrations``: tables, and how a database comes to have them
- ``alerts``: alerts, saved searches, and who wants none
- ``audit``: the chain of what was done
- ``facts``: the key of the store's hashes, and the subjects that it refuses
- ``hiring``: job needs, candidates and shortlists
- ``rights``: erasures, corrections and what is owed of them
"""

from matcher.adapters.sql.address import store_file
from matcher.adapters.sql.engine import Timeouts, utc_now
from matcher.adapters.sql.store import Store, open_store

__all__ = ["Store", "Timeouts", "open_store", "store_file", "utc_now"]
