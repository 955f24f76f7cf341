"""Who asks, and what they may do."""

from dataclasses import dataclass

from matcher.domain.eligibility import is_listed
from matcher.domain.items import AnyItem, Organisation
from matcher.errors import InvalidRequest, NotAllowed
from matcher.people import ApiKey, Permission, Person
from service.http.engine import no_such_item
from service.http.errors import Unauthorised


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person, the holder of a key, or a visitor who is neither.

    ``visit_id`` is that of the signed-in visit, "" for keys and visitors.
    """

    permissions: frozenset[Permission]
    person: Person | None = None
    key: ApiKey | None = None
    visit_id: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the caller is signed in or carries a key."""
        return self.person is not None or self.key is not None

    @property
    def organisations(self) -> tuple[str, ...]:
        """Ids of the organisations the caller speaks for."""
        return self.person.organisations if self.person else ()

    @property
    def name(self) -> str:
        """Id of the person or key, for records of what was done; "" for a visitor."""
        if self.person is not None:
            return self.person.id
        return self.key.id if self.key else ""

    @property
    def person_id(self) -> str:
        """Id of the person, for the audit; "" for a key and a visitor."""
        return self.person.id if self.person else ""

    def may(self, permission: Permission) -> bool:
        """Whether the caller has a permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise unless the caller has a permission: Unauthorised for a visitor, else NotAllowed."""
        if self.may(permission):
            return
        if not self.is_known:
            raise Unauthorised("This needs a sign-in, or a key: Authorization: Bearer KEY.")
        raise NotAllowed(f"Your account or key does not allow this ({permission.value}).")

    def speaks_for(self, organisation_id: str) -> bool:
        """Whether the caller is of an organisation."""
        return organisation_id in self.organisations

    def sees(self, item: AnyItem) -> bool:
        """Whether the caller may know of an item: opted-out organisations are for staff and their own."""
        return is_listed(item) or self.may(Permission.READ_OPTED_OUT) or self.speaks_for(item.id)

    def require_seen(self, item: AnyItem) -> None:
        """Raise NotFound, as for an unknown id, unless the caller may know of the item."""
        if not self.sees(item):
            raise no_such_item(item.id)

    def require_own(self, organisation: AnyItem, for_any: Permission) -> None:
        """Raise unless the caller speaks for the organisation or has ``for_any``.

        NotFound where the caller may not know of it, NotAllowed where it is known and not theirs.
        """
        if self.speaks_for(organisation.id) or self.may(for_any):
            return
        self.require_seen(organisation)
        raise NotAllowed(f"You do not speak for '{organisation.id}'.")

    def require_other(self, person_id: str) -> None:
        """Raise InvalidRequest where the person to disable is the caller."""
        if self.person_id == person_id:
            raise InvalidRequest("You cannot disable yourself: another administrator can.")

    def view(self, item: AnyItem) -> AnyItem:
        """Return the item as the caller may see it: without needs for a visitor."""
        if not isinstance(item, Organisation) or self.may(Permission.READ_NEEDS):
            return item
        return item.model_copy(update={"needs": ()})
