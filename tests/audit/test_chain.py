"""Every change of a single entry is found, and so are the four faults that chains of others had."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from matcher.audit import FIRST, Entry, Head, hash_of_entry, sign, verify
from matcher.audit.chain import MOST_FAULTS, FaultKind

NOW = datetime(2026, 12, 1, 9, 0, 0, 123_457, tzinfo=UTC)
KEY = b"the key of these tests"
LENGTH = 60


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    before = FIRST
    for seq in range(1, length + 1):
        at = NOW + timedelta(microseconds=seq)
        entry = Entry(
            seq, at, f"person:{seq % 7}", "introduction.approve", f"introduction:IN{seq}", "2", before
        )
        before = hash_of_entry(entry)
        entries.append(replace(entry, hash=before))
    return entries


def head_of(entries: Sequence[Entry]) -> Head:
    return Head(entries[-1].seq, entries[-1].hash) if entries else Head()


SOUND = chain(LENGTH)
MARK = sign(KEY, LENGTH, SOUND[-1].hash, NOW)


def is_sound(entries: Sequence[Entry], head: Head | None = None) -> bool:
    return verify(entries, head or head_of(SOUND), [MARK], KEY).is_sound


def hashed_anew(entries: Sequence[Entry]) -> list[Entry]:
    """What somebody makes who can write to the database and knows how hashes are made."""
    made: list[Entry] = []
    for seq, entry in enumerate(entries, start=1):
        moved = replace(entry, seq=seq, before=made[-1].hash if made else FIRST)
        made.append(replace(moved, hash=hash_of_entry(moved)))
    return made


def test_a_chain_that_nobody_touched_is_sound() -> None:
    assert is_sound(SOUND)
    assert verify([], Head(), [], KEY).is_sound


@pytest.mark.parametrize("place", range(LENGTH))
@pytest.mark.parametrize(
    "field", ["actor", "act", "subject", "version", "at", "before", "hash", "seq", "acting"]
)
def test_every_change_of_one_field_is_found(place: int, field: str) -> None:
    entry = SOUND[place]
    other = {"at": entry.at + timedelta(microseconds=1), "seq": entry.seq + LENGTH}
    changed = replace(entry, **{field: other.get(field, f"{getattr(entry, field)}0")})  # type: ignore[arg-type]
    assert not is_sound([*SOUND[:place], changed, *SOUND[place + 1 :]])


@pytest.mark.parametrize("place", range(LENGTH))
def test_every_entry_left_out_is_found_though_all_is_hashed_anew(place: int) -> None:
    left = [*SOUND[:place], *SOUND[place + 1 :]]
    assert not is_sound(left)
    anew = hashed_anew(left)
    assert not is_sound(anew, head_of(anew))


@pytest.mark.parametrize("length", range(LENGTH))
def test_every_tail_cut_off_is_found_though_the_head_is_moved_back(length: int) -> None:
    assert not is_sound(SOUND[:length])
    assert not is_sound(SOUND[:length], head_of(SOUND[:length]))


def test_every_swap_is_found_though_all_is_hashed_anew() -> None:
    chance = random.Random(113)
    for _ in range(200):
        one, other = chance.sample(range(LENGTH), 2)
        swapped = list(SOUND)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        anew = hashed_anew(swapped)
        assert not is_sound(swapped)
        assert not is_sound(anew, head_of(anew))


def test_what_was_added_by_hand_is_found() -> None:
    added = hashed_anew([*SOUND[:10], SOUND[3], *SOUND[10:]])
    assert not is_sound(added, head_of(added))


def test_no_character_moves_from_one_field_to_the_next() -> None:
    one = replace(SOUND[0], actor="ab", act="c", subject="", version="d")
    moved = [("a", "bc", "", "d"), ("ab", "", "c", "d"), ("ab", "c", "d", ""), ("abc", "", "", "d")]
    for actor, act, subject, version in moved:
        other = replace(one, actor=actor, act=act, subject=subject, version=version)
        assert hash_of_entry(other) != hash_of_entry(one)


def test_an_instant_is_hashed_as_it_is_read_back() -> None:
    for micros in (0, 1, 123_457, 999_999):
        entry = replace(SOUND[0], at=NOW.replace(microsecond=micros))
        kept = datetime.fromisoformat(entry.at.isoformat(timespec="microseconds"))
        in_paris = kept.astimezone(tz=None)
        assert hash_of_entry(replace(entry, at=kept)) == hash_of_entry(entry)
        assert hash_of_entry(replace(entry, at=in_paris)) == hash_of_entry(entry)


def test_a_checkpoint_of_another_key_or_with_another_number_is_no_checkpoint() -> None:
    forged = sign(b"another key", LENGTH, SOUND[-1].hash, NOW)
    for mark in (forged, replace(MARK, seq=LENGTH - 1), replace(MARK, at=NOW + timedelta(days=1))):
        assert not verify(SOUND, head_of(SOUND), [mark], KEY).is_sound


@pytest.mark.slow
def test_a_year_is_checked_in_seconds() -> None:
    year = chain(100_000)
    began = process_time()
    verdict = verify(year, head_of(year), [sign(KEY, 100_000, year[-1].hash, NOW)], KEY)
    assert (verdict.is_sound, verdict.entries) == (True, 100_000)
    assert process_time() - began < 10, "seconds of processor: other work on the machine does not count"


def test_many_changed_entries_do_not_hide_that_signed_ones_are_gone() -> None:
    changed = [replace(entry, subject="person:9") for entry in SOUND[:40]]
    verdict = verify(changed, head_of(changed), [MARK, replace(MARK, signature="forged")], KEY)
    assert len(verdict.faults) == MOST_FAULTS
    assert {FaultKind.CHANGED, FaultKind.UNSIGNED, FaultKind.GONE} <= {one.kind for one in verdict.faults}
