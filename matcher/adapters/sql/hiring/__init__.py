"""The HR factory in SQL.

- ``candidates``: the gate of tier B, profiles, sealed contacts, and who opened them
- ``employers``: published facts on employers
- ``needs``: job needs
- ``shortlists``: shortlists, the profiles on them, what was decided
"""

from matcher.adapters.sql.hiring.candidates import CandidateTables
from matcher.adapters.sql.hiring.employers import EmployerFactTable
from matcher.adapters.sql.hiring.needs import NeedTables
from matcher.adapters.sql.hiring.shortlists import ShortlistTables

__all__ = ["CandidateTables", "EmployerFactTable", "NeedTables", "ShortlistTables"]
