"""Meeting rounds and tables of an event."""
