"""Index generations in a folder: one folder each, and a file CURRENT that names the one that serves.

::

    <root>/CURRENT                 name of the generation that serves, swapped by an atomic rename
    <root>/rebuild.lock            held during a rebuild
    <root>/<name>/manifest.json    what it was built from
    <root>/<name>/lock, ...        the index's own lock and files
"""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from pydantic import ValidationError

from matcher.errors import BackendUnavailable, IndexLocked, NotReady
from matcher.files import sync_folder, write_whole
from matcher.index.generations import GENERATION_NAME, let_go
from matcher.index.manifest import Manifest
from matcher.index.ports import Index
from matcher.locks import FileLock, is_held

_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_LOCK = "lock"


class FolderGenerations:
    """Generations of an embedded index.

    Parameters
    ----------
    root
        Folder of all generations; made when the first one is.
    open_index
        Opens, or makes where there is none, an index in a folder, for vectors of a length.
    optimize
        Prepares a closed index for fast search, outside this process; None where nothing is to be gained.
    optimize_above
        Number of points up to which ``optimize`` is not worth its time.
    """

    def __init__(
        self,
        root: Path,
        open_index: Callable[[Path, int], Index],
        *,
        optimize: Callable[[Path, int], None] | None = None,
        optimize_above: int = 10_000,
    ) -> None:
        self._root, self._open_index = root, open_index
        self._optimize, self._optimize_above = optimize, optimize_above

    def current(self) -> str | None:
        """Name of the generation that serves; None when there is none, NotReady when it cannot be a name."""
        name = self._written()
        if name is None or GENERATION_NAME.fullmatch(name):
            return name
        raise NotReady(
            f"The file {_CURRENT} names no index; a power cut may have damaged it."
            " Rebuild the index: matcher reindex",
            place=self._root / _CURRENT,
        )

    def _written(self) -> str | None:
        try:
            return (self._root / _CURRENT).read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            path = self._root / _CURRENT
            raise BackendUnavailable(
                "The index cannot be read. Check the permissions of its folder.",
                place=path,
                cause=error.strerror,
            ) from error

    def manifest(self, name: str) -> Manifest:
        """Read a generation's manifest; NotReady if it cannot be read."""
        path = self._root / name / _MANIFEST
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise NotReady(
                "The manifest of the index is missing or damaged. Rebuild the index: matcher reindex",
                place=path,
            ) from error

    def save(self, name: str, manifest: Manifest) -> None:
        """Replace a generation's manifest, whole or not at all."""
        write_whole(self._root / name / _MANIFEST, manifest.model_dump_json(indent=1).encode())

    def create(self, name: str, manifest: Manifest) -> Index:
        """Make and open an empty generation."""
        try:
            (self._root / name).mkdir(parents=True)
        except OSError as error:
            raise BackendUnavailable(
                "A folder for the new index cannot be made. Check permissions and free space.",
                place=self._root / name,
                cause=error.strerror,
            ) from error
        self.save(name, manifest)
        return self._open_index(self._root / name, manifest.dim)

    def open(self, name: str) -> Index:
        """Open a generation; NotReady if its files cannot be read."""
        return self._open_index(self._root / name, self.manifest(name).dim)

    def promote(self, name: str, index: Index) -> Index:
        """Make a filled generation the current one; a large one is first prepared for fast search.

        The index given may be closed and opened anew: use the one returned.
        """
        if self._optimize and index.count() > self._optimize_above:
            index.close()
            self._optimize(self._root / name, self.manifest(name).dim)
            index = self.open(name)
        try:
            index.flush()
            write_whole(self._root / _CURRENT, f"{name}\n".encode())
        except BaseException:
            let_go(index)
            raise
        return index

    def names(self) -> list[str]:
        """Names of all generations there are, finished or not, in ascending order."""
        if not self._root.is_dir():
            return []
        folders = (folder for folder in self._root.iterdir() if folder.is_dir())
        # A folder of another name is somebody else's, and is never dropped.
        return sorted(folder.name for folder in folders if GENERATION_NAME.fullmatch(folder.name))

    def leftovers(self) -> list[str]:
        """Names of the generations that are not current and that no process holds, in ascending order."""
        current = self._written()
        return [name for name in self.names() if name != current and not is_held(self._root / name / _LOCK)]

    def sweep(self) -> list[str]:
        """Drop every generation but the current one, except those some process holds; return their names."""
        return [name for name in self.leftovers() if self.drop(name)]

    def drop(self, name: str) -> bool:
        """Drop one generation unless it is current or some process holds it; return whether it was."""
        folder = self._root / name
        if not folder.is_dir() or name == self._written():
            return False
        try:
            with FileLock(folder / _LOCK):  # until it is gone: nobody opens what is half removed
                # The manifest goes first: a half-removed generation can never be taken for a whole one.
                (folder / _MANIFEST).unlink(missing_ok=True)
                shutil.rmtree(folder)
                sync_folder(self._root)
        except IndexLocked:
            return False
        except OSError as error:
            raise BackendUnavailable(
                "A former index cannot be removed. Check permissions.", place=folder, cause=error.strerror
            ) from error
        return True

    def exclusive(self) -> AbstractContextManager[object]:
        """Hold off any other rebuild; IndexLocked when one is under way."""
        return FileLock(self._root / "rebuild.lock")
