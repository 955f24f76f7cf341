"""Trouble with the store: clear errors, nothing half-written, nothing left of what was erased."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import event

from matcher.adapters.sql import Store, Timeouts, open_store
from matcher.adapters.sql.engine import Database
from matcher.domain.imports import ImportFile
from matcher.domain.items import Lead
from matcher.errors import BackendUnavailable, InvalidRequest, NotReady
from tests.bulk.spoiling import spoil
from tests.samples import migrated

IMPATIENT = Timeouts(lock_ms=50)
SECRET = "Texte confidentiel d'une adhérente"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "matcher.db"
    with open_store(migrated(path)) as store:
        store.items.put([Lead(id="L0", name="Ada")], source="test")
    return path


def in_child(limit: str, path: Path) -> str:
    """Put 2,000 items from a process that limits itself first; return what it raised."""
    code = f"""
import os, resource, sys
from matcher.adapters.sql import Store, Timeouts, open_store
from matcher.adapters.sql.engine import Database
from matcher.domain.items import Lead
with open_store("sqlite:///{path}") as store:
    store.check()
    store.close()
    {limit}
    try:
        many = (Lead(id=f"L{{n}}", name="x", description="y" * 1000) for n in range(2000))
        store.items.put(many, source="test")
    except Exception as error:
        sys.stdout.write(type(error).__name__ + ": " + error.detail)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


@pytest.mark.process
def test_a_full_disk_is_said_so_and_nothing_is_kept(path: Path) -> None:
    said = in_child("resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))", path)
    assert said.startswith("BackendUnavailable")
    assert "disk" in said
    assert str(path) in said
    with open_store(f"sqlite:///{path}") as store:
        assert store.items.names() == [("L0", "Ada")]
        assert store.outbox.last_seq() == 1


@pytest.mark.process
def test_a_store_that_may_only_be_read_is_said_so(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        copy.chmod(0o444)
        Path(folder).chmod(0o555)
        said = in_child("if os.geteuid() == 0: os.setuid(65534)", copy)
        Path(folder).chmod(0o700)
    assert said.startswith("BackendUnavailable")
    assert "permission" in said or "may be read and written" in said


def test_a_writer_that_waits_in_vain_says_who_is_in_the_way(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_store(f"sqlite:///{path}", timeouts=IMPATIENT) as store:
        assert store.items.names() == [("L0", "Ada")], "readers never wait"
        with pytest.raises(BackendUnavailable, match="Another process has been writing"):
            store.items.put([Lead(id="L1", name="x")], source="test")
        other.execute("ROLLBACK")
        assert store.items.put([Lead(id="L1", name="x")], source="test").inserted == 1
    other.close()


def test_a_new_store_waits_for_another_process_that_is_making_it(tmp_path: Path) -> None:
    """SQLite gives up at once here, whatever its busy timeout."""
    path = tmp_path / "matcher.db"
    path.touch()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
    release.start()
    with open_store(f"sqlite:///{path}") as store:
        store.migrate()
        store.check()
    release.join()
    other.close()


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "matcher.db"
    path.write_bytes(b"not a database at all, whatever its name says" * 100)
    with open_store(f"sqlite:///{path}") as store, pytest.raises(BackendUnavailable, match="not a store"):
        store.check()


def test_a_mistyped_path_makes_no_empty_store(tmp_path: Path) -> None:
    path = tmp_path / "typo.db"
    with (
        open_store(f"sqlite:///{path}") as store,
        pytest.raises(NotReady, match="There is no store") as caught,
    ):
        store.items.names()
    assert caught.value.place == str(path)
    assert not path.exists()


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with (
        open_store("postgresql://matcher:hunter2@127.0.0.1:9/matcher") as store,
        pytest.raises(BackendUnavailable, match="Check that the server runs") as caught,
    ):
        store.ping()
    assert "hunter2" not in caught.value.detail
    assert "127.0.0.1:9" in caught.value.detail
    public = str(caught.value)
    assert "Check that the server runs" in public
    assert not [part for part in ("127.0.0.1", "matcher:", "matcher@", "port") if part in public]


def test_settings_of_sqlite_are_the_durable_ones(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    with database.reading("asking for settings") as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    database.close()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_no_byte_of_an_erased_item_stays_on_disk(path: Path) -> None:
    with open_store(f"sqlite:///{path}") as store:
        store.items.put([Lead(id="L1", name="Ada", description=SECRET)], source="test")
        assert any(SECRET.encode() in file.read_bytes() for file in path.parent.iterdir())
        store.items.delete(["L1"])
        assert not any(SECRET.encode() in file.read_bytes() for file in path.parent.iterdir())


def in_the_log(path: Path) -> bool:
    return SECRET.encode() in path.with_name("matcher.db-wal").read_bytes()


def test_an_erasure_stands_while_another_process_reads_and_the_next_empties_the_log(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = open_store(f"sqlite:///{path}", timeouts=IMPATIENT)
    with opened as store, sqlite3.connect(path, isolation_level=None) as other:
        store.items.put([Lead(id="L1", name="Ada", description=SECRET)], source="test")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM items").fetchall()
        assert store.items.delete(["L1"]) == 1
        assert store.items.names() == [("L0", "Ada")]
        assert in_the_log(path)
        assert "matcher.db-wal" in caplog.text
        assert "another process has been reading" in caplog.text
        other.execute("ROLLBACK")
        assert store.items.delete(["L1"]) == 0
        assert not in_the_log(path)
    other.close()


def test_an_erasure_is_owed_until_nobody_reads_whatever_is_restarted(path: Path) -> None:
    with open_store(f"sqlite:///{path}") as store, sqlite3.connect(path, isolation_level=None) as other:
        store.items.put([Lead(id="L1", name="Ada", description=SECRET)], source="test")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM items").fetchall()
        store.items.delete(["L1"])
        store.close()
        with open_store(f"sqlite:///{path}") as again:
            assert again.owed_since() is not None
            assert not again.settle(), "somebody still reads"
            assert in_the_log(path)
            other.execute("ROLLBACK")
            assert again.settle()
            assert not in_the_log(path)
            assert again.owed_since() is None
            assert again.settle()
    other.close()


def test_a_text_that_was_replaced_leaves_the_log_too(path: Path) -> None:
    with open_store(f"sqlite:///{path}") as store:
        store.items.put([Lead(id="L1", name="Ada", description=SECRET)], source="test")
        store.items.put([Lead(id="L1", name="Ada", description="corrigé")], source="test")
        assert in_the_log(path)
        assert store.owed_since() is None
        assert store.settle()
        assert not any(SECRET.encode() in file.read_bytes() for file in path.parent.iterdir())


def test_an_erasure_stands_when_its_log_cannot_be_emptied(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object) -> None:
        if "wal_checkpoint" in str(given[2]):
            raise sqlite3.OperationalError("disk I/O error")

    database = Database(f"sqlite:///{path}")
    with Store(database) as store:
        event.listen(database.engine, "before_cursor_execute", fail)
        assert store.items.delete(["L0"]) == 1
        assert store.items.names() == []
    assert "disk I/O error" in caplog.text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://host/db", "SQLite or PostgreSQL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_an_address_the_store_cannot_use_is_refused(url: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        open_store(url)


def test_a_read_that_failed_does_not_spoil_the_next(path: Path) -> None:
    with open_store(f"sqlite:///{path}") as store, sqlite3.connect(path) as other:
        assert store.items.get("L0").name == "Ada"
        other.execute("ALTER TABLE items RENAME TO hidden")
        with pytest.raises(NotReady):
            store.items.get("L0")
        other.execute("ALTER TABLE hidden RENAME TO items")
        assert store.items.get("L0").name == "Ada"
        store.close()
        assert store.items.get("L0").name == "Ada"
    other.close()


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("www.digital113.fr", "https://www.digital113.fr"),
        ("voir leur plaquette", ""),
        ("https://a.example/une page", ""),
        ("https://a.example/page", "https://a.example/page"),
    ],
)
def test_an_address_that_an_earlier_release_took_keeps_no_row_from_being_read(
    path: Path, stored: str, read: str
) -> None:
    with sqlite3.connect(path) as connection:
        body = f'{{"id":"L0","name":"Ada","source_url":"{stored}"}}'
        connection.execute("UPDATE items SET body = ? WHERE id = 'L0'", (body,))
    with open_store(f"sqlite:///{path}") as store:
        assert [item.source_url for item in store.items.all()] == [read]


@pytest.mark.parametrize("body", ['{"id":"L0","name":""}', "{", '{"id":"L0","name":"Ada","unknown":1}'])
def test_a_damaged_row_is_left_out_and_named_and_mended_by_an_import(
    path: Path, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    with open_store(f"sqlite:///{path}") as store:
        store.items.put([Lead(id="L1", name="École")], source="test")
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE items SET body = ?, version = 'damaged' WHERE id = 'L0'", (body,))
        assert [item.id for item in store.items.all()] == ["L1"]
        assert list(store.items.get_many(["L0", "L1"])) == ["L1"]
        assert store.items.damaged() == ["L0"]
        assert [line.getMessage() for line in caplog.records if "L0" in line.getMessage()] == [
            "item L0 is damaged and left out (ValidationError). Import it again."
        ]
        with pytest.raises(BackendUnavailable, match="'L0' is damaged in the store"):
            store.items.get("L0")
        assert store.items.put([Lead(id="L0", name="Ada")], source="test").updated == 1
        assert store.items.damaged() == []
        assert store.items.get("L0").name == "Ada"


@pytest.mark.parametrize("file", [None, ImportFile("leads.csv", "0" * 64, "staff")])
def test_a_spoilt_row_is_repaired_by_the_very_item_that_was_stored(
    path: Path, file: ImportFile | None
) -> None:
    ada = Lead(id="L0", name="Ada")
    with open_store(f"sqlite:///{path}") as store, open_store(f"sqlite:///{path}") as other:
        spoil(store, "L0")
        assert (store.items.damaged(), other.items.damaged()) == (["L0"], ["L0"])
        seq = store.outbox.last_seq()
        report = store.items.put([ada], source="test", file=file)
        assert (report.updated, report.unchanged) == (1, 0)
        assert (store.items.damaged(), other.items.damaged()) == ([], [])
        assert [(one.item_id, one.op) for one in store.outbox.changes(seq, 9)] == [("L0", "upsert")]
        assert store.items.put([ada], source="test").unchanged == 1
        if file is not None:
            assert store.imports.changes(report.batch) == []
            store.imports.undo(report.batch)
            assert store.items.get("L0") == ada
