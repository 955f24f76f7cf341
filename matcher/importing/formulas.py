"""Cells that a spreadsheet would run as a formula: made harmless when written, restored when read."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_NEGATIVE = re.compile(r"-\d+(?:[.,]\d+)?")


def escape(cell: str) -> str:
    """Put a ``'`` before a text that Excel would take for a formula, so that it stays a text.

    Formulas begin with ``= + - @``, a tab or a carriage return. A negative number is left alone. A phone
    number is not: ``+33 5`` would be computed.

    >>> [escape(cell) for cell in ("=1+1", "-3.5", "+33 5", "Albi", "'=1")]
    ["'=1+1", '-3.5', "'+33 5", 'Albi', "''=1"]
    """
    formula = _FORMULA.match(cell) and not _NEGATIVE.fullmatch(cell)
    return f"'{cell}" if formula else cell


def restore(cell: str) -> str:
    """Take the ``'`` of :func:`escape` off again: ``restore(escape(x)) == x`` for every text.

    >>> restore("'=1+1"), restore("'Albi'")
    ('=1+1', "'Albi'")
    """
    return cell[1:] if cell[:1] == "'" and _ESCAPED.match(cell) else cell
