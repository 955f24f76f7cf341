"""The ``matcher`` command."""
