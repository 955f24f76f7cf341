"""Alerts in SQL: ``tables`` has alerts, saved searches, and who wants no alerts."""

from matcher.adapters.sql.alerts.tables import AlertTables

__all__ = ["AlertTables"]
