"""Types of the fields of items: what of a text, a list, an instant or a link is taken."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

MAX_ENTRIES = 30
"""Entries of one list: a company that does everything is found by nothing."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n?|\x85")
_LINK = r"^(https?://[^\s<>\"]+)?$"


def _without_control(text: Any) -> Any:
    r"""Remove the signs that a terminal would obey, such as escape sequences; tabs and line ends stay.

    Every line end is written as ``\n``: a lone carriage return removed would join two words.

    >>> _without_control("Esc\x1b[31m Red\rGreen")
    'Esc[31m Red\nGreen'
    """
    return _CONTROL.sub("", _LINE_END.sub("\n", text)) if isinstance(text, str) else text


def _short_enough(entries: tuple[str, ...]) -> tuple[str, ...]:
    if len(entries) > MAX_ENTRIES:
        raise ValueError(f"{len(entries)} entries, {MAX_ENTRIES} at most: keep those that say most")
    return entries


def _address(text: str) -> str:
    if not re.fullmatch(_LINK, text):
        raise PydanticCustomError("link", "begin the address with https://, and leave no space in it")
    return text


def _no_number(given: Any) -> Any:
    """Refuse a number where an instant is written out: 0 would be 1970."""
    if isinstance(given, bool | int | float):
        raise ValueError("write the instant out, such as 2026-11-22T09:00:00+01:00")  # noqa: TRY004  # pydantic's way
    return given


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000), BeforeValidator(_without_control)
]
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    BeforeValidator(_without_control),
]
Labels = Annotated[tuple[Label, ...], AfterValidator(_short_enough)]
Link = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=20_000),
    AfterValidator(_address),  # its sentence says what to write; the pattern's own shows the pattern
    Field(json_schema_extra={"pattern": _LINK}),
]
"""Address of a page, or "": pages show it as a link, so nothing else may be in it."""
Instant = Annotated[AwareDatetime, BeforeValidator(_no_number)]
Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
"""Numbers, and neither a text that spells one nor a truth value."""
Flag = Annotated[bool, Field(strict=True)]
"""True or false, and no word for it."""
