"""A throw-away PostgreSQL server, from the programs installed on the machine."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg


def find_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl: what pg_config says, or Debian's newest version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if config := shutil.which("pg_config"):
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)  # noqa: S603  # found above
        folders.insert(0, Path(asked.stdout.strip()))
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Start a server with linguistic collation and yield its address, less the database."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 characters
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # initdb refuses to be run by root
        user = "postgres" if _exists("postgres") else "nobody"
        as_user = {"user": user, "group": _group(user), "extra_groups": []}
        shutil.chown(folder, user)
    data = folder / "data"

    def call(program: str, *words: str) -> None:
        subprocess.run(  # noqa: S603  # our own command
            [programs / program, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user
        )

    base = ["-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
    call("initdb", *base, "--locale-provider=icu", "--icu-locale=fr")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    call("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"host={folder} user=postgres"
    finally:
        call("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, name: str) -> str:
    """Create an empty database and return its address as the store takes it."""
    with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        host = connection.info.host
    return f"postgresql://postgres@/{name}?host={host}"


def _exists(user: str) -> bool:
    return any(entry.pw_name == user for entry in pwd.getpwall())


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
