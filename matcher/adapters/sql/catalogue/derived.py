"""Values worked out from the whole catalogue, such as its twins: each is kept until an item changes."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Derived:
    """Keeps one value a name, with the number of the last change of an item that it rests on.

    Every change of an item appends to the outbox, whichever process makes it, so asking for that number says
    whether a value still holds. A value that rests on anything else than items must not be kept here.

    Parameters
    ----------
    last_change
        Returns the number of the last change of an item; 0 where none is kept, which says nothing: an erasure
        in a service without an index empties the outbox, each time to 0.
    """

    def __init__(self, last_change: Callable[[], int]) -> None:
        self._last_change = last_change
        self._kept: dict[str, tuple[int, Any]] = {}

    def value(self, name: str, make: Callable[[], T]) -> T:
        """Return the value of this name; ``make`` is called where an item changed since, or there is none.

        Callers share the value: it must not be changed.

        >>> changes = [1]
        >>> derived = Derived(lambda: changes[-1])
        >>> derived.value("twins", lambda: ["a"]), derived.value("twins", lambda: ["b"])
        (['a'], ['a'])
        >>> changes.append(2)
        >>> derived.value("twins", lambda: ["b"])
        ['b']
        >>> changes.append(0)
        >>> derived.value("twins", lambda: ["c"]), derived.value("twins", lambda: ["d"])
        (['c'], ['d'])
        """
        # Asked before the value is made: a change made meanwhile then makes it again, never too late.
        number = self._last_change()
        known = self._kept.get(name)
        if known is None or known[0] != number or number == 0:
            known = (number, make())
            self._kept[name] = known
        value: T = known[1]
        return value

    def forget(self) -> None:
        """Drop every value."""
        self._kept.clear()
