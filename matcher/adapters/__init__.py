"""Outside things, one a file: encoders, vector indexes, the SQL store, tabular files."""
