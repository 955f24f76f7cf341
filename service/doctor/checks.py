"""Checks of every outside part, each with how to fix it: for a terminal and for the page of the service."""

import ipaddress
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path
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
from service.doctor.findings import RUN, Both, Finding, State, filled, joined, said

OLDEST_PYTHON = (3, 11)
RECOMMENDED_FREE_BYTES = 1_000_000_000
"""Bytes that should be free: the model takes 500 MB, an index of 10,000 items 60 MB."""

MIN_FREE_BYTES = 50_000_000
"""Bytes below which writing may fail at any moment."""
MAX_TWINS = 10
"""Names of twins, of members without plan, and of damaged items, that a finding lists."""
SAMPLE = 200
"""Points of the index that are checked, at most."""


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
        fix = "Nothing to fix if that is the server: ask it instead."
        return Finding(check, "warning", fault.detail, fix)
    except MatcherError as fault:
        return Finding(check, "error", fault.detail)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        fix = "Installez Python 3.11 ou plus récent, puis : {}", "Install Python 3.11 or later, then: {}"
        return said("python", "error", (version, version), filled(fix, "make clean demo"))
    return said("python", "ok", (version, version))


def _variables() -> Finding:
    unknown = unknown_variables()
    if unknown:
        fix = "Mal écrit ? Voir {}.", "Misspelt? See {}."
        return said(
            "settings",
            "warning",
            filled(("inconnu : {}", "unknown: {}"), ", ".join(unknown)),
            filled(fix, "matcher/settings.py"),
        )
    return said("settings", "ok", ("toutes les variables sont connues", "all variables known"))


def _disk(settings: Settings) -> Finding:
    home = settings.home.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
        free = shutil.disk_usage(home).free
    except OSError as fault:
        fix = (
            "Vérifiez ses droits d'accès, ou réglez MATCHER_HOME.",
            "Check its permissions, or set MATCHER_HOME.",
        )
        return said("disk", "error", filled(("{} : {}", "{}: {}"), home, fault.strerror), fix)
    found = filled(("{} : {} Go libres", "{}: {} GB free"), home, f"{free / 1e9:.2f}")
    if free > RECOMMENDED_FREE_BYTES:
        return said("disk", "ok", found)
    state: State = "warning" if free > MIN_FREE_BYTES else "error"
    return said("disk", state, found, ("Libérez-y 1 Go.", "Free 1 GB there."))


def _catalogue(settings: Settings) -> Finding:
    folder = settings.data_dir / "reference"
    if not folder.is_dir():
        fix = (
            "Réglez MATCHER_DATA_DIR sur le dossier « data » du projet.",
            "Set MATCHER_DATA_DIR to the project's 'data'.",
        )
        return said("data", "error", filled(("{} manque", "{} is missing"), folder), fix)
    return said("data", "ok", (str(settings.data_dir), str(settings.data_dir)))


def _mail(settings: Settings) -> Finding:
    """Say where the links of mails lead: to this machine they lead nobody."""
    if settings.smtp_url is None:
        none = "sans {} : les courriels sont gardés, pas envoyés", "no {}: mails are kept, not sent"
        return said("mail", "ok", filled(none, "MATCHER_SMTP_URL"))
    found = filled(("les liens des courriels mènent à {}", "links in mails lead to {}"), settings.public_url)
    if _is_this_machine(urlsplit(settings.public_url).hostname or ""):
        alone = ", que cette machine seule atteint", ", which is reached from this machine alone"
        fix = (
            "Réglez MATCHER_PUBLIC_URL sur l'adresse par laquelle on atteint le service.",
            "Set MATCHER_PUBLIC_URL to the address at which people reach the service.",
        )
        return said("mail", "warning", joined(found, alone), fix)
    return said("mail", "ok", found)


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
        found = "hachage sans modèle : pour les essais seulement", "weightless hashing: for tests only"
        fix = "Retirez MATCHER_ENCODER.", "Unset MATCHER_ENCODER."
        return said("model", "warning", found, fix)
    folder = Path(settings.encoder or settings.model_dir)
    if settings.encoder and not (folder / model.MANIFEST).is_file():
        return _foreign_model(folder)
    known = model.verify(folder)
    name = known["name"]
    if not settings.encoder and known["origin"] != model.origin_of(model.shipped_adapter(settings.data_dir)):
        what = "{} n'est pas l'encodeur de cette version", "{} is not the encoder of this release"
        fix = "Lancez : {}, puis : {}", "Run: {}, then: {}"
        return said("model", "error", filled(what, name), filled(fix, "matcher prepare", "matcher reindex"))
    found = "{} : {} fichiers, comme préparés", "{}: {} files as prepared"
    return said("model", "ok", filled(found, name, len(known["files"])))


def _foreign_model(folder: Path) -> Finding:
    if folder.is_dir():
        found = "{} : non fait par {}, sommes inconnues", "{}: not made by {}, checksums unknown"
        return said("model", "ok", filled(found, folder, "`matcher prepare`"))
    fix = (
        "Réglez MATCHER_ENCODER sur le dossier d'un modèle, ou retirez-le.",
        "Set MATCHER_ENCODER to a model's folder, or unset it.",
    )
    if folder.is_absolute():
        return said(
            "model",
            "error",
            filled(("{} : ce dossier n'existe pas", "{}: there is no such folder"), folder),
            fix,
        )
    found = (
        "{} : pas de tel dossier ici, il est donc demandé à un dépôt",
        "{}: no such folder here, so a hub is asked for it",
    )
    return said("model", "warning", filled(found, folder), fix)


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
        found = f"{matcher.store.place} : {held}", f"{matcher.store.place}: {held}"
        yield _store(found, matcher.store.items.damaged())
        yield _guarded("index", lambda: _index(matcher))
        yield _guarded("erasures", lambda: _erasures(matcher))
        yield _guarded("identity provider", lambda: _identity_provider(matcher))
        yield _twins(twins_of(matcher))
        yield _plan(matcher.store.plans.load(), _plannable(matcher))
    except MatcherError as fault:
        yield Finding("store", "error", fault.detail)


def _store(found: Both, damaged: Sequence[str]) -> Finding:
    """Name the items whose rows cannot be read: they are left out of every answer."""
    if not damaged:
        return said("store", "ok", found)
    broken = filled((" ; {} abîmées : {}", "; {} damaged: {}"), len(damaged), _some(damaged))
    fix = "Importez-les de nouveau.", "Import them again."
    return said("store", "warning", joined(found, broken), fix)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_TWINS]) + (", …" if len(names) > MAX_TWINS else "")


def _identity_provider(matcher: Matcher) -> Finding:
    """Say whether the identity provider answers and calls itself as the settings do, where there is one."""
    provider = matcher.identity_provider
    if provider is None:
        none = (
            "aucun : on se connecte par un lien ou un mot de passe",
            "none: people sign in by a link or a password",
        )
        return said("identity provider", "ok", none)
    provider.check()
    found = filled(("{} : {}", "{}: {}"), provider.name, matcher.settings.oidc_issuer)
    return said("identity provider", "ok", found)


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
        none = "aucune organisation n'a deux fiches", "no organisation is recorded twice"
        return said("twins", "ok", none)
    named = [f"{one.id} ({one.name}) = {other.id} ({other.name})" for one, other in pairs[:MAX_TWINS]]
    left = len(pairs) - MAX_TWINS
    more = filled((", et {} de plus", ", and {} more"), left) if left > 0 else ("", "")
    count = ("1 paire", "1 pair") if len(pairs) == 1 else filled(("{} paires", "{} pairs"), len(pairs))
    found = joined(joined(count, filled((" : {}", ": {}"), "; ".join(named))), more)
    fix = (
        "Fusionnez-les : {}, ou donnez à chacune son SIRET.",
        "Merge them: {}, or give each its SIRET.",
    )
    merge = f"matcher merge {pairs[0][0].id} {pairs[0][1].id}"
    return said("twins", "warning", found, filled(fix, merge))


def _plan(plan: IntroductionPlan | None, members: Set[str]) -> Finding:
    """Say how old the plan is: members that joined since are served by score and in the lists of others."""
    if plan is None:
        none = "aucun : les partenaires sont rangés par score", "none: partners are ordered by score"
        return said("plan", "ok", none)
    newcomers = newcomers_since(plan, members)
    made = "fait le {} pour {} organisations", "made {} for {} organisations"
    found = filled(made, f"{plan.created_at:%Y-%m-%d}", len(plan.lists))
    if not newcomers:
        return said("plan", "ok", found)
    since = filled((" ; {} arrivées depuis : {}", "; {} joined since: {}"), len(newcomers), _some(newcomers))
    return said("plan", "warning", joined(found, since), filled(RUN, "matcher plan"))


def _erasures(matcher: Matcher) -> Finding:
    """Say whether what was erased may still be in the store's log or in an old generation of the index."""
    rights = _owed_rights(matcher)
    if rights is not None:
        return rights
    owed = matcher.store.owed_since()
    if owed is not None:
        found = filled(
            (
                "des textes effacés depuis le {} UTC sont peut-être encore dans le journal de la base",
                "texts erased since {} UTC may still be in the log of the store",
            ),
            f"{owed:%Y-%m-%d %H:%M}",
        )
        fix = "Fermez ce qui lit la base, puis lancez : {}", "Close what reads the store, then run: {}"
        return said("erasures", "warning", found, filled(fix, "matcher index"))
    leftovers = matcher.serving.indexer.generations.leftovers()
    if leftovers:
        left = "restes d'anciennes générations de l'index : {}", "old generations of the index are left: {}"
        found = filled(left, ", ".join(leftovers))
        if matcher.settings.index_backend == "qdrant":
            advice = (
                "Une réindexation est en cours ou a été arrêtée. Laissez-la finir, ou relancez : {}",
                "A reindex is under way or was stopped. Let it end, or run it again: {}",
            )
            return said("erasures", "warning", found, filled(advice, "matcher reindex"))
        return said("erasures", "warning", found, filled(RUN, "matcher index"))
    return said("erasures", "ok", ("il ne reste rien d'effacé", "nothing erased is left"))


def _owed_rights(matcher: Matcher) -> Finding | None:
    """Say what is owed of erasures that were asked for; None if nothing is."""
    owed = matcher.store.rights.owed()
    if not owed:
        return None
    places = sorted({place for erasure in owed for place in erasure.found_in})
    where = filled((" ; encore dans {}", "; still in {}"), ", ".join(places)) if places else ("", "")
    since = "{} dus depuis le {} UTC", "{} owed since {} UTC"
    found = filled(since, len(owed), f"{owed[0].asked_at:%Y-%m-%d %H:%M}")
    fix = (
        "Retirez du dossier du service les fichiers qui n'en sont pas, puis lancez : {}",
        "Remove files that are not the product's from its home, then run: {}",
    )
    return said("erasures", "warning", joined(found, where), filled(fix, "matcher privacy finish"))


def _index(matcher: Matcher) -> Finding:
    name = matcher.serving.current_name()
    manifest = matcher.serving.indexer.generations.manifest(name) if name else None
    points = matcher.index.count()
    _require_sound(matcher.index)
    pending = matcher.store.outbox.last_seq() - matcher.store.outbox.cursor(name)
    found = filled(("génération {} : {} fiches", "generation {}: {} items"), name, points)
    if manifest:
        built = filled((", faite avec {}", ", built with {}"), manifest.encoder)
        found = joined(found, built)
    if pending > 0:
        waiting = filled((" ; {} changements attendent", "; {} changes wait"), pending)
        return said("index", "warning", joined(found, waiting), filled(RUN, "matcher index"))
    if manifest and manifest.parked:
        out = filled((" ; laissées de côté : {}", "; left out: {}"), _some(sorted(manifest.parked)))
        fix = (
            "Le journal dit pourquoi. Corrigez-les et importez-les de nouveau, ou lancez : {}",
            "The log says why. Correct them and import them again, or run: {}",
        )
        return said("index", "warning", joined(found, out), filled(fix, "matcher reindex"))
    return said("index", "ok", found)


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
            found = filled(("{} : {}", "{}: {}"), place, fault.strerror)
            fix = "Notre propre serveur ? Sinon : {}", "Our own server? Else: {}"
            return said("port", "warning", found, filled(fix, "matcher serve --port N"))
    return said("port", "ok", filled(("{} est libre", "{} is free"), place))
