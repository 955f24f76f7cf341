"""The catalogue's items: read by those who may, written by staff.

One collection of addresses a type of item, all alike. An item's version is its ``ETag``.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Response

from matcher.adapters.sql import utc_now
from matcher.build import Matcher
from matcher.domain.items import ITEM_CLASSES, AnyItem, ItemId, ItemType
from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep, SettingsDep
from service.http.engine import get_stored
from service.http.errors import PreconditionFailed
from service.http.examples import ITEMS
from service.http.listing import LIST_QUERIES, Listing, ListQuery
from service.http.schemas import Page, problems
from service.looking import list_organisations, look_at_organisations

router = APIRouter(prefix="/v1")

COLLECTIONS = {
    ItemType.ORGANISATION: "organisations",
    ItemType.FACTORY: "factories",
    ItemType.OPPORTUNITY: "opportunities",
    ItemType.LEAD: "leads",
}
READING = dict.fromkeys(ItemType, Permission.READ_OFFERS) | {ItemType.ORGANISATION: Permission.READ_DIRECTORY}
"""What reading a type of item needs."""
_LISTED = problems(401, 403, 422, 503)
_READ = _LISTED | problems(404)
_ERASED = _READ | problems(412)
_WRITTEN = _ERASED | problems(413, 415)
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The version named is the current one"}}

Writer = Annotated[Caller, requires(Permission.WRITE_CATALOGUE)]
IfMatch = Annotated[
    str | None, Header(max_length=200, description="Refuse with 412 unless the item is of this version")
]
IfNoneMatch = Annotated[
    str | None, Header(max_length=200, description="Do nothing if the item is of this version; * for any")
]


def _add_listing(item_type: ItemType, collection: str) -> None:
    item_class: Any = ITEM_CLASSES[item_type]
    reader: Any = Annotated[Caller, requires(READING[item_type])]
    query_class: Any = LIST_QUERIES.get(item_type, ListQuery)

    @router.get(
        f"/{collection}",
        response_class=Response,
        responses=_LISTED | {200: {"model": Page[item_class]}},
        operation_id=f"list_{collection}",
        summary=f"All {collection}, a page at a time",
        tags=[collection],
    )
    async def page(
        query: Annotated[query_class, Query()], engine: EngineDep, settings: SettingsDep, caller: reader
    ) -> Response:
        _check_limit(query.limit, settings.max_page)
        listing = Listing(item_type, query, caller.sees, settings.zone)
        found = await engine.read(listing.read)
        if item_type is ItemType.ORGANISATION:
            await engine.read(lambda m: list_organisations(m, caller.person, utc_now()))
        return _page([caller.view(item) for item in found], query.limit)


def _add_reading(item_type: ItemType, collection: str) -> None:
    item_class: Any = ITEM_CLASSES[item_type]
    id_in_path = Annotated[ItemId, Path(examples=[ITEMS[item_type]["id"]])]
    reader: Any = Annotated[Caller, requires(READING[item_type])]

    @router.get(
        f"/{collection}/{{item_id}}",
        response_class=Response,
        responses={**_READ, **_UNCHANGED, 200: {"model": item_class}},
        operation_id=f"get_{item_type.value}",
        summary=f"One {item_type.value}",
        tags=[collection],
    )
    async def get(
        item_id: id_in_path, engine: EngineDep, caller: reader, if_none_match: IfNoneMatch = None
    ) -> Response:
        item = await engine.read(lambda m: get_stored(m, item_id, item_type))
        caller.require_seen(item)
        if item_type is ItemType.ORGANISATION:
            await engine.read(lambda m: look_at_organisations(m, [item_id], caller.person, utc_now()))
        if _names(if_none_match, item):
            return Response(status_code=304, headers={"ETag": _etag(item)})
        return _one(caller.view(item), etag=_etag(item))


def _check_limit(limit: int, most: int) -> None:
    if limit > most:
        raise InvalidRequest(f"limit is {limit}; this service gives pages of at most {most}.")


def _add_putting(item_type: ItemType, collection: str) -> None:
    item_class: Any = ITEM_CLASSES[item_type]
    id_in_path = Annotated[ItemId, Path(examples=[ITEMS[item_type]["id"]])]
    body = Annotated[item_class, Body(examples=[ITEMS[item_type]])]

    @router.put(
        f"/{collection}/{{item_id}}",
        response_class=Response,
        responses={**_WRITTEN, 200: {"model": item_class}, 201: {"model": item_class}},
        operation_id=f"put_{item_type.value}",
        summary=f"Add or replace one {item_type.value}",
        tags=[collection],
    )
    async def put(
        item_id: id_in_path,
        item: body,
        engine: EngineDep,
        caller: Writer,
        if_match: IfMatch = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        if item.id != item_id:
            raise InvalidRequest(
                f"The body's id is '{item.id}' and the address's '{item_id}': they must agree."
            )
        inserted = await engine.write(lambda m: _put(m, item, (if_match, if_none_match), caller.person_id))
        return _one(item, 201 if inserted else 200)


def _add_deleting(item_type: ItemType, collection: str) -> None:
    id_in_path = Annotated[ItemId, Path(examples=[ITEMS[item_type]["id"]])]

    @router.delete(
        f"/{collection}/{{item_id}}",
        status_code=204,
        responses=_ERASED,
        operation_id=f"delete_{item_type.value}",
        summary=f"Erase one {item_type.value}, from the store and from the index",
        tags=[collection],
    )
    async def delete(
        item_id: id_in_path, engine: EngineDep, caller: Writer, if_match: IfMatch = None
    ) -> None:
        item = item_type, item_id
        await engine.write(lambda m: _delete(m, item, if_match, caller.person_id))
        engine.forget_shown(item_id)


def _put(matcher: Matcher, item: AnyItem, conditions: tuple[str | None, str | None], by: str) -> bool:
    """Store the item if the conditions hold; they are checked once the store has locked out other writers.

    Of two requests that name the same version, or that ask for no item to be there yet
    (``If-None-Match: *``), one is refused.
    """

    def unchanged() -> list[AnyItem]:
        _check_version(matcher, item.id, *conditions)
        return [item]

    return matcher.store.items.put(unchanged, source="http", by=by).inserted == 1


def _delete(matcher: Matcher, item: tuple[ItemType, str], if_match: str | None, by: str) -> None:
    item_type, item_id = item

    def unchanged() -> list[str]:
        _require_stored(matcher, item_id, item_type)
        _check_version(matcher, item_id, if_match)
        return [item_id]

    if item_type is ItemType.ORGANISATION:
        _require_stored(matcher, item_id, item_type)
        matcher.rights.remove(item_id, utc_now(), by, check=unchanged)
        return
    matcher.store.items.delete(unchanged)


def _require_stored(matcher: Matcher, item_id: str, item_type: ItemType) -> None:
    """Raise NotFound unless an item of this type is stored; one that is damaged can be erased as well."""
    try:
        get_stored(matcher, item_id, item_type)
    except BackendUnavailable:
        raw = matcher.store.rights.raw_item(item_id)
        if raw is None or not raw.may_be(item_type):
            raise


def _check_version(
    matcher: Matcher, item_id: str, if_match: str | None, if_none_match: str | None = None
) -> None:
    if if_match is if_none_match is None:
        return
    current = matcher.store.items.get_many([item_id]).get(item_id)
    if if_match is not None and not _names(if_match, current):
        raise PreconditionFailed(f"'{item_id}' is not of the version given: read it again, then repeat.")
    if _names(if_none_match, current):
        raise PreconditionFailed(f"'{item_id}' is there already: read it, then replace it with If-Match.")


def _names(versions: str | None, item: AnyItem | None) -> bool:
    """Whether the versions of a condition (RFC 9110, 13.1) name that of the item; ``*`` names any."""
    if versions is None or item is None:
        return False
    return versions.strip() == "*" or _etag(item) in versions


def _etag(item: AnyItem) -> str:
    return f'"{item.version}"'


def _one(item: AnyItem, status: int = 200, etag: str = "") -> Response:
    headers = {"ETag": etag or _etag(item), "Cache-Control": "private, no-cache"}
    return Response(item.model_dump_json(), status, headers, media_type="application/json")


def _page(found: list[AnyItem], limit: int) -> Response:
    shown = found[:limit]
    following = f'"{shown[-1].id}"' if len(found) > limit else "null"
    items = ",".join(item.model_dump_json() for item in shown)
    return Response(f'{{"items":[{items}],"next":{following}}}', media_type="application/json")


for _item_type, _collection in COLLECTIONS.items():
    _add_listing(_item_type, _collection)
    _add_reading(_item_type, _collection)
    _add_putting(_item_type, _collection)
    _add_deleting(_item_type, _collection)
