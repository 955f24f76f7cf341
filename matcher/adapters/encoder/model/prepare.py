"""Prepares the encoder: from the pinned wheel to a plain SentenceTransformer folder.

``SentenceTransformer(folder)`` loads it; ``manifest.json`` beside its files has the size and sha256 of every
file. The vocabulary is cut to the characters of French and English texts, which leaves every such text's
tokens as they were. The model's name is a hash of what it was made from, so two machines that prepare the
same model may share an index.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock

from matcher.adapters.encoder.model import source as model_source
from matcher.errors import BackendUnavailable, ModelMissing
from matcher.files import sync_folder, write_whole

RECIPE = 1
"""Version of the conversion; raise it when the vectors change."""

MANIFEST = "manifest.json"
COMMAND = "Run: matcher prepare"

_STAMP = (
    1_577_836_800  # every prepared file carries this time; another time means it was touched: hash it again
)

Progress = Callable[[str, float], None]


def prepare(out: Path, *, adapter: Path | None = None, progress: Progress | None = None) -> Path:
    """Make the model folder, or leave it alone when it is already what is asked for and intact.

    The work is done in a folder beside ``out`` that takes its place at the end: a run that is killed leaves
    what was there before, and the next run starts again. Runs at the same time wait for one another.

    Parameters
    ----------
    out
        Folder to make, such as ``var/models/e5-small``.
    adapter
        Folder of a LoRA adapter to merge, such as :func:`shipped_adapter` gives; None for the encoder as
        published. :mod:`matcher.adapters.encoder.model.lora` describes its files.
    progress
        Called with what is being done and the share done in [0, 1].

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    ModelMissing
        The weights or the adapter are missing or not the ones expected.
    BackendUnavailable
        The disk is full or may not be written.
    """
    report = progress or (lambda _step, _share: None)
    wanted = origin_of(adapter)
    if _is_ready(out, wanted):
        report("model is ready", 1.0)
        return out
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(out.parent / f".{out.name}.lock"):  # others wait for it
            if not _is_ready(out, wanted):
                _replace(out, wanted, adapter, report)
    except OSError as fault:
        raise BackendUnavailable(
            f"The model cannot be written to {out}: {fault.strerror}."
            " Free about 500 MB there, or allow this user to write."
        ) from fault
    report("model is ready", 1.0)
    return out


def shipped_adapter(data: Path) -> Path:
    """Folder of the adapter that ships with the product's data.

    Raises
    ------
    ModelMissing
        It is not there: a wrong folder must never pass for "no adapter", or the untuned encoder would
        quietly take the place of the good one.
    """
    folder = data / "model"
    if not (folder / "manifest.json").is_file():
        raise ModelMissing(
            f"There is no encoder adapter in {folder}. Set MATCHER_DATA_DIR to the project's folder 'data'."
        )
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a prepared folder.

    Raises
    ------
    ModelMissing
        There is none, or it is not one.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
        if found["name"] == _name(found["origin"]) and found["files"]:
            return dict(found)
    except FileNotFoundError:
        raise ModelMissing(f"There is no prepared model in {folder}. {COMMAND}") from None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise ModelMissing(f"{folder / MANIFEST} cannot be read. {COMMAND}") from fault
    raise ModelMissing(f"{folder / MANIFEST} was changed by hand. {COMMAND}")


def check(folder: Path) -> dict[str, Any]:
    """Return the manifest after a quick look at every file: its size, then its time; hashed if that differs.

    Raises
    ------
    ModelMissing
        A file is missing or not what was prepared.
    """
    found = manifest(folder)
    for name, known in found["files"].items():
        try:
            status = (folder / name).stat()
        except OSError as fault:
            raise ModelMissing(f"{folder / name} is missing. {COMMAND}") from fault
        same = status.st_size == known["bytes"]
        if not same or (int(status.st_mtime) != _STAMP and sha256(folder / name) != known["sha256"]):
            raise ModelMissing(f"{folder / name} is not the file that was prepared. {COMMAND}")
    return found


def verify(folder: Path) -> dict[str, Any]:
    """Return the manifest after hashing every file, about a second.

    Raises
    ------
    ModelMissing
        A file is missing or not what was prepared.
    """
    found = check(folder)
    for name, known in found["files"].items():
        if sha256(folder / name) != known["sha256"]:
            raise ModelMissing(f"{folder / name} is not the file that was prepared. {COMMAND}")
    return found


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def origin_of(adapter: Path | None) -> dict[str, Any]:
    """Everything the vectors of a model made now would depend on: the ``origin`` of its manifest.

    >>> sorted(origin_of(None))
    ['adapter_sha256', 'recipe', 'source', 'source_sha256']

    Raises
    ------
    ModelMissing
        The adapter is missing, changed, or was trained on another base.
    """
    from matcher.adapters.encoder.model import lora as model_adapter

    return {
        "recipe": RECIPE,
        "source": f"{model_source.PACKAGE}=={model_source.VERSION}",
        "source_sha256": model_source.SHA256,
        "adapter_sha256": model_adapter.checksum(adapter) if adapter else None,
    }


def _name(origin: dict[str, Any]) -> str:
    return f"e5-small-{hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()[:12]}"


def _is_ready(out: Path, origin: dict[str, Any]) -> bool:
    try:
        return bool(check(out)["origin"] == origin)
    except ModelMissing:
        return False


def _replace(out: Path, origin: dict[str, Any], adapter: Path | None, report: Progress) -> None:
    from matcher.adapters.encoder.model import write as model_write

    draft, old = out.with_name(f".{out.name}.new"), out.with_name(f".{out.name}.old")
    for left in (draft, old):
        shutil.rmtree(left, ignore_errors=True)
    draft.mkdir()
    model_write.write(draft, adapter, report)
    report("checksums", 0.9)
    seal(draft, origin)
    if out.exists():
        out.rename(old)
    draft.rename(out)
    sync_folder(out.parent)
    shutil.rmtree(old, ignore_errors=True)


def seal(folder: Path, origin: dict[str, Any]) -> None:
    """Write the manifest of every file in ``folder``: its size and checksum, and what it was made from."""
    files = {
        str(path.relative_to(folder)): _stamp(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    content = {"name": _name(origin), "origin": origin, "files": files}
    write_whole(folder / MANIFEST, (json.dumps(content, indent=2) + "\n").encode())
    _stamp(folder / MANIFEST)


def _stamp(path: Path) -> dict[str, Any]:
    """Bring a file to the disk, set its time, and return its size and checksum."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o644)
    os.utime(path, (_STAMP, _STAMP))
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}
