"""Fixtures that more than one kind of test uses."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The prepared encoder, the very one that is served; made once and kept in ``var``."""
    from matcher.adapters.model import prepare, shipped_adapter

    return prepare(REPOSITORY / "var" / "models" / "e5-small", adapter=shipped_adapter(REPOSITORY / "data"))
