"""Files of an office read into items, and written again."""
