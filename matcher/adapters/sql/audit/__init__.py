"""The audit in SQL.

- ``writing``: entering notes in the transaction of the act they tell of
- ``tables``: reading entries and checkpoints
"""

from matcher.adapters.sql.audit.tables import AuditTables
from matcher.adapters.sql.audit.writing import enter

__all__ = ["AuditTables", "enter"]
