"""A small Qdrant server: real HTTP in front of qdrant-client's local mode.

Bodies are parsed with the client's own models, so serialisation, retries, timeouts, faults, keys and strict
mode are exercised.
"""

import json
import re
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import BaseModel, TypeAdapter
from qdrant_client import QdrantClient
from qdrant_client.http import models as qm

Answer = tuple[int, Any]
READ_CALLS = re.compile(r".*/points(/query|/scroll|/count)?$")


def unique_prefix() -> str:
    """Return the beginning of collections' names that nobody else has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@contextmanager
def faulty_server(write_key: str | None = None, read_key: str | None = None) -> Iterator["LocalServer"]:
    """Run a small server here; without keys it asks for none."""
    server = LocalServer(write_key, read_key)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that was killed; the handler takes care of all else."""


class LocalServer:
    """Collections in memory behind HTTP.

    Each entry of ``faults`` spoils one request, in order: a status code, ``"slow"`` (answers after ``delay``
    seconds), ``"garbage"`` (not JSON), ``"cut"`` (the connection ends without an answer) or ``"none"``.
    """

    def __init__(self, write_key: str | None, read_key: str | None) -> None:
        self.local = QdrantClient(":memory:")
        self.lock = threading.Lock()
        self.keys = (write_key, read_key)
        self.faults: list[int | str] = []
        self.retry_after: str | None = None
        self.delay = 1.0
        self.requests: list[tuple[str, str]] = []
        self.keys_of: dict[bool, set[str | None]] = {
            True: set(),
            False: set(),
        }  # of what reads, of what writes
        self.indexed: dict[str, set[str]] = {}
        self.bodies: list[Any] = []
        self.http = _Http(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def spoilt(
        self, fault: int | str | None, method: str, path: str, key: str | None, body: bytes
    ) -> tuple[int, bytes]:
        """Return status and content of the answer, as the fault leaves them."""
        if isinstance(fault, int):
            self.requests.append((method, path))
            return fault, _json(fault, "made to fail")
        if fault == "slow":
            time.sleep(self.delay)
        status, result = self.answer(method, path, key, body)
        return status, b"<html>" if fault == "garbage" else _json(status, result)

    def answer(self, method: str, path: str, key: str | None, body: bytes) -> Answer:
        """Return status and result of a request."""
        self.requests.append((method, path))
        reads = method == "GET" or (method == "POST" and bool(READ_CALLS.fullmatch(path)))
        self.keys_of[reads].add(key)
        if not self._allowed(key, reads=reads):
            return 403, "Forbidden: wrong or missing api-key"
        for verb, pattern, handle in ROUTES:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                with self.lock, warnings.catch_warnings():
                    # local mode says that payload indexes and search parameters have no effect
                    warnings.simplefilter("ignore", UserWarning)
                    return self._handled(handle, match.groups(), body)
        return 404, f"no route {method} {path}"

    def _handled(self, handle: Callable[..., Any], names: tuple[str, ...], body: bytes) -> Answer:
        try:
            return 200, handle(self, *names, body) if body else handle(self, *names)
        except StrictModeError as error:
            return 400, str(error)
        except ValueError as error:
            return (404 if "not found" in str(error) else 400), str(error)

    def _allowed(self, key: str | None, *, reads: bool) -> bool:
        write_key, read_key = self.keys
        if write_key is None or key == write_key:
            return True
        return reads and key is not None and key == read_key

    def require_indexed(self, collection: str, condition: Any) -> None:
        """Strict mode: every field that is filtered on needs a payload index."""
        used = set(re.findall(r'"key":\s*"([^"]+)"', condition.model_dump_json(exclude_none=True)))
        if missing := used - self.indexed.get(collection, set()):
            raise StrictModeError(f"Index required but not found for {sorted(missing)}")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path = self.path.partition("?")[0]
                fault = server.faults.pop(0) if server.faults else None
                if fault == "cut":
                    self.close_connection = True
                    return
                self.send(*server.spoilt(fault, self.command, path, self.headers.get("api-key"), body))

            def send(self, status: int, content: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    if status == 429 and server.retry_after:
                        self.send_header("Retry-After", server.retry_after)
                    self.end_headers()
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client has stopped waiting

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
                """Keep the test output quiet."""

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = respond  # noqa: N815  # names of the protocol

        return Handler


class StrictModeError(Exception):
    """A filter without an index."""


def _json(status: int, result: Any) -> bytes:
    if status == 200:
        return json.dumps({"result": _plain(result), "status": "ok", "time": 0.0}).encode()
    return json.dumps({"status": {"error": result}, "time": 0.0}).encode()


def _plain(result: Any) -> Any:
    if isinstance(result, BaseModel):
        return json.loads(result.model_dump_json(exclude_none=True))
    if isinstance(result, list):
        return [_plain(entry) for entry in result]
    return result


def _create(server: LocalServer, name: str, body: bytes) -> bool:
    asked = qm.CreateCollection.model_validate_json(body)
    if server.local.collection_exists(name):
        raise ValueError(f"Collection {name} already exists")
    if asked.strict_mode_config and asked.strict_mode_config.enabled:
        server.indexed[name] = set()
    return server.local.create_collection(
        name,
        vectors_config=asked.vectors,
        sparse_vectors_config=asked.sparse_vectors,
        metadata=asked.metadata,
    )


def _update(server: LocalServer, name: str, body: bytes) -> bool:
    asked = qm.UpdateCollection.model_validate_json(body)
    return server.local.update_collection(name, metadata=asked.metadata)


def _index(server: LocalServer, name: str, body: bytes) -> Any:
    asked = qm.CreateFieldIndex.model_validate_json(body)
    result = server.local.create_payload_index(name, asked.field_name, asked.field_schema)
    server.indexed[name].add(asked.field_name)
    return result


def _aliases(server: LocalServer, body: bytes) -> bool:
    asked = qm.ChangeAliasesOperation.model_validate_json(body)
    return server.local.update_collection_aliases(asked.actions)


def _upsert(server: LocalServer, name: str, body: bytes) -> Any:
    asked = TypeAdapter(qm.PointInsertOperations).validate_json(body)
    if not isinstance(asked, qm.PointsList):
        raise TypeError("The adapter writes no batches.")
    return server.local.upsert(name, points=asked.points)


def _delete(server: LocalServer, name: str, body: bytes) -> Any:
    asked = TypeAdapter(qm.PointsSelector).validate_json(body)
    return server.local.delete(name, points_selector=asked)


def _retrieve(server: LocalServer, name: str, body: bytes) -> Any:
    asked = qm.PointRequest.model_validate_json(body)
    return server.local.retrieve(
        name, ids=asked.ids, with_payload=asked.with_payload or False, with_vectors=asked.with_vector or False
    )


def _scroll(server: LocalServer, name: str, body: bytes) -> Any:
    asked = qm.ScrollRequest.model_validate_json(body)
    records, offset = server.local.scroll(
        name,
        scroll_filter=asked.filter,
        limit=asked.limit or 10,
        offset=asked.offset,
        with_payload=asked.with_payload or False,
        with_vectors=asked.with_vector or False,
    )
    return {"points": _plain(records), "next_page_offset": offset}


def _count(server: LocalServer, name: str, body: bytes) -> Any:
    asked = qm.CountRequest.model_validate_json(body)
    if asked.filter:
        server.require_indexed(name, asked.filter)
    return server.local.count(name, count_filter=asked.filter, exact=bool(asked.exact))


def _query(server: LocalServer, name: str, body: bytes) -> Any:
    asked = qm.QueryRequest.model_validate_json(body)
    server.bodies.append(asked)
    server.local.get_collection(name)  # an unknown one is 404 before anything else
    server.require_indexed(name, asked)
    return server.local.query_points(
        name,
        query=asked.query,
        using=asked.using,
        prefetch=asked.prefetch,
        query_filter=asked.filter,
        search_params=asked.params,
        limit=asked.limit or 10,
        with_payload=asked.with_payload or False,
        with_vectors=asked.with_vector or False,
    )


ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET", "/collections", lambda s: s.local.get_collections()),
    ("GET", "/aliases", lambda s: s.local.get_aliases()),
    ("POST", "/collections/aliases", _aliases),
    ("PUT", "/collections/([^/]+)", _create),
    ("GET", "/collections/([^/]+)", lambda s, name: s.local.get_collection(name)),
    ("PATCH", "/collections/([^/]+)", _update),
    ("DELETE", "/collections/([^/]+)", lambda s, name: s.local.delete_collection(name)),
    ("PUT", "/collections/([^/]+)/index", _index),
    ("PUT", "/collections/([^/]+)/points", _upsert),
    ("POST", "/collections/([^/]+)/points", _retrieve),
    ("POST", "/collections/([^/]+)/points/delete", _delete),
    ("POST", "/collections/([^/]+)/points/scroll", _scroll),
    ("POST", "/collections/([^/]+)/points/count", _count),
    ("POST", "/collections/([^/]+)/points/query", _query),
)
