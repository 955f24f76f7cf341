"""Several services over one PostgreSQL and one Qdrant server: one is killed, the others go on.

Writers and readers ask all of them meanwhile. A request to the service that is killed may break off; one to
the others must be answered. The killed one is started again in the next round.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.domain.items import Lead, Organisation
from matcher.errors import BackendUnavailable
from matcher.settings import HASHING, Settings
from training.bench.command import variables_of
from training.bench.faults.processes import Service
from training.bench.faults.tally import Kind, Round, Tally
from training.bench.server import Client
from training.servers import postgres
from training.servers.qdrant_http import faulty_server

_LONGEST_S = 2.0
"""A service is killed within this time after all of them are asked."""
_AFTERWARDS_S = 1.0
"""How long the others are asked afterwards."""
_PACE_S = 0.02
_STATUSES = (200, 201)


@dataclass
class Asker:
    """A client that writes to one service and asks it, in a thread of its own, until it is told to end."""

    port: int
    name: str
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Ask until the end, or until the service is gone."""
        try:
            with closing(Client(self.port)) as client:
                at = 0
                while not self.ended.is_set():
                    self._ask(client, f"{self.name}-{at}")
                    at += 1
                    time.sleep(_PACE_S)
        except (OSError, BackendUnavailable) as fault:
            self.refused.append(f"{type(fault).__name__}: {fault}")  # of the killed one it is expected

    def _ask(self, client: Client, item_id: str) -> None:
        body = {"id": item_id, "name": f"École {item_id}", "themes": ["données"]}
        if self._is_answered(client, "PUT", f"/v1/leads/{item_id}", body):
            self.acknowledged.append(item_id)
        self._is_answered(client, "GET", "/v1/organisations/ASKS/recommendations?kind=lead", None)

    def _is_answered(self, client: Client, method: str, path: str, content: object) -> bool:
        """Send a request; return whether it was done, and note the answer if not."""
        status, said = client.send(method, path, content)
        if status in _STATUSES:
            return True
        self.refused.append(f"{method} {path}: {status} {said[:300].decode(errors='replace')}")
        return False


class Services:
    """Some services, of which one is killed each round."""

    def __init__(self, folder: Path, tally: Tally, settings: Settings, count: int) -> None:
        self._folder, self._tally, self._settings = folder, tally, settings
        self._acknowledged: set[str] = set()
        self._running: dict[str, Service] = {}
        self._names = [f"service-{number}" for number in range(count)]

    def kill(self, number: int) -> None:
        """Start what does not run, ask all, kill one while it is asked, and compare."""
        self._start()
        askers = {name: Asker(one.port, f"{number}{name}") for name, one in self._running.items()}
        threads = [threading.Thread(target=asker.run) for asker in askers.values()]
        for thread in threads:
            thread.start()
        time.sleep(self._tally.chance.uniform(0.0, _LONGEST_S))
        killed = self._tally.chance.choice(self._names)
        self._running.pop(killed).kill()
        time.sleep(_AFTERWARDS_S)
        for asker in askers.values():
            asker.ended.set()
        for thread in threads:
            thread.join()
        for name, asker in askers.items():
            self._acknowledged.update(asker.acknowledged)
            self._tally.acknowledged.update(asker.acknowledged)
            self._tally.refused += asker.refused if name != killed else []
        with open_matcher(self._settings) as matcher:
            self._tally.compare(matcher, self._acknowledged)

    def _start(self) -> None:
        for name in self._names:
            if name in self._running:
                continue
            home = self._folder / name
            home.mkdir(exist_ok=True)
            variables = variables_of(self._settings.model_copy(update={"home": home}))
            self._running[name] = Service(variables, home / "log")

    def close(self) -> None:
        """Stop all."""
        for server in self._running.values():
            server.stop()


def services(count: int) -> Kind:
    """Return the kind that kills one of so many services."""
    return partial(_services, count)


@contextmanager
def _services(count: int, folder: Path, tally: Tally) -> Iterator[Round]:
    programs = postgres.find_programs()
    if programs is None:
        raise BackendUnavailable("PostgreSQL is not installed: apt-get install postgresql, or choose --kind.")
    with postgres.running_server(programs) as server, faulty_server() as qdrant:
        settings = _settings(folder, postgres.new_database(server, "faults"), qdrant.url)
        with open_matcher(settings) as matcher:
            matcher.index_now()
        running = Services(folder, tally, settings, count)
        try:
            yield running.kill
        finally:
            running.close()


def _settings(folder: Path, database_url: str, qdrant_url: str) -> Settings:
    """Fill an empty database; return the settings that all services share."""
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    with open_store(url) as store:
        store.migrate()
        store.items.put([Organisation(id="ASKS", name="Maison", expertise=("données",))], source="faults")
        store.items.put([Lead(id="FIRST", name="École", themes=("données",))], source="faults")
    return Settings(
        home=folder,
        database_url=url,
        encoder=HASHING,
        index_backend="qdrant",
        qdrant_url=qdrant_url,
        secret=SecretStr("a secret that all services share"),
        requests_of_a_caller=0,
        requests_of_an_address=0,
    )


def has_postgres() -> bool:
    """Whether the programs of PostgreSQL are installed."""
    return postgres.find_programs() is not None
