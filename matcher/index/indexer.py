"""Keeping the index equal to the store: applying the outbox, rebuilding beside, swapping.

The store is the truth. An index generation has a cursor in the store, the last outbox row it has taken in.
Changes are applied, made durable, and only then is the cursor moved: whatever is killed, the next sync
repeats at most one batch, and repeating changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from matcher.domain.eligibility import is_listed
from matcher.domain.events import Change
from matcher.domain.items import AnyItem
from matcher.domain.store import Store
from matcher.errors import BackendUnavailable, IndexLocked, IndexMismatch, NotReady
from matcher.index.documents import LabelVectors, passage, to_points
from matcher.index.generations import (
    Differences,
    Fill,
    Generation,
    Generations,
    Progress,
    SyncReport,
)
from matcher.index.lexical import Bm25Lexical, TermMean
from matcher.index.manifest import Manifest, checksum, identity_of
from matcher.index.parking import check_parked, write, write_changes
from matcher.index.ports import Encoder, Index, Point

NOTHING_PARKED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Indexer:
    """Store, generations and encoders brought together. One indexer works at a time.

    ``command`` is what an operator runs again when a rebuild fails at its end.
    """

    store: Store
    generations: Generations
    encoder: Encoder
    lexical: Bm25Lexical
    batch: int = 256
    command: str = "matcher reindex"

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
        is_at_rest = manifest.state == "ready" and cursor == manifest.seq
        try:
            if is_at_rest:
                _require_whole(index, manifest)
        except BaseException:
            index.close()
            raise
        return Generation(name, index, manifest.usual_terms)

    def refresh(self, progress: Progress | None = None) -> Generation:
        """Open the current generation and apply the outbox to it; build the first one if there is none."""
        if self.generations.current() is None:
            return self.rebuild(progress)
        generation = self.open()
        try:
            self.repair(generation)
            self.sync(generation, progress)
        except BaseException:
            generation.index.close()
            raise
        return generation

    def sync(
        self, generation: Generation, progress: Progress | None = None, *, most: int | None = None
    ) -> SyncReport:
        """Apply the outbox rows after the generation's cursor, all of them or the first ``most``.

        Rows that every generation has passed are dropped then. Nothing to do costs one read of the store.
        """
        first = self.store.outbox.cursor(generation.name)
        changes = self.store.outbox.changes(first, min(self.batch, most or self.batch))
        if not changes:
            return SyncReport(0, 0, 0, first)
        manifest = self.generations.manifest(generation.name)
        is_building = manifest.state == "building"
        if manifest.state == "ready":
            manifest = self._save(generation, manifest, state="changing")
        upserted = deleted = unchanged = 0
        seq = first
        while changes:
            parked = dict(manifest.parked)
            done = self._apply(generation.index, changes, parked)
            generation.index.flush()
            if parked != manifest.parked:
                manifest = self._save(generation, manifest, parked=parked)
            seq = changes[-1].seq
            self.store.outbox.advance(generation.name, seq)
            upserted, deleted, unchanged = upserted + done[0], deleted + done[1], unchanged + done[2]
            if progress:
                progress(seq - first, self.store.outbox.last_seq() - first)
            changes = [] if most else self.store.outbox.changes(seq, self.batch)
        if not is_building:
            self._finalise(generation, manifest, seq)
            self.store.outbox.prune()
        return SyncReport(upserted, deleted, unchanged, seq)

    def _save(self, generation: Generation, manifest: Manifest, **changed: Any) -> Manifest:
        """Save a manifest with some of it changed; return it."""
        saved = manifest.model_copy(update=changed)
        self.generations.save(generation.name, saved)
        return saved

    def repair(self, generation: Generation) -> None:
        """Finalise a generation whose indexer was killed after its last change and before the manifest."""
        manifest, seq = self.generations.manifest(generation.name), self.store.outbox.cursor(generation.name)
        if manifest.state == "changing" and not self.store.outbox.changes(seq, 1):
            self._finalise(generation, manifest, seq)

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

        Until the swap the old generation serves; what a killed rebuild leaves is dropped by the next one.
        Returns the new generation, open. BackendUnavailable if it does not come out equal to the store, or
        if too many items cannot be indexed (:func:`~matcher.index.parking.check_parked`).
        """
        with self.generations.exclusive():
            self._forget(self.generations.sweep())
            begun = self._begin(now or datetime.now(UTC))
            return self._complete(begun, lambda one: self._fill(one, progress, source))

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
        name = f"{created.astimezone(UTC):%Y%m%dT%H%M%S%f}"
        manifest = Manifest(**identity_of(self.encoder, self.lexical).model_dump(), created_at=created)
        self.store.outbox.forget(name)
        start = self.store.outbox.last_seq()
        index = self.generations.create(name, manifest)
        try:
            self.store.outbox.advance(name, start)
        except BaseException:
            index.close()
            raise
        return Generation(name, index)

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
            self._finalise(begun, manifest, seq)
            index = self.generations.promote(name, index)
            self._forget(self.generations.sweep())
        except BaseException:
            index.close()
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

    def _apply(self, index: Index, changes: Sequence[Change], parked: dict[str, str]) -> tuple[int, int, int]:
        """Bring the items named in ``changes`` to the store's present state, whatever happened in between.

        Those that cannot be indexed are added to ``parked``, those that can are taken off it.
        """
        ids = sorted({change.item_id for change in changes})
        listed, upserted, deleted = self._listed(ids), 0, 0
        while True:
            written = self._write(index, ids, listed, parked)
            upserted, deleted = upserted + written[0], deleted + written[1]
            # Another indexer on the same server may have taken in a newer change while this one encoded, and
            # moved the cursor past it: what was just written over it would stay for good.
            before, listed = listed, self._listed(ids)
            if listed == before:
                return upserted, deleted, max(len(listed) - upserted, 0)

    def _write(
        self, index: Index, ids: Sequence[str], listed: Mapping[str, AnyItem], parked: dict[str, str]
    ) -> tuple[int, int]:
        """Make the points of ``ids`` those of the items listed; return how many were written and deleted."""
        for item_id in ids:
            parked.pop(item_id, None)
        held = index.versions(ids)
        fresh = [item for i, item in listed.items() if held.get(i) != item.version]
        refused = write_changes(index, fresh, self._points)
        parked |= refused
        gone = [i for i in ids if i in held and (i not in listed or i in refused)]
        index.delete(gone)
        return len(fresh) - len(refused), len(gone)

    def _points(self, items: Sequence[AnyItem]) -> list[Point]:
        return to_points(items, self.encoder, self.lexical)

    def _listed(self, ids: Sequence[str]) -> dict[str, AnyItem]:
        return {i: item for i, item in self.store.items.get_many(ids).items() if is_listed(item)}

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
            seq = self.sync(generation).seq
            found = self.differences(generation.index, self.generations.manifest(generation.name).parked)
            if not found:
                return seq
            if not self.store.outbox.changes(seq, 1):
                raise BackendUnavailable(
                    f"The new index does not equal the store ({len(found.missing)} points missing,"
                    f" {len(found.stale)} stale, {len(found.surplus)} surplus); the old one, if any, still"
                    f" serves. Run: {self.command}"
                )

    def _finalise(self, generation: Generation, manifest: Manifest, seq: int) -> None:
        index = generation.index
        facts = {"counts": index.counts(), "checksum": checksum(index.versions()), "seq": seq}
        self.generations.save(generation.name, manifest.model_copy(update=facts | {"state": "ready"}))

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.store.outbox.forget(name)


def _require_whole(index: Index, manifest: Manifest) -> None:
    if checksum(index.versions()) != manifest.checksum:
        raise NotReady("The index has lost or changed points. Rebuild it from the store: matcher reindex")


def _copied(source: Index, items: Sequence[AnyItem]) -> dict[str, Point]:
    """Return the points of an index that are of the present version of their item, by id."""
    held = source.versions([item.id for item in items])
    return source.fetch([item.id for item in items if held.get(item.id) == item.version])


def _batches(items: Iterable[AnyItem], size: int) -> Iterator[list[AnyItem]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
