"""What is kept of an erased subject: keyed hashes by which it is recognised and refused.

An erased organisation that comes back with the next file was not erased. A hash tells nothing of the subject
to who does not know it already.
"""

import hmac
from collections.abc import Collection, Mapping
from datetime import datetime

from matcher.domain import AnyItem, Organisation
from matcher.errors import InvalidRequest
from matcher.language import fold_words
from matcher.people import Person, address_key

_SIREN = 9


class Suppressed(InvalidRequest):
    """A subject that was erased at its own request is not taken in again."""


def keys_of_item(item: AnyItem) -> list[str]:
    """Return by what an organisation is recognised: its id, SIREN and name; nothing for other items.

    >>> keys_of_item(Organisation(id="ORG1", name="Éxemple SAS", siret="12345678900011"))
    ['id:ORG1', 'name:exemple sas', 'siren:123456789']
    """
    if not isinstance(item, Organisation):
        return []
    return keys_of_organisation(item.id, item.name, item.siret)


def keys_of_organisation(item_id: str, name: str, siret: str) -> list[str]:
    """Return by what an organisation is recognised that has this id, name and SIRET ("" for none)."""
    keys = [f"id:{item_id}", f"name:{fold_words(name)}"]
    return [*keys, f"siren:{siret[:_SIREN]}"] if siret else keys


def keys_of_person(person: Person) -> list[str]:
    """Return by what a person is recognised: the address.

    >>> keys_of_person(Person("P1", "Claire@example.org", "Claire"))
    ['email:claire@example.org']
    """
    return [f"email:{address_key(person.email)}"]


def keys_named(named: str) -> list[str]:
    """Return the keys of a subject that is named as a person writes it: address, id, name or SIREN.

    >>> keys_named("Éxemple SAS")
    ['id:Éxemple SAS', 'name:exemple sas', 'siren:Éxemple S', 'email:éxemple sas']
    """
    return [
        f"id:{named}",
        f"name:{fold_words(named)}",
        f"siren:{named[:_SIREN]}",
        f"email:{address_key(named)}",
    ]


def suppression_hash(salt: bytes, key: str) -> str:
    """Return what is kept of a key."""
    return hmac.digest(salt, b"suppressed" + key.encode(), "sha256").hex()


def refuse(what: str, since: datetime) -> Suppressed:
    """Return the refusal of a subject that was erased; ``what`` names it as the caller gave it."""
    return Suppressed(
        f"{what} a été effacé(e) à sa demande le {since:%d/%m/%Y} et n'est pas repris(e) : si cette"
        f" demande est levée, `matcher privacy lift`. / {what} was erased at its own request on"
        f" {since:%Y-%m-%d} and is not taken in again: if that is lifted, `matcher privacy lift`."
    )


def earliest(found: Mapping[str, datetime], hashes: Collection[str]) -> datetime | None:
    """Return since when one of the hashes is suppressed; None where none is."""
    return min((found[each] for each in hashes if each in found), default=None)
