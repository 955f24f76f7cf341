"""The store: SQLAlchemy on SQLite or PostgreSQL."""
