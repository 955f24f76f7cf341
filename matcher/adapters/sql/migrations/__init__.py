"""Schema scripts of the store, run by :mod:`matcher.adapters.sql.migrate`."""
