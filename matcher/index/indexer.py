"""Keeping the index equal to the store: applying the outbox, rebuilding beside, swapping.

The store is the truth. An index generation has a cursor in the store, the last outbox row it has taken in.
Changes are applied, made durable, and only then is the cursor moved: whatever is killed, the next sync
repeats at most one batch, and repeating changes nothing. Of processes that share an index, one at a time
writes it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from matcher.domain.eligibility import is_listed
from matcher.domain.items import AnyItem
from matcher.domain.store import Store
from matcher.errors import BackendUnavailable, IndexLocked, IndexMismatch, MatcherError, NotReady
from matcher.index.documents import LabelVectors, passage, to_points
from matcher.index.drain import Drain
from matcher.index.generations import (
    Differences,
    Fill,
    Generation,
    Generations,
    Progress,
    SyncReport,
    let_go,
    name_of,
)
from matcher.index.lexical import Bm25Lexical, TermMean
from matcher.index.manifest import Manifest, checksum, identity_of, is_sum
from matcher.index.parking import check_parked, write
from matcher.index.ports import Encoder, Index, Point
from matcher.index.turn import draining, only_run
from matcher.mail import Turns

NOTHING_PARKED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Indexer:
    """Store, generations and encoders brought together.

    ``command`` is what an operator runs again when a rebuild fails at its end. ``turns`` is where processes
    that share the index take turns to write it; None where one process alone can have it.
    """

    store: Store
    generations: Generations
    encoder: Encoder
    lexical: Bm25Lexical
    batch: int = 256
    command: str = "matcher reindex"
    turns: Turns | None = None

    def open(self) -> Generation:
        """Open the current generation after checking that it is the right one and whole.

        Raises NotReady when there is none or it is corrupt, IndexMismatch when it belongs to another
        encoder, template, analyser or store, IndexLocked when another process holds it.
        """
        name = self.generations.current()
        if name is None:
            raise NotReady("There is no index yet. Build it: matcher index")
        manifest = self.generations.manifest(name)
        manifest.require(identity_of(self.encoder, self.lexical))
        cursor = self.store.outbox.cursor(name)
        if cursor < manifest.seq:
            raise IndexMismatch(
                "The index is ahead of the store: it was built from another store or from a later state of"
                " this one. Rebuild it: matcher reindex"
            )
        index = self.generations.open(name)
        try:
            if manifest.state == "ready":
                self._require_whole(name, index, manifest, cursor)
        except BaseException:
            let_go(index)
            raise
        return Generation(name, index, manifest.usual_terms)

    def _require_whole(self, name: str, index: Index, manifest: Manifest, cursor: int) -> None:
        is_whole = not is_sum(manifest.checksum) or checksum(index.versions()) == manifest.checksum
        if is_whole and cursor == manifest.seq:
            return
        if self.generations.manifest(name) == manifest:  # else another process writes to it just now
            raise NotReady(
                "The index has lost or changed points, or is an older copy of itself."
                " Rebuild it from the store: matcher reindex"
            )

    def refresh(self, progress: Progress | None = None) -> Generation:
        """Open the current generation and apply the outbox to it; build the first one if there is none.

        BackendUnavailable while another process that shares the index builds the first one.
        """
        if self.generations.current() is None:
            with nullcontext() if self.turns is None else only_run(self.turns):
                if self.generations.current() is None:
                    return self.rebuild(progress)
        generation = self.open()
        try:
            self.repair(generation)
            self.sync(generation, progress)
        except BaseException:
            let_go(generation.index)
            raise
        return generation

    def sync(
        self, generation: Generation, progress: Progress | None = None, *, most: int | None = None
    ) -> SyncReport:
        """Apply the outbox rows after the generation's cursor, all of them or the first ``most``.

        Rows that every generation has passed are dropped then. Nothing to do costs one read of the store.
        What another process that shares the index is writing just now is waited for; with ``most`` a moment
        only, and nothing is applied then.
        """
        return self._follow(generation, self.turns, progress, most)

    def _follow(
        self,
        generation: Generation,
        turns: Turns | None,
        progress: Progress | None = None,
        most: int | None = None,
    ) -> SyncReport:
        first = self.store.outbox.cursor(generation.name)
        report, limit = SyncReport(0, 0, 0, first), min(self.batch, most or self.batch)
        while self.store.outbox.changes(report.seq, 1):
            with draining(turns) as check:
                report = report.then(
                    self._drain(generation, limit, check) if check else self._seen(generation)
                )
            if progress:
                progress(report.seq - first, self.store.outbox.last_seq() - first)
            if most:
                break
        if report.seq > first:
            self.store.outbox.prune()
        return report

    def _seen(self, generation: Generation) -> SyncReport:
        """Return what a sync has done that did nothing: how far the index has come."""
        return SyncReport(0, 0, 0, self.store.outbox.cursor(generation.name))

    def _drain(self, generation: Generation, limit: int, check: Callable[[], None]) -> SyncReport:
        """Apply the next changes, at most ``limit``, and seal the manifest, unless ``check`` raises."""
        changes = self.store.outbox.changes(self.store.outbox.cursor(generation.name), limit)
        if not changes:
            return self._seen(generation)
        former = begun = self.generations.manifest(generation.name)
        if former.state == "ready":
            begun = self._save(generation, former, state="changing")
        drain = Drain(self.store.items, generation.index, self._points)
        drain.apply(changes)
        generation.index.flush()
        check()
        manifest = self.generations.manifest(generation.name)
        is_known = former.state == "ready" and is_sum(former.checksum) and manifest == begun
        parked = drain.parked(manifest.parked)
        if parked != manifest.parked:  # before the cursor passes them
            manifest = self._save(generation, manifest, parked=parked)
        seq = changes[-1].seq
        self.store.outbox.advance(generation.name, seq)
        if is_known:
            self._save(generation, manifest, state="ready", checksum=drain.checksum(former.checksum), seq=seq)
        elif former.state != "building":
            self._seal(generation, manifest, self._seen(generation).seq)
        return SyncReport(drain.upserted, drain.deleted, drain.unchanged, seq)

    def _save(self, generation: Generation, manifest: Manifest, **changed: Any) -> Manifest:
        """Save a manifest with some of it changed; return it."""
        saved = manifest.model_copy(update=changed)
        self.generations.save(generation.name, saved)
        return saved

    def repair(self, generation: Generation) -> None:
        """Seal a generation whose indexer was killed after its last change and before the manifest."""
        if self.generations.manifest(generation.name).state != "changing":
            return
        with draining(self.turns) as check:
            manifest, seq = self.generations.manifest(generation.name), self._seen(generation).seq
            if check and manifest.state == "changing" and not self.store.outbox.changes(seq, 1):
                self._seal(generation, manifest, seq)

    def rebuild(
        self,
        progress: Progress | None = None,
        *,
        now: datetime | None = None,
        source: Index | None = None,
    ) -> Generation:
        """Build a new generation beside the current one, check it against the store, swap, drop the old.

        Points of ``source``, an index of the same encoder, are copied where their version is the store's: the
        texts of other items alone are encoded.

        Until the swap the old generation serves. A rebuild that fails drops what it wrote, which may be what
        fills the disk; what a killed one leaves is dropped by the next one.
        Returns the new generation, open. BackendUnavailable if it does not come out equal to the store, or
        if too many items cannot be indexed (:func:`~matcher.index.parking.check_parked`).
        """
        with self.generations.exclusive():
            self._forget(self.generations.sweep())
            created = now or datetime.now(UTC)
            try:
                return self._complete(self._begin(created), lambda one: self._fill(one, progress, source))
            except BaseException:
                self._give_up(name_of(created))
                raise

    def rebuild_with(self, fill: Fill, *, now: datetime | None = None) -> Generation:
        """Build a new generation as :meth:`rebuild` does, with points that ``fill`` writes.

        A generation that an earlier call left unfinished is gone on with, if it is of the same encoder,
        template and analyser: ``fill`` finds there what was written, and need not write it again. Its name
        and age stay, so that an erasure made meanwhile finds it older than itself.

        Parameters
        ----------
        fill
            Given the open generation; returns the mean number of terms of all passages, None without any.
        now
            The instant that a new generation is named after.
        """
        with self.generations.exclusive():
            begun = self._unfinished() or self._begin(now or datetime.now(UTC))
            return self._complete(begun, fill)

    def _begin(self, created: datetime) -> Generation:
        """Make an empty generation; its cursor is where the store is before anything is read."""
        name = name_of(created)
        manifest = Manifest(**identity_of(self.encoder, self.lexical).model_dump(), created_at=created)
        self.store.outbox.forget(name)
        start = self.store.outbox.last_seq()
        index = self.generations.create(name, manifest)
        try:
            self.store.outbox.advance(name, start)
        except BaseException:
            let_go(index)
            raise
        return Generation(name, index)

    def _give_up(self, name: str) -> None:
        """Drop a generation that was not finished; the next rebuild drops what cannot be dropped now."""
        with suppress(MatcherError, OSError):
            if self.generations.drop(name):
                self.store.outbox.forget(name)

    def _unfinished(self) -> Generation | None:
        """Open the newest generation that was left half built and can be gone on with."""
        identity = identity_of(self.encoder, self.lexical)
        for name in reversed(self.generations.names()):
            # Without a cursor, changes made since it was begun may be kept no longer.
            if not self.store.outbox.cursor(name):
                continue
            with suppress(NotReady):
                manifest = self.generations.manifest(name)
                manifest.require(identity)
                if manifest.state == "building":
                    return Generation(name, self.generations.open(name))
        return None

    def _complete(self, begun: Generation, fill: Fill) -> Generation:
        """Fill a generation, bring it up to date, check it against the store, swap, drop the old one."""
        name, index = begun.name, begun.index
        try:
            usual = fill(begun)
            seq = self._catch_up(begun)
            manifest = self.generations.manifest(name).model_copy(update={"usual_terms": usual})
            check_parked(len(manifest.parked), index.count() + len(manifest.parked))
            self._seal(begun, manifest, seq)
            index = self.generations.promote(name, index)
            self._forget(self.generations.sweep())
        except BaseException:
            let_go(index)
            raise
        return Generation(name, index, usual)

    def drop_leftovers(self) -> None:
        """Drop leftovers of old generations that no process holds."""
        with self.generations.exclusive():
            self._forget(self.generations.sweep())

    def drop_if_unused(self, name: str) -> None:
        """Drop a generation that this process served and that no other can be reading.

        If it cannot be dropped, the next rebuild does it: no caller waits for this.
        """
        with suppress(IndexLocked, BackendUnavailable, OSError), self.generations.exclusive():
            if self.generations.drop(name):
                self.store.outbox.forget(name)

    def differences(self, index: Index, parked: Mapping[str, str] = NOTHING_PARKED) -> Differences:
        """Compare the index with the store less what is ``parked`` (version by id), reading both whole."""
        held = index.versions()
        listed = {item.id: item.version for item in self.store.items.all() if is_listed(item)}
        wanted = {i: version for i, version in listed.items() if parked.get(i) != version}
        return Differences(
            tuple(sorted(wanted.keys() - held.keys())),
            tuple(sorted(i for i in wanted.keys() & held.keys() if wanted[i] != held[i])),
            tuple(sorted(held.keys() - wanted.keys())),
        )

    def _points(self, items: Sequence[AnyItem]) -> list[Point]:
        return to_points(items, self.encoder, self.lexical)

    def _fill(self, generation: Generation, progress: Progress | None, source: Index | None) -> float | None:
        """Index all listed items; return the mean number of terms of their passages."""
        index, parked = generation.index, dict[str, str]()
        total, done, counted = sum(self.store.items.counts().values()), 0, TermMean()
        known = LabelVectors(self.encoder)

        def points(some: Sequence[AnyItem]) -> list[Point]:
            return to_points(some, self.encoder, self.lexical, known)

        for items in _batches(self.store.items.all(), self.batch):
            listed = [item for item in items if is_listed(item)]
            copied = _copied(source, listed) if source else {}
            index.upsert(list(copied.values()))
            fresh = [item for item in listed if item.id not in copied]
            parked |= write(index, fresh, points)
            counted.add(passage(item) for item in listed)
            done += len(items)
            check_parked(len(parked), max(done, total))  # at the end too, but each alone takes long
            if progress:
                progress(done, max(done, total))
        index.flush()
        if parked:
            self._save(generation, self.generations.manifest(generation.name), parked=parked)
        return counted.mean

    def _catch_up(self, generation: Generation) -> int:
        """Drain until index and store agree and return the cursor; writers may go on meanwhile."""
        while True:
            seq = self._follow(generation, None).seq  # nobody else has it yet
            found = self.differences(generation.index, self.generations.manifest(generation.name).parked)
            if not found:
                return seq
            if not self.store.outbox.changes(seq, 1):
                raise BackendUnavailable(
                    f"The new index does not equal the store ({len(found.missing)} points missing,"
                    f" {len(found.stale)} stale, {len(found.surplus)} surplus); the old one, if any, still"
                    f" serves. Run: {self.command}"
                )

    def _seal(self, generation: Generation, manifest: Manifest, seq: int) -> None:
        """Say what the index holds, reading it whole."""
        counts, total = generation.index.counts(), checksum(generation.index.versions())
        self._save(generation, manifest, state="ready", counts=counts, checksum=total, seq=seq)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.store.outbox.forget(name)


def _copied(source: Index, items: Sequence[AnyItem]) -> dict[str, Point]:
    """Return the points of an index that are of the present version of their item, by id."""
    held = source.versions([item.id for item in items])
    return source.fetch([item.id for item in items if held.get(item.id) == item.version])


def _batches(items: Iterable[AnyItem], size: int) -> Iterator[list[AnyItem]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
