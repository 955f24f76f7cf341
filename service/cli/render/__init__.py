"""How answers and items look on a terminal."""
