"""Items that cannot be indexed: set apart and said, so that the rest goes on."""

import logging
from collections.abc import Callable, Mapping, Sequence

from matcher.domain.items import AnyItem, Lead
from matcher.errors import BackendUnavailable, InvalidRequest, NotReady
from matcher.index.ports import Index, Point

Encode = Callable[[Sequence[AnyItem]], list[Point]]

MOST_PARKED = 100
"""Items that may be set apart at most, in a large catalogue."""
_ONE_IN = 20
"""In a smaller one, one listed item in so many; one may always be."""

_SEVERAL = 3
"""Items of one batch that an index refuses all alike by its own fault: fewer may be so by chance."""

_log = logging.getLogger(__name__)
_PLAIN = Lead(id="PLAIN", name="École")
"""What every encoder that is well can encode."""
_NOT_OF_ONE_ITEM = (BackendUnavailable, NotReady, MemoryError, OSError)
"""Faults of encoder, index, memory or disk: they pass, or somebody ends them, and all is tried again."""


def check_parked(parked: int, listed: int) -> None:
    """Raise BackendUnavailable where too many of the listed items are set apart.

    Then the fault is no item's but that of encoder or index, and an index without them must not serve.
    """
    most = min(MOST_PARKED, max(1, listed // _ONE_IN))
    if parked > most:
        raise BackendUnavailable(
            f"{parked} of {listed} items cannot be indexed; at most {most} may be left out. So nothing was"
            " swapped, and the old index, if any, still serves. Find the cause in the log (`matcher doctor`"
            " checks encoder and index), then run: matcher reindex"
        )


def write(index: Index, items: Sequence[AnyItem], encode: Encode) -> dict[str, str]:
    """Write the points of items; return the versions, by id, of those that cannot be encoded or are refused.

    Without this one such item would stop the index: its batch would be tried again for ever.
    """
    return _set_apart(items, tried(items, lambda some: index.upsert(encode(some)), encode))


def write_changes(index: Index, items: Sequence[AnyItem], encode: Encode) -> dict[str, str]:
    """Write the points of changed items as :func:`write` does, into an index that serves.

    BackendUnavailable, and nothing set apart, where it refuses several items and all alike: then the fault is
    the index's own, and every later change would be left out of it, one by one.
    """
    faults = tried(items, lambda some: index.upsert(encode(some)), encode)
    reasons = {(type(fault), str(fault)) for fault in faults.values()}
    is_refused = len(reasons) == 1 and isinstance(next(iter(faults.values())), InvalidRequest)
    if is_refused and len(faults) == len(items) >= _SEVERAL:
        raise BackendUnavailable(
            f"The index refuses all of {len(items)} items alike: {next(iter(faults.values()))}"
            " Nothing was left out; the changes wait. `matcher doctor` checks the index;"
            " to write it anew, run: matcher reindex"
        )
    return _set_apart(items, faults)


def _set_apart(items: Sequence[AnyItem], faults: Mapping[str, Exception]) -> dict[str, str]:
    """Say which items are left out; return their versions by id."""
    for item_id, fault in faults.items():  # not its message, which would quote the text
        _log.warning("item %s cannot be indexed and is left out (%s)", item_id, type(fault).__name__)
    return {item.id: item.version for item in items if item.id in faults}


def tried(
    items: Sequence[AnyItem], act: Callable[[Sequence[AnyItem]], object], encode: Encode
) -> dict[str, Exception]:
    """Act on items, each alone where all at once fail; return, by id, the faults of single items.

    They are told from a fault of encoder, memory or disk by their kind, and by a plain item, which ``encode``
    is given after each fault: what fails there too is raised.
    """
    try:
        act(items)
    except _NOT_OF_ONE_ITEM:
        raise
    except Exception:  # noqa: BLE001  # a text may fail in many ways inside tokeniser and model
        return _tried_alone(items, act, encode)
    return {}


def _tried_alone(
    items: Sequence[AnyItem], act: Callable[[Sequence[AnyItem]], object], encode: Encode
) -> dict[str, Exception]:
    faults: dict[str, Exception] = {}
    for item in items:
        try:
            act([item])
        except _NOT_OF_ONE_ITEM:
            raise
        except Exception as fault:  # noqa: BLE001  # as above
            encode([_PLAIN])  # raises where it is not the item's fault: a processor may fail at any moment
            faults[item.id] = fault
    return faults
