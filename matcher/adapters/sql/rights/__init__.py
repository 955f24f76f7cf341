"""Rights in SQL.

- ``erasing``: erasures, from the transaction that removes the rows until nothing is found
- ``held``: every row that names a subject
"""

from matcher.adapters.sql.rights.erasing import RightsTables

__all__ = ["RightsTables"]
