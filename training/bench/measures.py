"""What ``matcher-lab bench`` times over HTTP: stored organisations, free texts, several clients at once."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import quote

from matcher.domain.items import Kind, Organisation
from training.bench.figures import Figure, Times
from training.bench.server import Client, Server

KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)
QUERY_CHARACTERS = 110
"""Length at which a description is cut to stand for what a person types: about 25 pieces."""

STORED_MS, FREE_TEXT_MS, CROWDED_MS = 20.0, 60.0, 200.0
"""Goals a user feels, on an idle machine: medians of a stored organisation and of a free text, and the 99th
percentile with four clients."""
CLIENTS = 4


def stored_path(asker: Organisation, kind: Kind = Kind.PARTNER) -> str:
    """Return the address of a stored organisation's recommendations."""
    return f"/v1/organisations/{asker.id}/recommendations?kind={kind.value}&k=5"


def search_path(asker: Organisation) -> str:
    """Return the address of a free text: the head of a description, as a person might type it."""
    typed = asker.description[:QUERY_CHARACTERS].rsplit(" ", 1)[0]
    return f"/v1/search?kind=partner&k=5&q={quote(typed)}"


def stored_figures(client: Client, asked: Sequence[Organisation], runs: int) -> list[Figure]:
    """Time recommendations of every kind to stored organisations."""
    figures = []
    for kind in KINDS:
        paths = [stored_path(one, kind) for one in asked]
        cold = timed(client, paths, 1)
        warm = timed(client, paths, runs)
        figures += [
            Figure(f"{kind.value}, p50", warm.p50, "ms", STORED_MS, basis="goal"),
            Figure(f"{kind.value}, p99", warm.quantile(0.99), "ms"),
            Figure(f"{kind.value}, p50 when asked for the first time", cold.p50, "ms"),
        ]
    return figures


def free_text_figures(client: Client, asked: Sequence[Organisation], runs: int) -> list[Figure]:
    """Time free texts."""
    paths = [search_path(one) for one in asked]
    timed(client, paths, 1)
    found = timed(client, paths, runs)
    return [
        Figure("partner, p50", found.p50, "ms", FREE_TEXT_MS, basis="goal"),
        Figure("partner, p99", found.quantile(0.99), "ms"),
    ]


def crowded_figures(server: Server, asked: Sequence[Organisation], each: int = 100) -> list[Figure]:
    """Time several clients at once, one question in four a free text, beside the server's own processors."""

    def ask(_: int) -> tuple[float, ...]:
        with closing(Client(server.port)) as client:
            return tuple(_timed(client.get, _mixed(asked, at)) for at in range(each))

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        times = Times(tuple(pool.map(ask, range(CLIENTS))))
    rate = CLIENTS * each / (time.perf_counter() - start)
    return [
        Figure(f"{CLIENTS} clients, requests a second", rate, "1/s"),
        Figure(f"{CLIENTS} clients, p99", times.quantile(0.99), "ms", CROWDED_MS, basis="goal"),
    ]


def _mixed(asked: Sequence[Organisation], at: int) -> str:
    asker = asked[at % len(asked)]
    return search_path(asker) if at % 4 == 3 else stored_path(asker)


def alternative_figures(server: Server, asked: Sequence[Organisation], runs: int) -> list[Figure]:
    """Time the same questions put to the alternative (:mod:`training.bench.alternative`)."""
    with closing(Client(server.port)) as client:
        stored = timed(client, [stored_path(one) for one in asked], runs)
        free_text_figures(client, asked, 1)
        texts = timed(client, [search_path(one) for one in asked], runs)
    crowd = crowded_figures(server, asked)
    return [
        Figure("stored organisation, p50", stored.p50, "ms"),
        Figure("free text, p50", texts.p50, "ms"),
        *(Figure(one.name, one.value, one.unit) for one in crowd),
        Figure("resident memory", server.memory_mb()[0], "MB"),
        Figure("start to ready", server.seconds_to_ready, "s"),
    ]


def timed(client: Client, paths: Sequence[str], runs: int) -> Times:
    """Time all requests, as many times over as there are runs."""
    return Times(tuple(_row(client, paths) for _ in range(runs)))


def _row(client: Client, paths: Sequence[str]) -> tuple[float, ...]:
    return tuple(_timed(client.get, path) for path in paths)


def _timed(call: Callable[[str], object], path: str) -> float:
    start = time.perf_counter()
    call(path)
    return time.perf_counter() - start
