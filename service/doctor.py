"""Checks of every outside part, each with how to fix it: for a terminal and for the page of the service."""

import ipaddress
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import numpy as np

from matcher.adapters.encoder.model import prepare as model
from matcher.build import Matcher, open_matcher
from matcher.domain.items import ItemType, Organisation
from matcher.errors import IndexLocked, MatcherError, NotReady
from matcher.index import Index, Where
from matcher.language import twin_pairs
from matcher.market import IntroductionPlan, may_be_planned, newcomers_since
from matcher.settings import HASHING, Settings, unknown_variables

OLDEST_PYTHON = (3, 11)
RECOMMENDED_FREE_BYTES = 1_000_000_000
"""Bytes that should be free: the model takes 500 MB, an index of 10,000 items 60 MB."""

MIN_FREE_BYTES = 50_000_000
"""Bytes below which writing may fail at any moment."""
MAX_TWINS = 10
"""Names of twins, of members without plan, and of damaged items, that a finding lists."""
SAMPLE = 200
"""Points of the index that are checked, at most."""

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and how to fix it."""

    check: str
    state: State
    found: str
    fix: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Run every check; one that fails does not stop the next."""
    yield _python()
    yield _variables()
    yield _disk(settings)
    yield _catalogue(settings)
    yield _mail(settings)
    yield _guarded("model", lambda: _model(settings))
    yield from _store_and_index(settings)
    yield _port(settings)


def examine_open(matcher: Matcher) -> Iterator[Finding]:
    """Run the checks of a process that serves, which holds store and index already; in its turn."""
    settings = matcher.settings
    yield _python()
    yield _variables()
    yield _disk(settings)
    yield _catalogue(settings)
    yield _mail(settings)
    yield _guarded("model", lambda: _model(settings))
    yield from _of_matcher(matcher)


def _guarded(check: str, look: Callable[[], Finding]) -> Finding:
    """Turn the error of a check into its finding: our messages end with what to run."""
    try:
        return look()
    except IndexLocked as fault:
        return Finding(
            check, "warning", fault.detail, "Nothing to fix if that is the server: ask it instead."
        )
    except MatcherError as fault:
        return Finding(check, "error", fault.detail)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding("python", "error", version, "Install Python 3.11 or later, then: make clean demo")
    return Finding("python", "ok", version)


def _variables() -> Finding:
    unknown = unknown_variables()
    if unknown:
        return Finding(
            "settings", "warning", f"unknown: {', '.join(unknown)}", "Misspelt? See matcher/settings.py."
        )
    return Finding("settings", "ok", "all variables known")


def _disk(settings: Settings) -> Finding:
    home = settings.home.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
        free = shutil.disk_usage(home).free
    except OSError as fault:
        return Finding(
            "disk", "error", f"{home}: {fault.strerror}", "Check its permissions, or set MATCHER_HOME."
        )
    found = f"{home}: {free / 1e9:.2f} GB free"
    if free > RECOMMENDED_FREE_BYTES:
        return Finding("disk", "ok", found)
    return Finding("disk", "warning" if free > MIN_FREE_BYTES else "error", found, "Free 1 GB there.")


def _catalogue(settings: Settings) -> Finding:
    folder = settings.data_dir / "reference"
    if not folder.is_dir():
        return Finding(
            "data", "error", f"{folder} is missing", "Set MATCHER_DATA_DIR to the project's 'data'."
        )
    return Finding("data", "ok", str(settings.data_dir))


def _mail(settings: Settings) -> Finding:
    """Say where the links of mails lead: to this machine they lead nobody."""
    if settings.smtp_url is None:
        return Finding("mail", "ok", "no MATCHER_SMTP_URL: mails are kept, not sent")
    found = f"links in mails lead to {settings.public_url}"
    if _is_this_machine(urlsplit(settings.public_url).hostname or ""):
        fix = "Set MATCHER_PUBLIC_URL to the address at which people reach the service."
        return Finding("mail", "warning", f"{found}, which is reached from this machine alone", fix)
    return Finding("mail", "ok", found)


def _is_this_machine(host: str) -> bool:
    """Whether a host name is that of the machine itself.

    >>> [_is_this_machine(host) for host in ("localhost", "127.0.0.2", "::1", "0.0.0.0", "matcher.example")]
    [True, True, True, True, False]
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _model(settings: Settings) -> Finding:
    if settings.encoder == HASHING:
        return Finding("model", "warning", "weightless hashing: for tests only", "Unset MATCHER_ENCODER.")
    folder = Path(settings.encoder or settings.model_dir)
    if settings.encoder and not (folder / model.MANIFEST).is_file():
        return _foreign_model(folder)
    found = model.verify(folder)
    if not settings.encoder and found["origin"] != model.origin_of(model.shipped_adapter(settings.data_dir)):
        what = f"{found['name']} is not the encoder of this release"
        return Finding("model", "error", what, "Run: matcher prepare, then: matcher reindex")
    return Finding("model", "ok", f"{found['name']}: {len(found['files'])} files as prepared")


def _foreign_model(folder: Path) -> Finding:
    if folder.is_dir():
        return Finding("model", "ok", f"{folder}: not made by `matcher prepare`, checksums unknown")
    fix = "Set MATCHER_ENCODER to a model's folder, or unset it."
    if folder.is_absolute():
        return Finding("model", "error", f"{folder}: there is no such folder", fix)
    return Finding("model", "warning", f"{folder}: no such folder here, so a hub is asked for it", fix)


def _store_and_index(settings: Settings) -> Iterator[Finding]:
    try:
        with open_matcher(settings) as matcher:
            yield from _of_matcher(matcher)
    except MatcherError as fault:
        yield Finding("store", "error", fault.detail)


def _of_matcher(matcher: Matcher) -> Iterator[Finding]:
    try:
        counts = matcher.store.items.counts()
        held = ", ".join(f"{count} {item_type.value}" for item_type, count in counts.items())
        yield _store(f"{matcher.store.place}: {held}", matcher.store.items.damaged())
        yield _guarded("index", lambda: _index(matcher))
        yield _guarded("erasures", lambda: _erasures(matcher))
        yield _guarded("identity provider", lambda: _identity_provider(matcher))
        yield _twins(twins_of(matcher))
        yield _plan(matcher.store.plans.load(), _plannable(matcher))
    except MatcherError as fault:
        yield Finding("store", "error", fault.detail)


def _store(found: str, damaged: Sequence[str]) -> Finding:
    """Name the items whose rows cannot be read: they are left out of every answer."""
    if not damaged:
        return Finding("store", "ok", found)
    return Finding(
        "store", "warning", f"{found}; {len(damaged)} damaged: {_some(damaged)}", "Import them again."
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_TWINS]) + (", …" if len(names) > MAX_TWINS else "")


def _identity_provider(matcher: Matcher) -> Finding:
    """Say whether the identity provider answers and calls itself as the settings do, where there is one."""
    provider = matcher.identity_provider
    if provider is None:
        return Finding("identity provider", "ok", "none: people sign in by a link or a password")
    provider.check()
    return Finding("identity provider", "ok", f"{provider.name}: {matcher.settings.oidc_issuer}")


def twins_of(matcher: Matcher) -> Sequence[tuple[Organisation, Organisation]]:
    """Return the pairs of records that seem to be one organisation, by ascending ids.

    Worked out again when an item has changed.
    """
    return matcher.store.derived.value("twins", lambda: twin_pairs(_organisations(matcher)))


def _plannable(matcher: Matcher) -> frozenset[str]:
    """Return the ids of the organisations that a plan is made for."""

    def found() -> frozenset[str]:
        return frozenset(item.id for item in _organisations(matcher) if may_be_planned(item))

    # A pause changes no item, so it is asked for each time.
    return matcher.store.derived.value("plannable", found) - matcher.planner.paused()


def _organisations(matcher: Matcher) -> Iterator[Organisation]:
    for item in matcher.store.items.all(ItemType.ORGANISATION):
        if isinstance(item, Organisation):
            yield item


def _twins(pairs: Sequence[tuple[Organisation, Organisation]]) -> Finding:
    """List records that are one organisation: they are not introduced to each other."""
    if not pairs:
        return Finding("twins", "ok", "no organisation is recorded twice")
    named = [f"{one.id} ({one.name}) = {other.id} ({other.name})" for one, other in pairs[:MAX_TWINS]]
    more = f", and {len(pairs) - MAX_TWINS} more" if len(pairs) > MAX_TWINS else ""
    count = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
    fix = f"Merge them: matcher merge {pairs[0][0].id} {pairs[0][1].id}, or give each its SIRET."
    return Finding("twins", "warning", f"{count}: {'; '.join(named)}{more}", fix)


def _plan(plan: IntroductionPlan | None, members: Set[str]) -> Finding:
    """Say how old the plan is: members that joined since are served by score and in the lists of others."""
    if plan is None:
        return Finding("plan", "ok", "none: partners are ordered by score")
    newcomers = newcomers_since(plan, members)
    found = f"made {plan.created_at:%Y-%m-%d} for {len(plan.lists)} organisations"
    if not newcomers:
        return Finding("plan", "ok", found)
    some = _some(newcomers)
    return Finding("plan", "warning", f"{found}; {len(newcomers)} joined since: {some}", "Run: matcher plan")


def _erasures(matcher: Matcher) -> Finding:
    """Say whether what was erased may still be in the store's log or in an old generation of the index."""
    rights = _owed_rights(matcher)
    if rights is not None:
        return rights
    owed = matcher.store.owed_since()
    if owed is not None:
        found = f"texts erased since {owed:%Y-%m-%d %H:%M} UTC may still be in the log of the store"
        return Finding("erasures", "warning", found, "Close what reads the store, then run: matcher index")
    leftovers = matcher.serving.indexer.generations.leftovers()
    if leftovers:
        found = f"old generations of the index are left: {', '.join(leftovers)}"
        if matcher.settings.index_backend == "qdrant":
            advice = "A reindex is under way or was stopped. Let it end, or run it again: matcher reindex"
            return Finding("erasures", "warning", found, advice)
        return Finding("erasures", "warning", found, "Run: matcher index")
    return Finding("erasures", "ok", "nothing erased is left")


def _owed_rights(matcher: Matcher) -> Finding | None:
    """Say what is owed of erasures that were asked for; None if nothing is."""
    owed = matcher.store.rights.owed()
    if not owed:
        return None
    places = sorted({place for erasure in owed for place in erasure.found_in})
    where = f"; still in {', '.join(places)}" if places else ""
    found = f"{len(owed)} owed since {owed[0].asked_at:%Y-%m-%d %H:%M} UTC{where}"
    fix = "Remove files that are not the product's from its home, then run: matcher privacy finish"
    return Finding("erasures", "warning", found, fix)


def _index(matcher: Matcher) -> Finding:
    name = matcher.serving.current_name()
    manifest = matcher.serving.indexer.generations.manifest(name) if name else None
    points = matcher.index.count()
    _require_sound(matcher.index)
    pending = matcher.store.outbox.last_seq() - matcher.store.outbox.cursor(name)
    built = f", built with {manifest.encoder}" if manifest else ""
    found = f"generation {name}: {points} items{built}"
    if pending > 0:
        return Finding("index", "warning", f"{found}; {pending} changes wait", "Run: matcher index")
    if manifest and manifest.parked:
        fix = "The log says why. Correct them and import them again, or run: matcher reindex"
        return Finding("index", "warning", f"{found}; left out: {_some(sorted(manifest.parked))}", fix)
    return Finding("index", "ok", found)


def _require_sound(index: Index) -> None:
    """Check points spread over the index and ask it one question: damaged files may still open."""
    ids = sorted(index.versions())
    points = index.fetch(ids[:: len(ids) // SAMPLE + 1])
    for point in points.values():
        rows = point.dense[None] if point.labels is None else np.vstack([point.dense, point.labels])
        if not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=0.01):
            raise NotReady(f"The index holds no usable vector of {point.id}. Rebuild it: matcher reindex")
    for point in list(points.values())[:1]:
        if not index.query(point.dense, point.sparse, Where(point.item_type), 1):
            raise NotReady("The index does not find what it holds. Rebuild it: matcher reindex")


def _port(settings: Settings) -> Finding:
    place = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            found = f"{place}: {fault.strerror}"
            return Finding("port", "warning", found, "Our own server? Else: matcher serve --port N")
    return Finding("port", "ok", f"{place} is free")
