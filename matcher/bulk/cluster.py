"""Ray, started on this machine or joined where it runs."""

import logging
import os
import secrets
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from matcher.bulk.folder import private_folder
from matcher.errors import BackendUnavailable, NotReady

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where Ray keeps its objects, not a temporary file
_LEAST_STORE, _MOST_STORE = 100 * 2**20, 2**30
"""Bytes of the object store of a Ray that is started here: tables on their way, and the vectors of labels."""
_REACHED_WITHIN_S = 5.0
_TOKEN_PATH = "RAY_AUTH_TOKEN_PATH"  # noqa: S105 - the name of a variable

# Ray reports what it is used for, and its core logs to the terminal, unless the environment says otherwise
# before it starts.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """What Ray has: processors of all nodes, and whether all nodes are on this machine."""

    cpus: int
    is_here: bool


@contextmanager
def connected(address: str = "") -> Iterator[Cluster]:
    """Join the cluster at ``address``, ``host:port``, or start Ray here for the time of the context.

    Raises
    ------
    NotReady
        Ray is not installed; the message says how.
    BackendUnavailable
        No cluster answers, or Ray does not start.
    """
    if address:
        _check_answers(address)
    ray = load_ray()
    with private_folder() as folder, nullcontext() if address else token_in(folder):
        try:
            _start(ray, address, folder)
            yield _seen(ray)
        finally:
            ray.shutdown()


def require_ray() -> None:
    """Raise NotReady, saying how to install it, unless Ray is installed."""
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        raise NotReady(
            "Ray is not installed here; indexing by many processes needs it. Install it:"
            " python -m pip install --constraint requirements.lock --editable '.[bulk]' in the project's"
            " folder. Or index in this process: matcher reindex"
        )


def load_ray() -> Any:
    """Return the module of Ray, told to report nothing; importing it takes seconds."""
    require_ray()
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ray
        import ray.data

        options = ray.data.DataContext.get_current()
    options.enable_progress_bars = False
    options.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # its errors are raised, and say the same
    return ray


def _check_answers(address: str) -> None:
    """Raise BackendUnavailable unless something listens there: Ray itself would wait for minutes."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_REACHED_WITHIN_S):
            return
    except (OSError, ValueError) as fault:
        raise BackendUnavailable(
            f"No Ray cluster answers at '{address}'. Give the host:port that `ray status` shows for its head,"
            " or leave the address out to start Ray here: matcher reindex --ray",
            cause=fault,
        ) from fault


@contextmanager
def token_in(folder: Path) -> Iterator[None]:
    """Let the processes of a Ray that is started here know each other by a token in ``folder``.

    Ray itself would leave one in the home folder, where all users of the machine may read it. A token that
    the environment names is used instead.
    """
    if os.environ.get("RAY_AUTH_TOKEN") or os.environ.get(_TOKEN_PATH):
        yield
        return
    path = folder / "token"
    path.touch(mode=0o600)
    path.write_text(_token(), encoding="ascii")
    os.environ[_TOKEN_PATH] = str(path)
    try:
        yield
    finally:
        del os.environ[_TOKEN_PATH]


@cache
def _token() -> str:
    """Return the token of this process: Ray's core reads it once, and keeps it for a second run."""
    return secrets.token_hex(32)


def _start(ray: Any, address: str, folder: Path) -> None:
    options: dict[str, Any] = {"address": address}
    if not address:
        memory = object_store_bytes(shutil.disk_usage(_SHARED_MEMORY).free)
        options = {"address": "local", "include_dashboard": False, "object_store_memory": memory}
        # Ray opens this one to everyone; the folder around it stays closed.
        options["_temp_dir"] = str(folder / "r")
    try:
        with _quiet_core():
            ray.init(log_to_driver=False, logging_level="ERROR", **options)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as fault:
        raise BackendUnavailable(not_started(address), cause=fault) from fault


def not_started(address: str) -> str:
    """Return what to look at when Ray cannot be started here, or joined at ``address``."""
    if address:
        return (
            f"No Ray cluster can be joined at {address}. This machine must be a node of the cluster, with the"
            " same releases of Python and Ray (`ray status` shows it) and the same token."
        )
    return (
        f"Ray does not start here. It needs free space in {tempfile.gettempdir()} and {_SHARED_MEMORY}, and"
        " free ports of this machine. Or index in this process: matcher reindex"
    )


@contextmanager
def _quiet_core() -> Iterator[None]:
    """Drop what Ray's core says of its own log level, which no setting of Python reaches."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def object_store_bytes(free: int) -> int:
    """Return how much of the free shared memory Ray may take: half, between 100 MB and 1 GB.

    Containers often have 64 MB: Ray then uses files in the folder for temporary files.

    >>> [object_store_bytes(free * 2**20) // 2**20 for free in (64, 600, 64_000)]
    [100, 300, 1024]
    """
    return max(_LEAST_STORE, min(_MOST_STORE, free // 2))


def _seen(ray: Any) -> Cluster:
    here = ray.util.get_node_ip_address()
    places = {node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]}
    return Cluster(int(ray.cluster_resources().get("CPU", 0)), places <= {here})
