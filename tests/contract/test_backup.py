"""A backup holds the whole store, and a restore gives it back, from and to either database."""

import tarfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.backup import back_up, read_manifest, restore
from matcher.domain.events import Action, Feedback
from matcher.domain.items import Factory, Kind, Organisation
from matcher.domain.participation import Participation
from matcher.errors import BackendUnavailable, InvalidRequest, NotAllowed

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def fill(store: Store) -> None:
    store.migrate()
    members = [Organisation(id=f"o{n}", name=f"Société n° {n} « été »") for n in range(30)]
    store.items.put([*members, Factory(id="f1", name="Cybersécurité")], source="test")
    store.items.delete(["o7"])
    store.participations.put([Participation("o1", "f1", since=date(2024, 5, 2), source="fichier")])
    store.events.log_feedback(Feedback(NOW, Kind.FACTORY, "o1", "f1", Action.JOINED))


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'origin.db'}") as store:
        fill(store)
        yield store


@pytest.fixture
def archive(origin: Store, tmp_path: Path) -> Path:
    file = tmp_path / "backup.tar.gz"
    weights = tmp_path / "weights.json"
    weights.write_text("{}")
    back_up(origin.backup, {"weights.json": weights, "absent": tmp_path / "absent"}, file, NOW)
    return file


def test_a_restored_store_is_the_same_and_goes_on(
    archive: Path, origin: Store, url: str, tmp_path: Path
) -> None:
    with open_store(url) as store:
        store.migrate()
        restore(archive, store.backup, {"weights.json": tmp_path / "new.json"})
        assert list(store.items.all()) == list(origin.items.all())
        assert store.participations.all() == origin.participations.all()
        assert list(store.events.feedback()) == list(origin.events.feedback())
        before = store.outbox.last_seq()
        store.items.put([Organisation(id="new", name="Nouvelle")], source="test")
        assert store.outbox.last_seq() == before + 1
        again = tmp_path / "again.tar.gz"
        back_up(store.backup, {}, again, NOW)
    assert (tmp_path / "new.json").read_text() == "{}"
    assert read_manifest(again).rows["items"] == read_manifest(archive).rows["items"] + 1


def test_only_its_owner_may_read_a_backup(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_store_with_data_is_left_alone(archive: Path, origin: Store) -> None:
    before = list(origin.items.all())
    with pytest.raises(NotAllowed, match="MATCHER_HOME"):
        restore(archive, origin.backup, {})
    assert list(origin.items.all()) == before


def without_a_row(archive: Path, to: Path) -> None:
    """Write the archive again with the last row of the items missing."""
    with tarfile.open(archive) as source, tarfile.open(to, "w:gz") as target:
        for member in source:
            content = source.extractfile(member)
            assert content is not None
            lines = content.readlines()
            kept = lines[:-1] if member.name == "tables/items.jsonl" else lines
            member.size = sum(map(len, kept))
            path = to.with_name("part")
            path.write_bytes(b"".join(kept))
            with path.open("rb") as part:
                target.addfile(member, part)


def test_what_is_damaged_is_refused_and_nothing_is_written(archive: Path, tmp_path: Path) -> None:
    cut, changed, other = (tmp_path / name for name in ("cut", "changed", "other"))
    cut.write_bytes(archive.read_bytes()[:-200])
    other.write_text("id,name\n")
    without_a_row(archive, changed)
    with open_store(f"sqlite:///{tmp_path / 'new.db'}") as store:
        store.migrate()
        for bad in (cut, changed, other, tmp_path / "absent"):
            with pytest.raises(InvalidRequest, match="backup"):
                restore(bad, store.backup, {})
        assert not list(store.items.all())


def test_a_failed_backup_leaves_the_former_one(archive: Path, origin: Store, tmp_path: Path) -> None:
    before = archive.read_bytes()
    origin.close()
    (tmp_path / "origin.db").write_bytes(b"no database" * 1000)
    with pytest.raises(BackendUnavailable):
        back_up(origin.backup, {}, archive, NOW)
    assert archive.read_bytes() == before
    assert not list(tmp_path.glob(".backup*"))
