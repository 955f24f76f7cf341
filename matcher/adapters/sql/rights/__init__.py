"""Rights in SQL.

- ``erasing``: erasures, from the transaction that removes the rows until nothing is found
- ``correcting``: a corrected record, without its former states
- ``held``: every row that a subject may take away, and free texts that may name one
- ``sides``: what an organisation may take away of rows that name another one too
"""

from matcher.adapters.sql.rights.erasing import RightsTables

__all__ = ["RightsTables"]
