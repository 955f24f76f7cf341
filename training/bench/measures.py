"""What ``matcher-lab bench`` times, each beside the parts that bound it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import numpy as np

from matcher.build import Matcher
from matcher.domain.items import Kind, Organisation
from matcher.index.documents import passage
from matcher.index.ports import Encoder, Vectors, Where
from matcher.language.text import neutral
from matcher.recommend.policies import POLICIES
from training.bench.figures import Figure, Times
from training.bench.server import Client, Server

KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)
QUERY_CHARACTERS = 110
"""Length at which a description is cut to stand for what a person types: about 25 pieces."""
REST_S = 0.02
"""Pause before each turn of two encoders: the other's threads spin for milliseconds after its work, on the
same processors. Without it the served encoder took a tenth longer after torch, and a free text 2 to 10 %
longer after the bare encoder."""


def stored_figures(
    client: Client, matcher: Matcher, asked: Sequence[Organisation], runs: int
) -> list[Figure]:
    """Time recommendations of every kind beside the bare hybrid query with the same vectors and filter."""
    figures = []
    for kind in KINDS:
        policy, now = POLICIES[kind], datetime.now(UTC)
        paths = [f"/v1/organisations/{one.id}/recommendations?kind={kind.value}&k=5" for one in asked]
        points = matcher.index.fetch([one.id for one in asked])
        terms = matcher.lexical.encode_queries([passage(one) for one in asked])
        open_at = now if kind is Kind.INTERNATIONAL else None
        wheres = [Where(policy.item_type, open_at, frozenset({one.id})) for one in asked]

        def bare(at: int) -> None:
            matcher.index.query(points[asked[at].id].dense, terms[at], wheres[at], policy.depth)  # noqa: B023

        def http(at: int) -> None:
            client.get(paths[at])  # noqa: B023

        cold = Times((tuple(_timed(http, at) for at in range(len(paths))),))
        warm, alone = alternated(http, bare, len(asked), runs)
        limit = 3 * alone.p50 + 2
        figures += [
            Figure(
                f"{kind.value}, p50", warm.p50, "ms", limit, basis=f"3 x {alone.p50:.2f} ms bare query + 2 ms"
            ),
            Figure(f"{kind.value}, p95", warm.quantile(0.95), "ms"),
            Figure(f"{kind.value}, p99", warm.quantile(0.99), "ms"),
            Figure(f"{kind.value}, p50 when asked for the first time", cold.p50, "ms"),
        ]
    return figures


def free_text_figures(
    client: Client, matcher: Matcher, asked: Sequence[Organisation], runs: int
) -> list[Figure]:
    """Time free texts beside the bare encoder and the bare query on the same texts."""
    texts = [typed(one) for one in asked]
    policy = POLICIES[Kind.PARTNER]
    where = Where(policy.item_type, None, frozenset())

    def bare(at: int) -> None:
        dense = matcher.encoder.encode_queries([texts[at]])[0]
        matcher.index.query(dense, matcher.lexical.encode_queries([texts[at]])[0], where, policy.depth)

    def http(at: int) -> None:
        client.get(f"/v1/search?kind=partner&k=5&q={quote(texts[at])}")

    alternated(http, bare, len(asked), 1)
    found, alone = alternated(http, bare, len(asked), runs, rest=REST_S)
    return [
        Figure(
            "partner, p50",
            found.p50,
            "ms",
            1.3 * alone.p50,
            basis=f"1.3 x {alone.p50:.2f} ms encoder and query",
        ),
        Figure("partner, p95", found.quantile(0.95), "ms"),
        Figure("partner, p99", found.quantile(0.99), "ms"),
    ]


def throughput(
    server: Server, asked: Sequence[Organisation], clients: int = 4, each: int = 100
) -> list[Figure]:
    """Count requests a second of several clients at once, on the same processors as the server."""

    def ask(_: int) -> None:
        with closing(Client(server.port)) as client:
            for at in range(each):
                client.get(f"/v1/organisations/{asked[at % len(asked)].id}/recommendations?kind=partner&k=5")

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, range(clients)))
    rate = clients * each / (time.perf_counter() - start)
    return [Figure(f"partner requests, {clients} clients", rate, "1/s")]


def encoder_figures(folder: Path, runs: int, encoder: Encoder, asked: Sequence[Organisation]) -> list[Figure]:
    """Time the encoder beside bare sentence-transformers on the same weights and processors."""
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(str(folder), device="cpu")
    figures: list[Figure] = []
    for name, texts, promised in (
        ("question", [typed(one) for one in asked], True),
        ("whole text", [passage(one) for one in asked[:10]], False),
    ):
        plain = [neutral(text) for text in texts]

        def ours(at: int) -> Vectors:
            row: Vectors = encoder.encode_queries([texts[at]])[0]  # noqa: B023
            return row

        def theirs(at: int) -> Vectors:
            return np.asarray(peer.encode(plain[at], prompt_name="query"), np.float32)  # noqa: B023

        cosine = min(float(ours(at) @ theirs(at)) for at in range(len(texts)))
        mine, torch = alternated(ours, theirs, len(texts), runs, rest=REST_S)
        limit = 1.25 * torch.p50 if promised else None
        figures += [
            Figure(
                f"{name}, p50",
                mine.p50,
                "ms",
                limit,
                basis=f"1.25 x {torch.p50:.2f} ms bare" if promised else f"bare: {torch.p50:.2f} ms",
            ),
            Figure(f"{name}, smallest cosine with the bare encoder", cosine, "", 0.999, "at least", "0.999"),
        ]
    return figures


def alternated(
    first: Callable[[int], object], second: Callable[[int], object], count: int, runs: int, rest: float = 0.0
) -> tuple[Times, Times]:
    """Time both calls for 0..count-1, turn by turn, as many times over as there are runs.

    ``rest`` seconds go by, untimed, before each call.
    """
    rows: tuple[list[tuple[float, ...]], ...] = ([], [])
    for _ in range(runs):
        pairs = [(_timed(first, at, rest), _timed(second, at, rest)) for at in range(count)]
        for side, times in zip(rows, zip(*pairs, strict=True), strict=True):
            side.append(times)
    return Times(tuple(rows[0])), Times(tuple(rows[1]))


def _timed(call: Callable[[int], object], at: int, rest: float = 0.0) -> float:
    time.sleep(rest)
    start = time.perf_counter()
    call(at)
    return time.perf_counter() - start


def typed(asker: Organisation) -> str:
    """Return the head of a description, cut at a word, as somebody might type it."""
    return asker.description[:QUERY_CHARACTERS].rsplit(" ", 1)[0]
