"""What was killed, what was acknowledged before, and what of it went wrong."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from matcher.build import Matcher
from matcher.domain.items import ItemType


@dataclass
class Tally:
    """What all rounds did, and what came of it."""

    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    halves: int = 0
    differences: int = 0
    refused: list[str] = field(default_factory=list)
    mails_sent: int = 0
    mails_lost: set[str] = field(default_factory=set)
    mails_doubled: set[str] = field(default_factory=set)
    mails_in_doubt: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing went wrong."""
        wrong = (self.lost, self.halves, self.differences, self.refused, self.mails_lost, self.mails_doubled)
        return not any(wrong)

    def compare(self, matcher: Matcher, acknowledged: set[str]) -> None:
        """Note which acknowledged leads the store does not hold, and where the index is not as the store."""
        matcher.index_now()
        stored = {item_id for item_id, _ in matcher.store.items.names(ItemType.LEAD)}
        self.lost |= acknowledged - stored
        found = matcher.serving.indexer.differences(matcher.index)
        self.differences += len(found.missing) + len(found.stale) + len(found.surplus)


Round = Callable[[int], None]
"""Kills one process once; the number tells its items from those of other rounds."""
Kind = Callable[[Path, Tally], AbstractContextManager[Round]]
"""Opens what rounds of one kind need in an empty folder, for as long as the context is open."""
