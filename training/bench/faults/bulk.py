"""``matcher reindex --ray`` killed: the next run goes on and the index equals the store."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.adapters.sql import open_store
from matcher.build import open_matcher
from matcher.bulk import require_ray
from matcher.domain.items import Lead
from matcher.settings import HASHING, Settings
from training.bench.command import variables_of
from training.bench.faults.alone import ROWS
from training.bench.faults.processes import Command
from training.bench.faults.tally import Round, Tally
from training.servers.qdrant_http import faulty_server

_LONGEST_S = 15.0
"""A run is killed within this time after it opened the store; Ray starts for some seconds of it."""
_LOOK_EVERY_S = 0.1
_REINDEX = ("reindex", "--ray")


@contextmanager
def bulk(folder: Path, tally: Tally) -> Iterator[Round]:
    """Kill a run over new items, run again to the end, compare."""
    require_ray()
    with faulty_server() as qdrant:
        settings = Settings(home=folder, encoder=HASHING, index_backend="qdrant", qdrant_url=qdrant.url)
        with open_store(settings.database_url) as store:
            store.migrate()

        acknowledged: set[str] = set()

        def kill(number: int) -> None:
            ids = [f"BULK{number}-{at}" for at in range(ROWS)]
            with open_store(settings.database_url) as store:
                store.items.put([Lead(id=one, name=f"École {one}") for one in ids], source="faults")
            acknowledged.update(ids)
            tally.acknowledged.update(ids)
            first = Command(variables_of(settings), _REINDEX, folder / "log")
            first.wait_for_store()
            time.sleep(tally.chance.uniform(0.0, _LONGEST_S))
            first.kill()
            again = Command(variables_of(settings), _REINDEX, folder / "log")
            while not again.has_ended:
                time.sleep(_LOOK_EVERY_S)
            with open_matcher(settings) as matcher:
                tally.compare(matcher, acknowledged)

        yield kill
