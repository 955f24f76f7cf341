"""Reactions as examples to learn weights from, and their export without names.

An export holds pseudonyms instead of ids. It is not anonymous: who has the catalogue and the encoder can
compute the same signals again. Give it only to those who train.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matcher.domain.events import Action, Feedback, Refusal
from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.feedback.reactions import holding
from matcher.files import write_whole

Hits = Callable[[str, Kind], Sequence[tuple[str, Sequence[float]]]]
"""Gives the first hits of a stored question, each with its signals; none for an unknown one."""

_WANTED = frozenset({Action.JOINED, Action.INTERESTED, Action.INTRODUCED, Action.ACCEPTED})
_SAYS_NOTHING = frozenset({Action.ALREADY_MET})
"""Those who have met already may well have fitted: nothing is learnt from it."""

_DEEPEST = 20.0
"""Inverse propensities are cut here: rarer reactions would drown all others."""
_FORMAT = "matcher-feedback-1"
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Example:
    """One question to learn from.

    ``ids`` are its hits, ``signals`` (hits, signals) in [0, 1] what the pipeline found of each, ``wanted``
    whether the asker wanted it, ``weights`` how much each counts (an inverse propensity, at least 1).
    """

    kind: Kind
    query: str
    ids: tuple[str, ...]
    signals: tuple[tuple[float, ...], ...]
    wanted: tuple[bool, ...]
    weights: tuple[float, ...]


def examples(rows: Iterable[Feedback], hits: Hits) -> Iterator[Example]:
    """Turn reactions into examples: questions with at least one wanted item, by kind and id.

    An item shown at rank ``r`` was examined with probability ``1 / r``, so a reaction to it counts ``r``
    times, at most 20 (inverse propensity: Joachims, Swaminathan, Schnabel 2017). Hits without a reaction
    count once, as not wanted. A refusal for lack of time says nothing of the match, nor does "already met".
    """
    reactions: dict[tuple[str, str], dict[str, tuple[bool, float]]] = {}
    for row in holding(rows):
        if row.action not in _SAYS_NOTHING and row.reason is not Refusal.NO_TIME:
            weight = min(float(row.rank or 1), _DEEPEST)
            of_question = reactions.setdefault((row.kind.value, row.query_id), {})
            of_question[row.item_id] = (row.action in _WANTED, weight)
    for (kind, query), given in sorted(reactions.items()):
        if any(wanted for wanted, _ in given.values()):
            found = hits(query, Kind(kind))
            if found:
                yield _example(Kind(kind), query, found, given)


def _example(
    kind: Kind,
    query: str,
    found: Sequence[tuple[str, Sequence[float]]],
    given: dict[str, tuple[bool, float]],
) -> Example:
    said = [given.get(item_id, (False, 1.0)) for item_id, _ in found]
    return Example(
        kind,
        query,
        ids=tuple(item_id for item_id, _ in found),
        signals=tuple(_floats(signals) for _, signals in found),
        wanted=tuple(wanted for wanted, _ in said),
        weights=tuple(weight for _, weight in said),
    )


def pseudonymised(example: Example, key: bytes) -> Example:
    """Replace ids by pseudonyms, and order the hits by them so that their order tells nothing.

    The same id has the same pseudonym under one key; without the key the id cannot be recovered.
    """
    names = [_pseudonym(item_id, key) for item_id in example.ids]
    order = sorted(range(len(names)), key=names.__getitem__)
    return replace(
        example,
        query=_pseudonym(example.query, key),
        ids=tuple(names[place] for place in order),
        signals=tuple(example.signals[place] for place in order),
        wanted=tuple(example.wanted[place] for place in order),
        weights=tuple(example.weights[place] for place in order),
    )


def _pseudonym(item_id: str, key: bytes) -> str:
    return hmac.new(key, item_id.encode(), hashlib.sha256).hexdigest()[:16]


def write_examples(path: Path, given: Iterable[Example], names: Sequence[str], key: bytes) -> int:
    """Write examples without names as JSON Lines; return how many.

    Parameters
    ----------
    path
        The file; it is replaced whole or not at all.
    given
        The examples, with real ids.
    names
        Names of the signals, in their order.
    key
        At least 16 random bytes, for this export alone: throw them away.
    """
    found = sorted((pseudonymised(one, key) for one in given), key=lambda one: (one.kind.value, one.query))
    lines = [json.dumps({"format": _FORMAT, "signals": list(names)})]
    lines += [json.dumps(_record(one)) for one in found]
    write_whole(path, ("\n".join(lines) + "\n").encode())
    return len(found)


def _record(one: Example) -> dict[str, Any]:
    hits = []
    for item_id, signals, wanted, weight in zip(one.ids, one.signals, one.wanted, one.weights, strict=True):
        rounded = [round(value, _DECIMALS) for value in signals]
        hits.append({"id": item_id, "signals": rounded, "wanted": wanted, "weight": weight})
    return {"kind": one.kind.value, "query": one.query, "hits": hits}


def read_examples(path: Path, names: Sequence[str]) -> list[Example]:
    """Read what :func:`write_examples` wrote.

    InvalidRequest names the line of anything else, and the signals where they are not those of ``names``.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"The export {path.name} cannot be read: name a file of `matcher feedback export`."
        ) from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            if number == 1:
                _check_head(record, names)
            else:
                found.append(_read(record, len(names)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidRequest(f"{path.name}, line {number}: {error}. Export it again.") from error
    if not lines:
        raise InvalidRequest(f"{path.name} is empty: name a file of `matcher feedback export`.")
    return found


def _check_head(record: dict[str, Any], names: Sequence[str]) -> None:
    if record.get("format") != _FORMAT:
        raise ValueError(f"not an export of feedback of this release ({_FORMAT})")
    if record["signals"] != list(names):
        raise ValueError("its signals are not those of this release")


def _read(record: dict[str, Any], width: int) -> Example:
    hits = record["hits"]
    signals = tuple(_floats(hit["signals"]) for hit in hits)
    if any(len(row) != width for row in signals):
        raise ValueError(f"a hit has not {width} signals")
    return Example(
        Kind(record["kind"]),
        str(record["query"]),
        ids=tuple(str(hit["id"]) for hit in hits),
        signals=signals,
        wanted=tuple(bool(hit["wanted"]) for hit in hits),
        weights=tuple(float(hit["weight"]) for hit in hits),
    )


def _floats(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(map(float, values))
