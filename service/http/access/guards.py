"""What routes ask for before they act: each names its own permission.

What a role may do is in ``matcher.people.permissions``.
"""

from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import HTTPBearer

from matcher.domain.items import ItemId, ItemType
from matcher.people import Permission
from service.http.access.caller import Caller
from service.http.access.identify import identify
from service.http.deps import EngineDep
from service.http.engine import get_stored

_bearer = HTTPBearer(
    auto_error=False, description="A key made by `matcher keys create`, or that of MATCHER_ADMIN_KEY"
)

CallerDep = Annotated[Caller, Depends(identify)]
"""Any caller, known or not: for routes that show more to some than to others."""


class Required:
    """A dependency that returns the caller if they have a permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, caller: CallerDep, _described: Annotated[Any, Security(_bearer)]) -> Caller:
        """Return the caller; Unauthorised for a visitor, NotAllowed for a caller without the permission."""
        caller.require(self.permission)
        return caller


def requires(permission: Permission) -> Any:
    """Return what a route depends on so that only callers with a permission reach it.

    Use it as ``caller: Annotated[Caller, requires(Permission.ASK)]`` where the route asks who it is, or in
    ``dependencies=[requires(Permission.SEE_METRICS)]``.
    """
    return Depends(Required(permission))


async def _require_own(item_id: ItemId, engine: EngineDep, caller: CallerDep) -> None:
    """Raise unless the caller speaks for the organisation, or may act for any."""
    if not caller.may(Permission.ACT_FOR_ANY):
        caller.require(Permission.ACT_FOR_OWN)
    organisation = await engine.read(lambda m: get_stored(m, item_id, ItemType.ORGANISATION))
    caller.require_own(organisation, Permission.ACT_FOR_ANY)


Own = Depends(_require_own)
"""For routes of what an organisation does itself; its id is ``item_id`` in their paths."""
