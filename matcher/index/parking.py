"""Items that cannot be indexed: set apart and said, so that the rest goes on."""

import logging
from collections.abc import Callable, Sequence

from matcher.domain.items import AnyItem, Lead
from matcher.errors import BackendUnavailable, NotReady
from matcher.index.ports import Index, Point

Encode = Callable[[Sequence[AnyItem]], list[Point]]

_log = logging.getLogger(__name__)
_PLAIN = Lead(id="PLAIN", name="École")
"""What every encoder that is well can encode."""
_NOT_OF_ONE_ITEM = (BackendUnavailable, NotReady, MemoryError, OSError)
"""Faults of encoder, index, memory or disk: they pass, or somebody ends them, and all is tried again."""


def write(index: Index, items: Sequence[AnyItem], encode: Encode) -> dict[str, str]:
    """Write the points of items; return the versions, by id, of those that cannot be encoded or are refused.

    Without this one such item would stop the index: its batch would be tried again for ever. Such items are
    told from an encoder that fails by trying each alone, and a plain one.
    """
    try:
        index.upsert(encode(items))
    except _NOT_OF_ONE_ITEM:
        raise
    except Exception:  # noqa: BLE001  # a text may fail in many ways inside tokeniser and model
        return _write_each(index, items, encode)
    return {}


def _write_each(index: Index, items: Sequence[AnyItem], encode: Encode) -> dict[str, str]:
    encode([_PLAIN])  # raises where it is not the item's fault
    parked = {}
    for item in items:
        try:
            index.upsert(encode([item]))
        except _NOT_OF_ONE_ITEM:
            raise
        except Exception as fault:  # noqa: BLE001  # as above; its message would quote the text
            _log.warning("item %s cannot be indexed and is left out (%s)", item.id, type(fault).__name__)
            parked[item.id] = item.version
    return parked
