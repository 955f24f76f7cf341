"""A disk that is really full, of a memory file system: a rebuild fails, and the index that serves goes on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matcher.adapters.encoder import HashingEncoder
from matcher.adapters.qdrant.edge import EdgeIndex
from matcher.adapters.qdrant.folders import FolderGenerations
from matcher.adapters.sql import open_store
from matcher.domain.items import ItemType, Organisation
from matcher.errors import BackendUnavailable
from matcher.index import Bm25Lexical, Indexer, Progress, Where
from tests.samples import migrated

pytestmark = pytest.mark.process

ITEMS = 200
LEFT_KB = (0, 50, 1_000, 2_050, 2_200, 2_500, 5_000, 20_000, 31_000)
"""Free space at which a rebuild is tried."""
LEFT_LATER_KB = (0, 1_000, 2_050, 2_100, 2_150)
"""Free space that is left once a rebuild is half done: less than its next step may take."""
OWN_MOUNTS = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
CHILD = "import sys; from tests.e2e.test_full_disk import rebuild_without_room as run; run(sys.argv[1])"


def mounted(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that alone sees 90 MB of memory at ``folder``."""
    script = 'mount -t tmpfs -o size=90m none "$0" && exec "$@"'
    whole = [*OWN_MOUNTS, "sh", "-c", script, str(folder), *command]
    return subprocess.run(whole, capture_output=True, text=True, check=False)


def fill(home: Path, left_kb: int) -> None:
    """Take all but some of the free space."""
    ballast = home / "ballast"
    ballast.write_bytes(b"")
    with ballast.open("wb", buffering=0) as file:
        while (free := shutil.disk_usage(home).free - left_kb * 1_000) > 0:
            file.write(bytes(min(free, 1_000_000)))


def rebuild_without_room(home: str) -> None:
    """Try it before the beginning and in between, and see that nothing is left of it."""
    place = Path(home)
    with open_store(migrated(place / "matcher.db")) as store:
        texts = [f"données de santé {n}" for n in range(ITEMS)]
        made = [Organisation(id=f"O{n:04d}", name=f"Membre {n}", description=texts[n]) for n in range(ITEMS)]
        store.items.put(made, source="test")
        generations = FolderGenerations(place / "index", EdgeIndex)
        indexer = Indexer(store, generations, HashingEncoder(), Bm25Lexical(), batch=16)
        serving = indexer.rebuild()
        question = indexer.encoder.encode_queries(["santé"])[0]
        before = serving.index.query(question, None, Where(ItemType.ORGANISATION), 5)

        def fails(progress: Progress | None = None) -> None:
            with pytest.raises(BackendUnavailable, match=r"[Ff]ree (disk )?space"):
                indexer.rebuild(progress)
            assert generations.names() == [serving.name], "a half index takes the room"
            assert generations.current() == serving.name
            assert serving.index.query(question, None, Where(ItemType.ORGANISATION), 5) == before
            (place / "ballast").unlink()

        for left in LEFT_KB:
            fill(place, left)
            fails()
        for left in LEFT_LATER_KB:
            fails(lambda done, _: fill(place, left) if done == ITEMS // 2 // 16 * 16 else None)  # noqa: B023
        store.items.put([made[0].model_copy(update={"name": "Autre"})], source="test")
        indexer.sync(serving)
        assert not indexer.differences(serving.index)
        rebuilt = indexer.rebuild()
        assert not indexer.differences(rebuilt.index)
        serving.index.close()
        rebuilt.index.close()


def test_a_rebuild_without_room_says_so_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    if mounted(tmp_path, ["true"]).returncode:
        pytest.skip("no file system can be mounted here")
    done = mounted(tmp_path, [sys.executable, "-c", CHILD, str(tmp_path)])
    assert done.returncode == 0, done.stderr
