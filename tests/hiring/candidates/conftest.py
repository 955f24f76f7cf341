"""A room for candidates, closed and open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.build import open_matcher
from tests.hiring.candidates.room import NOW, Room, settings_in
from tests.samples import migrated


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Room]:
    """A room in which nothing was ever enabled."""
    settings = settings_in(tmp_path / "home")
    migrated(settings.home / "matcher.db")
    with open_matcher(settings) as matcher:
        yield Room(matcher)


@pytest.fixture
def room(closed: Room) -> Room:
    """The same, enabled."""
    closed.desk.enable("DPIA-2026-04", "Inès Garcia", NOW)
    return closed
