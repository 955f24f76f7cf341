"""The HR factory in SQL.

- ``candidates``: the gate of tier B, profiles, sealed contacts, and who opened them
"""

from matcher.adapters.sql.hiring.candidates import CandidateTables

__all__ = ["CandidateTables"]
