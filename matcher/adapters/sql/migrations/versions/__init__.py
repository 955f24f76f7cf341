"""One script a schema version; never edited once released."""
