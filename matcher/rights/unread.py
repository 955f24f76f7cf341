"""An organisation whose row cannot be read: what it is recognised by, taken from the row as it is."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcher.domain.items import ItemType

_FIELD = re.compile(r'"(\w+)"\s*:\s*("(?:[^"\\]|\\.)*")')
"""A field and its text, in JSON that may be cut short."""
_SIRET = re.compile(r"\d{9}(?:\d{5})?")


@dataclass(frozen=True, slots=True)
class RawItem:
    """The row of an item, not parsed."""

    item_type: str
    name: str
    body: str

    def may_be(self, item_type: ItemType) -> bool:
        """Return whether the row is of a type, or its type cannot be made out.

        Erasing it must be possible, and nothing else says what it was.

        >>> damaged = RawItem("organi", "Ada", "{}")
        >>> damaged.may_be(ItemType.ORGANISATION)
        True
        """
        return self.item_type == item_type.value or self.item_type not in set(ItemType)

    @property
    def siret(self) -> str:
        """Its SIRET or SIREN; "" where none can be read."""
        stated = str(self.fields().get("siret", ""))
        return stated if _SIRET.fullmatch(stated) else ""

    def fields(self) -> Mapping[str, Any]:
        """Return the fields that can still be made out; the whole body as one where none can.

        >>> RawItem("organisation", "Ada", '{"id":"ORG1","description":"Conçoit des').fields()
        {'id': 'ORG1'}
        >>> RawItem("organisation", "Ada", "what a disk left").fields()
        {'body': 'what a disk left'}
        """
        try:
            parsed = json.loads(self.body)
        except ValueError:
            parsed = {name: _text(value) for name, value in _FIELD.findall(self.body)}
        return parsed if parsed and isinstance(parsed, dict) else {"body": self.body}


def _text(value: str) -> str:
    try:
        return str(json.loads(value))
    except ValueError:
        return value.strip('"')
