"""The id of an answer: reactions and impressions name it."""

import hashlib

from matcher.domain.answers import Answer

_DIGITS = 16
"""64 bits: two answers of a million share an id with a chance of one in 30 million."""


def answer_id(answer: Answer) -> str:
    """Return the id of an answer: 16 hexadecimal digits, from what was asked and what was shown.

    The same question on the same day, answered alike, has the same id, from a rebuilt index too; nothing is
    stored to know it. It covers asker, kind, date, plan, calibration, and the ids and scores of the items in
    their order.

    >>> facts = {"kind": "factory", "query_id": "ORG1", "query_name": "Ada", "on": None, "k": 5}
    >>> answer_id(Answer(**facts, generation="g1", items=()))
    '7264b73994e08a98'
    """
    day = answer.on.date().isoformat() if answer.on else ""
    parts = [answer.kind, answer.query_id or "", day, answer.plan or ""]
    parts.append(answer.calibration or "")
    parts.extend(f"{item.item_id} {item.score:.4f}" for item in answer.items)
    text = "\n".join(parts)
    return hashlib.blake2b(text.encode(), digest_size=_DIGITS // 2).hexdigest()
