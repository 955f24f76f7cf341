"""A backup: one file with the whole store and the few files of the home folder that nothing rebuilds.

The file is a compressed tar: ``manifest.json``, ``tables/NAME.jsonl`` with a row a line, and ``files/NAME``.
The index and the prepared model are not in it: both are made from what is. A backup holds personal data like
the store itself: it is written readable by its owner alone.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.files import sync_folder, write_whole

FORMAT = 1
_MANIFEST = "manifest.json"
_UNREADABLE = (OSError, EOFError, tarfile.TarError, ValueError, KeyError, ValidationError)

Row = dict[str, Any]
Tables = Iterable[tuple[str, Iterable[Row]]]


class TableStore(Protocol):
    """What a backup asks of the store."""

    def revision(self) -> str:
        """Revision of the schema."""
        ...

    def tables(self) -> AbstractContextManager[Iterator[tuple[str, Iterator[Row]]]]:
        """Every table with its rows, in one snapshot."""
        ...

    def load(self, given: Tables) -> None:
        """Write tables into an empty store in one transaction."""
        ...


class Manifest(BaseModel):
    """What a backup says of itself.

    ``rows`` counts the rows of each table; ``sha256`` has the digest of each part of the archive.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    made_at: datetime
    revision: str
    rows: dict[str, int]
    sha256: dict[str, str]


def back_up(store: TableStore, files: Mapping[str, Path], to: Path, now: datetime) -> Manifest:
    """Write a backup of the store, as of one moment, and of those ``files`` that exist.

    After a crash the former file ``to`` or the new one is there, never a part of it.

    Raises
    ------
    BackendUnavailable
        The disk or the store refused.
    """
    draft = to.with_name(f".{to.name}.{os.getpid()}.tmp")
    try:
        with _new_private_file(draft) as stream, tarfile.open(fileobj=stream, mode="w:gz") as archive:
            rows, digests = _add_tables(archive, store)
            digests |= _add_files(archive, files)
            manifest = Manifest(
                format=FORMAT, made_at=now, revision=store.revision(), rows=rows, sha256=digests
            )
            _add(archive, _MANIFEST, io.BytesIO(manifest.model_dump_json(indent=1).encode()))
        draft.replace(to)
        sync_folder(to.parent)
    except OSError as error:
        raise BackendUnavailable(
            "The backup cannot be written. Check that the folder exists, its permissions and free space.",
            place=to,
            cause=error.strerror,
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return manifest


def restore(source: Path, store: TableStore, files: Mapping[str, Path]) -> Manifest:
    """Write a backup into an empty store, and its files to the places named.

    The archive is checked whole before anything is written, and the restored tables are compared with it
    afterwards.

    Raises
    ------
    InvalidRequest
        The file is no backup, was damaged, or is of another release.
    NotAllowed
        The store is not empty.
    BackendUnavailable
        What was written differs from the backup, or the disk or the store refused.
    """
    manifest = read_manifest(source)
    if manifest.revision != store.revision():
        raise InvalidRequest(
            f"The backup is of schema {manifest.revision} and this release has {store.revision()}: restore it"
            " with the release that made it, then upgrade with `matcher migrate`."
        )
    with _reading(source) as archive:
        store.load((name, _rows(archive, _table(name))) for name in manifest.rows)
    _compare(store, manifest)
    with _reading(source) as archive:
        _write_files(archive, manifest, files)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """Return the manifest of a backup; InvalidRequest if the digest of a part is not the one it names."""
    with _reading(source) as archive:
        manifest = Manifest.model_validate_json(_part(archive, _MANIFEST).read())
        if manifest.format != FORMAT:
            raise InvalidRequest(f"The backup has format {manifest.format}; this release reads {FORMAT}.")
        for name, expected in manifest.sha256.items():
            if _digest(_part(archive, name)) != expected:
                raise InvalidRequest(f"The backup is damaged: its part {name} is not what was written.")
    return manifest


@contextmanager
def _reading(source: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive; whatever is wrong with its bytes becomes InvalidRequest."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            yield archive
    except _UNREADABLE as error:
        raise InvalidRequest(
            f"{source.name} is not a backup that can be read: name a file that `matcher backup` wrote.",
            place=source,
            cause=error,
        ) from error


def _new_private_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _add_tables(archive: tarfile.TarFile, store: TableStore) -> tuple[dict[str, int], dict[str, str]]:
    counts, digests = {}, {}
    with store.tables() as tables:
        for name, rows in tables:
            with TemporaryFile() as lines:  # a tar writes the length of a part before the part
                counts[name] = _write_lines(lines, rows)
                digests[_table(name)] = _add(archive, _table(name), lines)
    return counts, digests


def _add_files(archive: tarfile.TarFile, files: Mapping[str, Path]) -> dict[str, str]:
    present = {name: path for name, path in files.items() if path.is_file()}
    return {
        _file(name): _add(archive, _file(name), io.BytesIO(path.read_bytes()))
        for name, path in present.items()
    }


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes]) -> str:
    """Add a part to the archive and return its digest."""
    part = tarfile.TarInfo(name)
    part.size = content.seek(0, io.SEEK_END)
    part.mode = 0o600
    content.seek(0)
    digest = _digest(content)
    content.seek(0)
    archive.addfile(part, content)
    return digest


def _digest(content: IO[bytes]) -> str:
    return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # it has readinto


def _write_lines(to: IO[bytes], rows: Iterable[Row]) -> int:
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007  # the count of rows is what is wanted
        to.write(_line(row))
    return count


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _part(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _rows(archive: tarfile.TarFile, name: str) -> Iterator[Row]:
    for line in _part(archive, name):
        yield json.loads(line)


def _compare(store: TableStore, manifest: Manifest) -> None:
    with store.tables() as tables:
        for name, rows in tables:
            digest = hashlib.sha256()
            for row in rows:
                digest.update(_line(row))
            if manifest.sha256.get(_table(name)) != digest.hexdigest():
                raise BackendUnavailable(
                    f"The table '{name}' differs from the backup after the restore: do not use this store;"
                    " restore into a new one."
                )


def _write_files(archive: tarfile.TarFile, manifest: Manifest, files: Mapping[str, Path]) -> None:
    for name, path in files.items():
        if _file(name) in manifest.sha256:
            write_whole(path, _part(archive, _file(name)).read(), check=lambda draft: draft.chmod(0o600))


def _table(name: str) -> str:
    return f"tables/{name}.jsonl"


def _file(name: str) -> str:
    return f"files/{name}"
